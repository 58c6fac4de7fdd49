//! `GET /api/v1/orders/{order}/why`: what it waits for, since when, who can act, and where.

use takt_domain::watch::watch;
use takt_records::load;
use takt_records::watch::settings;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

use crate::people::People;

pub(crate) async fn get_why<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let state = load::order(store, caller, &call.id(0)?, Vec::new()).await?;
    let (settings, _) = settings(store, caller).await?;
    let mut why = watch(&state.order, &state.flow, &state.facts, &settings).why;
    People::load(store, caller).await?.name(&mut why, &state.order.line);
    json(200, &why)
}
