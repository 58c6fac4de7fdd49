//! The phone pages: what operators and inspectors do where they stand. Every byte here is waited for on a cheap phone, so
//! what only storekeepers do stands in a bundle of its own, and what is done sitting belongs to the desk.

mod ahead;
mod page;

use takt_site_app::app::Bundle;
// The pages name the shared parts as if they stood here.
use takt_site_app::{app, flow, frame, json, net, route, show, sign_in, text, ui};

fn main() {
    app::start(Bundle {
        made: &takt_api::pages::PHONE,
        view: || page::elsewhere().unwrap_or_else(|| frame::floor::view(page::view)),
    });
    app::within(ahead::start);
}
