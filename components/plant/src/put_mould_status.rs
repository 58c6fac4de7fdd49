//! `PUT /api/v1/moulds/{mould}/status`: says whether a mould may be used, and that it was overhauled.

use serde_json::json;
use takt_api::master::PutMouldStatus;
use takt_domain::decide::DomainEvent;
use takt_domain::id::MouldId;
use takt_domain::master::Mould;
use takt_domain::resource::{ResourceChange, SHOTS_SCOPE};
use takt_records::command::{CommandError, Plan, run};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn put_mould_status<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id: MouldId = call.id(0)?;
    let given: PutMouldStatus = call.json()?;
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::MOULD.into(), id.to_string())];
        load.counters = vec![SHOTS_SCOPE.into()];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::MOULD, id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let before: Mould = record.parse()?;
        let counted = loaded.counter(SHOTS_SCOPE, id.as_str());
        let kept = Mould {
            usable: given.usable,
            shots: if given.overhauled { 0 } else { before.shots },
            shots_max: given.shots_max.or(before.shots_max),
            ..before.clone()
        };
        let total = |shots: u32| u32::try_from(i64::from(shots).saturating_add(counted).max(0)).unwrap_or(u32::MAX);
        let after = Mould { shots: if given.overhauled { 0 } else { total(kept.shots) }, ..kept.clone() };
        let body = json!(after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::mould(&kept, Some(record.version)));
        if given.overhauled {
            // What is reported meanwhile counts on from there.
            keep::resources(&[ResourceChange::Shots { mould: id.clone(), by: -counted }], &mut commit);
        }
        let data = json!({"mould": id, "before": before.usable, "usable": after.usable, "overhauled": given.overhauled,
            "shots_before": total(before.shots), "shots_max": after.shots_max, "by": caller.actor.user});
        let set = DomainEvent { kind: "mould.status.v1".into(), data };
        commit.events = keep::events(vec![set], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    });
    answer(&booked.await?)
}
