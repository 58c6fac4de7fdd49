//! `POST /api/v1/orders/{order}/merge`

use takt_api::orders::MergeOrders;
use takt_domain::id::OrderId;
use takt_records::command;
use takt_records::command::merge_orders::MERGED_MAX;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::Outcome;

use crate::settled::settled;

pub(crate) async fn merge_orders<S: Store>(store: &S, call: &Call) -> Outcome {
    let order: OrderId = call.id(0)?;
    let given: MergeOrders = call.json()?;
    let caller = call.caller()?;
    let orders: Vec<OrderId> =
        [order.clone()].into_iter().chain(given.orders.iter().take(MERGED_MAX).cloned()).collect();
    settled(store, caller, &orders, async || command::merge_orders::merge_orders(store, caller, &order, &given).await)
        .await
}
