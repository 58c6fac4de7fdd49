//! What happens in the background, and what people ask of it.
//!
//! | path | who calls |
//! |---|---|
//! | `/internal/v1/wake` | other components, at `http://aggregator.spin.internal`; no route leads here from outside |
//! | `POST /internal/v1/tick` | a timer, with the variable `tick_token` as a bearer token: sweeps what no call woke it for |
//! | `/api/v1/rollups...` | who may see them, or build them anew |
//! | `/api/v1/queue...`, `/api/v1/degradation`, `/api/v1/doctor`, `/api/v1/host` | who operates the servers |
//! | `/api/v1/archive...` | who moves orders to the archive, and looks for them there |
//! | `/api/v1/alerts...`, `/api/v1/watch` | whom the watch over orders tells |
//!
//! Any number of calls may be at work at once: each piece of work is booked once, by whoever is first.

mod alerts;
mod archive;
mod dead_letters;
mod degradation;
mod doctor;
mod get_rollups;
mod host;
mod rebuild_rollups;
mod sweep;
mod tick;
mod watch;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::call;
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    let internal = match request.uri().path() {
        "/internal/v1/wake" => Some(tick::wake(&request).await),
        "/internal/v1/tick" => Some(tick::tick(&request).await),
        _ => None,
    };
    if let Some(outcome) = internal {
        let lang = call::lang(request.headers());
        return outcome.unwrap_or_else(|failure| failure.response(lang)).map(FullBody::new);
    }
    takt_web::spin::serve("aggregator", request, async |store, call| match call.route.name {
        "getRollups" => get_rollups::get_rollups(store, call).await,
        "rebuildRollups" => rebuild_rollups::rebuild_rollups(store, call).await,
        "getQueue" => dead_letters::get_queue(call).await,
        "listDeadLetters" => dead_letters::list(call).await,
        "replayDeadLetter" => dead_letters::replay(store, call).await,
        "getDegradation" => degradation::get(store, call).await,
        "getHost" => host::host(call).await,
        "getDoctor" => doctor::doctor(call).await,
        "listAlerts" => alerts::list(store, call).await,
        "acknowledgeAlert" => alerts::acknowledge(store, call).await,
        "getWatch" => watch::get(store, call).await,
        "putWatch" => watch::put(store, call).await,
        "putDegradation" => degradation::put(store, call).await,
        "getArchiveSettings" => archive::get_settings(store, call).await,
        "putArchiveSettings" => archive::set(store, call).await,
        "getDueOrders" => archive::get_due(store, call).await,
        "listArchiveBatches" => archive::list_batches(store, call).await,
        "openArchiveBatch" => archive::open(store, call).await,
        "verifyArchiveBatch" => archive::verify(store, call).await,
        "archiveOrder" => archive::take(store, call).await,
        "endArchiveBatch" => archive::end(store, call).await,
        "expireArchiveBatch" => archive::expire(store, call).await,
        "listArchivedOrders" => archive::list(store, call).await,
        "getArchivedOrder" => archive::get(store, call).await,
        "getOrderHolding" => archive::holding(store, call).await,
        "putRestorePart" => archive::put_part(store, call).await,
        "restoreOrder" => archive::restore(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
