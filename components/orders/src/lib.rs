//! Work orders: create, list, show with what the caller may do and what they wait for, take actions, their operations and
//! the plan for them, split and merge, and the board.

mod board;
mod create_order;
mod delegations;
mod export_orders;
mod flows;
mod get_order;
mod get_order_cost;
mod get_schedule;
mod get_why;
mod list_orders;
mod merge_orders;
mod morning;
mod people;
mod plan_schedule;
mod put_custom;
mod put_operation_plan;
mod row;
mod settled;
mod sign_approval;
mod split_order;
mod take_action;
mod take_step;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("orders", request, async |store, call| match call.route.name {
        "listOrders" => list_orders::list_orders(store, call).await,
        "createOrder" => create_order::create_order(store, call).await,
        "bulkOrders" => create_order::create_orders(store, call).await,
        "getOrderCost" => get_order_cost::get_order_cost(store, call).await,
        "getOrder" => get_order::get_order(store, call).await,
        "takeAction" => take_action::take_action(store, call).await,
        "getWhy" => get_why::get_why(store, call).await,
        "getMorning" => morning::morning(store, call).await,
        "takeStep" => take_step::take_step(store, call).await,
        "getSchedule" => get_schedule::get_schedule(store, call).await,
        "planSchedule" => plan_schedule::plan_schedule(store, call).await,
        "putOperationPlan" => put_operation_plan::put_operation_plan(store, call).await,
        "splitOrder" => split_order::split_order(store, call).await,
        "mergeOrders" => merge_orders::merge_orders(store, call).await,
        "getBoard" => board::board(store, call).await,
        "getFlows" => flows::list(store, call).await,
        "getFlow" => flows::get(store, call).await,
        "putFlowDraft" => flows::put_draft(store, call).await,
        "publishFlow" => flows::publish(store, call).await,
        "putFlowDefault" => flows::put_default(store, call).await,
        "moveOrders" => flows::move_orders(store, call).await,
        "signApproval" => sign_approval::sign_approval(store, call).await,
        "getApprovals" => sign_approval::waiting(store, call).await,
        "getDelegations" => delegations::list(store, call).await,
        "putDelegation" => delegations::put(store, call).await,
        "endDelegation" => delegations::end(store, call).await,
        "putOrderCustom" => put_custom::of_order(store, call).await,
        "putOperationCustom" => put_custom::of_operation(store, call).await,
        "exportOrders" => export_orders::export_orders(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
