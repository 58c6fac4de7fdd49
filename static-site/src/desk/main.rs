//! The desk pages: what planners, leads, quality engineers and administrators do sitting, on a wide screen. They may weigh
//! more than the phone's, and work on a narrow screen too. `app.rs` says how a page is added.

mod app;
mod page;
mod shell;
mod slug;
mod svg;

// The pages name the shared parts as if they stood here.
use takt_site_app::{json, net, route, show, sign_in, text, ui};

fn main() {
    app::start(app::Bundle { home: "/desk", name: route::DESK, view: shell::view });
}
