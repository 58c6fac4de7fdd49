//! Commits.

use super::SqliteStore;
use crate::commit::{Commit, Committed};
use crate::document::document;
use crate::driver::failed;
use crate::driver::{Driver, DriverError};
use crate::error::StoreError;
use crate::refused::refusal;

/// One fsync holds this many commits at most, so that one batch does not keep all others waiting.
const BATCH_MAX: usize = 500;

pub(crate) async fn commit<D: Driver>(store: &SqliteStore<D>, commit: &Commit) -> Result<Committed, StoreError> {
    let doc = document(commit)?;
    match store.driver.query(include_str!("sql/commit.sql"), vec![doc]).await {
        Ok(_) => Ok(Committed {}),
        Err(DriverError::Refused(word)) => Err(refusal(store, commit, &word).await),
        Err(error) => Err(failed(error)),
    }
}

/// All in one statement, and so with one fsync; when one of them is refused, which undoes them all, one after another.
pub(crate) async fn commit_many<D: Driver>(
    store: &SqliteStore<D>,
    commits: &[Commit],
) -> Vec<Result<Committed, StoreError>> {
    let mut outcomes = Vec::with_capacity(commits.len());
    for batch in commits.chunks(BATCH_MAX) {
        if batch.len() > 1 && all_at_once(store, batch).await.is_ok() {
            outcomes.extend(batch.iter().map(|_| Ok(Committed {})));
        } else {
            for one in batch {
                outcomes.push(commit(store, one).await);
            }
        }
    }
    outcomes
}

async fn all_at_once<D: Driver>(store: &SqliteStore<D>, batch: &[Commit]) -> Result<(), StoreError> {
    let docs = document(batch)?;
    store.driver.query(include_str!("sql/commit_many.sql"), vec![docs]).await.map_err(failed)?;
    Ok(())
}
