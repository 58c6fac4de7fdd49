//! Picking and shipping: open sales orders, what to take from where, and what is ready to go.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::supply::{DocumentRow, PickList, PickStep};
use takt_domain::document::{DocumentKind, LineRef};
use takt_domain::id::DocumentId;
use takt_domain::ledger::MovementKind;

use super::{Proposed, booking};
use crate::frame::names::SHIP as NAME;
use crate::net::list::List;
use crate::net::read::Read;
use crate::route::{Route, encode};
use crate::text::{self, Text};
use crate::ui::{self, icon, scan_input, sheet, tap};

const NONE: Text = Text::new("没有待发的销售订单", "Nothing is to be shipped");
const HINT: Text = Text::new("扫描或输入订单号、物料、客户", "Scan or type an order, an item, a customer");
const PICK: Text = Text::new("拣货", "Pick");
const SHIP: Text = Text::new("出库", "Ship");
const PICKED: Text = Text::new("已拣待发", "Picked, to be shipped");
const TO_PICK: Text = Text::new("待拣", "To pick");
const SHORT: Text = Text::new("缺货", "Short");
const OVER: Text = Text::new("都已拣完发完", "All of it is picked and shipped");

pub(crate) fn view(rest: &[String]) -> View {
    match rest.first().and_then(|id| id.parse::<DocumentId>().ok()) {
        Some(id) => order(&id),
        None => orders(),
    }
}

fn path(q: &str) -> String {
    let q = if q.is_empty() { String::new() } else { format!("&q={}", encode(q)) };
    format!("/api/v1/sales-orders?state=open&limit=50{q}")
}

fn orders() -> View {
    let list: List<DocumentRow> = List::new(path(""));
    let typed = create_signal(String::new());
    let scan = scan_input::view(typed, HINT, move |code, _| list.turn_to(path(&code)));
    let rows = ui::listed(list, "rows card", NONE, |found: DocumentRow| row(&found));
    ui::shell::page(NAME.get(), None, View::new(), view! { div(class="filters") { (scan) } (rows) })
}

fn row(found: &DocumentRow) -> View {
    let title = format!("{} · {}", found.document.id, found.document.partner);
    let lines = found.document.lines.iter().zip(&found.progress);
    let left = lines.filter(|(_, known)| known.progress.open.is_positive());
    let note = left.map(|(_, known)| format!("{} {} {}", known.name, known.progress.open, known.unit));
    let note = note.collect::<Vec<_>>().join(" · ");
    let due = found.document.due().map_or_else(String::new, |due| due.to_string());
    let href = Route::Desk(vec!["ship".into(), found.document.id.to_string()]).path();
    view! {
        li(class="row") { a(href=href) {
            div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } span(class="note") { (due) } (icon::NEXT) }
        } }
    }
}

fn order(id: &DocumentId) -> View {
    let read: Read<PickList> = Read::new(format!("/api/v1/sales-orders/{}/pick", encode(id.as_str())));
    let asked = create_signal(None::<Proposed>);
    let done: Rc<dyn Fn()> = Rc::new(move || {
        asked.set(None);
        read.again();
    });
    let document = id.clone();
    let body = ui::shown(read, move |list| draw(&document, &list, asked));
    let sheet = sheet::view(asked, move |what| {
        let face = if what.kind == MovementKind::Shipment { SHIP } else { PICK };
        (face.get().to_owned(), booking(what, face, Rc::clone(&done)))
    });
    let back = Some(Route::Desk(vec!["ship".into()]));
    let title = format!("{} {id}", NAME.get());
    ui::shell::page(&title, back, View::new(), view! { (body) (sheet) })
}

fn draw(document: &DocumentId, list: &PickList, asked: Signal<Option<Proposed>>) -> View {
    let rows = |steps: &[PickStep], kind: MovementKind| {
        View::from(steps.iter().map(|each| step(document, each, kind, asked)).collect::<Vec<_>>())
    };
    let (ship, pick) = (rows(&list.ship, MovementKind::Shipment), rows(&list.pick, MovementKind::Transfer));
    let part = |title: Text, rows: View, is_empty: bool| match is_empty {
        true => View::new(),
        false => ui::section(title, view! { ul(class="rows") { (rows) } }),
    };
    let short: Vec<_> = list
        .short
        .iter()
        .map(|one| {
            let said = format!("{} {} · {}", one.line, one.item, one.quantity);
            view! { li(class="row") { div(class="row-main") { span(class="grow") { (said) } span(class="chip bad") { (SHORT) } } } }
        })
        .collect();
    if list.ship.is_empty() && list.pick.is_empty() && list.short.is_empty() {
        return ui::empty(OVER);
    }
    let (ship, pick) = (part(PICKED, ship, list.ship.is_empty()), part(TO_PICK, pick, list.pick.is_empty()));
    let short = part(SHORT, View::from(short), list.short.is_empty());
    view! { (ship) (pick) (short) }
}

/// Goods that are picked stay where they are, held for the order.
fn step(document: &DocumentId, step: &PickStep, kind: MovementKind, asked: Signal<Option<Proposed>>) -> View {
    let what = Proposed {
        kind,
        line: Some(LineRef { kind: DocumentKind::Sales, document: document.clone(), line: step.line }),
        item: step.item.clone(),
        name: step.name.clone(),
        unit: step.unit.clone(),
        lot: step.lot.clone(),
        from: Some(step.location.clone()),
        to: (kind == MovementKind::Transfer).then(|| step.location.clone()),
        quantity: step.quantity,
        places: Vec::new(),
        asks_lot: false,
        scan: String::new(),
    };
    let name = step.name.clone();
    let amount = format!("{} {}", step.quantity, step.unit);
    let lot = if step.lot.is_empty() { String::new() } else { format!(" · {} {}", text::LOT.get(), step.lot) };
    let note = format!("{} · {}{lot}", step.location, step.item);
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(what.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } span(class="number") { (amount) } (icon::NEXT) }
            }
        }
    }
}
