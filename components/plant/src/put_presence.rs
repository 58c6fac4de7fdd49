//! `PUT /api/v1/crew/{user}/presence`: checks oneself in or out, or somebody else for who may set resources.

use serde_json::json;
use takt_api::master::{Presence, PutPresence};
use takt_domain::decide::DomainEvent;
use takt_domain::id::UserId;
use takt_domain::master::CrewMember;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::command::{CommandError, Plan, run};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_records::user::StoredUser;
use takt_store::{Load, Loaded, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn put_presence<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let user: UserId = call.id(0)?;
    let given: PutPresence = call.json()?;
    if user != caller.actor.user && !caller.actor.may(Permission::ResourceSet) {
        return Err(Refusal::one(Unmet::permission(Permission::ResourceSet, caller.lang)).into());
    }
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::CREW.into(), user.to_string()), (kind::USER.into(), user.to_string())];
        if let Some(line) = &given.line {
            load.records.push((kind::LINE.into(), line.to_string()));
        }
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if let Some(line) = &given.line
            && loaded.record(kind::LINE, line.as_str()).is_none()
        {
            return Err(CommandError::field("line", format!("there is no line {line}")));
        }
        let (before, version) = member(&user, &loaded)?;
        let line = given.line.clone().or(before.line);
        let after = CrewMember { line, present: given.present, ..before };
        let body = json!(Presence { user: user.clone(), present: after.present });
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::crew(&after, Some(version)));
        let data = json!({
            "user": user, "line": after.line, "present": after.present, "by": caller.actor.user,
        });
        let set = DomainEvent { kind: "crew.presence.v1".into(), data };
        commit.events = keep::events(vec![set], &caller.derived_id(), user.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    });
    answer(&booked.await?)
}

/// The member of the crew with the version of its record. A user who was in no crew yet joins it.
pub(crate) fn member(user: &UserId, loaded: &Loaded) -> Result<(CrewMember, u64), CommandError> {
    if let Some(record) = loaded.record(kind::CREW, user.as_str()) {
        return Ok((record.parse()?, record.version));
    }
    let record = loaded.record(kind::USER, user.as_str());
    let known: StoredUser = record.ok_or_else(|| CommandError::NotFound(user.to_string()))?.parse()?;
    let (badge, qualifications) = (None, Vec::new());
    Ok((CrewMember { user: known.user, name: known.name, line: known.line, present: false, badge, qualifications }, 0))
}
