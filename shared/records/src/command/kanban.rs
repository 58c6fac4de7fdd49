//! Kanban: loops are set, lines call, the storekeeper brings what was called for, in one commit with the movement.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::supply::{CallAnswer, EndCall, FulfilCall, PutLoop};
use takt_domain::decide::DomainEvent;
use takt_domain::id::LoopId;
use takt_domain::kanban::{self, Call, CallState, KANBAN_SCOPE, KanbanLoop};
use takt_domain::master::{Item, Location};
use takt_domain::movement::NewMovement;
use takt_domain::order::Mark;
use takt_domain::refusal::Refusal;
use takt_store::{CounterChange, Load, Loaded, RecordWrite, Store};

use super::move_stock::{self, How};
use super::{Answer, CommandError, Plan, number, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, NUMBER_SCOPE, PLANT_PARENT, few, kind};
use crate::load::{self, answered_before};
use crate::watch;

/// A call as it is kept: open ones by their age.
fn record(call: &Call, expected: u64) -> RecordWrite {
    RecordWrite {
        state: Some(call.state.as_str().into()),
        parent: Some(call.of.id.to_string()),
        sort: Some(format!("{:020}", call.at.as_millisecond())),
        search: Some(format!("{} {} {} {}", call.id, call.of.id, call.of.item, call.of.to)),
        ..RecordWrite::new(kind::KANBAN_CALL, &call.id, Some(expected), serde_json::to_value(call).unwrap_or_default())
    }
}

fn cards(of: &LoopId, delta: i64, max: Option<i64>) -> CounterChange {
    let (scope, name) = (KANBAN_SCOPE.into(), of.to_string());
    CounterChange { scope, name, delta, min_after: (delta < 0).then_some(0), max_after: max }
}

fn told(event: &str, call: &Call, caller: &Caller) -> DomainEvent {
    let data = json!({
        "call": call.id, "loop": call.of.id, "item": call.of.item, "quantity": call.of.per_card, "from": call.of.from,
        "to": call.of.to, "state": call.state, "movement": call.movement, "by": caller.actor.user,
    });
    DomainEvent { kind: format!("kanban.{event}.v1"), data }
}

/// Sets a loop, where nobody else did since it was read.
pub async fn put_loop<S: Store>(
    store: &S,
    caller: &Caller,
    id: &LoopId,
    given: &PutLoop,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::ITEM.into(), given.item.to_string())];
        load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::ITEM, given.item.as_str());
        let missing = || CommandError::field("item", format!("there is no item {}", given.item));
        let item: Item = record.ok_or_else(missing)?.parse()?;
        let of = KanbanLoop {
            id: id.clone(),
            item: given.item.clone(),
            from: given.from.clone(),
            to: given.to.clone(),
            per_card: quantity_at("per_card", given.per_card, item.scale)?,
            cards: given.cards,
            late_minutes: given.late_minutes,
            active: given.active,
        };
        let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
        let faults = of.faults(&locations);
        if !faults.is_empty() {
            return Err(CommandError::fields(faults));
        }
        let status = if given.version == 0 { 201 } else { 200 };
        let body = json!(PutLoop { version: given.version + 1, per_card: of.per_card, ..given.clone() });
        let mut commit = caller.commit(status, &body);
        commit.records.push(few(kind::KANBAN_LOOP, id.as_str(), &of, Some(given.version)));
        let data = json!({"loop": of, "by": caller.actor.user});
        let event = DomainEvent { kind: "kanban.loop.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status, body })
    })
    .await
}

fn stored_loop(loaded: &Loaded, id: &LoopId) -> Result<KanbanLoop, CommandError> {
    let record = loaded.record(kind::KANBAN_LOOP, id.as_str());
    Ok(record.ok_or_else(|| CommandError::NotFound(id.to_string()))?.parse()?)
}

