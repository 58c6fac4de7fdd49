//! `PUT /api/v1/orders/{order}/custom` and `PUT /api/v1/orders/{order}/operations/{operation}/custom`: fills in the plant's
//! own fields of an order, or of one of its operations.

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn of_order<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::put_custom::order(store, call.caller()?, &call.id(0)?, None, &given).await?)
}

pub(crate) async fn of_operation<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    let operation = Some(call.id(1)?);
    answer(&command::put_custom::order(store, call.caller()?, &call.id(0)?, operation, &given).await?)
}
