//! Asks for material beyond the bill of material, and decides on it: what is agreed to is booked in the same commit.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::supply::{DecideExtra, ExtraAnswer};
use takt_domain::decide::DomainEvent;
use takt_domain::extra_issue::{self, ExtraIssue, ExtraState};
use takt_domain::movement::NewMovement;
use takt_domain::order::Mark;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::signature::Signature;
use takt_store::{Load, RecordWrite, Store};

use super::move_stock::{self, How};
use super::{Answer, CommandError, Plan, number, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, NUMBER_SCOPE, kind};
use crate::load::answered_before;
use crate::signature;

fn record(extra: &ExtraIssue, expected: u64) -> RecordWrite {
    let order = extra.movement.order.as_ref().map_or("", |order| order.as_str());
    RecordWrite {
        state: Some(extra.state.as_str().into()),
        parent: Some(order.to_owned()).filter(|order| !order.is_empty()),
        sort: Some(crate::exceptions::newest_first(extra.asked.at.as_millisecond())),
        search: Some(format!("{} {order} {} {}", extra.id, extra.movement.item, extra.asked.reason)),
        ..RecordWrite::new(
            kind::EXTRA_ISSUE,
            &extra.id,
            Some(expected),
            serde_json::to_value(extra).unwrap_or_default(),
        )
    }
}

fn told(event: &str, extra: &ExtraIssue, caller: &Caller) -> DomainEvent {
    let data = json!({
        "extra_issue": extra.id, "order": extra.movement.order, "item": extra.movement.item,
        "quantity": extra.movement.quantity, "need": extra.need, "reason": extra.asked.reason, "state": extra.state,
        "by": caller.actor.user,
    });
    DomainEvent { kind: format!("extra_issue.{event}.v1"), data }
}

/// Asks. What needs no approval is booked at once.
pub async fn ask<S: Store>(store: &S, caller: &Caller, given: &NewMovement) -> Result<Answer, CommandError> {
    move_stock::texts(given, caller)?;
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    if given.order.is_none() {
        return Err(CommandError::field("order", "expected the order that it is for"));
    }
    if !caller.actor.may(Permission::StockMove) {
        return Err(Refusal::one(Unmet::permission(Permission::StockMove, caller.lang)).into());
    }
    run(store, caller, async || {
        let need = move_stock::extra_of(store, caller, given).await?;
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.counters = vec![NUMBER_SCOPE.into()];
        let (id, counter) = number::next(&store.load(&load).await?, kind::EXTRA_ISSUE, "XI");
        let asked = Mark { by: caller.actor.user.clone(), at: caller.now, reason: given.reason.trim().to_owned() };
        let extra = ExtraIssue {
            id: id.clone(),
            movement: NewMovement { document: id.clone(), ..given.clone() },
            need,
            asked,
            state: ExtraState::Waiting,
            decided: None,
            signature: None,
            booked: None,
        };
        let body = json!(ExtraAnswer { id: id.clone(), state: extra.state, need });
        let mut commit = caller.commit(201, &body);
        commit.records.push(record(&extra, 0));
        commit.counters.push(counter);
        commit.events = keep::events(vec![told("asked", &extra, caller)], &caller.derived_id(), &id, caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}

/// Agrees, with a signature, or refuses.
pub async fn decide<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    given: &DecideExtra,
) -> Result<Answer, CommandError> {
    text_at("comment", &given.comment, TEXT_MAX)?;
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::EXTRA_ISSUE.into(), id.to_owned())];
        load.records.extend(signature::records(caller));
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let stored = loaded.record(kind::EXTRA_ISSUE, id).ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
        let mut extra: ExtraIssue = stored.parse()?;
        let signed = signature::given(caller, &loaded);
        extra_issue::decide(&extra, given.agree, &given.comment, &caller.actor, &signed, caller.lang)?;
        let mark = Mark { by: caller.actor.user.clone(), at: caller.now, reason: given.comment.trim().to_owned() };
        extra.decided = Some(mark);
        if !given.agree {
            extra.state = ExtraState::Refused;
            let body = json!(ExtraAnswer { id: id.to_owned(), state: extra.state, need: extra.need });
            let mut commit = caller.commit(200, &body);
            commit.records.push(record(&extra, stored.version));
            commit.events = keep::events(vec![told("refused", &extra, caller)], &caller.derived_id(), id, caller);
            return Ok(Plan { commit, status: 200, body });
        }
        // Who agrees need not be who may move stock: who asked is.
        let mut plan = move_stock::plan(store, caller, &extra.movement, How::Approved).await?;
        extra.state = ExtraState::Booked;
        extra.booked = Some(caller.derived_id());
        extra.signature = match &signed {
            Signature::Given(ticket) => Some(ticket.clone()),
            _ => None,
        };
        let body = json!(ExtraAnswer { id: id.to_owned(), state: extra.state, need: extra.need });
        plan.commit.records.push(record(&extra, stored.version));
        signature::book(caller, &mut plan.commit, id, "extra-issue");
        plan.tell(told("booked", &extra, caller), id, caller);
        Ok(plan.answering(200, body))
    })
    .await
}
