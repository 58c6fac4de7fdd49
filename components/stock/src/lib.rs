//! Stock: balances, movements and their reversal, traces of lots, counts, the audit, comparisons with other systems, what a
//! scanned code means, labels, and entries that were held.

mod audit;
mod audit_chain;
mod audit_schedule;
mod compared_rows;
mod comparison_mappings;
mod comparisons;
mod count_lines;
mod count_movements;
mod count_settings;
mod count_sheet;
mod counts;
mod create_movement;
mod get_stock;
mod labels;
mod list_conflicts;
mod list_movements;
mod list_stock;
mod lots;
mod pick_stock;
mod reverse_movement;
mod scan;
mod settle_conflict;
mod trace;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_store::PlantNumber;
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
        "pickStock" => pick_stock::pick_stock(store, call).await,
        "listMovements" => list_movements::list_movements(store, call).await,
        "getTrace" => trace::trace(store, call).await,
        "exportTrace" => trace::export(store, call).await,
        "createMovement" => create_movement::create_movement(store, call).await,
        "bulkMovements" => create_movement::create_movements(store, call).await,
        "reverseMovement" => reverse_movement::reverse_movement(store, call).await,
        "audit" => audit::audit(store, call, waiting).await,
        "auditChain" => audit_chain::audit_chain(store, call).await,
        "getChainHeads" => audit_chain::heads(store, call).await,
        "getAuditSchedule" => audit_schedule::get(store, call).await,
        "putAuditSchedule" => audit_schedule::put(store, call).await,
        "listComparisons" => comparisons::list(store, call).await,
        "openComparison" => comparisons::open(store, call).await,
        "getComparison" => comparisons::get(store, call).await,
        "putComparisonPart" => comparisons::stage(store, call).await,
        "runComparison" => comparisons::run(store, call).await,
        "listComparedRows" => compared_rows::list(store, call).await,
        "exportComparedRows" => compared_rows::export(store, call).await,
        "getComparisonMappings" => comparison_mappings::list(store, call).await,
        "putComparisonMapping" => comparison_mappings::put(store, call).await,
        "listCounts" => counts::list(store, call).await,
        "startCount" => counts::start(store, call).await,
        "getDueCounts" => counts::due(store, call).await,
        "getCount" => counts::get(store, call).await,
        "finishCount" => counts::finish(store, call).await,
        "postCount" => counts::post(store, call).await,
        "cancelCount" => counts::cancel(store, call).await,
        "getCountSheet" => count_sheet::count_sheet(store, call).await,
        "listCountLines" => count_lines::list(store, call).await,
        "enterCountLine" => count_lines::enter(store, call).await,
        "reviewCountLine" => count_lines::review(store, call).await,
        "putCountPart" => count_lines::put_part(store, call).await,
        "enterCountList" => count_lines::enter_list(store, call).await,
        "getCountMovements" => count_movements::count_movements(store, call).await,
        "getCountSettings" => count_settings::get(store, call).await,
        "putCountSettings" => count_settings::put(store, call).await,
        "scan" => scan::scan(store, call).await,
        "printLabels" => labels::print_labels(store, call).await,
        "listLots" => lots::list(store, call).await,
        "getLot" => lots::get(store, call).await,
        "setLotState" => lots::set_state(store, call).await,
        "setLotExpiry" => lots::set_expiry(store, call).await,
        "splitLot" => lots::split(store, call).await,
        "mergeLots" => lots::merge(store, call).await,
        "getLotSettings" => lots::get_settings(store, call).await,
        "putLotSettings" => lots::put_settings(store, call).await,
        "listConflicts" => list_conflicts::list_conflicts(store, call).await,
        "settleConflict" => settle_conflict::settle_conflict(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}

/// What a plant's queue holds, on every server; none where one does not answer.
async fn waiting(plant: PlantNumber) -> Option<audit::Waiting> {
    let mut held = audit::Waiting::default();
    for queue in queue::all_of(plant).await {
        let lag = queue.lag().await.ok()?;
        held.waiting += lag.waiting;
        held.oldest_ms = held.oldest_ms.max(lag.oldest_ms);
        held.dead += lag.dead;
    }
    Some(held)
}
