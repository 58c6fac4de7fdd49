//! `/api/v1/flows...` and `/api/v1/flow-default`: the plant's own flows.

use takt_api::flows::MoveOrders;
use takt_records::command::{edit_flow, move_orders as mover};
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

use crate::settled::settled;

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &edit_flow::list(store, call.caller()?).await?)
}

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["version"])?;
    let version = match call.param("version") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| Failure::field("version", "expected a number"))?),
    };
    json(200, &edit_flow::get(store, call.caller()?, call.segment(0), version).await?)
}

pub(crate) async fn put_draft<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&edit_flow::put_draft(store, call.caller()?, call.segment(0), &given).await?)
}

pub(crate) async fn publish<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&edit_flow::publish(store, call.caller()?, call.segment(0), &given).await?)
}

pub(crate) async fn put_default<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&edit_flow::put_default(store, call.caller()?, &given).await?)
}

pub(crate) async fn move_orders<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: MoveOrders = call.json()?;
    let caller = call.caller()?;
    if given.preview {
        return json(200, &mover::preview(store, caller, call.segment(0), &given).await?);
    }
    // A report that waits was made under the flow that the order had: it is booked before the order gets another.
    let chosen = mover::choose(store, caller, &given).await?;
    settled(store, caller, &chosen.orders, async || {
        mover::move_orders(store, caller, call.segment(0), &given, &chosen).await
    })
    .await
}
