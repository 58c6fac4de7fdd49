//! Seals: a chain of hashes over the ledger, that shows what was tampered with.
//!
//! A seal stands for the postings between two places of the journal, in its order. What a hash is made of, when one is set
//! and how the chain is checked is the caller's business; the store sees that a seal follows the last one, and lets none
//! change or go but for its state.

use serde::{Deserialize, Serialize};

use crate::plant::PlantNumber;
use crate::read::StoredPosting;

/// Whether the rows that a seal stands for are in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealState {
    /// All of them.
    #[default]
    Sealed,
    /// Some or all of them may have gone to an archive.
    Archived,
}

/// A sealed piece of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Whose.
    pub plant: PlantNumber,
    /// From 1 on, without a gap.
    pub number: u64,
    /// The plant's day, such as `2026-11-26`.
    pub day: String,
    /// The place behind which it begins; empty for the start of the ledger.
    pub from_place: String,
    /// The place of its last posting.
    pub to_place: String,
    /// How many postings.
    pub count: u64,
    /// A line for each posting: its place, a blank, the hash of its row. Empty where it was not asked for.
    #[serde(default)]
    pub postings: String,
    /// The hash of the seal before; empty for the first.
    pub previous: String,
    /// The hash of all that.
    pub hash: String,
    /// Whether the rows are there.
    pub state: SealState,
    /// When it was set.
    pub sealed_ms: i64,
}

/// A posting with its place in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LedgerRow {
    /// The place: of a file the number of the posting, of a server `EPOCH.TRANSACTION.NUMBER`.
    pub place: String,
    /// The posting; what took it back is not looked up.
    pub row: StoredPosting,
}

/// What no seal stands for yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsealed {
    /// How many postings.
    pub count: u64,
    /// When the first of them was booked; none where there is none.
    pub oldest_ms: Option<i64>,
}
