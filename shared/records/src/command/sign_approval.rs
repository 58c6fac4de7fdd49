//! Signs for an action that has to be approved, or refuses; and what waits for somebody's signature.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::flows::{SignApproval, WaitingApproval, WaitingApprovals};
use takt_api::orders::OrderAnswer;
use takt_domain::approval::{self, Decision, SignInput, Signer};
use takt_domain::id::OrderId;
use takt_store::{ListFilter, PageRequest, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, kind};
use crate::{count, load, lot, signature};

/// The most orders that are looked at for an inbox.
const LOOKED_AT_MAX: usize = 1_000;

/// How many orders are loaded with their facts at once.
const BATCH: usize = 50;

/// The most rows of an inbox.
const ROWS_MAX: usize = 200;

/// Decides and books the signature. What follows from the last one, or from a refusal, is part of the same commit.
pub async fn sign_approval<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    action: &str,
    given: &SignApproval,
) -> Result<Answer, CommandError> {
    text_at("comment", &given.comment, TEXT_MAX)?;
    run(store, caller, async || {
        let state = load::order(store, caller, id, signature::records(caller)).await?;
        let input = SignInput {
            step: given.step.clone(),
            decision: given.decision,
            comment: given.comment.clone(),
            device: caller.device.clone(),
            signature: signature::given(caller, &state.loaded),
        };
        let change = approval::sign(&state.order, &state.flow, action, &input, &state.facts)?;
        let unmoved = count::may_leave(store, caller, &change.postings).await?;
        let after = change.order.as_ref().unwrap_or(&state.order);
        let answer = OrderAnswer { id: id.clone(), state: after.state.clone(), version: state.version + 1 };
        let body = json!(answer);
        let mut commit = caller.commit(200, &body);
        commit.expect = unmoved;
        signature::book(caller, &mut commit, id.as_str(), action);
        commit.records.push(keep::order(after, state.version));
        let movement = caller.derived_id();
        let reason = (given.decision == Decision::Refuse).then(|| given.comment.trim().to_owned());
        let head =
            MovementHead { id: movement.clone(), order: Some(id.to_string()), reason, ..MovementHead::default() };
        commit.postings = keep::postings(&change.postings, &head, caller);
        lot::expect(&state.facts.lots, &change.postings, &mut commit);
        commit.counters = keep::counters(&change.counters, id.as_str());
        commit.counters.extend(keep::owed(&change.postings));
        keep::resources(&change.resources, &mut commit);
        commit.events = keep::events(change.events, &movement, id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

/// What the caller could sign now, the longest open first.
pub async fn waiting<S: Store>(store: &S, caller: &Caller) -> Result<WaitingApprovals, CommandError> {
    let flows = load::flows(store, caller).await?;
    let asks = flows.iter().flat_map(|flow| &flow.actions).filter(|action| action.approval.is_some());
    let mut states: Vec<_> = asks.flat_map(|action| action.from.clone()).collect();
    states.sort();
    states.dedup();
    let mut rows = Vec::new();
    if states.is_empty() {
        return Ok(WaitingApprovals { rows, more: false });
    }
    let filter = ListFilter { state: states, ..ListFilter::default() };
    let mut page = PageRequest::first(BATCH as u32);
    let mut looked_at = 0;
    let mut more = false;
    loop {
        let listed = store.list(caller.plant, kind::ORDER, &filter, &page).await?;
        looked_at += listed.items.len();
        let ids = listed.items.iter().filter_map(|record| record.id.parse().ok()).collect::<Vec<OrderId>>();
        let (orders, _) = load::orders(store, caller, &ids.iter().collect::<Vec<_>>(), Vec::new()).await?;
        for state in &orders {
            rows.extend(rows_of(state));
        }
        match listed.next {
            Some(_) if looked_at >= LOOKED_AT_MAX => {
                more = true;
                break;
            }
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    rows.sort_by(|a, b| (a.step.since, &a.order).cmp(&(b.step.since, &b.order)));
    more |= rows.len() > ROWS_MAX;
    rows.truncate(ROWS_MAX);
    Ok(WaitingApprovals { rows, more })
}

fn rows_of(state: &load::OrderState) -> Vec<WaitingApproval> {
    let (order, facts) = (&state.order, &state.facts);
    let own = |signer: &Signer| match signer {
        Signer::Role(role) => facts.actor.roles.contains(role),
        Signer::User(user) => facts.actor.user == *user,
    };
    let signable = approval::signable(order, &state.flow, facts);
    signable
        .into_iter()
        .map(|(action, step)| {
            let acting_for = if step.missing.iter().any(own) { None } else { facts.acting_for.first() };
            WaitingApproval {
                order: order.id.clone(),
                item: order.item.clone(),
                item_name: order.item_name.clone(),
                line: order.line.clone(),
                priority: order.priority,
                action: action.name.clone(),
                action_label: action.label.clone(),
                acting_for: acting_for.map(|other| other.user.clone()),
                step,
            }
        })
        .collect()
}
