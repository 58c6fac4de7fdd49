//! The desk's pages on which a plant is set up: flows, forms, plans, users, limits. They are loaded when first opened.

mod page;
mod slug;

// The pages name the shared parts as if they stood here.
use takt_site_app::{app, frame, json, net, route, show, svg, text, ui};

fn main() {
    app::start(app::Bundle { made: &takt_api::pages::SETUP, view: || frame::desk::view(page::VIEWS) });
}
