//! `POST /api/v1/orders/{order}/split`

use takt_domain::id::OrderId;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::Outcome;

use crate::settled::settled;

pub(crate) async fn split_order<S: Store>(store: &S, call: &Call) -> Outcome {
    let order: OrderId = call.id(0)?;
    let given = call.json()?;
    let caller = call.caller()?;
    let orders = [order.clone()];
    settled(store, caller, &orders, async || command::split_order::split_order(store, caller, &order, &given).await)
        .await
}
