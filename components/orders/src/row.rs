//! Orders as lists and the board show them.

use std::collections::BTreeMap;

use takt_api::orders::OrderRow;
use takt_domain::facts::Progress;
use takt_domain::order::Order;
use takt_domain::report;
use takt_records::caller::Caller;
use takt_store::{Load, Record, Store};
use takt_web::failure::Failure;

/// The rows of these records, with what is done at each order's last operation: one load for all of them.
pub(crate) async fn rows<S: Store>(store: &S, caller: &Caller, records: &[Record]) -> Result<Vec<OrderRow>, Failure> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.counters = records.iter().map(|record| record.id.clone()).collect();
    let loaded = store.load(&load).await?;
    let mut counters: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
    for counter in &loaded.counters {
        counters.entry(&counter.scope).or_default().insert(counter.name.clone(), counter.value);
    }
    let none = BTreeMap::new();
    records.iter().map(|record| row(record.parse()?, counters.get(record.id.as_str()).unwrap_or(&none))).collect()
}

fn row(order: Order, counters: &BTreeMap<String, i64>) -> Result<OrderRow, Failure> {
    let scale = order.quantity.scale();
    let last = order.operations.last().map_or(0, |operation| operation.number);
    let done = report::progress(counters, scale).remove(&last).unwrap_or_else(|| Progress::none(scale));
    Ok(OrderRow {
        id: order.id,
        item: order.item,
        item_name: order.item_name,
        unit: order.unit,
        quantity: order.quantity,
        done,
        line: order.line,
        priority: order.priority,
        due: order.due,
        customer: order.customer,
        state: order.state,
        state_since: order.state_since,
        review_requested: order.review.is_some(),
        paused: order.paused.is_some(),
    })
}
