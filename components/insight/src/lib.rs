//! Statistics, from the rollups that the background keeps. Nothing is added up here but sums that stand there already; how
//! old they are stands in every answer as `as_of`.

mod cycle_times;
mod lifecycle;
mod order_counts;
mod output;
mod production;
mod question;
mod requests;
mod scrap;
mod state_times;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("insight", request, async |store, call| match call.route.name {
        "getOutput" => output::output(store, call).await,
        "getYield" => output::yields(store, call).await,
        "getScrap" => scrap::scrap(store, call).await,
        "getStateTimes" => state_times::state_times(store, call).await,
        "getCycleTimes" => cycle_times::cycle_times(store, call).await,
        "getLifecycle" => lifecycle::lifecycle(store, call).await,
        "getLifecycleCsv" => lifecycle::csv(store, call).await,
        "getLifecycleXlsx" => lifecycle::xlsx(store, call).await,
        "listLifecycleMonths" => lifecycle::months(store, call).await,
        "getRequests" => requests::requests(store, call).await,
        "getProduction" => production::production(store, call).await,
        "getPeaks" => production::peaks(store, call).await,
        "getOrderCounts" => order_counts::order_counts(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
