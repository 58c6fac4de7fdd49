//! Receiving: open purchase orders, and what is to come on each line. A tap on a line proposes all of it.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::supply::{DocumentRow, LineRow};
use takt_domain::document::DocumentLine;
use takt_domain::ledger::MovementKind;
use takt_domain::master::{Location, LocationKind};

use super::{Proposed, booking};
use crate::net::list::List;
use crate::net::read::Read;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, icon, scan_input, sheet, tap};

pub(crate) const NAME: Text = Text::new("采购收货", "Receive");
const NONE: Text = Text::new("没有待收的采购订单", "Nothing is to be received");
const HINT: Text = Text::new("扫描或输入订单号、物料、供应商", "Scan or type an order, an item, a supplier");
const RECEIVE: Text = Text::new("收货", "Receive");
const STILL: Text = Text::new("待收", "to come");
const INSPECTED: Text = Text::new("要来料检验", "inspected first");

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    let body = ui::shown(read, |plant| orders(&plant));
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn path(q: &str) -> String {
    let q = if q.is_empty() { String::new() } else { format!("&q={}", encode(q)) };
    format!("/api/v1/purchase-orders?state=open&limit=50{q}")
}

fn orders(plant: &Rc<PlantDetail>) -> View {
    let list: List<DocumentRow> = List::new(path(""));
    let typed = create_signal(String::new());
    let scan = scan_input::view(typed, HINT, move |code, _| list.turn_to(path(&code)));
    let asked = create_signal(None::<Proposed>);
    let plant = Rc::clone(plant);
    let rows = ui::listed(list, "rows", NONE, move |found: DocumentRow| order(&found, &plant, asked));
    let sheet = sheet::view(asked, move |what| {
        let title = RECEIVE.get().to_owned();
        let done = Rc::new(move || {
            asked.set(None);
            list.again();
        });
        (title, booking(what, RECEIVE, done))
    });
    view! { div(class="filters") { (scan) } (rows) (sheet) }
}

fn order(found: &DocumentRow, plant: &PlantDetail, asked: Signal<Option<Proposed>>) -> View {
    let title = format!("{} · {}", found.document.id, found.document.partner);
    let lines = found.document.lines.iter().zip(&found.progress);
    let open = lines.filter(|(_, known)| known.progress.open.is_positive());
    let rows: Vec<_> = open.map(|(line, known)| self::line(found, line, known, plant, asked)).collect();
    view! { li(class="card") { h2 { (title) } ul(class="rows") { (rows) } } }
}

/// Where a delivery goes first: what is inspected to quarantine, all else to receiving, and in a plant without such a place
/// to a store.
fn places(known: &LineRow, plant: &PlantDetail) -> Vec<(String, String)> {
    let wanted: &[LocationKind] = match known.inspected {
        true => &[LocationKind::Quarantine],
        false => &[LocationKind::Receiving, LocationKind::Store],
    };
    let of = |kind: &LocationKind| plant.locations.iter().filter(|location| location.kind == *kind).collect::<Vec<_>>();
    let name = |place: &Location| (place.id.to_string(), format!("{} {}", place.id, place.name));
    wanted.iter().flat_map(of).map(name).collect()
}

fn line(
    found: &DocumentRow,
    line: &DocumentLine,
    known: &LineRow,
    plant: &PlantDetail,
    asked: Signal<Option<Proposed>>,
) -> View {
    let places = places(known, plant);
    let what = Proposed {
        kind: MovementKind::Receipt,
        line: Some(found.document.line_ref(line.line)),
        item: line.item.clone(),
        name: known.name.clone(),
        unit: known.unit.clone(),
        lot: String::new(),
        from: None,
        to: places.first().and_then(|(id, _)| id.parse().ok()),
        quantity: known.progress.open,
        places,
        asks_lot: true,
    };
    let name = known.name.clone();
    let left = format!("{} {} {}", STILL.get(), known.progress.open, known.unit);
    let mut note = format!("{} · {}", line.line, line.item);
    note.extend(line.due.map(|due| format!(" · {due}")));
    if known.inspected {
        note.push_str(&format!(" · {}", INSPECTED.get()));
    }
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(what.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } span(class="number") { (left) } (icon::NEXT) }
            }
        }
    }
}
