//! `PUT /api/v1/users/{user}`: makes or changes a user. A change of roles, of the PIN or of `active` ends the user's
//! sessions, since their tokens carry the roles of before.

use serde_json::json;
use takt_api::identity::PutUser;
use takt_domain::decide::DomainEvent;
use takt_domain::id::UserId;
use takt_domain::permission::Role;
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::command::{Answer, CommandError, Plan, run, text_at};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_records::user::{self, StoredUser};
use takt_store::{Load, SessionWrite, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::{pin, queue};

pub(crate) async fn put_user<S: Store>(store: &S, call: &Call) -> Outcome {
    let id: UserId = call.id(0)?;
    let given: PutUser = call.json()?;
    let put = put(store, call, &id, &given).await?;
    let caller = call.caller()?;
    queue::tell_ended_sessions(store, caller.plant, caller.now_ms()).await;
    answer(&put)
}

async fn put<S: Store>(store: &S, call: &Call, id: &UserId, given: &PutUser) -> Result<Answer, CommandError> {
    let caller = call.caller().map_err(|_| CommandError::SessionEnded)?;
    text_at("name", &given.name, 100)?;
    if given.name.trim().is_empty() {
        return Err(CommandError::field("name", "expected a name"));
    }
    if given.roles.is_empty() || given.roles.len() > Role::ALL.len() {
        return Err(CommandError::field("roles", "expected at least one role"));
    }
    if given.pin.as_deref().is_some_and(|pin| !pin::is_well_formed(pin)) {
        return Err(CommandError::field("pin", "expected 4 to 12 digits"));
    }
    let loses_office = !given.active || !given.roles.contains(&Role::Administrator);
    if *id == caller.actor.user && loses_office {
        let detail = caller
            .lang
            .pick("不能停用自己或取消自己的管理员角色", "nobody can take the office of administrator from oneself");
        let remedy = caller.lang.pick("请另一位管理员操作", "have another administrator do it");
        return Err(Refusal::one(Unmet::new("user.self", detail, remedy, &[Role::Administrator])).into());
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = [kind::USER, kind::SIGN_IN, kind::MACHINE].map(|kind| (kind.into(), id.to_string())).to_vec();
        if let Some(line) = &given.line {
            load.records.push((kind::LINE.into(), line.to_string()));
        }
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if loaded.record(kind::MACHINE, id.as_str()).is_some() {
            return Err(CommandError::field("user", format!("expected another name, {id} is a machine")));
        }
        if let Some(line) = &given.line
            && loaded.record(kind::LINE, line.as_str()).is_none()
        {
            return Err(CommandError::field("line", format!("there is no line {line}")));
        }
        let before = loaded.record(kind::USER, id.as_str());
        let version = before.map_or(0, |record| record.version);
        let before = before.map(|record| record.parse::<StoredUser>()).transpose()?;
        let pin_hash = match &given.pin {
            Some(pin) => Some(pin::hash(pin).ok_or_else(|| CommandError::Damaged("no random bytes".into()))?),
            None => before.as_ref().map(|user| user.pin_hash.clone()),
        };
        let Some(pin_hash) = pin_hash else {
            return Err(CommandError::field("pin", "expected 4 to 12 digits, since the user has no PIN yet"));
        };
        let after = StoredUser {
            user: id.clone(),
            name: given.name.trim().to_owned(),
            roles: given.roles.clone(),
            line: given.line.clone(),
            active: given.active,
            pin_hash,
        };
        let body = serde_json::to_value(after.shown()).unwrap_or_default();
        let status = if before.is_some() { 200 } else { 201 };
        let mut commit = caller.commit(status, &body);
        let rights_change = before.is_some_and(|before| before.roles != after.roles || before.active != after.active);
        if rights_change || (given.pin.is_some() && version > 0) {
            commit.sessions.push(SessionWrite::EndAllOfUser { user: id.to_string() });
        }
        if given.pin.is_some()
            && let Some(tries) = loaded.record(kind::SIGN_IN, id.as_str())
        {
            let none = json!({"wrong": 0, "locked_until_s": 0});
            commit.records.push(takt_store::RecordWrite::new(kind::SIGN_IN, id.as_str(), Some(tries.version), none));
        }
        commit.records.push(user::user(&after, Some(version)));
        let data = json!({"user": id, "roles": after.roles, "active": after.active, "by": caller.actor.user});
        let changed = DomainEvent { kind: "user.changed.v1".into(), data };
        commit.events = keep::events(vec![changed], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status, body })
    })
    .await
}
