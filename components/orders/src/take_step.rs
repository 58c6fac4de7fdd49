//! `POST /api/v1/orders/{order}/operations/{number}/{step}`: starts, pauses, resumes or finishes an operation, sends its
//! pieces to a supplier or receives them back.

use takt_api::problem::ProblemType;
use takt_domain::id::OrderId;
use takt_domain::operation::Step;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::settled::settled;

pub(crate) async fn take_step<S: Store>(store: &S, call: &Call) -> Outcome {
    let order: OrderId = call.id(0)?;
    let number: u16 = call.id(1)?;
    let given = call.json()?;
    let step = Step::from_name(call.segment(2)).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    let caller = call.caller()?;
    let orders = [order.clone()];
    settled(store, caller, &orders, async || {
        command::take_step::take_step(store, caller, &order, number, step, &given).await
    })
    .await
}
