//! `GET /api/v1/rollups`: how far they have come.

use takt_api::insight::Rollups;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn get_rollups<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let status = takt_rollup::status(store, caller.plant, caller.now_ms()).await?;
    json(200, &status.map_or_else(Rollups::default, rollups))
}

fn rollups(status: takt_rollup::Status) -> Rollups {
    Rollups {
        generation: status.generation,
        as_of: status.as_of,
        events: status.events,
        unreadable: status.unreadable,
        rebuilding: status.rebuilding,
    }
}
