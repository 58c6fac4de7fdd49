//! Commits.

use serde::Serialize;

use super::driver::{Driver, DriverError, Value};
use super::{SqliteStore, failed, json};
use crate::commit::{Commit, Committed};
use crate::error::StoreError;
use crate::port::Store;
use crate::read::{KeyLookup, Load};

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

/// The value as JSON, if the database can hold it: SQLite cuts text at a NUL in some places, Postgres refuses it.
pub(crate) fn document<T: Serialize + ?Sized>(value: &T) -> Result<Value, StoreError> {
    let doc = json(value)?;
    match &doc {
        Value::Text(text) if has_nul(text) => Err(StoreError::Malformed("text with a NUL character".to_owned())),
        _ => Ok(doc),
    }
}

/// True when a string of this JSON has `\u0000`, and not just a backslash before `u0000`.
fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes_before = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes_before % 2 == 0
    })
}

/// The word that the trigger raised, as an error. For a key that exists the answer is fetched that stands under it.
async fn refusal<D: Driver>(store: &SqliteStore<D>, commit: &Commit, word: &str) -> StoreError {
    match word {
        "key" => replay(store, commit).await.unwrap_or_else(|error| error),
        "session" => StoreError::SessionEnded,
        "version" => StoreError::VersionConflict,
        "negative" => StoreError::NegativeBalance,
        "counter" => StoreError::CounterBound,
        "reversed" => StoreError::AlreadyReversed,
        "plant" => StoreError::UnknownPlant,
        other => StoreError::Corrupt(format!("refused: {other}")),
    }
}

async fn replay<D: Driver>(store: &SqliteStore<D>, commit: &Commit) -> Result<StoreError, StoreError> {
    let purged = || StoreError::Unavailable("the key expired at this moment".to_owned());
    let used = commit.idempotency.as_ref().ok_or_else(purged)?;
    let mut load = Load::new(commit.plant, commit.at_ms);
    load.key = Some(KeyLookup { user: used.user.clone(), key: used.key.clone() });
    let stored = store.load(&load).await?.key.ok_or_else(purged)?;
    Ok(stored.judge(&used.fingerprint))
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn a_nul_is_told_from_a_backslash_before_u0000() {
        assert!(has_nul(r#""a\u0000""#));
        assert!(has_nul(r#""\\\u0000""#));
        assert!(!has_nul(r#""C:\\u0000""#));
    }
}
