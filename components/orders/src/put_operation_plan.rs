//! `PUT /api/v1/orders/{order}/operations/{number}/plan`

use takt_domain::id::OrderId;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::Outcome;

use crate::settled::settled;

pub(crate) async fn put_operation_plan<S: Store>(store: &S, call: &Call) -> Outcome {
    let order: OrderId = call.id(0)?;
    let number: u16 = call.id(1)?;
    let given = call.json()?;
    let caller = call.caller()?;
    let orders = [order.clone()];
    settled(store, caller, &orders, async || {
        command::put_operation_plan::put_operation_plan(store, caller, &order, number, &given).await
    })
    .await
}
