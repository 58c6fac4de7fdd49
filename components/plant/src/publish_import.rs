//! `POST /api/v1/imports/{import}/publish`: books all of an import, or says what is wrong with it.

use takt_api::import::Publish;
use takt_import::command::Pins;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::pin;

pub(crate) async fn publish_import<S: Store>(store: &S, call: &Call) -> Outcome {
    let publish: Publish = call.json()?;
    let pins = Pins { hash: pin::hash, matches: |pin, hash| pin::matches(pin, Some(hash)) };
    answer(&takt_import::command::publish(store, call.caller()?, call.segment(0), &publish, pins).await?)
}
