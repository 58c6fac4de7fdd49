//! Deputies: who signs for somebody who is away.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::flows::{Delegations, PutDelegation};
use takt_domain::approval::Delegation;
use takt_domain::decide::DomainEvent;
use takt_domain::id::UserId;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::flow;
use crate::keep::{self, PLANT_PARENT, kind};
use crate::load::{answered_before, few};
use crate::user::StoredUser;

/// The longest absence, in days.
const DAYS_MAX: i64 = 366;

/// Those that are not over yet.
pub async fn list<S: Store>(store: &S, caller: &Caller) -> Result<Delegations, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::DELEGATION.into(), PLANT_PARENT.into())];
    let loaded = store.load(&load).await?;
    let mut rows: Vec<Delegation> = few(&loaded, kind::DELEGATION)?;
    rows.retain(|delegation| delegation.ends_at > caller.now);
    Ok(Delegations { rows })
}

/// One names a deputy for oneself; who manages users may do it for anybody.
fn may(caller: &Caller, from: &UserId) -> Result<(), CommandError> {
    if caller.actor.user == *from || caller.actor.may(Permission::UserManage) {
        return Ok(());
    }
    Err(Refusal::one(Unmet::permission(Permission::UserManage, caller.lang)).into())
}

/// Names a deputy.
pub async fn put<S: Store>(
    store: &S,
    caller: &Caller,
    from: &UserId,
    given: &PutDelegation,
) -> Result<Answer, CommandError> {
    may(caller, from)?;
    text_at("reason", &given.reason, TEXT_MAX)?;
    let starts_at = given.starts_at.unwrap_or(caller.now);
    if given.to == *from {
        return Err(CommandError::field("to", "expected somebody else"));
    }
    if given.ends_at <= starts_at || given.ends_at <= caller.now {
        return Err(CommandError::field("ends_at", "expected a time after the start that has not passed"));
    }
    if given.ends_at.duration_since(starts_at).as_hours() > DAYS_MAX * 24 {
        return Err(CommandError::field("ends_at", format!("expected at most {DAYS_MAX} days")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![
            (kind::DELEGATION.into(), from.to_string()),
            (kind::USER.into(), from.to_string()),
            (kind::USER.into(), given.to.to_string()),
        ];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if loaded.record(kind::USER, from.as_str()).is_none() {
            return Err(CommandError::NotFound(from.to_string()));
        }
        let deputy: Option<StoredUser> =
            loaded.record(kind::USER, given.to.as_str()).map(|record| record.parse()).transpose()?;
        if !deputy.is_some_and(|deputy| deputy.active) {
            return Err(CommandError::field("to", format!("there is no user {} who may sign in", given.to)));
        }
        let before = loaded.record(kind::DELEGATION, from.as_str()).map_or(0, |record| record.version);
        let after = Delegation {
            from: from.clone(),
            to: given.to.clone(),
            starts_at,
            ends_at: given.ends_at,
            reason: given.reason.trim().to_owned(),
        };
        plan(caller, &after, before, "delegation.given.v1")
    })
    .await
}

/// Ends it now.
pub async fn end<S: Store>(store: &S, caller: &Caller, from: &UserId) -> Result<Answer, CommandError> {
    may(caller, from)?;
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::DELEGATION.into(), from.to_string())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::DELEGATION, from.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(from.to_string()))?;
        let mut after: Delegation = record.parse()?;
        after.ends_at = after.ends_at.min(caller.now);
        plan(caller, &after, record.version, "delegation.ended.v1")
    })
    .await
}

fn plan(caller: &Caller, after: &Delegation, before: u64, event: &str) -> Result<Plan, CommandError> {
    let body = json!(after);
    let mut commit = caller.commit(200, &body);
    commit.records.push(flow::delegation(after, Some(before)));
    let data = json!({
        "from": after.from, "to": after.to, "starts_at": after.starts_at, "ends_at": after.ends_at,
        "reason": after.reason, "by": caller.actor.user,
    });
    let event = DomainEvent { kind: event.to_owned(), data };
    commit.events = keep::events(vec![event], &caller.derived_id(), after.from.as_str(), caller);
    Ok(Plan { commit, status: 200, body })
}
