//! One order: where it stands, the one thing to do next, everything else that may be done, and why the rest may not.
//!
//! What is open is asked of `takt-domain` in the browser, the code that the server decides with.

mod actions;
mod custom;
mod evidence;
mod inspect;
mod operations;
mod parts;
pub(crate) mod reports;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_api::orders::OrderDetail;
use takt_domain::facts::Facts;
use takt_domain::id::OrderId;

use super::andon;
use crate::net::LIVE_MS;
use crate::net::device;
use crate::net::read::Read;
use crate::route::{Route, desk, encode};
use crate::{app, text, ui};

pub(crate) fn view(id: &OrderId) -> View {
    let read: Read<OrderDetail> = Read::new(api_path(id));
    read.poll(LIVE_MS);
    let forms = ui::custom::forms();
    let body = ui::shown(read, move |detail| draw(detail, read, forms));
    let sheet = ui::link(format!("{}/{}", desk("work-order").path(), encode(id.as_str())), text::PRINT);
    ui::shell::page(id.as_str(), Some(Route::Orders), sheet, body)
}

/// Where the API has this order.
pub(crate) fn api_path(id: &OrderId) -> String {
    format!("/api/v1/orders/{}", encode(id.as_str()))
}

/// The facts that the server sent, for the reader's language and for now.
pub(crate) fn facts(detail: &OrderDetail) -> Facts {
    Facts { lang: app::lang(), now: device::now(), ..detail.facts.clone() }
}

/// What may be done at any time.
fn beside(detail: &Rc<OrderDetail>, facts: &Facts, read: Read<OrderDetail>) -> View {
    let (andon, patrol) = (andon::of_order(detail, facts, read), inspect::patrol(detail, read));
    view! { (andon) (patrol) }
}

fn draw(detail: Rc<OrderDetail>, read: Read<OrderDetail>, forms: Read<Forms>) -> View {
    let facts = facts(&detail);
    let left = vec![parts::head(&detail, &facts), actions::view(&detail, &facts, read), beside(&detail, &facts, read)];
    let right = vec![
        operations::view(&detail, &facts, read),
        custom::view(&detail, read, forms),
        parts::kit(&detail, &facts),
        parts::inspections(&detail),
        reports::view(&detail, read, forms),
        parts::exceptions(&detail),
        evidence::view(&detail),
        parts::history(&detail),
    ];
    view! { div(class="columns") { div(class="column") { (left) } div(class="column") { (right) } } }
}
