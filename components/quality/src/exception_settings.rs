//! `GET` and `PUT /api/v1/exception-settings`: the plant's types of exceptions, and whom they are told.

use takt_api::exceptions::ExceptionSettingsDocument;
use takt_records::command::exception;
use takt_records::exceptions;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![exceptions::settings_record()];
    let (settings, version) = exceptions::settings(&store.load(&load).await?)?;
    json(200, &ExceptionSettingsDocument { version, settings })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: ExceptionSettingsDocument = call.json()?;
    answer(&exception::put_settings(store, call.caller()?, &given).await?)
}
