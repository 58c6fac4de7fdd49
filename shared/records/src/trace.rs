//! A trace over the ledger: the walk is the domain's, here it gets the sums that it asks for, and names for what it found.

use std::collections::BTreeMap;

use takt_api::archive::ArchivedOrder;
use takt_api::trace::{Trace, TraceEdge, TraceKind, TraceNode};
use takt_domain::document::{Document, LineRef};
use takt_domain::id::ItemId;
use takt_domain::lot::{Lot, LotState};
use takt_domain::master::Item;
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_domain::trace::{Flow, Limits, Node, Tracer, Way};
use takt_store::{Load, Loaded, LotFlow, OrderFlow, PlantNumber, Store};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::kind;
use crate::supply;

/// Where an order may be: in the plant, or gone to the archive.
const KINDS_OF_ORDERS: [&str; 2] = [kind::ORDER, kind::ARCHIVED_ORDER];

/// The most sums of one step; a walk that meets more of them says that it left something out.
const FLOWS_MAX: u32 = 4000;

const PRODUCTION: &str = "@production";
const LOTS: &str = "@lots";

/// What a step of the walk found.
struct Step {
    flows: Vec<Flow>,
    more: bool,
}

/// The genealogy of a lot or an order; none where the ledger knows nothing of the lot, or there is no such order.
pub async fn trace<S: Store>(
    store: &S,
    caller: &Caller,
    start: &Node,
    way: Way,
    depth: u16,
) -> Result<Option<Trace>, CommandError> {
    let limits = Limits { depth, ..Limits::default() };
    let mut tracer = Tracer::new(start, way, limits);
    let mut on_hand = BTreeMap::new();
    let mut is_first = true;
    loop {
        let asked = tracer.asks();
        if asked.is_empty() {
            break;
        }
        let step = step(store, caller.plant, &asked, &mut on_hand).await?;
        if is_first && matches!(start, Node::Lot { .. }) && step.flows.is_empty() && on_hand.is_empty() {
            return Ok(None);
        }
        is_first = false;
        tracer.answer(&step.flows, step.more);
    }
    let found = tracer.finish();
    let loaded = names(store, caller, &found).await?;
    if let Node::Order(order) = start
        && KINDS_OF_ORDERS.iter().all(|kind| loaded.record(kind, order.as_str()).is_none())
    {
        return Ok(None);
    }
    Ok(Some(told(&found, start, &loaded, &on_hand)?))
}

async fn step<S: Store>(
    store: &S,
    plant: PlantNumber,
    asked: &[Node],
    on_hand: &mut BTreeMap<Node, i64>,
) -> Result<Step, CommandError> {
    let (mut lots, mut orders) = (Vec::new(), Vec::new());
    for node in asked {
        match node {
            Node::Lot { item, lot } => lots.push((item.to_string(), lot.clone())),
            Node::Order(order) => orders.push(order.to_string()),
            _ => {}
        }
    }
    let mut step = Step { flows: Vec::new(), more: false };
    if !lots.is_empty() {
        let rows = store.lot_flows(plant, &lots, FLOWS_MAX).await?;
        step.more |= rows.len() >= FLOWS_MAX as usize;
        for row in &rows {
            match of_lot(row)? {
                Some(flow) => step.flows.push(flow),
                None => {
                    on_hand.insert(lot_node(&row.item, &row.lot, "")?, row.quantity);
                }
            }
        }
    }
    if !orders.is_empty() {
        let rows = store.order_flows(plant, &orders, FLOWS_MAX).await?;
        step.more |= rows.len() >= FLOWS_MAX as usize;
        for row in rows.iter().filter(|row| row.place == PRODUCTION) {
            step.flows.push(of_order(row, &rows)?);
        }
    }
    Ok(step)
}

fn damaged(what: &str) -> CommandError {
    CommandError::Damaged(format!("the postings of {what}"))
}

fn item_of(item: &str) -> Result<ItemId, CommandError> {
    item.parse().map_err(|_| damaged(item))
}

