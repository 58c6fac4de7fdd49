//! Raises, acknowledges, escalates and closes exceptions.

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_api::TEXT_MAX;
use takt_api::exceptions::{
    AcknowledgeException, CloseException, ExceptionAnswer, ExceptionSettingsDocument, RaiseException,
};
use takt_domain::decide::DomainEvent;
use takt_domain::exception::{Closing, Exception, ExceptionSettings, OTHER};
use takt_domain::id::{ExceptionId, OrderId};
use takt_domain::order::Order;
use takt_domain::refusal::{Refusal, Unmet};
use takt_store::{Commit, Event, Load, Loaded, PlantNumber, RecordWrite, Store, StoreError};

use super::{Answer, CommandError, Plan, number, occurred, photo, run, text_at};
use crate::caller::Caller;
use crate::exceptions;
use crate::keep::{self, NUMBER_SCOPE, PLANT_PARENT, kind};
use crate::load::answered_before;

/// Raises one.
pub async fn raise<S: Store>(store: &S, caller: &Caller, given: &RaiseException) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    occurred(given.occurred_at, caller)?;
    run(store, caller, async || plan_raise(store, caller, given).await).await
}

async fn plan_raise<S: Store>(store: &S, caller: &Caller, given: &RaiseException) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![exceptions::settings_record()];
    let named = [
        ("order", kind::ORDER, given.order.as_ref().map(ToString::to_string)),
        ("equipment", kind::EQUIPMENT, given.equipment.as_ref().map(ToString::to_string)),
        ("line", kind::LINE, given.line.as_ref().map(ToString::to_string)),
    ];
    for (_, kind, id) in &named {
        load.records.extend(id.iter().map(|id| ((*kind).to_owned(), id.clone())));
    }
    load.counters = vec![NUMBER_SCOPE.into()];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    for (field, kind, id) in &named {
        if let Some(id) = id
            && loaded.record(kind, id).is_none()
        {
            return Err(CommandError::field(field, format!("there is no {field} {id}")));
        }
    }
    let photo: Vec<_> = given.photo.iter().map(|photo| ("photo".to_owned(), photo)).collect();
    photo::must_be_there(store, caller, &photo).await?;
    let (settings, _) = exceptions::settings(&loaded)?;
    if settings.kind(&given.kind).is_none() {
        let known: Vec<_> = settings.types.iter().map(|kind| kind.id.as_str()).collect();
        return Err(CommandError::field("type", format!("expected one of {}", known.join(", "))));
    }
    let order = order_of(given, &loaded)?;
    let (id, counter) = number::next(&loaded, kind::EXCEPTION, "EX");
    let raised = new(given, &id, order.as_ref().map(|(order, _)| order), caller)?;
    let answer = ExceptionAnswer { id: raised.id.clone(), state: raised.state().as_str().into() };
    let body = json!(answer);
    let mut commit = caller.commit(201, &body);
    commit.counters.push(counter);
    commit.records.push(exceptions::exception(&raised, 0));
    if let Some((order, version)) = &order {
        commit.records.push(keep::order(&raised.raised_on(order), *version));
    }
    commit.events = keep::events(vec![told(&raised, &settings, caller)], &caller.derived_id(), &id, caller);
    Ok(Plan { commit, status: 201, body })
}

/// The order that it names, with its version. One that is over can have an exception, but nothing is left to stop.
fn order_of(given: &RaiseException, loaded: &Loaded) -> Result<Option<(Order, u64)>, CommandError> {
    let Some(id) = &given.order else {
        let needs_order = if given.stops { Some("stops") } else { given.operation.map(|_| "operation") };
        return match needs_order {
            Some(field) => Err(CommandError::field(field, "expected with an order")),
            None => Ok(None),
        };
    };
    let Some(record) = loaded.record(kind::ORDER, id.as_str()) else { return Ok(None) };
    let order: Order = record.parse()?;
    if let Some(number) = given.operation
        && order.operation(number).is_none()
    {
        return Err(CommandError::field("operation", format!("order {id} has no operation {number}")));
    }
    if given.stops && (order.completed.is_some() || order.cancelled.is_some()) {
        return Err(CommandError::field("stops", format!("order {id} is made or over: nothing is left to stop")));
    }
    Ok(Some((order, record.version)))
}

fn new(given: &RaiseException, id: &str, order: Option<&Order>, caller: &Caller) -> Result<Exception, CommandError> {
    let id: ExceptionId = id.parse().map_err(|_| CommandError::Damaged("the counter of exceptions".into()))?;
    Ok(Exception {
        id,
        kind: given.kind.clone(),
        order: given.order.clone(),
        operation: given.operation,
        equipment: given.equipment.clone(),
        line: given.line.clone().or_else(|| order.map(|order| order.line.clone())),
        note: given.note.trim().to_owned(),
        photo: given.photo.clone(),
        stops: given.stops,
        by: caller.actor.user.clone(),
        at: caller.now,
        occurred_at: given.occurred_at,
        level: 0,
        escalated_at: None,
        acknowledged: None,
        closed: None,
    })
}

