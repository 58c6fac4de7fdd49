//! `GET /api/v1/trace?item=&lot=&order=&direction=&depth=` and `.csv`: where a lot came from and where it went.

use takt_api::problem::ProblemType;
use takt_api::trace::{Trace, TraceKind, TraceNode};
use takt_domain::id::{ItemId, OrderId};
use takt_domain::text::Lang;
use takt_domain::trace::{DEPTH_MAX, Node, Way};
use takt_records::export::text_line;
use takt_records::trace;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::csv;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn trace<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["item", "lot", "order", "direction", "depth"])?;
    json(200, &found(store, call).await?)
}

/// A row for each flow: the table under the picture.
pub(crate) async fn export<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["item", "lot", "order", "direction", "depth", "bom"])?;
    let mark = csv::mark(call)?;
    let trace = found(store, call).await?;
    let mut text = String::new();
    if mark {
        text.push('\u{feff}');
    }
    let header =
        [("来源", "from"), ("去向", "to"), ("物料", "item"), ("名称", "name"), ("数量", "quantity"), ("单位", "unit")];
    text_line(&mut text, &header.map(|(zh, en)| call.lang.pick(zh, en)));
    for edge in &trace.edges {
        let end = |at: u32| trace.nodes.get(at as usize);
        let (Some(from), Some(to)) = (end(edge.from), end(edge.to)) else { continue };
        let of_item = [from, to].into_iter().find(|node| node.item.as_ref() == Some(&edge.item));
        let name = of_item.map_or("", |node| node.name.as_str());
        let (from, to) = (label(from, call.lang), label(to, call.lang));
        text_line(&mut text, &[&from, &to, edge.item.as_str(), name, &edge.quantity.to_string(), &edge.unit]);
    }
    csv::response(text, "trace", None)
}

async fn found<S: Store>(store: &S, call: &Call) -> Result<Trace, Failure> {
    let way = call.param("direction").map_or(Some(Way::Both), Way::from_name);
    let way = way.ok_or_else(|| Failure::field("direction", "expected from, used or both"))?;
    let depth = match call.param("depth") {
        None => DEPTH_MAX,
        Some(text) => text
            .parse()
            .ok()
            .filter(|depth| (1..=DEPTH_MAX).contains(depth))
            .ok_or_else(|| Failure::field("depth", format!("expected a number from 1 to {DEPTH_MAX}")))?,
    };
    let start = match (call.param("item"), call.param("lot"), call.param("order")) {
        (None, None, Some(order)) => {
            let order: OrderId = order.parse().map_err(|_| Failure::because(ProblemType::NotFound, order))?;
            Node::Order(order)
        }
        (Some(item), Some(lot), None) => {
            let item: ItemId = item.parse().map_err(|_| Failure::because(ProblemType::NotFound, item))?;
            Node::Lot { item, lot: lot.trim().to_owned() }
        }
        (None, None, None) => return Err(Failure::field("item", "expected an item and a lot, or an order")),
        (Some(_), None, None) => return Err(Failure::field("lot", "expected the lot of the item")),
        (None, Some(_), None) => return Err(Failure::field("item", "expected the item of the lot")),
        (_, _, Some(_)) => return Err(Failure::field("order", "expected an order, or an item and a lot, not both")),
    };
    let found = trace::trace(store, call.caller()?, &start, way, depth).await?;
    found.ok_or_else(|| match &start {
        Node::Lot { item, lot } => {
            let detail = match call.lang {
                Lang::Zh => format!("账上没有 {item} 的批次 {lot}"),
                Lang::En => format!("the ledger has no lot {lot} of {item}"),
            };
            Failure::because(ProblemType::NotFound, detail)
        }
        Node::Order(order) => Failure::because(ProblemType::NotFound, order.to_string()),
        _ => Failure::new(ProblemType::NotFound),
    })
}

/// A node in words.
fn label(node: &TraceNode, lang: Lang) -> String {
    let item = node.item.as_ref().map_or("", |item| item.as_str());
    let words: &[&str] = match (node.kind, node.inward) {
        (TraceKind::Lot, _) => &[lang.pick("批次", "lot"), item, &node.lot],
        (TraceKind::NoLot, _) => &[item, lang.pick("(无批次)", "(no lot)")],
        (TraceKind::Order, _) => &[lang.pick("工单", "order"), node.order.as_ref().map_or("", |order| order.as_str())],
        (TraceKind::Supplier, true) => &[lang.pick("供应商到货", "delivery"), &node.document, &node.partner],
        (TraceKind::Supplier, false) => &[lang.pick("退回供应商", "back to supplier"), &node.document, &node.partner],
        (TraceKind::Customer, true) => &[lang.pick("客户退货", "back from customer"), &node.document, &node.partner],
        (TraceKind::Customer, false) => &[lang.pick("客户发货", "shipment"), &node.document, &node.partner],
        (TraceKind::Scrap, _) => &[lang.pick("报废", "scrap")],
        (TraceKind::Adjustment, true) => &[lang.pick("期初或盘盈", "opening or count")],
        (TraceKind::Adjustment, false) => &[lang.pick("盘亏", "count")],
        (TraceKind::Shortage, _) => &[lang.pick("冲抵缺料", "shortage settled")],
        (TraceKind::Other, _) => &[&node.document],
    };
    words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ")
}
