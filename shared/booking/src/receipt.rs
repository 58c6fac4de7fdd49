//! What became of a report.

use serde::Deserialize;
use takt_api::reports::{Report, ReportState};
use takt_queue::{Queue, Status};
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_records::keep::kind;
use takt_redis::Redis;
use takt_store::{Load, Store, StoreError};

use crate::queued::QueuedReport;

/// The report of an id: booked, refused or queued; a dead letter counts as queued, since an operator can still have it
/// booked. Without the store, what waits in the queue is found all the same.
pub async fn receipt<S: Store, R: Redis>(
    store: &S,
    queue: Option<&Queue<R>>,
    caller: &Caller,
    id: &str,
) -> Result<Option<Report>, CommandError> {
    // Between a look at the store and one at the queue a report may end: then the store has it now.
    for _ in 0..2 {
        let stored = match stored(store, caller, id).await {
            Ok(Some(report)) => return Ok(Some(report)),
            other => other,
        };
        let status = match queue {
            Some(queue) => queue.status(id).await,
            None => Ok(Status::Gone),
        };
        match (status, stored) {
            (Ok(Status::Queued(body) | Status::Dead(body)), _) => {
                let queued = QueuedReport::read(&body).map_err(CommandError::Damaged)?;
                return Ok(Some(queued.shown(ReportState::Queued)));
            }
            (_, Err(error)) => return Err(error.into()),
            // What the store does not have may still wait there: nobody can say that it is not there at all.
            (Err(error), Ok(_)) => return Err(StoreError::Unavailable(error.to_string()).into()),
            (Ok(Status::Gone), Ok(_)) => {}
        }
        if queue.is_none() {
            break;
        }
    }
    Ok(None)
}

async fn stored<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<Option<Report>, StoreError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::REPORT.into(), id.to_owned())];
    load.receipts = vec![id.to_owned()];
    let loaded = store.load(&load).await?;
    if let Some(record) = loaded.record(kind::REPORT, id) {
        return record.parse().map(Some);
    }
    let refused = loaded.receipts.iter().find(|receipt| receipt.id == id && receipt.state == "refused");
    let parse = |receipt: &takt_store::Receipt| {
        Report::deserialize(&receipt.body).map_err(|error| StoreError::Corrupt(format!("receipt {id}: {error}")))
    };
    refused.map(parse).transpose()
}
