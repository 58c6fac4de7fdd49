//! `GET /api/v1/exceptions/{exception}`

use takt_api::exceptions::ExceptionRow;
use takt_api::problem::ProblemType;
use takt_domain::exception::{Exception, ExceptionSettings};
use takt_domain::id::ExceptionId;
use takt_records::exceptions;
use takt_records::keep::kind;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn get_exception<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: ExceptionId = call.id(0)?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![exceptions::settings_record(), (kind::EXCEPTION.into(), id.to_string())];
    let loaded = store.load(&load).await?;
    let (settings, _) = exceptions::settings(&loaded)?;
    let record = loaded.record(kind::EXCEPTION, id.as_str()).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    json(200, &row(record.parse()?, &settings))
}

/// An exception as it is shown.
pub(crate) fn row(exception: Exception, settings: &ExceptionSettings) -> ExceptionRow {
    ExceptionRow { state: exception.state().as_str().into(), told: exception.told(settings), exception }
}
