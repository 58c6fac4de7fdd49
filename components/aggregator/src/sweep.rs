//! All work of the background, plant by plant, within a share of time.

use jiff::Timestamp;
use serde::Serialize;
use takt_store::{Store, StoreError};

/// How long one call works at most, in milliseconds: well below the limit of a request's run time.
const SWEEP_MS: i64 = 5_000;

/// Events between two looks at the clock.
const ROLLUP_STEP: u64 = 2_000;

/// What one call has done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Swept {
    /// Events that were rolled up.
    rolled_up: u64,
    /// Nothing is left to do.
    done: bool,
}

pub(crate) async fn sweep<S: Store>(store: &S) -> Result<Swept, StoreError> {
    let start_ms = now_ms();
    let mut swept = Swept { done: true, ..Swept::default() };
    for plant in store.plants().await? {
        loop {
            let progress = takt_rollup::advance(store, plant.number, now_ms(), ROLLUP_STEP).await?;
            swept.rolled_up += progress.events;
            if now_ms() - start_ms > SWEEP_MS {
                return Ok(Swept { done: false, ..swept });
            }
            // Another reader that was faster has the rest.
            if progress.caught_up || progress.events + progress.cleared == 0 {
                break;
            }
        }
    }
    store.purge(now_ms()).await?;
    Ok(swept)
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}
