//! Supply: purchase orders and sales orders, what waits in receiving, incoming inspections, picking, kanban, material beyond
//! the bill of material, the shortage list, and what orders cost.

mod costs;
mod documents;
mod extra_issues;
mod incoming;
mod kanban;
mod pick;
mod receiving;
mod settings;
mod shortages;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_domain::document::DocumentKind::{Purchase, Sales};
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("supply", request, async |store, call| match call.route.name {
        "listPurchaseOrders" => documents::list(store, call, Purchase).await,
        "getPurchaseOrder" => documents::get(store, call, Purchase).await,
        "createPurchaseOrder" => documents::create(store, call, Purchase).await,
        "putPurchaseOrder" => documents::put(store, call, Purchase).await,
        "setPurchaseOrderState" => documents::set_state(store, call, Purchase).await,
        "listSalesOrders" => documents::list(store, call, Sales).await,
        "getSalesOrder" => documents::get(store, call, Sales).await,
        "createSalesOrder" => documents::create(store, call, Sales).await,
        "putSalesOrder" => documents::put(store, call, Sales).await,
        "setSalesOrderState" => documents::set_state(store, call, Sales).await,
        "getPickList" => pick::pick(store, call).await,
        "getReceiving" => receiving::receiving(store, call).await,
        "listIncomingInspections" => incoming::list(store, call).await,
        "inspectIncoming" => incoming::inspect(store, call).await,
        "disposeIncoming" => incoming::dispose(store, call).await,
        "getKanban" => kanban::loops(store, call).await,
        "putKanbanLoop" => kanban::put(store, call).await,
        "callKanban" => kanban::call(store, call).await,
        "listKanbanCalls" => kanban::calls(store, call).await,
        "fulfilKanbanCall" => kanban::fulfil(store, call).await,
        "cancelKanbanCall" => kanban::cancel(store, call).await,
        "listExtraIssues" => extra_issues::list(store, call).await,
        "askExtraIssue" => extra_issues::ask(store, call).await,
        "decideExtraIssue" => extra_issues::decide(store, call).await,
        "getShortages" => shortages::list(store, call).await,
        "getShortagesCsv" => shortages::csv(store, call).await,
        "getCosts" => costs::list(store, call).await,
        "getCostsCsv" => costs::csv(store, call).await,
        "getPrice" => costs::price(store, call).await,
        "putPrice" => costs::put_price(store, call).await,
        "getSupplySettings" => settings::get(store, call).await,
        "putSupplySettings" => settings::put(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
