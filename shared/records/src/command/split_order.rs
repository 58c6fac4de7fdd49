//! Splits an order in two.

use takt_api::orders::{SplitAnswer, SplitOrder};
use takt_domain::id::OrderId;
use takt_domain::lots;
use takt_store::{Load, Store};

use super::create_order::next_number;
use super::{Answer, CommandError, Plan, quantity_at, run};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, NUMBER_SCOPE};
use crate::load;

/// Decides and books it.
pub async fn split_order<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    given: &SplitOrder,
) -> Result<Answer, CommandError> {
    run(store, caller, async || plan(store, caller, id, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, id: &OrderId, given: &SplitOrder) -> Result<Plan, CommandError> {
    let state = load::order(store, caller, id, Vec::new()).await?;
    let quantity = quantity_at("quantity", given.quantity, state.order.quantity.scale())?;
    let mut numbers = Load::new(caller.plant, caller.now_ms());
    numbers.counters = vec![NUMBER_SCOPE.into()];
    let (new_id, number) = next_number(store, caller, &store.load(&numbers).await?).await?;
    let split = lots::split(&state.order, &state.flow, &new_id, quantity, &state.facts)?;
    let old = split.change.order.as_ref().unwrap_or(&state.order);
    let answer = SplitAnswer { id: id.clone(), quantity: old.quantity, new: new_id.clone(), new_quantity: quantity };
    let body = serde_json::to_value(&answer).unwrap_or_default();
    let movement = caller.derived_id();
    let mut commit = caller.commit(201, &body);
    commit.records.push(keep::order(old, state.version));
    commit.records.push(keep::order(&split.new, 0));
    let head = MovementHead {
        id: movement.clone(),
        order: Some(id.to_string()),
        document: Some(new_id.to_string()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&split.change.postings, &head, caller);
    commit.counters.push(number);
    keep::resources(&split.change.resources, &mut commit);
    commit.events = keep::events(split.change.events, &movement, id.as_str(), caller);
    Ok(Plan { commit, status: 201, body })
}
