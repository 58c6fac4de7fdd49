//! The phone pages: what operators, storekeepers and inspectors do where they stand. Every byte here is waited for on a
//! cheap phone, so what is done sitting belongs to the desk.

mod page;
mod shell;

use takt_site_app::app::Bundle;
// The pages name the shared parts as if they stood here.
use takt_site_app::{app, flow, json, net, route, show, sign_in, text, ui};

fn main() {
    app::start(Bundle { home: "/", name: route::PHONE, view: shell::view });
}