/// Calls for one card's worth: whoever comes last finds all cards out.
pub async fn call<S: Store>(store: &S, caller: &Caller, id: &LoopId) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::KANBAN_LOOP.into(), id.to_string())];
        load.counters = vec![KANBAN_SCOPE.into(), NUMBER_SCOPE.into()];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let of = stored_loop(&loaded, id)?;
        let out = loaded.counter(KANBAN_SCOPE, id.as_str());
        if let Some(unmet) = kanban::uncallable(&of, out, caller.lang) {
            return Err(Refusal::one(unmet).into());
        }
        let (number, counter) = number::next(&loaded, kind::KANBAN_CALL, "KB");
        let most = i64::from(of.cards);
        let call = Call {
            id: number,
            of,
            by: caller.actor.user.clone(),
            at: caller.now,
            state: CallState::Open,
            ended: None,
            movement: None,
        };
        let body = json!(CallAnswer { id: call.id.clone(), state: call.state });
        let mut commit = caller.commit(201, &body);
        commit.records.push(record(&call, 0));
        commit.counters = vec![counter, cards(id, 1, Some(most))];
        commit.events = keep::events(vec![told("called", &call, caller)], &caller.derived_id(), &call.id, caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}

/// A call that is open, with the version of its record, and the locations and its alert among what was loaded.
async fn open_call<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<(Call, u64, Loaded), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::KANBAN_CALL.into(), id.to_owned()), watch::kanban::record(id)];
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let record = loaded.record(kind::KANBAN_CALL, id).ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
    let call: Call = record.parse()?;
    if let Some(unmet) = call.over(caller.lang) {
        return Err(Refusal::one(unmet).into());
    }
    let version = record.version;
    Ok((call, version, loaded))
}

/// Brings it: the movement and the end of the call are one commit.
pub async fn fulfil<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    given: &FulfilCall,
) -> Result<Answer, CommandError> {
    text_at("lot", &given.lot, 64)?;
    run(store, caller, async || {
        let (mut call, version, loaded) = open_call(store, caller, id).await?;
        let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
        let from = given.from.clone().unwrap_or_else(|| call.of.from.clone());
        let movement = NewMovement {
            kind: call.of.movement(&from, &locations),
            item: call.of.item.clone(),
            lot: given.lot.clone(),
            from: Some(from),
            to: Some(call.of.to.clone()),
            quantity: given.quantity.unwrap_or(call.of.per_card),
            order: None,
            document: call.id.clone(),
            line: None,
            reason: String::new(),
            scan: String::new(),
            occurred_at: None,
            expires: None,
            made: None,
            supplier_lot: String::new(),
            unit: String::new(),
        };
        let mut plan = move_stock::plan(store, caller, &movement, How::Step).await?;
        call.state = CallState::Fulfilled;
        call.ended = Some(Mark { by: caller.actor.user.clone(), at: caller.now, reason: String::new() });
        call.movement = Some(caller.derived_id());
        let body = json!(CallAnswer { id: call.id.clone(), state: call.state });
        plan.commit.records.push(record(&call, version));
        plan.commit.counters.push(cards(&call.of.id, -1, None));
        watch::kanban::over(&call.id, &loaded, caller, &mut plan.commit)?;
        plan.tell(told("fulfilled", &call, caller), &call.id, caller);
        Ok(plan.answering(200, body))
    })
    .await
}

/// It is not needed after all.
pub async fn cancel<S: Store>(store: &S, caller: &Caller, id: &str, given: &EndCall) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || {
        let (mut call, version, loaded) = open_call(store, caller, id).await?;
        call.state = CallState::Cancelled;
        let reason = given.reason.trim().to_owned();
        call.ended = Some(Mark { by: caller.actor.user.clone(), at: caller.now, reason });
        let body = json!(CallAnswer { id: call.id.clone(), state: call.state });
        let mut commit = caller.commit(200, &body);
        commit.records.push(record(&call, version));
        commit.counters.push(cards(&call.of.id, -1, None));
        watch::kanban::over(&call.id, &loaded, caller, &mut commit)?;
        let told = told("cancelled", &call, caller);
        commit.events.extend(keep::events(vec![told], &caller.derived_id(), &call.id, caller));
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
