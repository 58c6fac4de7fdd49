//! Trace: where a lot came from and where it went, as a picture and as a table below it.

mod picture;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::trace::{Trace, TraceEdge, TraceKind, TraceNode};
use takt_domain::lot::incoming::{LotInspection, LotOutcome};

use crate::app;
use crate::frame::names::TRACE as NAME;
use crate::net::download::download;
use crate::net::read::Read;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, icon, tap};

const WAY: Text = Text::new("方向", "Direction");
const BOTH: Text = Text::new("来源和去向", "Both ways");
const FROM: Text = Text::new("来源", "Where from");
const TO: Text = Text::new("去向", "Where to");
const GO: Text = Text::new("查询", "Trace");
const ASK: Text = Text::new(
    "填写物料和批次,或一张工单,查看它从哪里来、到哪里去",
    "Give an item and its lot, or a work order, to see where it came from and where it went",
);
const EITHER: Text = Text::new("填写物料和批次,或只填工单", "Give an item and its lot, or an order alone");
const NOTHING: Text = Text::new(
    "账上没有来源或去向:还没有进出,或者都已冲销",
    "Nothing came or went: nothing was booked yet, or all of it was taken back",
);
const CUT: Text = Text::new(
    "只显示了一部分:节点超过 500 个,或层数太深。点一个节点可从那里继续查。",
    "Only a part is shown: there are over 500 nodes, or it goes too deep. Choose a node to go on from there.",
);
const TABLE: Text = Text::new("明细", "Table");
const SCROLL: Text = Text::new(
    "左右滑动看全图;点批次或工单,从那里继续查",
    "Scroll sideways; choose a lot or an order to go on from there",
);
const LOT: Text = Text::new("批次", "Lot");
const NO_LOT: Text = Text::new("无批次", "no lot");
const DELIVERY: Text = Text::new("供应商到货", "delivery");
const SENT_BACK: Text = Text::new("退回供应商", "back to supplier");
const SHIPMENT: Text = Text::new("客户发货", "shipment");
const CAME_BACK: Text = Text::new("客户退货", "back from customer");
const OPENING: Text = Text::new("期初或盘盈", "opening or count");
const COUNT: Text = Text::new("盘亏", "count");
const SHORTAGE: Text = Text::new("冲抵缺料", "shortage settled");
const OTHER: Text = Text::new("其他", "other");
const NO_PAPER: Text = Text::new("无单号", "no document");
const ON_HAND: Text = Text::new("在库", "on hand");
const WAITS: Text = Text::new("待检", "to inspect");
const PASSED: Text = Text::new("来料合格", "passed");
const FAILED: Text = Text::new("来料不合格", "failed");
const ACCEPTED: Text = Text::new("让步接收", "accepted");

/// The address of the trace of a lot; `way` is empty for both ways.
pub(crate) fn of_lot(item: &str, lot: &str, way: &str) -> String {
    address(item, lot, "", way)
}

fn address(item: &str, lot: &str, order: &str, way: &str) -> String {
    let path = "/desk/trace".to_owned() + &asked(item, lot, order, way);
    path.trim_end_matches('?').to_owned()
}

fn asked(item: &str, lot: &str, order: &str, way: &str) -> String {
    let given = [("item", item), ("lot", lot), ("order", order), ("direction", way)];
    let given = given.iter().filter(|(_, value)| !value.is_empty());
    let given: Vec<_> = given.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("?{}", given.join("&"))
}

