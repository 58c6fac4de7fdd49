//! `GET` and `PUT /api/v1/degradation`: whether calls of lower priority are refused. What is chosen by hand is kept with
//! the plant, so that all hosts over its database follow it.

use serde_json::json;
use takt_api::operations::{Degradation, DegradeMode};
use takt_domain::decide::DomainEvent;
use takt_records::command::{Plan, run};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::answered_before;
use takt_store::{Load, PlantNumber, RecordWrite, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    json(200, &Degradation { mode: mode(store, caller.plant, caller.now_ms()).await? })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let given: Degradation = call.json()?;
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        answered_before(&mut store.load(&load).await?, caller)?;
        let body = json!(given);
        let mut commit = caller.commit(200, &body);
        commit.records.push(RecordWrite::new(kind::DEGRADATION, PLANT_PARENT, None, body.clone()));
        let data = json!({"mode": given.mode, "by": caller.actor.user});
        let set = DomainEvent { kind: "plant.degradation.v1".into(), data };
        commit.events = keep::events(vec![set], &caller.derived_id(), &caller.plant.to_string(), caller);
        Ok(Plan { commit, status: 200, body })
    });
    answer(&booked.await?)
}

/// What was chosen for a plant.
pub(crate) async fn mode<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<DegradeMode, StoreError> {
    let mut load = Load::new(plant, now_ms);
    load.records = vec![(kind::DEGRADATION.into(), PLANT_PARENT.into())];
    let loaded = store.load(&load).await?;
    match loaded.record(kind::DEGRADATION, PLANT_PARENT) {
        Some(record) => record.parse::<Degradation>().map(|chosen| chosen.mode),
        None => Ok(DegradeMode::Auto),
    }
}
