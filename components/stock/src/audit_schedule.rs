//! `GET` and `PUT /api/v1/audit/schedule`: when the plant audits itself, and what it found last.

use takt_api::audit::{AuditSchedule, AuditState};
use takt_records::audit::{put_schedule, run_of, settings};
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    json(200, &AuditState { schedule: settings(store, caller).await?, run: run_of(store, caller).await? })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: AuditSchedule = call.json()?;
    answer(&put_schedule(store, call.caller()?, given).await?)
}
