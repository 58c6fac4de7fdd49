//! A booker: claims, books, acknowledges.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use takt_queue::{BATCH_MAX, Claimed, DELIVERIES_MAX, Entry, Queue, QueueError};
use takt_redis::Redis;
use takt_store::{Load, PlantNumber, Store, StoreError};

use crate::batch::{Ended, book_batch};
use crate::queued::QueuedReport;

/// What a booker has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Reports that are in the ledger.
    pub booked: u64,
    /// Reports that were refused.
    pub refused: u64,
    /// Dead letters.
    pub buried: u64,
    /// Nothing was left that this booker could have had.
    pub done: bool,
}

/// Books what waits for a plant until nothing is left, or `clock` passes `until`. `token` is this booker's own. A queue or
/// a store that does not answer ends it: whatever was not acknowledged is handed out again.
pub async fn book<S: Store, R: Redis>(
    store: &S,
    queue: &Queue<R>,
    plant: PlantNumber,
    token: &str,
    clock: impl Fn() -> Timestamp,
    until: Timestamp,
) -> Result<Progress, QueueError> {
    let mut progress = Progress::default();
    while let Some(claimed) = queue.claim(token, BATCH_MAX).await? {
        let goes_on = one_batch(store, queue, plant, &claimed, clock(), &mut progress).await;
        match goes_on {
            Ok(true) if clock() < until => {}
            Ok(_) => {
                queue.release(token, claimed.shard, &[]).await?;
                return Ok(progress);
            }
            Err(Stop::Queue(error)) => return Err(error),
            Err(Stop::Store(error)) => {
                eprintln!("queued reports wait for the record store: {error}");
                let places: Vec<&str> = claimed.entries.iter().map(|entry| entry.place.as_str()).collect();
                queue.release(token, claimed.shard, &places).await?;
                return Ok(progress);
            }
        }
    }
    Ok(Progress { done: true, ..progress })
}

enum Stop {
    Queue(QueueError),
    Store(StoreError),
}

impl From<QueueError> for Stop {
    fn from(error: QueueError) -> Self {
        Self::Queue(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// False when something of it has to wait.
async fn one_batch<S: Store, R: Redis>(
    store: &S,
    queue: &Queue<R>,
    plant: PlantNumber,
    claimed: &Claimed,
    now: Timestamp,
    progress: &mut Progress,
) -> Result<bool, Stop> {
    let mut reports: Vec<(&Entry, QueuedReport)> = Vec::new();
    for entry in &claimed.entries {
        let read = if entry.deliveries > DELIVERIES_MAX {
            Err(format!("handed out {DELIVERIES_MAX} times without an end"))
        } else {
            QueuedReport::read(&entry.body)
        };
        match read {
            Ok(queued) => reports.push((entry, queued)),
            Err(reason) => bury(queue, claimed.shard, entry, &reason, progress).await?,
        }
    }
    let refused = refused_before(store, plant, now, &reports).await?;
    let (over, open): (Vec<_>, Vec<_>) = reports.iter().partition(|(_, queued)| refused.contains(queued.id()));
    let queued: Vec<&QueuedReport> = open.iter().map(|(_, queued)| queued).collect();
    let ended = book_batch(store, plant, now, &queued).await?;
    let mut places: Vec<&str> = over.iter().map(|(entry, _)| entry.place.as_str()).collect();
    let mut all = true;
    for ((entry, _), ended) in open.iter().zip(ended) {
        match ended {
            Ended::Booked => progress.booked += 1,
            Ended::Refused => progress.refused += 1,
            Ended::Poison(reason) => {
                bury(queue, claimed.shard, entry, &reason, progress).await?;
                continue;
            }
            Ended::Later => {
                all = false;
                continue;
            }
        }
        places.push(&entry.place);
    }
    queue.finish(claimed.shard, &places).await?;
    Ok(all)
}

async fn bury<R: Redis>(
    queue: &Queue<R>,
    shard: i64,
    entry: &Entry,
    reason: &str,
    progress: &mut Progress,
) -> Result<(), QueueError> {
    eprintln!("a queued report is a dead letter: {reason}");
    progress.buried += u64::from(queue.bury(shard, entry, reason).await?);
    Ok(())
}

/// What an earlier booker refused and did not acknowledge stays refused, even if it could be booked by now: its sender
/// may have seen the receipt.
async fn refused_before<S: Store>(
    store: &S,
    plant: PlantNumber,
    now: Timestamp,
    reports: &[(&Entry, QueuedReport)],
) -> Result<BTreeSet<String>, StoreError> {
    let mut load = Load::new(plant, now.as_millisecond());
    let again = reports.iter().filter(|(entry, _)| entry.deliveries > 1);
    load.receipts = again.map(|(_, queued)| queued.id().to_owned()).collect();
    if load.receipts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found = store.load(&load).await?.receipts;
    Ok(found.into_iter().filter(|receipt| receipt.state == "refused").map(|receipt| receipt.id).collect())
}
