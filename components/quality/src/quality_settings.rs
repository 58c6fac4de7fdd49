//! `GET` and `PUT /api/v1/quality-settings`: what the plant has chosen about quality.

use takt_api::quality::QualitySettingsDocument;
use takt_records::command::inspect;
use takt_records::quality;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![quality::settings_record()];
    let (settings, version) = quality::settings(&store.load(&load).await?)?;
    json(200, &QualitySettingsDocument { version, settings })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: QualitySettingsDocument = call.json()?;
    answer(&inspect::put_settings(store, call.caller()?, &given).await?)
}