pub(crate) fn view(_: &[String]) -> View {
    let given = |name: &str| create_signal(app::query(name).unwrap_or_default());
    let (item, lot, order, way) = (given("item"), given("lot"), given("order"), given("direction"));
    let missing = create_signal(String::new());
    let go = move || {
        let [item, lot, order] = [item, lot, order].map(|field| field.get_clone_untracked().trim().to_owned());
        let is_lot = !item.is_empty() && !lot.is_empty() && order.is_empty();
        if !is_lot && (order.is_empty() || !item.is_empty() || !lot.is_empty()) {
            return missing.set(EITHER.get().to_owned());
        }
        app::app().go(&address(&item, &lot, &order, &way.get_clone_untracked()));
    };
    let ways = [("", BOTH), ("from", FROM), ("used", TO)];
    let ways = ways.into_iter().map(|(way, name)| (way.to_owned(), name.get().to_owned())).collect();
    let fields = vec![
        field::line(text::ITEM, item, text::ITEM),
        field::line(LOT, lot, LOT),
        field::line(text::ORDER, order, text::OPTIONAL),
        field::select(WAY, way, ways),
    ];
    let [now_item, now_lot, now_order] = [item, lot, order].map(|field| field.get_clone_untracked());
    let query = asked(&now_item, &now_lot, &now_order, &way.get_clone_untracked());
    let is_asked = !now_order.is_empty() || !now_item.is_empty() && !now_lot.is_empty();
    let (found, aside) = if is_asked {
        let csv = format!("/api/v1/trace.csv{query}&bom=true");
        let get = tap(move || download(csv.clone(), "trace.csv"));
        let chosen = way.get_clone_untracked();
        let read: Read<Trace> = Read::new(format!("/api/v1/trace{query}"));
        let found = ui::shown(read, move |trace: Rc<Trace>| draw(&trace, &chosen));
        (found, view! { button(r#type="button", class="quiet small", on:click=get) { "CSV" } })
    } else {
        (ui::empty(ASK), View::new())
    };
    let hint = ui::hint(missing);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        go();
    };
    let body = view! {
        form(class="card no-print", on:submit=submit) {
            div(class="filters") { (fields) }
            (hint)
            button(r#type="submit", class="button") { (icon::SEARCH) (GO) }
        }
        (found)
    };
    ui::shell::page(NAME.get(), None, aside, body)
}

fn draw(trace: &Trace, way: &str) -> View {
    if trace.edges.is_empty() {
        return ui::empty(NOTHING);
    }
    let cut = if trace.truncated {
        view! { p(class="notice", role="status") { (CUT) } }
    } else {
        View::new()
    };
    let picture = picture::view(trace, way);
    let rows: Vec<_> = trace.edges.iter().filter_map(|edge| row(trace, edge, way)).collect();
    let table = view! {
        table(class="grid") {
            thead { tr { th { (FROM) } th { (TO) } th { (text::ITEM) } th { (text::QUANTITY) } } }
            tbody { (rows) }
        }
    };
    let table = ui::section(TABLE, table);
    view! { (cut) (picture) p(class="note") { (SCROLL) } (table) }
}

fn row(trace: &Trace, edge: &TraceEdge, way: &str) -> Option<View> {
    let end = |at: u32| trace.nodes.get(at as usize);
    let (from, to) = (end(edge.from)?, end(edge.to)?);
    let of_item = [from, to].into_iter().find(|node| node.item.as_ref() == Some(&edge.item));
    let item = named(edge.item.as_str(), of_item.map_or("", |node| node.name.as_str()));
    let quantity = format!("{} {}", edge.quantity, edge.unit);
    let (from, to) = (cell(from, way), cell(to, way));
    Some(view! { tr { td { (from) } td { (to) } td { (item) } td(class="number") { (quantity) } } })
}

fn cell(node: &TraceNode, way: &str) -> View {
    let name = format!("{} {}", sort(node), title(node));
    match link(node, way) {
        Some(href) => view! { a(href=href) { (name) } },
        None => name.into(),
    }
}

/// Where a tap on the node leads: on from there.
fn link(node: &TraceNode, way: &str) -> Option<String> {
    match (node.kind, &node.item, &node.order) {
        (TraceKind::Lot, Some(item), _) => Some(of_lot(item.as_str(), &node.lot, way)),
        (TraceKind::Order, _, Some(order)) => Some(address("", "", order.as_str(), way)),
        _ => None,
    }
}

/// What sort of thing a node is.
fn sort(node: &TraceNode) -> &'static str {
    match (node.kind, node.inward) {
        (TraceKind::Lot, _) => LOT,
        (TraceKind::NoLot, _) => NO_LOT,
        (TraceKind::Order, _) => text::ORDER,
        (TraceKind::Supplier, true) => DELIVERY,
        (TraceKind::Supplier, false) => SENT_BACK,
        (TraceKind::Customer, true) => CAME_BACK,
        (TraceKind::Customer, false) => SHIPMENT,
        (TraceKind::Scrap, _) => text::AT_SCRAP,
        (TraceKind::Adjustment, true) => OPENING,
        (TraceKind::Adjustment, false) => COUNT,
        (TraceKind::Shortage, _) => SHORTAGE,
        (TraceKind::Other, _) => OTHER,
    }
    .get()
}

/// Its number, as people say it.
fn title(node: &TraceNode) -> String {
    match node.kind {
        TraceKind::Lot => node.lot.clone(),
        TraceKind::NoLot => node.item.as_ref().map(ToString::to_string).unwrap_or_default(),
        TraceKind::Order => node.order.as_ref().map(ToString::to_string).unwrap_or_default(),
        TraceKind::Supplier | TraceKind::Customer => {
            let named = [&node.document, &node.ordered_by].into_iter().find(|name| !name.is_empty());
            named.cloned().unwrap_or_else(|| NO_PAPER.get().to_owned())
        }
        TraceKind::Scrap | TraceKind::Adjustment | TraceKind::Shortage => String::new(),
        TraceKind::Other => node.document.clone(),
    }
}

/// How far the inspection of a delivery is, and which it was.
pub(crate) fn inspection(found: &LotInspection) -> String {
    let outcome = match found.outcome {
        LotOutcome::Waiting => WAITS,
        LotOutcome::Passed => PASSED,
        LotOutcome::Failed => FAILED,
        LotOutcome::Accepted => ACCEPTED,
    };
    let about = found.nonconformance.as_ref().map_or_else(|| found.line.document.to_string(), ToString::to_string);
    format!("{} {about}", outcome.get())
}

/// What else is known of it, in a line.
fn note(node: &TraceNode) -> String {
    match node.kind {
        TraceKind::Lot if node.inspection.is_some() => {
            let item = node.item.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{item} · {}", node.inspection.as_ref().map(inspection).unwrap_or_default())
        }
        TraceKind::Lot | TraceKind::NoLot | TraceKind::Order => {
            let item = node.item.as_ref().map(ToString::to_string).unwrap_or_default();
            named(&item, &node.name)
        }
        _ => node.partner.clone(),
    }
}

/// How much of a lot there is.
fn stock(node: &TraceNode) -> String {
    node.on_hand.map_or_else(String::new, |units| format!("{} {units} {}", ON_HAND.get(), node.unit))
}

/// An item's number and its name, where that says more.
fn named(item: &str, name: &str) -> String {
    if name.is_empty() || name == item { item.to_owned() } else { format!("{item} {name}") }
}
