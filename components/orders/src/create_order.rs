//! `POST /api/v1/orders` and `POST /api/v1/bulk/orders`

use takt_api::orders::CreateOrder;
use takt_records::command;
use takt_store::Store;
use takt_web::bulk;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn create_order<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::create_order::create_order(store, call.caller()?, &given).await?)
}

pub(crate) async fn create_orders<S: Store>(store: &S, call: &Call) -> Outcome {
    let create =
        async |caller: &_, given: CreateOrder| command::create_order::create_order(store, caller, &given).await;
    bulk::each_row(call, create).await
}