/// A lot; `at` tells stock without one from other stock without one.
fn lot_node(item: &str, lot: &str, at: &str) -> Result<Node, CommandError> {
    let item = item_of(item)?;
    Ok(match lot {
        "" => Node::Loose { item, at: at.to_owned() },
        lot => Node::Lot { item, lot: lot.to_owned() },
    })
}

fn directed(this: Node, other: Node, way: takt_store::Way, units: i64) -> Flow {
    match way {
        takt_store::Way::In => Flow { from: other, to: this, units },
        takt_store::Way::Out => Flow { from: this, to: other, units },
    }
}

/// What the sum of a lot says; none for what is left in the plant's own places.
fn of_lot(row: &LotFlow) -> Result<Option<Flow>, CommandError> {
    let inward = row.way == takt_store::Way::In;
    let other = match row.place.as_str() {
        "" => return Ok(None),
        PRODUCTION if !row.order.is_empty() => Node::Order(row.order.parse().map_err(|_| damaged(&row.order))?),
        LOTS => {
            let to = if inward { "" } else { ">" };
            lot_node(&row.other_item, &row.other_lot, &format!("{to}{}/{}", row.item, row.lot))?
        }
        place @ ("@supplier" | "@customer") => {
            Node::Document { place: place.to_owned(), inward, document: row.document.clone(), line: row.order.clone() }
        }
        place => Node::Place { place: place.to_owned(), inward },
    };
    Ok(Some(directed(lot_node(&row.item, &row.lot, "")?, other, row.way, row.quantity)))
}

/// What an order makes for itself, as semi-finished goods without a lot are, is neither a source of it nor an outcome: of such
/// stock only what is more on one side counts.
fn of_order(row: &OrderFlow, rows: &[OrderFlow]) -> Result<Flow, CommandError> {
    let itself = rows.iter().filter(|other| {
        row.lot.is_empty()
            && other.lot.is_empty()
            && other.place == PRODUCTION
            && other.way != row.way
            && (&other.order, &other.item) == (&row.order, &row.item)
    });
    let itself: i64 = itself.map(|other| other.quantity).sum();
    let this = Node::Order(row.order.parse().map_err(|_| damaged(&row.order))?);
    let made = row.way == takt_store::Way::Out;
    let at = if made { format!(">{}", row.order) } else { row.order.clone() };
    let other = lot_node(&row.item, &row.lot, &at)?;
    // Into production is into the order.
    Ok(directed(this, other, row.way, row.quantity - itself))
}

fn line_of(node: &Node) -> Option<LineRef> {
    match node {
        Node::Document { line, .. } => LineRef::of_holder(line),
        _ => None,
    }
}

/// The records that have the names of what was found.
async fn names<S: Store>(
    store: &S,
    caller: &Caller,
    found: &takt_domain::trace::Trace,
) -> Result<Loaded, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    for found in &found.nodes {
        match &found.node {
            Node::Lot { item, lot } => {
                load.records.push((kind::ITEM.into(), item.to_string()));
                load.records.extend(crate::lot::record(item.as_str(), lot));
            }
            Node::Loose { item, .. } => load.records.push((kind::ITEM.into(), item.to_string())),
            Node::Order(order) => {
                load.records.extend(KINDS_OF_ORDERS.map(|kind| (kind.to_owned(), order.to_string())));
            }
            node => {
                load.records
                    .extend(line_of(node).map(|line| (supply::kind_of(line.kind).into(), line.document.to_string())));
            }
        }
    }
    load.records.sort();
    load.records.dedup();
    Ok(store.load(&load).await?)
}

