//! `POST /api/v1/movements` and `POST /api/v1/bulk/movements`

use takt_api::stock::CreateMovement;
use takt_records::command;
use takt_store::Store;
use takt_web::bulk;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn create_movement<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::move_stock::move_stock(store, call.caller()?, &given).await?)
}

pub(crate) async fn create_movements<S: Store>(store: &S, call: &Call) -> Outcome {
    let book = async |caller: &_, given: CreateMovement| command::move_stock::move_stock(store, caller, &given).await;
    bulk::each_row(call, book).await
}
