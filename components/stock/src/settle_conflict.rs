//! `POST /api/v1/conflicts/{conflict}/settlement`

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn settle_conflict<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::settle_conflict::settle_conflict(store, call.caller()?, call.segment(0), &given).await?)
}
