//! Production reports (报工): book, show, list, take back.

mod create_report;
mod export_reports;
mod get_report;
mod list_reports;
mod reverse_report;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("reporting", request, async |store, call| match call.route.name {
        "createReport" => create_report::create_report(store, call).await,
        "getReport" => get_report::get_report(store, call).await,
        "listReports" => list_reports::list_reports(store, call).await,
        "reverseReport" => reverse_report::reverse_report(store, call).await,
        "exportReports" => export_reports::export_reports(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
