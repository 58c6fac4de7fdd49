//! `GET` and `PUT /api/v1/count-settings`: how often what is counted, and what is told.

use takt_api::counts::CountSettingsDocument;
use takt_records::command::count::put_settings;
use takt_records::count;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![count::settings_record()];
    let (settings, version) = count::settings(&store.load(&load).await?)?;
    json(200, &CountSettingsDocument { version, settings })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: CountSettingsDocument = call.json()?;
    answer(&put_settings(store, call.caller()?, &given).await?)
}
