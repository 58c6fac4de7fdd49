//! `POST /api/v1/orders/{order}/actions/{action}`

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn take_action<S: Store>(store: &S, call: &Call) -> Outcome {
    let order = call.id(0)?;
    let given = call.json()?;
    answer(&command::take_action::take_action(store, call.caller()?, &order, call.segment(1), &given).await?)
}
