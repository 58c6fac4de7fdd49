//! Receiving: open purchase orders, and what is to come on each line. A tap on a line proposes all of it.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::stock::{Scanned, ScannedDetail, Source};
use takt_api::supply::{DocumentRow, LineRow};
use takt_domain::document::DocumentLine;
use takt_domain::id::ItemId;
use takt_domain::ledger::MovementKind;
use takt_domain::master::{Location, LocationKind};

use super::{Proposed, booking};
use crate::app;
use crate::frame::names::RECEIVE as NAME;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::scan::scan;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, icon, scan_input, sheet, tap};

const NONE: Text = Text::new("没有待收的采购订单", "Nothing is to be received");
const HINT: Text = Text::new("扫描或输入订单号、物料、供应商", "Scan or type an order, an item, a supplier");
const RECEIVE: Text = Text::new("收货", "Receive");
const STILL: Text = Text::new("待收", "to come");
const INSPECTED: Text = Text::new("要来料检验", "inspected first");

/// What a tap on a line does.
type Ask = Rc<dyn Fn(Proposed)>;

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
    let label = create_signal(None::<Label>);
    let scan = scan_input::view(typed, HINT, move |code, source| look(code, source, list, label));
    let asked = create_signal(None::<Proposed>);
    let plant = Rc::clone(plant);
    let ask: Ask = Rc::new(move |what: Proposed| asked.set(Some(labelled(what, label.get_clone_untracked()))));
    let rows = ui::listed(list, "rows", NONE, move |found: DocumentRow| order(&found, &plant, &ask));
    let sheet = sheet::view(asked, move |what| {
        let title = RECEIVE.get().to_owned();
        let done = Rc::new(move || {
            asked.set(None);
            label.set(None);
            list.again();
        });
        (title, booking(what, RECEIVE, done))
    });
    view! { div(class="filters") { (scan) } (rows) (sheet) }
}

/// What a label on a delivery says.
#[derive(Clone)]
struct Label {
    code: String,
    item: ItemId,
    with: ScannedDetail,
}

/// The label of an item finds the orders that it may belong to, and goes with the receipt; any other text is looked for.
fn look(code: String, source: Source, list: List<DocumentRow>, label: Signal<Option<Label>>) {
    label.set(None);
    if source != Source::Scan {
        return list.turn_to(path(&code));
    }
    app::spawn(async move {
        let outcome = scan(&code, source).await;
        if !label.is_alive() {
            return;
        }
        let Ok(Scanned::Item { item, with }) = outcome else { return list.turn_to(path(&code)) };
        list.turn_to(path(item.id.as_str()));
        label.set(Some(Label { code, item: item.id, with: *with }));
    });
}

/// A proposal with what the label says of it.
fn labelled(what: Proposed, label: Option<Label>) -> Proposed {
    let Some(label) = label.filter(|label| label.item == what.item) else { return what };
    let said = label
        .with
        .quantity
        .filter(|said| said.is_positive())
        .and_then(|said| said.at_scale(what.quantity.scale()).ok());
    Proposed { lot: label.with.lot, quantity: said.unwrap_or(what.quantity), scan: label.code, ..what }
}

fn order(found: &DocumentRow, plant: &PlantDetail, ask: &Ask) -> View {
    let title = format!("{} · {}", found.document.id, found.document.partner);
    let lines = found.document.lines.iter().zip(&found.progress);
    let open = lines.filter(|(_, known)| known.progress.open.is_positive());
    let rows: Vec<_> = open.map(|(line, known)| self::line(found, line, known, plant, ask)).collect();
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

fn line(found: &DocumentRow, line: &DocumentLine, known: &LineRow, plant: &PlantDetail, ask: &Ask) -> View {
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
        scan: String::new(),
    };
    let ask = Rc::clone(ask);
    let name = known.name.clone();
    let left = format!("{} {} {}", STILL.get(), known.progress.open, known.unit);
    let mut note = format!("{} · {}", line.line, line.item);
    note.extend(line.due.map(|due| format!(" · {due}")));
    if known.inspected {
        note.push_str(&format!(" · {}", INSPECTED.get()));
    }
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || ask(what.clone()))) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } span(class="number") { (left) } (icon::NEXT) }
            }
        }
    }
}
