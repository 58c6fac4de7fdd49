//! `POST /api/v1/photos`

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use takt_api::quality::AddPhoto;
use takt_records::command::photo;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer};

pub(crate) async fn add_photo<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: AddPhoto = call.json()?;
    let bytes = STANDARD.decode(&given.data).map_err(|_| Failure::field("data", "expected base64 with padding"))?;
    answer(&photo::add(store, call.caller()?, &bytes, &given.data).await?)
}
