//! `/api/v1/machines`: systems and devices that call by themselves, and their tokens.
//!
//! The answer that is kept of a token that was made does not hold the token: it is signed anew from what it says, so that a
//! repeat under the same key gets the same one.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use takt_api::Page;
use takt_api::identity::Claims;
use takt_api::machines::{Machine, MachineToken, MadeMachineToken, NewMachineToken, PutMachine, TOKEN_DAYS_MAX};
use takt_api::problem::{FieldError, ProblemType};
use takt_api::webhooks::Nothing;
use takt_domain::decide::DomainEvent;
use takt_domain::id::UserId;
use takt_domain::permission::{Permission, Role};
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::answered_before;
use takt_records::machine::{MACHINES_MAX, StoredMachine, StoredToken, TOKENS_MAX, look_up};
use takt_store::{Load, Loaded, SessionWrite, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json as answered};
use takt_web::{queue, token};

/// The most minutes that may be called in time: a week.
const LATE_MAX_MIN: u32 = 7 * 24 * 60;

/// What is for people alone: with one of these a token could make itself whatever it likes.
const PEOPLE_ALONE: [Permission; 2] = [Permission::UserManage, Permission::MachineManage];

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::MACHINE.to_owned(), PLANT_PARENT.to_owned())];
    let machines = store.load(&load).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    machines.children(kind::MACHINE, PLANT_PARENT).for_each(|record| look_up(&mut load, &record.id));
    let loaded = store.load(&load).await?;
    let shown = machines.children(kind::MACHINE, PLANT_PARENT).map(|record| {
        let machine: StoredMachine = record.parse()?;
        machine.shown(&loaded, call.now)
    });
    let rows = shown.collect::<Result<Vec<Machine>, takt_store::StoreError>>()?;
    answered(200, &Page { rows, next: None })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let id: UserId = call.id(0)?;
    let given: PutMachine = call.json()?;
    let caller = call.caller()?;
    let put = write(store, caller, &id, &given).await?;
    queue::tell_ended_sessions(store, caller.plant, caller.now_ms()).await;
    answer(&put)
}

