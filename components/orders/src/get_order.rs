//! `GET /api/v1/orders/{order}`

use takt_api::orders::OrderDetail;
use takt_api::problem::ProblemType;
use takt_domain::decide;
use takt_domain::flow::Flow;
use takt_records::load;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn get_order<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let state = load::order(store, call.caller()?, &call.id(0)?, Vec::new()).await?;
    let flow = Flow::of(&state.order.flow).ok_or_else(|| Failure::new(ProblemType::Internal))?;
    let actions = decide::actions(&state.order, flow, &state.facts);
    let detail =
        OrderDetail { order: state.order, version: state.version, flow: flow.clone(), facts: state.facts, actions };
    json(200, &detail)
}
