//! The manager's screen and the panel of operations: pages with charts, in a bundle of their own, so that nobody else loads
//! what draws them. They stand under `/desk` like the pages of the desk, which leads here.

mod chart;
mod figure;
mod page;
mod shell;

// The pages name the shared parts as if they stood here.
use takt_site_app::{app, net, route, show, sign_in, text, ui};

fn main() {
    app::start(app::Bundle { made: &takt_api::pages::MANAGER, view: shell::view });
}
