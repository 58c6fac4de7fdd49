//! `POST /api/v1/imports`: opens an import, which then takes parts.

use takt_api::import::OpenImport;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn open_import<S: Store>(store: &S, call: &Call) -> Outcome {
    let OpenImport {} = call.json()?;
    answer(&takt_import::command::open(store, call.caller()?).await?)
}