async fn write<S: Store>(store: &S, caller: &Caller, id: &UserId, given: &PutMachine) -> Result<Answer, CommandError> {
    let errors = wrong(given);
    if !errors.is_empty() {
        return Err(CommandError::Invalid(errors));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        look_up(&mut load, id.as_str());
        load.records.push((kind::USER.to_owned(), id.to_string()));
        load.children.push((kind::MACHINE.to_owned(), PLANT_PARENT.to_owned()));
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if loaded.record(kind::USER, id.as_str()).is_some() {
            return Err(CommandError::field("machine", format!("expected another name, {id} is a user")));
        }
        let known = known(&loaded, id)?;
        if known.is_none() && loaded.children(kind::MACHINE, PLANT_PARENT).count() >= MACHINES_MAX {
            return Err(CommandError::field("machine", format!("expected at most {MACHINES_MAX} machines")));
        }
        let mut scopes = given.scopes.clone();
        scopes.sort_unstable();
        scopes.dedup();
        let machine = StoredMachine {
            machine: id.clone(),
            name: given.name.trim().to_owned(),
            scopes,
            active: given.active,
            late_after_min: given.late_after_min,
        };
        let rights_change =
            known.as_ref().is_some_and(|(before, _)| before.scopes != machine.scopes || !machine.active);
        let mut shown = machine.shown(&loaded, caller.now)?;
        let mut ended = Vec::new();
        if rights_change {
            shown.tokens.clear();
            for record in loaded.children(kind::MACHINE_TOKEN, id.as_str()) {
                let token: StoredToken = record.parse()?;
                if !token.ended {
                    ended.push(StoredToken { ended: true, ..token }.record(id, record.version));
                }
            }
        }
        let body = serde_json::to_value(&shown).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        if rights_change {
            commit.sessions.push(SessionWrite::EndAllOfUser { user: id.to_string() });
        }
        commit.records.push(machine.record(known.map_or(0, |(_, version)| version)));
        commit.records.extend(ended);
        let data = json!({
            "machine": id, "name": machine.name, "scopes": machine.scopes, "active": machine.active,
            "by": caller.actor.user,
        });
        commit.events = keep::events(vec![told("machine.changed.v1", data)], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

fn told(kind: &str, data: Value) -> DomainEvent {
    DomainEvent { kind: kind.into(), data }
}

fn wrong(given: &PutMachine) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add = |at: &str, detail: String| errors.push(FieldError { at: at.to_owned(), detail });
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        add("name", "expected 1 to 100 characters".into());
    }
    if given.scopes.is_empty() || given.scopes.len() > Permission::ALL.len() {
        add("scopes", "expected at least one permission".into());
    }
    for permission in PEOPLE_ALONE.iter().filter(|permission| given.scopes.contains(permission)) {
        add("scopes", format!("expected a permission that machines may have, {} is for people", permission.as_str()));
    }
    if !(1..=LATE_MAX_MIN).contains(&given.late_after_min) {
        add("late_after_min", format!("expected 1 to {LATE_MAX_MIN} minutes"));
    }
    errors
}

fn known(loaded: &Loaded, id: &UserId) -> Result<Option<(StoredMachine, u64)>, CommandError> {
    let record = loaded.record(kind::MACHINE, id.as_str());
    Ok(record.map(|record| Ok::<_, takt_store::StoreError>((record.parse()?, record.version))).transpose()?)
}

pub(crate) async fn make_token<S: Store>(store: &S, call: &Call) -> Outcome {
    let id: UserId = call.id(0)?;
    let given: NewMachineToken = call.json()?;
    let caller = call.caller()?;
    let made = make(store, caller, &id, &given).await?;
    let damaged = |_| Failure::new(ProblemType::Internal);
    let claims: Claims = serde_json::from_value(made.body).map_err(damaged)?;
    let signed = token::sign(&claims, takt_web::spin::token_key().await?);
    let expires_at = Timestamp::from_second(claims.exp).unwrap_or(call.now);
    answered(201, &MadeMachineToken { token: signed, id: claims.session, expires_at })
}

/// Opens the session of a token. The answer that is kept is what the token says.
async fn make<S: Store>(
    store: &S,
    caller: &Caller,
    id: &UserId,
    given: &NewMachineToken,
) -> Result<Answer, CommandError> {
    if !(1..=TOKEN_DAYS_MAX).contains(&given.days) {
        return Err(CommandError::field("days", format!("expected 1 to {TOKEN_DAYS_MAX} days")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        look_up(&mut load, id.as_str());
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (machine, version) = known(&loaded, id)?.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        if !machine.active {
            let detail = caller.lang.pick("该系统已停用", "the machine is switched off");
            let remedy = caller.lang.pick("先启用它", "switch it on first");
            return Err(Refusal::one(Unmet::new("machine.off", detail, remedy, &[Role::Administrator])).into());
        }
        if machine.shown(&loaded, caller.now)?.tokens.len() >= TOKENS_MAX {
            let detail = format!("expected at most {TOKENS_MAX} tokens that work, end one first");
            return Err(CommandError::field("machine", detail));
        }
        let session = caller.derived_id();
        let expires_at = caller.now + SignedDuration::from_hours(24 * i64::from(given.days));
        let claims = Claims {
            plant: caller.plant.0,
            user: id.clone(),
            roles: Vec::new(),
            session: session.clone(),
            exp: expires_at.as_second(),
            scopes: Some(machine.scopes.clone()),
        };
        let body = serde_json::to_value(&claims).unwrap_or_default();
        let mut commit = caller.commit(201, &body);
        commit.sessions.push(SessionWrite::Open {
            id: session.clone(),
            user: id.to_string(),
            expires_ms: expires_at.as_millisecond(),
        });
        let by = caller.actor.user.clone();
        let shown = MachineToken { id: session.clone(), by, made_at: caller.now, expires_at };
        commit.records.push(StoredToken { shown, ended: false }.record(id, 0));
        // Who changes at this moment what the machine may do is overtaken, or overtakes.
        commit.records.push(machine.record(version));
        let data = json!({"machine": id, "token": session, "expires_at": expires_at, "by": caller.actor.user});
        commit.events = keep::events(vec![told("machine.token_made.v1", data)], &session, id.as_str(), caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}

pub(crate) async fn end_token<S: Store>(store: &S, call: &Call) -> Outcome {
    let id: UserId = call.id(0)?;
    let Nothing {} = call.json()?;
    let caller = call.caller()?;
    let ended = end(store, caller, &id, call.segment(1)).await?;
    queue::tell_ended_sessions(store, caller.plant, caller.now_ms()).await;
    answer(&ended)
}

async fn end<S: Store>(store: &S, caller: &Caller, id: &UserId, token: &str) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::MACHINE_TOKEN.to_owned(), token.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record =
            loaded.record(kind::MACHINE_TOKEN, token).filter(|record| record.parent.as_deref() == Some(id.as_str()));
        let record = record.ok_or_else(|| CommandError::NotFound(token.to_owned()))?;
        let known: StoredToken = record.parse()?;
        let body = json!({});
        let mut commit = caller.commit(200, &body);
        commit.sessions.push(SessionWrite::End { id: token.to_owned() });
        commit.records.push(StoredToken { ended: true, ..known }.record(id, record.version));
        let data = json!({"machine": id, "token": token, "by": caller.actor.user});
        commit.events =
            keep::events(vec![told("machine.token_ended.v1", data)], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
