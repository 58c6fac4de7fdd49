//! Takes a step of one operation of an order.

use takt_api::TEXT_MAX;
use takt_api::orders::{OrderAnswer, TakeStep};
use takt_domain::id::OrderId;
use takt_domain::operation::{self, Step, StepInput};
use takt_store::Store;

use super::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::count;
use crate::keep::{self, MovementHead};
use crate::load;

/// Decides and books the step.
pub async fn take_step<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    number: u16,
    step: Step,
    given: &TakeStep,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    text_at("document", &given.document, 200)?;
    run(store, caller, async || plan(store, caller, id, number, step, given).await).await
}

async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    number: u16,
    step: Step,
    given: &TakeStep,
) -> Result<Plan, CommandError> {
    let state = load::order(store, caller, id, Vec::new()).await?;
    if state.order.operation(number).is_none() {
        return Err(CommandError::NotFound(format!("operation {number} of {id}")));
    }
    let scale = state.order.quantity.scale();
    let quantity = given.quantity.map(|quantity| quantity_at("quantity", quantity, scale)).transpose()?;
    let input = StepInput { reason: given.reason.trim().to_owned(), quantity };
    let change = operation::decide(&state.order, &state.flow, number, step, &input, &state.facts)?;
    let unmoved = count::may_move_now(store, caller, &change.postings).await?;
    let after = change.order.as_ref().unwrap_or(&state.order);
    let answer = OrderAnswer { id: id.clone(), state: after.state.clone(), version: state.version + 1 };
    let body = serde_json::to_value(&answer).unwrap_or_default();
    let movement = caller.derived_id();
    let mut commit = caller.commit(200, &body);
    commit.expect = unmoved;
    commit.records.push(keep::order(after, state.version));
    let head = MovementHead {
        id: movement.clone(),
        order: Some(id.to_string()),
        operation: Some(number),
        document: Some(given.document.trim().to_owned()),
        reason: Some(input.reason),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    commit.counters = keep::counters(&change.counters, id.as_str());
    commit.counters.extend(keep::owed(&change.postings));
    keep::resources(&change.resources, &mut commit);
    commit.events = keep::events(change.events, &movement, id.as_str(), caller);
    Ok(Plan { commit, status: 200, body })
}
