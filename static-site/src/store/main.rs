//! The storekeepers' pages: stock, its movements, and booking them. Loaded when first opened, by the same people who wait for
//! the phone's bundle, so as small as that one.

mod page;

use takt_site_app::app::Bundle;
// The pages name the shared parts as if they stood here.
use takt_site_app::{app, frame, net, route, show, text, ui};

fn main() {
    app::start(Bundle { made: &takt_api::pages::STORE, view: || frame::floor::view(page::view) });
}
