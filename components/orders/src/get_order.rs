//! `GET /api/v1/orders/{order}`

use takt_api::orders::OrderDetail;
use takt_domain::decide;
use takt_records::load;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn get_order<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let state = load::order(store, call.caller()?, &call.id(0)?, Vec::new()).await?;
    let actions = decide::actions(&state.order, &state.flow, &state.facts);
    let detail = OrderDetail {
        order: state.order,
        version: state.version,
        flow: (*state.flow).clone(),
        facts: state.facts,
        actions,
    };
    json(200, &detail)
}
