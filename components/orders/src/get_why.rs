//! `GET /api/v1/orders/{order}/why`: what it waits for, since when, who can act, and where.

use takt_domain::why::why;
use takt_records::load;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

use crate::people::People;

pub(crate) async fn get_why<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let state = load::order(store, caller, &call.id(0)?, Vec::new()).await?;
    let flow = &state.flow;
    let mut why = why(&state.order, flow, &state.facts);
    People::load(store, caller).await?.name(&mut why, &state.order.line);
    json(200, &why)
}
