//! `POST /api/v1/rollups/rebuild`: derives all rollups anew from the start of the journal. The answer says which generation
//! that will be; the background builds it, and until it takes over the one that is there is read.

use takt_api::insight::{RebuildRollups, RollupRebuild};
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_records::command::{ATTEMPTS, Answer};
use takt_records::load::answered_before;
use takt_rollup::{advance, begin_rebuild};
use takt_store::{Load, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn rebuild_rollups<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let _nothing: RebuildRollups = call.json()?;
    for _ in 0..ATTEMPTS {
        match begin(store, caller).await {
            Err(CommandError::Store(StoreError::Replayed(stored))) => {
                return answer(&Answer { status: stored.status, body: stored.body, replayed: true });
            }
            Err(CommandError::Store(StoreError::VersionConflict)) => {}
            other => return answer(&other?),
        }
    }
    Err(CommandError::Conflict.into())
}

async fn begin<S: Store>(store: &S, caller: &Caller) -> Result<Answer, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    answered_before(&mut store.load(&load).await?, caller)?;
    // The first reading makes what there is to rebuild.
    advance(store, caller.plant, caller.now_ms(), 1).await?;
    let status = 200;
    let body = |generation| serde_json::to_value(RollupRebuild { generation }).unwrap_or_default();
    let begun =
        begin_rebuild(store, caller.plant, caller.now_ms(), |generation| caller.commit(status, &body(generation)));
    let generation = begun.await?.ok_or_else(|| CommandError::NotFound("journal".to_owned()))?;
    Ok(Answer { status, body: body(generation), replayed: false })
}
