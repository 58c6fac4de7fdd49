//! `POST /api/v1/movements`

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn create_movement<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::move_stock::move_stock(store, call.caller()?, &given).await?)
}
