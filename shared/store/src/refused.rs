//! What the database refused, as errors of the store.

use crate::commit::Commit;
use crate::error::StoreError;
use crate::port::Store;
use crate::read::{KeyLookup, Load};

/// The word behind `takt:` that the database raised, as an error. For a key that exists the answer is fetched that stands under it.
pub(crate) async fn refusal<S: Store>(store: &S, commit: &Commit, word: &str) -> StoreError {
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

async fn replay<S: Store>(store: &S, commit: &Commit) -> Result<StoreError, StoreError> {
    let purged = || StoreError::Unavailable("the key expired at this moment".to_owned());
    let used = commit.idempotency.as_ref().ok_or_else(purged)?;
    let mut load = Load::new(commit.plant, commit.at_ms);
    load.key = Some(KeyLookup { user: used.user.clone(), key: used.key.clone() });
    let stored = store.load(&load).await?.key.ok_or_else(purged)?;
    Ok(stored.judge(&used.fingerprint))
}
