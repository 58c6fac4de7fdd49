//! `POST /api/v1/orders/{order}/approvals/{action}` and `GET /api/v1/approvals`

use takt_domain::id::OrderId;
use takt_records::command::sign_approval as command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn sign_approval<S: Store>(store: &S, call: &Call) -> Outcome {
    let order: OrderId = call.id(0)?;
    let given = call.json()?;
    answer(&command::sign_approval(store, call.caller()?, &order, call.segment(1), &given).await?)
}

pub(crate) async fn waiting<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &command::waiting(store, call.caller()?).await?)
}
