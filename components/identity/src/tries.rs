//! Wrong PINs of a user, at the sign-in and at signing alike.
//!
//! Five wrong PINs in a row lock the user, for 30 s first and twice as long with each further one, up to an hour. The
//! count is written before the answer goes out, under the version that was read, so that guessing in parallel does not
//! get more tries: whoever loses that race has to come again.

use serde::{Deserialize, Serialize};
use takt_api::problem::ProblemType;
use takt_records::keep::kind;
use takt_store::{Commit, Loaded, RecordWrite, Store, StoreError};
use takt_web::failure::Failure;

/// Wrong PINs before the user is locked.
const FREE_TRIES: u32 = 5;

/// The first lock, in seconds.
const LOCK_MIN_S: i64 = 30;

/// The longest lock, in seconds.
const LOCK_MAX_S: i64 = 3600;

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Count {
    wrong: u32,
    locked_until_s: i64,
}

/// The wrong PINs of one user, as they were read.
pub(crate) struct Tries {
    user: String,
    version: u64,
    count: Count,
}

impl Tries {
    /// Out of what was loaded, the record of [`kind::SIGN_IN`] among it.
    pub(crate) fn of(loaded: &Loaded, user: &str) -> Result<Self, Failure> {
        let record = loaded.record(kind::SIGN_IN, user);
        let count = record.map(|record| record.parse()).transpose()?.unwrap_or_default();
        Ok(Self { user: user.to_owned(), version: record.map_or(0, |record| record.version), count })
    }

    /// Refuses while the user is locked.
    pub(crate) fn check_open(&self, now_s: i64) -> Result<(), Failure> {
        if self.count.locked_until_s <= now_s {
            return Ok(());
        }
        let retry_after_s = u64::try_from(self.count.locked_until_s - now_s).ok();
        Err(Failure { retry_after_s, ..Failure::new(ProblemType::Locked) })
    }

    /// Counts one more and writes it down.
    pub(crate) async fn count_wrong<S: Store>(&self, store: &S, mut commit: Commit, now_s: i64) -> Result<(), Failure> {
        let mut count = Count { wrong: self.count.wrong.saturating_add(1), ..self.count };
        if let Some(beyond) = count.wrong.checked_sub(FREE_TRIES) {
            let lock_s = LOCK_MIN_S.saturating_mul(1 << beyond.min(20)).min(LOCK_MAX_S);
            count.locked_until_s = now_s + lock_s;
        }
        commit.records.push(self.record(count));
        book(store, &commit).await
    }

    /// What a right PIN writes: nothing where there was no wrong one.
    pub(crate) fn forgotten(&self) -> Option<RecordWrite> {
        (self.count.wrong > 0).then(|| self.record(Count::default()))
    }

    fn record(&self, count: Count) -> RecordWrite {
        let body = serde_json::to_value(count).unwrap_or_default();
        RecordWrite::new(kind::SIGN_IN, &self.user, Some(self.version), body)
    }
}

/// Books; whoever was overtaken has to come again.
pub(crate) async fn book<S: Store>(store: &S, commit: &Commit) -> Result<(), Failure> {
    match store.commit(commit).await {
        Ok(_) => Ok(()),
        Err(StoreError::VersionConflict) => {
            Err(Failure { retry_after_s: Some(1), ..Failure::new(ProblemType::TooMany) })
        }
        Err(error) => Err(error.into()),
    }
}
