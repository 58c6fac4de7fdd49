//! The desk's daily pages: what planners, leads and quality engineers do sitting, on a wide screen. They may weigh more
//! than the phone's, and work on a narrow screen too. `frame/pages.rs` says how a page is added.

mod page;

// The pages name the shared parts as if they stood here.
use takt_site_app::{app, frame, net, route, show, text, ui};

fn main() {
    app::start(app::Bundle { made: &takt_api::pages::DESK, view: || frame::desk::view(page::VIEWS) });
}
