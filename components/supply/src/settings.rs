//! `GET` and `PUT /api/v1/supply-settings`

use takt_api::supply::SupplySettingsDocument;
use takt_records::command::put_supply;
use takt_records::supply;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![supply::settings_record()];
    let (settings, version) = supply::settings(&store.load(&load).await?)?;
    json(200, &SupplySettingsDocument { version, settings })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: SupplySettingsDocument = call.json()?;
    answer(&put_supply::put_settings(store, call.caller()?, &given).await?)
}
