//! Orders as lists and the board show them.

use std::collections::BTreeMap;

use takt_api::orders::OrderRow;
use takt_api::problem::ProblemType;
use takt_domain::facts::Progress;
use takt_domain::flow::{Flow, State};
use takt_domain::operation;
use takt_domain::order::Order;
use takt_domain::report;
use takt_records::caller::Caller;
use takt_store::{Load, Record, Store};
use takt_web::failure::Failure;

/// The rows of these records, with what is done at each order's last operation: one load for all of them.
pub(crate) async fn rows<S: Store>(store: &S, caller: &Caller, records: &[Record]) -> Result<Vec<OrderRow>, Failure> {
    let orders = orders(store, caller, records).await?;
    // Most plants have the built-in flow alone, which nobody has to look up.
    let flows = match orders.iter().all(|row| row.order.flow.is_builtin()) {
        true => vec![Flow::shared_builtin()],
        false => takt_records::load::flows(store, caller).await?,
    };
    let shown = |found: Row| {
        let order = &found.order;
        let flow = flows.iter().find(|flow| flow.reference() == order.flow);
        let state = flow.and_then(|flow| flow.state(&order.state));
        let state = state.ok_or_else(|| {
            eprintln!("order {} is in a state that its flow {} does not have", order.id, order.flow.id());
            Failure::new(ProblemType::Internal)
        })?;
        Ok(row(&found, state))
    };
    orders.into_iter().map(shown).collect()
}

/// An order, and how far it has come.
pub(crate) struct Row {
    pub(crate) order: Order,
    /// What is done at its last operation.
    pub(crate) done: Progress,
    /// How much of it is done, in percent of its standard time.
    pub(crate) percent: u8,
}

/// The orders of these records, each with how far it has come.
pub(crate) async fn orders<S: Store>(store: &S, caller: &Caller, records: &[Record]) -> Result<Vec<Row>, Failure> {
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
    let done = |record: &Record| {
        let order: Order = record.parse()?;
        let scale = order.quantity.scale();
        let last = order.operations.last().map_or(0, |operation| operation.number);
        let counters = counters.get(record.id.as_str()).unwrap_or(&none);
        let mut progress = report::progress(counters, scale);
        let percent = operation::percent(&order, &progress);
        let done = progress.remove(&last).unwrap_or_else(|| Progress::none(scale));
        Ok(Row { order, done, percent })
    };
    records.iter().map(done).collect()
}

fn row(row: &Row, state: &State) -> OrderRow {
    let Row { order, done, percent } = row;
    OrderRow {
        id: order.id.clone(),
        item: order.item.clone(),
        item_name: order.item_name.clone(),
        unit: order.unit.clone(),
        quantity: order.quantity,
        done: *done,
        line: order.line.clone(),
        priority: order.priority,
        due: order.due,
        customer: order.customer.clone(),
        state: order.state.clone(),
        state_label: state.label.clone(),
        category: state.category,
        state_since: order.state_since,
        review_requested: order.review.is_some(),
        paused: order.paused.is_some(),
        custom: order.custom.clone(),
        percent: *percent,
    }
}
