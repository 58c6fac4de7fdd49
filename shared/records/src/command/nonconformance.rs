//! Raises nonconformances, decides what becomes of the pieces, and closes them.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::quality::{CloseNonconformance, Dispose, NonconformanceAnswer, RaiseNonconformance};
use takt_domain::decide::DomainEvent;
use takt_domain::id::{NonconformanceId, OrderId};
use takt_domain::order::Order;
use takt_domain::quality::nonconformance::{self, Disposed, Nonconformance, Verdict, quantity_max, raised_on};
use takt_domain::refusal::Refusal;
use takt_store::{CounterChange, Load, Store};

use super::{Answer, CommandError, Plan, number, photo, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, NUMBER_SCOPE, kind};
use crate::load::{self, OrderState};
use crate::{archive, count, quality, signature};

/// Raises one.
pub async fn raise<S: Store>(store: &S, caller: &Caller, given: &RaiseNonconformance) -> Result<Answer, CommandError> {
    said("what", &given.what)?;
    run(store, caller, async || {
        let state = load::order(store, caller, &given.order, Vec::new()).await.map_err(|error| match error {
            CommandError::NotFound(id) => CommandError::field("order", format!("there is no order {id}")),
            other => other,
        })?;
        let order = &state.order;
        let quantity = quantity_at("quantity", given.quantity, order.quantity.scale())?;
        if let Some(number) = given.operation
            && order.operation(number).is_none()
        {
            return Err(CommandError::field("operation", format!("order {} has no operation {number}", order.id)));
        }
        let most = quantity_max(order, given.operation);
        if !quantity.is_positive() || quantity > most {
            return Err(CommandError::field("quantity", format!("expected a quantity above 0 and at most {most}")));
        }
        let photo: Vec<_> = given.photo.iter().map(|photo| ("photo".to_owned(), photo)).collect();
        photo::must_be_there(store, caller, &photo).await?;
        let (id, counter) = numbered(store, caller).await?;
        let raised = Nonconformance {
            id,
            order: order.id.clone(),
            item: order.item.clone(),
            operation: given.operation,
            quantity,
            what: given.what.trim().to_owned(),
            photo: given.photo.clone(),
            inspection: None,
            by: caller.actor.user.clone(),
            at: caller.now,
            disposition: None,
            closed: None,
        };
        let body = json!(answer(&raised));
        let mut commit = caller.commit(201, &body);
        commit.counters.push(counter);
        commit.records.push(quality::nonconformance(&raised, order.line.as_str(), 0));
        commit.records.push(keep::order(&raised_on(order, &raised), state.version));
        let event = told("nonconformance.raised.v1", &raised, order);
        commit.events = keep::events(vec![event], &caller.derived_id(), raised.id.as_str(), caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}

fn said(field: &str, text: &str) -> Result<(), CommandError> {
    text_at(field, text, TEXT_MAX)?;
    if text.trim().is_empty() {
        return Err(CommandError::field(field, "expected a few words"));
    }
    Ok(())
}

fn answer(found: &Nonconformance) -> NonconformanceAnswer {
    NonconformanceAnswer { id: found.id.clone(), state: found.state().as_str().into() }
}

/// The next number, and the change that takes it.
pub(crate) async fn numbered<S: Store>(
    store: &S,
    caller: &Caller,
) -> Result<(NonconformanceId, CounterChange), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.counters = vec![NUMBER_SCOPE.into()];
    let (id, counter) = number::next(&store.load(&load).await?, kind::NONCONFORMANCE, "NC");
    let id = id.parse().map_err(|_| CommandError::Damaged("the counter of nonconformances".into()))?;
    Ok((id, counter))
}

/// What the journal tells of one.
pub(crate) fn told(event: &str, found: &Nonconformance, order: &Order) -> DomainEvent {
    let data = json!({
        "nonconformance": found.id, "order": found.order, "item": found.item, "line": order.line,
        "operation": found.operation, "quantity": found.quantity, "what": found.what, "state": found.state(),
        "disposition": found.disposition, "closed": found.closed, "raised_by": found.by, "inspection": found.inspection,
    });
    DomainEvent { kind: event.into(), data }
}

/// The order of a nonconformance; none where there is no such one.
pub async fn order_of<S: Store>(
    store: &S,
    caller: &Caller,
    id: &NonconformanceId,
) -> Result<Option<OrderId>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::NONCONFORMANCE.into(), id.to_string())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::NONCONFORMANCE, id.as_str());
    Ok(record.map(|record| record.parse::<Nonconformance>()).transpose()?.map(|found| found.order))
}

