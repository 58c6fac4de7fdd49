//! Stock: balances, movements and their reversal, the audit, and what a scanned code means.

mod audit;
mod create_movement;
mod get_stock;
mod list_movements;
mod list_stock;
mod reverse_movement;
mod scan;
mod sum;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::failure::Failure;
use takt_web::queue;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("stock", request, async |store, call| match call.route.name {
        "listStock" => list_stock::list_stock(store, call).await,
        "getStock" => {
            let pending = async |plant, item: &str| queue::pending(plant, &[item]).await?.first().copied();
            get_stock::get_stock(store, call, pending).await
        }
        "listMovements" => list_movements::list_movements(store, call).await,
        "createMovement" => create_movement::create_movement(store, call).await,
        "reverseMovement" => reverse_movement::reverse_movement(store, call).await,
        "audit" => audit::audit(store, call).await,
        "scan" => scan::scan(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