/// What the journal tells of it, as far as that is the same for each step.
fn about(exception: &Exception) -> Value {
    json!({
        "exception": exception.id, "type": exception.kind, "order": exception.order, "operation": exception.operation,
        "equipment": exception.equipment, "line": exception.line, "note": exception.note, "stops": exception.stops,
        "level": exception.level, "at": exception.at,
    })
}

fn told(exception: &Exception, settings: &ExceptionSettings, caller: &Caller) -> DomainEvent {
    let mut data = about(exception);
    data["roles"] = json!(exception.told(settings));
    data["by"] = json!(caller.actor.user);
    DomainEvent { kind: "exception.raised.v1".into(), data }
}

/// Adds the exception that an action of an order's flow has logged to the commit of that action.
pub(crate) async fn log<S: Store>(
    store: &S,
    caller: &Caller,
    commit: &mut Commit,
    order: &Order,
    note: &str,
) -> Result<(), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![exceptions::settings_record()];
    load.counters = vec![NUMBER_SCOPE.into()];
    let loaded = store.load(&load).await?;
    let (settings, _) = exceptions::settings(&loaded)?;
    let last = settings.types.last().map_or(OTHER, |kind| kind.id.as_str());
    let kind_id = settings.kind(OTHER).map_or(last, |kind| kind.id.as_str());
    let given = RaiseException {
        kind: kind_id.to_owned(),
        order: Some(order.id.clone()),
        note: note.to_owned(),
        ..RaiseException::default()
    };
    let (id, counter) = number::next(&loaded, kind::EXCEPTION, "EX");
    let raised = new(&given, &id, Some(order), caller)?;
    commit.counters.push(counter);
    commit.records.push(exceptions::exception(&raised, 0));
    let event = told(&raised, &settings, caller);
    commit.events.extend(keep::events(vec![event], &format!("{}.x", caller.derived_id()), &id, caller));
    Ok(())
}

/// The exception, its version, and the order that it stops with its own.
struct Found {
    exception: Exception,
    version: u64,
    order: Option<(Order, u64)>,
}

async fn found<S: Store>(store: &S, caller: &Caller, id: &ExceptionId) -> Result<Found, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::EXCEPTION.into(), id.to_string())];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let record = loaded.record(kind::EXCEPTION, id.as_str());
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
    let exception: Exception = record.parse()?;
    let order = match exception.order.as_ref().filter(|_| exception.stops) {
        None => None,
        Some(order) => {
            let mut load = Load::new(caller.plant, caller.now_ms());
            load.records = vec![(kind::ORDER.into(), order.to_string())];
            let loaded = store.load(&load).await?;
            let record = loaded.record(kind::ORDER, order.as_str());
            record.map(|record| Ok::<_, StoreError>((record.parse()?, record.version))).transpose()?
        }
    };
    Ok(Found { exception, version: record.version, order })
}

fn booked(after: &Exception, version: u64, event: &str, more: Value, caller: &Caller) -> Plan {
    let body = json!(ExceptionAnswer { id: after.id.clone(), state: after.state().as_str().into() });
    let mut commit = caller.commit(200, &body);
    commit.records.push(exceptions::exception(after, version));
    let mut data = about(after);
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
        data.insert("by".into(), json!(caller.actor.user));
    }
    let event = DomainEvent { kind: event.into(), data };
    commit.events = keep::events(vec![event], &caller.derived_id(), after.id.as_str(), caller);
    Plan { commit, status: 200, body }
}

/// Somebody says "I have it".
pub async fn acknowledge<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ExceptionId,
    given: &AcknowledgeException,
) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    run(store, caller, async || {
        let Found { exception, version, .. } = found(store, caller, id).await?;
        let after = exception
            .acknowledge(&caller.actor.user, caller.now, given.note.trim(), caller.lang)
            .map_err(Refusal::one)?;
        let waited = json!({"waited_s": exception.open_s(caller.now)});
        Ok(booked(&after, version, "exception.acknowledged.v1", waited, caller))
    })
    .await
}

