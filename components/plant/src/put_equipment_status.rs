//! `PUT /api/v1/equipment/{equipment}/status`: says whether a machine can work, until when it is calibrated, and whether orders share it.

use serde_json::json;
use takt_api::master::PutEquipmentStatus;
use takt_domain::decide::DomainEvent;
use takt_domain::id::EquipmentId;
use takt_domain::master::Equipment;
use takt_records::command::{CommandError, Plan, run};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn put_equipment_status<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id: EquipmentId = call.id(0)?;
    let given: PutEquipmentStatus = call.json()?;
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::EQUIPMENT.into(), id.to_string())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::EQUIPMENT, id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let before: Equipment = record.parse()?;
        let after = Equipment {
            status: given.status,
            exclusive: given.exclusive.unwrap_or(before.exclusive),
            calibrated_until: given.calibrated_until.or(before.calibrated_until),
            ..before.clone()
        };
        let body = json!(after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::equipment(&after, Some(record.version)));
        let data = json!({"equipment": id, "before": before.status, "status": after.status, "exclusive": after.exclusive,
            "calibrated_until": after.calibrated_until, "by": caller.actor.user});
        let set = DomainEvent { kind: "equipment.status.v1".into(), data };
        commit.events = keep::events(vec![set], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    });
    answer(&booked.await?)
}
