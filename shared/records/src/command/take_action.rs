//! Takes one of the actions of an order's flow.

use takt_api::TEXT_MAX;
use takt_api::orders::{OrderAnswer, TakeAction};
use takt_domain::decide::{self, Input};
use takt_domain::flow::{Action, Effect};
use takt_domain::id::OrderId;
use takt_domain::order::InspectionKind;
use takt_store::Store;

use super::{Answer, CommandError, Plan, exception, inspect, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead};
use crate::{count, load, lot, signature};

/// Decides and books the action.
pub async fn take_action<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    action: &str,
    given: &TakeAction,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    run(store, caller, async || plan(store, caller, id, action, given).await).await
}

/// The inspection that an action writes down.
fn inspection_of(action: &Action) -> Option<InspectionKind> {
    action.effects.iter().find_map(|effect| match effect {
        Effect::RecordFirstArticle => Some(InspectionKind::FirstArticle),
        Effect::RecordFinalInspection => Some(InspectionKind::Final),
        _ => None,
    })
}

async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    action: &str,
    given: &TakeAction,
) -> Result<Plan, CommandError> {
    let state = load::order(store, caller, id, signature::records(caller)).await?;
    let flow = &state.flow;
    let input = Input {
        reason: given.reason.trim().to_owned(),
        result: given.result,
        fields: given.fields.clone(),
        signature: signature::given(caller, &state.loaded),
    };
    let change = decide::decide(&state.order, flow, action, &input, &state.facts)?;
    if let Some(inspection) = flow.action(action).and_then(inspection_of) {
        inspect::must_be_planned(store, caller, &state.order.item, inspection).await?;
    }
    let unmoved = count::may_leave(store, caller, &change.postings).await?;
    let after = change.order.as_ref().unwrap_or(&state.order);
    let answer = OrderAnswer { id: id.clone(), state: after.state.clone(), version: state.version + 1 };
    let body = serde_json::to_value(&answer).unwrap_or_default();
    let movement = caller.derived_id();
    let mut commit = caller.commit(200, &body);
    commit.expect = unmoved;
    commit.records.push(keep::order(after, state.version));
    if flow.action(action).is_some_and(|action| action.needs_signature()) {
        signature::book(caller, &mut commit, id.as_str(), action);
    }
    let logs = |action: &Action| action.effects.contains(&Effect::LogException);
    let is_logged = flow.action(action).is_some_and(logs);
    let head = MovementHead {
        id: movement.clone(),
        order: Some(id.to_string()),
        reason: Some(input.reason),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    lot::expect(&state.facts.lots, &change.postings, &mut commit);
    commit.counters = keep::counters(&change.counters, id.as_str());
    commit.counters.extend(keep::owed(&change.postings));
    keep::resources(&change.resources, &mut commit);
    commit.events = keep::events(change.events, &movement, id.as_str(), caller);
    if is_logged {
        exception::log(store, caller, &mut commit, after, given.reason.trim()).await?;
    }
    Ok(Plan { commit, status: 200, body })
}
