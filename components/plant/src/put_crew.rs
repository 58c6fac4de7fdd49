//! `PUT /api/v1/crew/{user}`: where somebody works, with which badge, and what the person is qualified for.

use serde_json::json;
use takt_api::master::PutCrew;
use takt_domain::decide::DomainEvent;
use takt_domain::id::UserId;
use takt_domain::master::CrewMember;
use takt_records::command::{CommandError, Plan, run, text_at};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::{answered_before, few};
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

use crate::put_presence::member;

/// More than anybody is qualified for.
const QUALIFICATIONS_MAX: usize = 50;

pub(crate) async fn put_crew<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let user: UserId = call.id(0)?;
    let given: PutCrew = call.json()?;
    let badge = given.badge.as_deref().map(str::trim).filter(|badge| !badge.is_empty());
    text_at("badge", badge.unwrap_or_default(), 64)?;
    let mut qualifications: Vec<String> = given.qualifications.iter().map(|text| text.trim().to_owned()).collect();
    qualifications.sort();
    qualifications.dedup();
    if qualifications.len() > QUALIFICATIONS_MAX || qualifications.iter().any(|text| !(1..=64).contains(&text.len())) {
        let what = format!("expected at most {QUALIFICATIONS_MAX}, each of 1 to 64 bytes");
        return Err(CommandError::field("qualifications", what).into());
    }
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::USER.into(), user.to_string())];
        load.children = [kind::CREW, kind::LINE].map(|kind| (kind.into(), PLANT_PARENT.into())).to_vec();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (before, version) = member(&user, &loaded)?;
        if let Some(line) = &given.line
            && loaded.record(kind::LINE, line.as_str()).is_none()
        {
            return Err(CommandError::field("line", format!("there is no line {line}")));
        }
        let others: Vec<CrewMember> = few(&loaded, kind::CREW)?;
        let same = |other: &&CrewMember| other.user != user && badge.is_some() && other.badge.as_deref() == badge;
        if let Some(other) = others.iter().find(same) {
            return Err(CommandError::field("badge", format!("it is that of {}", other.user)));
        }
        let after = CrewMember {
            line: given.line.clone(),
            badge: badge.map(str::to_owned),
            qualifications: qualifications.clone(),
            ..before
        };
        let body = json!(after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::crew(&after, Some(version)));
        let data = json!({
            "user": user, "line": after.line, "qualifications": after.qualifications, "by": caller.actor.user,
        });
        let set = DomainEvent { kind: "crew.changed.v1".into(), data };
        commit.events = keep::events(vec![set], &caller.derived_id(), user.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    });
    answer(&booked.await?)
}
