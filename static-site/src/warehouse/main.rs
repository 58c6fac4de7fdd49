//! The desk's pages of the warehouse: stock in depth, counts, purchase, sales and shipment.

mod page;

// The pages name the shared parts as if they stood here.
use takt_site_app::{app, frame, net, route, show, svg, text, ui};

fn main() {
    app::start(app::Bundle { made: &takt_api::pages::WAREHOUSE, view: || frame::desk::view(page::VIEWS) });
}
