//! Why the store did not do what it was asked.

use crate::commit::StoredResponse;

/// One variant for each reason. After any of them nothing of the commit has been written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The same request was booked before: answer as it was answered then.
    #[error("the idempotency key was used by the same request before")]
    Replayed(StoredResponse),
    /// The key belongs to another request of this user.
    #[error("the idempotency key was used by another request")]
    KeyReused,
    /// The session has ended, was revoked, has expired or never was.
    #[error("the session has ended")]
    SessionEnded,
    /// A record is not at the version that was expected: load and decide again.
    #[error("a record has changed since it was loaded")]
    VersionConflict,
    /// A posting would take a bounded account below zero: load and decide again.
    #[error("a balance would go below zero")]
    NegativeBalance,
    /// A counter would leave its bounds: load and decide again.
    #[error("a counter would leave its bounds")]
    CounterBound,
    /// The posting to be reversed has a reversal already.
    #[error("the posting was reversed before")]
    AlreadyReversed,
    /// There is no plant of that number.
    #[error("there is no such plant")]
    UnknownPlant,
    /// The value cannot be stored, whatever the state of the store: a bug in the caller.
    #[error("the store cannot hold this: {0}")]
    Malformed(String),
    /// The cursor is not one that the store gave out.
    #[error("the cursor is not valid")]
    BadCursor,
    /// What was read is not what the store writes.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
    /// The store cannot be reached, is busy beyond its time-out, or is full. It may have happened or not: send the same key again.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}
