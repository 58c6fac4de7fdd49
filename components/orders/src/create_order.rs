//! `POST /api/v1/orders`

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn create_order<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::create_order::create_order(store, call.caller()?, &given).await?)
}
