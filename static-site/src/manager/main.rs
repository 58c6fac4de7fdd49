//! The manager's screen and the panel of operations: pages with charts, in a bundle of their own, so that nobody else loads
//! what draws them. They stand under `/desk` like the pages of the desk, which leads here.

mod chart;
mod figure;
mod page;

// The pages name the shared parts as if they stood here.
use takt_site_app::{app, frame, net, route, show, text, ui};

fn main() {
    app::start(app::Bundle { made: &takt_api::pages::MANAGER, view: || frame::desk::view(page::VIEWS) });
}