struct Found {
    nonconformance: Nonconformance,
    version: u64,
    state: OrderState,
}

async fn found<S: Store>(store: &S, caller: &Caller, id: &NonconformanceId) -> Result<Found, CommandError> {
    let Some(order) = order_of(store, caller, id).await? else {
        archive::refuse_gone(store, caller, kind::NONCONFORMANCE, id.as_str()).await?;
        return Err(CommandError::NotFound(id.to_string()));
    };
    let mut also = signature::records(caller);
    also.push((kind::NONCONFORMANCE.into(), id.to_string()));
    let state = load::order(store, caller, &order, also).await?;
    let record = state.loaded.record(kind::NONCONFORMANCE, id.as_str());
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
    Ok(Found { nonconformance: record.parse()?, version: record.version, state })
}

fn booked(disposed: &Disposed, found: &Found, event: &str, caller: &Caller) -> Plan {
    let after = &disposed.after;
    let body = json!(answer(after));
    let movement = caller.derived_id();
    let mut commit = caller.commit(200, &body);
    commit.records.push(quality::nonconformance(after, disposed.order.line.as_str(), found.version));
    commit.records.push(keep::order(&disposed.order, found.state.version));
    let head = MovementHead {
        id: movement.clone(),
        order: Some(after.order.to_string()),
        operation: after.operation,
        document: Some(after.id.to_string()),
        reason: after.disposition.as_ref().map(|disposition| disposition.reason.clone()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&disposed.postings, &head, caller);
    let event = told(event, after, &disposed.order);
    commit.events = keep::events(vec![event], &movement, after.id.as_str(), caller);
    Plan { commit, status: 200, body }
}

/// Decides what becomes of the pieces.
pub async fn dispose<S: Store>(
    store: &S,
    caller: &Caller,
    id: &NonconformanceId,
    given: &Dispose,
) -> Result<Answer, CommandError> {
    said("reason", &given.reason)?;
    run(store, caller, async || {
        let found = found(store, caller, id).await?;
        let signature = signature::given(caller, &found.state.loaded);
        let (order, facts) = (&found.state.order, &found.state.facts);
        let verdict = (given.verdict, given.reason.trim());
        let disposed = nonconformance::dispose(&found.nonconformance, order, verdict, facts, &signature)?;
        let unmoved = count::may_move_now(store, caller, &disposed.postings).await?;
        let mut plan = booked(&disposed, &found, "nonconformance.decided.v1", caller);
        plan.commit.expect.extend(unmoved);
        if given.verdict == Verdict::Accept {
            signature::book(caller, &mut plan.commit, id.as_str(), "accept");
        }
        Ok(plan)
    })
    .await
}

/// Says that what was decided is done.
pub async fn close<S: Store>(
    store: &S,
    caller: &Caller,
    id: &NonconformanceId,
    given: &CloseNonconformance,
) -> Result<Answer, CommandError> {
    said("note", &given.note)?;
    run(store, caller, async || {
        let found = found(store, caller, id).await?;
        let (order, facts) = (&found.state.order, &found.state.facts);
        let closed = nonconformance::close(&found.nonconformance, order, given.note.trim(), facts);
        let closed = closed.map_err(Refusal::one)?;
        let unmoved = count::may_move_now(store, caller, &closed.postings).await?;
        let mut plan = booked(&closed, &found, "nonconformance.closed.v1", caller);
        plan.commit.expect.extend(unmoved);
        Ok(plan)
    })
    .await
}
