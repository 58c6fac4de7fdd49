//! `GET /api/v1/reports/{report}`

use takt_api::problem::ProblemType;
use takt_api::reports::Report;
use takt_records::keep::kind;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn get_report<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::REPORT.into(), call.segment(0).to_owned())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::REPORT, call.segment(0)).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    json(200, &record.parse::<Report>()?)
}