fn told(
    found: &takt_domain::trace::Trace,
    start: &Node,
    loaded: &Loaded,
    on_hand: &BTreeMap<Node, i64>,
) -> Result<Trace, CommandError> {
    let of_items = loaded.records.iter().filter(|record| record.kind == kind::ITEM);
    let items = of_items.map(|record| Ok((record.id.clone(), record.parse::<Item>()?)));
    let items: BTreeMap<String, Item> = items.collect::<Result<_, CommandError>>()?;
    let scale = |item: &ItemId| items.get(item.as_str()).map_or(0, |item| item.scale);
    let unit = |item: &ItemId| items.get(item.as_str()).map(|item| item.unit.clone()).unwrap_or_default();
    let mut nodes = Vec::with_capacity(found.nodes.len());
    for one in &found.nodes {
        let mut node = named(&one.node, loaded)?;
        (node.layer, node.open) = (one.layer, one.open);
        if let (Node::Lot { item, .. } | Node::Loose { item, .. }, Some(known)) =
            (&one.node, node.item.as_ref().and_then(|item| items.get(item.as_str())))
        {
            (node.name, node.unit) = (known.name.clone(), known.unit.clone());
            // Whose sums were not asked for says nothing; whose sums say nothing has none left.
            let looked_at = matches!(one.node, Node::Lot { .. }) && !one.open;
            let units = on_hand.get(&one.node).copied().or((!found.truncated).then_some(0)).filter(|_| looked_at);
            node.on_hand = units.map(|units| Quantity::from_units(units, scale(item)));
        }
        nodes.push(node);
    }
    let edge = |(from, to, units): &(usize, usize, i64)| {
        let ends = [&found.nodes[*from].node, &found.nodes[*to].node];
        let item = ends.into_iter().find_map(|end| match end {
            Node::Lot { item, .. } | Node::Loose { item, .. } => Some(item.clone()),
            _ => None,
        })?;
        let (quantity, unit) = (Quantity::from_units(*units, scale(&item)), unit(&item));
        Some(TraceEdge { from: *from as u32, to: *to as u32, item, quantity, unit })
    };
    let start = found.nodes.iter().position(|found| found.node == *start).unwrap_or_default();
    Ok(Trace {
        start: start as u32,
        nodes,
        edges: found.edges.iter().filter_map(edge).collect(),
        truncated: found.truncated,
    })
}

fn named(node: &Node, loaded: &Loaded) -> Result<TraceNode, CommandError> {
    let mut named = TraceNode {
        kind: TraceKind::Other,
        layer: 0,
        open: false,
        item: None,
        name: String::new(),
        lot: String::new(),
        on_hand: None,
        unit: String::new(),
        order: None,
        document: String::new(),
        ordered_by: String::new(),
        partner: String::new(),
        inward: false,
        state: LotState::Free,
        inspection: None,
    };
    match node {
        Node::Lot { item, lot } => {
            if let Some(record) = loaded.record(kind::LOT, &takt_domain::lot::key(item.as_str(), lot)) {
                let known: Lot = record.parse()?;
                (named.state, named.inspection) = (known.state, known.inspection);
            }
            named.kind = TraceKind::Lot;
            (named.item, named.lot) = (Some(item.clone()), lot.clone());
        }
        Node::Loose { item, .. } => (named.kind, named.item) = (TraceKind::NoLot, Some(item.clone())),
        Node::Order(id) => {
            (named.kind, named.order) = (TraceKind::Order, Some(id.clone()));
            if let Some(record) = loaded.record(kind::ORDER, id.as_str()) {
                let order: Order = record.parse()?;
                (named.item, named.name, named.unit) = (Some(order.item), order.item_name, order.unit);
            } else if let Some(record) = loaded.record(kind::ARCHIVED_ORDER, id.as_str()) {
                let order: ArchivedOrder = record.parse()?;
                (named.item, named.name, named.unit) = (Some(order.item), order.item_name, order.unit);
            }
        }
        Node::Document { place, inward, document, .. } => {
            named.kind = if place == "@supplier" { TraceKind::Supplier } else { TraceKind::Customer };
            (named.document, named.inward) = (document.clone(), *inward);
            if let Some(line) = line_of(node) {
                named.ordered_by = line.document.to_string();
                if let Some(record) = loaded.record(supply::kind_of(line.kind), line.document.as_str()) {
                    named.partner = record.parse::<Document>()?.partner;
                }
            }
        }
        Node::Place { place, inward } => {
            named.kind = match place.as_str() {
                "@scrap" => TraceKind::Scrap,
                "@adjustment" => TraceKind::Adjustment,
                "@shortage" => TraceKind::Shortage,
                _ => TraceKind::Other,
            };
            (named.document, named.inward) = (place.clone(), *inward);
        }
    }
    Ok(named)
}
