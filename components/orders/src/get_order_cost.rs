//! `GET /api/v1/orders/{order}/cost`: what an order costs, at standard and as it was.

use takt_api::problem::ProblemType;
use takt_domain::id::OrderId;
use takt_records::costs;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn get_order_cost<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: OrderId = call.id(0)?;
    match costs::of_order(store, call.caller()?, &id).await? {
        Some(cost) => json(200, &cost),
        None => Err(Failure::because(ProblemType::NotFound, id.to_string())),
    }
}