/// Closes it, and takes the stop off the order that it was.
pub async fn close<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ExceptionId,
    given: &CloseException,
) -> Result<Answer, CommandError> {
    for (field, text, max) in [("cause", &given.cause, 100), ("action", &given.action, TEXT_MAX)] {
        text_at(field, text, max)?;
        if text.trim().is_empty() {
            return Err(CommandError::field(field, "expected what it came from and what was done"));
        }
    }
    run(store, caller, async || {
        let Found { exception, version, order } = found(store, caller, id).await?;
        let closing = Closing {
            by: caller.actor.user.clone(),
            at: caller.now,
            cause: given.cause.trim().to_owned(),
            action: given.action.trim().to_owned(),
        };
        let ended = json!({
            "cause": closing.cause, "action": closing.action, "open_s": exception.open_s(caller.now),
            "lost_s": exception.lost_s(caller.now),
        });
        let after = exception.close(closing, caller.lang).map_err(Refusal::one)?;
        let mut plan = booked(&after, version, "exception.closed.v1", ended, caller);
        if let Some((order, version)) = order {
            plan.commit.records.push(keep::order(&after.closed_on(&order), version));
        }
        Ok(plan)
    })
    .await
}

/// The order that closing an exception lets go on; none where it stops none.
pub async fn order_stopped_by<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ExceptionId,
) -> Result<Option<OrderId>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::EXCEPTION.into(), id.to_string())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::EXCEPTION, id.as_str());
    let exception = record.map(|record| record.parse::<Exception>()).transpose()?;
    Ok(exception.filter(|exception| exception.stops).and_then(|exception| exception.order))
}

/// Tells the next level of everything that nobody has acknowledged for too long; says how many. Each level is told once,
/// whoever else looks at the same time.
pub async fn escalate<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<u64, CommandError> {
    let mut load = Load::new(plant, now.as_millisecond());
    load.records = vec![exceptions::settings_record()];
    let (settings, _) = exceptions::settings(&store.load(&load).await?)?;
    let filter = takt_store::ListFilter { state: vec!["open".into()], ..takt_store::ListFilter::default() };
    let mut page = takt_store::PageRequest::first(200);
    let mut raised = 0;
    loop {
        let found = store.list(plant, kind::EXCEPTION, &filter, &page).await?;
        for record in &found.items {
            let before: Exception = record.parse()?;
            let Some(after) = before.escalated(&settings, now) else { continue };
            let mut commit = Commit::new(plant, now.as_millisecond());
            commit.records.push(exceptions::exception(&after, record.version));
            let mut data = about(&after);
            data["roles"] = json!(after.told(&settings));
            data["open_s"] = json!(after.open_s(now));
            commit.events.push(Event {
                id: format!("{}.level.{}", after.id, after.level),
                event_type: "exception.escalated.v1".into(),
                source: format!("/plants/{plant}"),
                subject: after.id.to_string(),
                time_ms: now.as_millisecond(),
                data,
            });
            match store.commit(&commit).await {
                Ok(_) => raised += 1,
                // Somebody acknowledged it meanwhile, or another sweep was faster.
                Err(StoreError::VersionConflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(raised),
        }
    }
}

/// Puts the plant's settings, where nobody else did since they were read.
pub async fn put_settings<S: Store>(
    store: &S,
    caller: &Caller,
    given: &ExceptionSettingsDocument,
) -> Result<Answer, CommandError> {
    let faults = given.settings.faults();
    if !faults.is_empty() {
        let faults = faults.into_iter().map(|(at, detail)| (format!("settings.{at}"), detail));
        return Err(CommandError::fields(faults));
    }
    let data = json!({"by": caller.actor.user});
    let event = DomainEvent { kind: "exception.settings.v1".into(), data };
    let stored = json!(given.settings);
    let after = json!(ExceptionSettingsDocument { version: given.version + 1, settings: given.settings.clone() });
    put_document(store, caller, kind::EXCEPTION_SETTINGS, given.version, (stored, after, event)).await
}

/// Puts a document of the plant under the version that its writer has read.
pub(crate) async fn put_document<S: Store>(
    store: &S,
    caller: &Caller,
    kind: &str,
    version: u64,
    (stored, answer, event): (Value, Value, DomainEvent),
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind.to_owned(), PLANT_PARENT.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let now = loaded.record(kind, PLANT_PARENT).map_or(0, |record| record.version);
        if now != version {
            return Err(Refusal::one(stale(caller)).into());
        }
        let mut commit = caller.commit(200, &answer);
        commit.records.push(RecordWrite::new(kind, PLANT_PARENT, Some(version), stored.clone()));
        commit.events = keep::events(vec![event.clone()], &caller.derived_id(), &caller.plant.to_string(), caller);
        Ok(Plan { commit, status: 200, body: answer.clone() })
    })
    .await
}

/// Somebody else was there since it was read.
pub(crate) fn stale(caller: &Caller) -> Unmet {
    let detail = caller.lang.pick("读取之后已被他人修改", "somebody else has changed it since it was read");
    let remedy = caller.lang.pick("重新读取,再修改", "read it again, then change it");
    Unmet::new("version.stale", detail, remedy, &takt_domain::permission::Role::ALL)
}
