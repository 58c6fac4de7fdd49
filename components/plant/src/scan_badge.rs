//! `POST /api/v1/presence`: a badge is scanned at a line. Who was absent is checked in, who was present is checked out; who
//! was present at another line comes to this one.

use serde_json::json;
use takt_api::master::{Presence, ScanBadge};
use takt_domain::decide::DomainEvent;
use takt_domain::master::CrewMember;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::command::{CommandError, Plan, run};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::answered_before;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn scan_badge<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let given: ScanBadge = call.json()?;
    let badge = given.badge.trim();
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.children = [kind::CREW, kind::LINE].map(|kind| (kind.into(), PLANT_PARENT.into())).to_vec();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if let Some(line) = &given.line
            && loaded.record(kind::LINE, line.as_str()).is_none()
        {
            return Err(CommandError::field("line", format!("there is no line {line}")));
        }
        let mut found = None;
        for record in loaded.children(kind::CREW, PLANT_PARENT) {
            let member: CrewMember = record.parse()?;
            if !badge.is_empty() && member.badge.as_deref() == Some(badge) {
                found = Some((member, record.version));
            }
        }
        let Some((before, version)) = found else {
            let lang = caller.lang;
            let detail = lang.pick(
                "没有人用这个工牌;请班组长在“资源”页登记",
                "nobody has this badge; a lead enters it at “Resources”",
            );
            return Err(CommandError::field("badge", detail));
        };
        if before.user != caller.actor.user && !caller.actor.may(Permission::ResourceSet) {
            return Err(Refusal::one(Unmet::permission(Permission::ResourceSet, caller.lang)).into());
        }
        let line = given.line.clone().or_else(|| before.line.clone());
        let present = !before.present || line != before.line;
        let after = CrewMember { line, present, ..before };
        let body = json!(Presence { user: after.user.clone(), present });
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::crew(&after, Some(version)));
        let data = json!({
            "user": after.user, "line": after.line, "present": present, "badge": true, "by": caller.actor.user,
        });
        let set = DomainEvent { kind: "crew.presence.v1".into(), data };
        commit.events = keep::events(vec![set], &caller.derived_id(), after.user.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    });
    answer(&booked.await?)
}
