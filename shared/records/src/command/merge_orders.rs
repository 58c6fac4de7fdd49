//! Makes one order of several.

use takt_api::TEXT_MAX;
use takt_api::orders::{MergeOrders, OrderAnswer};
use takt_domain::id::OrderId;
use takt_domain::lots::{self, Part};
use takt_domain::schedule::OrderPlan;
use takt_store::{RecordWrite, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, kind};
use crate::load::{self, OrderState};

/// The most orders that become part of another at once.
pub const MERGED_MAX: usize = 20;

/// Decides and books it.
pub async fn merge_orders<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    given: &MergeOrders,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    let twice = (1..given.orders.len()).any(|n| given.orders[..n].contains(&given.orders[n]));
    if given.orders.is_empty() || given.orders.len() > MERGED_MAX || twice || given.orders.contains(id) {
        let what = format!("expected 1 to {MERGED_MAX} other orders, each once");
        return Err(CommandError::field("orders", what));
    }
    run(store, caller, async || plan(store, caller, id, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, id: &OrderId, given: &MergeOrders) -> Result<Plan, CommandError> {
    let of_plan = |id: &OrderId| vec![(kind::PLAN.to_owned(), id.to_string())];
    let into = load::order(store, caller, id, of_plan(id)).await?;
    let mut others = Vec::with_capacity(given.orders.len());
    for other in &given.orders {
        let state = load::order(store, &Caller { key: None, ..caller.clone() }, other, of_plan(other)).await;
        others.push(state.map_err(|error| match error {
            CommandError::NotFound(id) => CommandError::field("orders", format!("there is no order {id}")),
            other => other,
        })?);
    }
    let parts: Vec<_> = others.iter().map(|state| Part { order: &state.order, facts: &state.facts }).collect();
    let merged = lots::merge(Part { order: &into.order, facts: &into.facts }, &parts, &into.flow, given.reason.trim())?;
    let after = merged.change.order.as_ref().unwrap_or(&into.order);
    let answer = OrderAnswer { id: id.clone(), state: after.state.clone(), version: into.version + 1 };
    let body = serde_json::to_value(&answer).unwrap_or_default();
    let movement = caller.derived_id();
    let mut commit = caller.commit(200, &body);
    commit.records.push(keep::order(after, into.version));
    for (over, state) in merged.over.iter().zip(&others) {
        commit.records.push(keep::order(over, state.version));
    }
    // What is over takes no place on the board, and the times of what has grown are not true any more.
    commit.records.extend(others.iter().chain([&into]).filter_map(unplanned));
    let head = MovementHead {
        id: movement.clone(),
        order: Some(id.to_string()),
        reason: Some(given.reason.trim().to_owned()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&merged.change.postings, &head, caller);
    keep::resources(&merged.change.resources, &mut commit);
    commit.events = keep::events(merged.change.events, &movement, id.as_str(), caller);
    Ok(Plan { commit, status: 200, body })
}

/// The plan of an order without its places; none where it has none.
fn unplanned(state: &OrderState) -> Option<RecordWrite> {
    let id = &state.order.id;
    let record = state.loaded.record(kind::PLAN, id.as_str())?;
    let body = serde_json::to_value(OrderPlan { order: id.clone(), slots: Vec::new() }).unwrap_or_default();
    Some(RecordWrite::new(kind::PLAN, id.as_str(), Some(record.version), body))
}
