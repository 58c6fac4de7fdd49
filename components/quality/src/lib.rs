//! Quality and exceptions: what goes wrong on the floor, who has it, and what became of it.

mod acknowledge_exception;
mod add_photo;
mod close_exception;
mod exception_pareto;
mod exception_settings;
mod get_exception;
mod get_photo;
mod inspect;
mod list_exceptions;
mod list_inspections;
mod nonconformances;
mod plans;
mod quality_settings;
mod raise_exception;
mod settle;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("quality", request, async |store, call| match call.route.name {
        "raiseException" => raise_exception::raise_exception(store, call).await,
        "listExceptions" => list_exceptions::list_exceptions(store, call).await,
        "getException" => get_exception::get_exception(store, call).await,
        "acknowledgeException" => acknowledge_exception::acknowledge_exception(store, call).await,
        "closeException" => close_exception::close_exception(store, call).await,
        "getExceptionPareto" => exception_pareto::exception_pareto(store, call).await,
        "getExceptionSettings" => exception_settings::get(store, call).await,
        "putExceptionSettings" => exception_settings::put(store, call).await,
        "listInspectionPlans" => plans::list(store, call).await,
        "getInspectionPlan" => plans::get(store, call).await,
        "putInspectionPlan" => plans::put(store, call).await,
        "createInspection" => inspect::inspect(store, call).await,
        "listInspections" => list_inspections::list_inspections(store, call).await,
        "listNonconformances" => nonconformances::list(store, call).await,
        "getNonconformance" => nonconformances::get(store, call).await,
        "raiseNonconformance" => nonconformances::raise(store, call).await,
        "disposeNonconformance" => nonconformances::dispose(store, call).await,
        "closeNonconformance" => nonconformances::close(store, call).await,
        "getQualitySettings" => quality_settings::get(store, call).await,
        "putQualitySettings" => quality_settings::put(store, call).await,
        "addPhoto" => add_photo::add_photo(store, call).await,
        "getPhoto" => get_photo::get_photo(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
