//! The archive: what an order holds goes out of the store as one piece, and may come back as it was.
//!
//! What goes is what was read and written elsewhere, or nothing goes: [`Away`] says what was read, and the commit that takes it away is
//! refused when anything of it has changed. Each posting leaves behind what it did to both of its accounts, at its place, as a carried
//! row: sums of accounts, and what each later posting says that an account held, stay right. Rows of one account between which no
//! posting stands are folded into one. [`Back`] is the reverse, to the same places.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commit::Expect;
use crate::read::{Counter, StoredPosting};

/// What is asked for of an order that may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldingQuery {
    /// The order.
    pub order: String,
    /// Records by kind and id.
    pub records: Vec<(String, String)>,
    /// Kinds of records whose parent is the order. What is queued about them has their ids.
    pub children: Vec<String>,
    /// Photos by id; those that are not there are left out.
    pub photos: Vec<String>,
}

/// All that an order holds, as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// Its records, by kind and id.
    pub records: Vec<HeldRecord>,
    /// Its postings, in their order.
    pub postings: Vec<HeldPosting>,
    /// Counters in its scope, by name.
    pub counters: Vec<Counter>,
    /// How its queued reports ended, by id.
    pub receipts: Vec<HeldReceipt>,
    /// Photos that its records name, by id.
    #[serde(default)]
    pub photos: Vec<HeldPhoto>,
}

/// A record with all of its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "explained at `Record` and `RecordWrite`")]
pub struct HeldRecord {
    pub kind: String,
    pub id: String,
    pub version: u64,
    pub state: Option<String>,
    pub line: Option<String>,
    pub parent: Option<String>,
    pub sort: String,
    /// As it is kept: in lower case.
    pub search: Option<String>,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub body: Value,
    /// Custom fields, by name and value.
    pub fields: Vec<(String, String)>,
}

/// A posting with its place in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPosting {
    /// The place, see [`LedgerRow`](crate::LedgerRow).
    pub place: String,
    /// The seal that stands for it; none where it is not sealed.
    pub seal: Option<u64>,
    /// The posting.
    pub row: StoredPosting,
}

/// A receipt with all of its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "explained at `Receipt`")]
pub struct HeldReceipt {
    pub id: String,
    pub state: String,
    pub updated_ms: i64,
    pub body: Value,
}

/// A photo with all of its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "explained at `Photo`")]
pub struct HeldPhoto {
    pub id: String,
    pub media_type: String,
    pub data: String,
    pub user: String,
    pub at_ms: i64,
}

/// An order goes out of the store. Refused as a conflict of versions when anything is not as it is said here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Away {
    /// The order.
    pub order: String,
    /// The records that go, with the versions that were read.
    pub records: Vec<Expect>,
    /// How many records of a kind have the order as their parent; all of them are among those that go.
    pub children: Vec<(String, u64)>,
    /// How many postings there are for the order; all of them go.
    pub postings: u64,
    /// The counters in its scope; all of them go.
    pub counters: Vec<Counter>,
    /// Receipts that go.
    pub receipts: Vec<String>,
    /// The seals that stand for its postings.
    pub seals: Vec<u64>,
    /// Photos that go; all of them are there.
    pub photos: Vec<String>,
}

/// An order comes back to where it was. Refused as a conflict of versions when it is not away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Back {
    /// The order.
    pub order: String,
    /// The records that stood for it meanwhile, which go.
    pub instead: Vec<Expect>,
    /// What it holds.
    #[serde(flatten)]
    pub holding: Holding,
}

/// Something that has gone with an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The kind of the record, [`MOVEMENT`] or [`PHOTO`].
    pub kind: String,
    /// Which.
    pub id: String,
    /// The order that it went with.
    pub order: String,
}

/// The kind of [`Archived`] that a movement has.
pub const MOVEMENT: &str = "movement";

/// The kind of [`Archived`] that a photo has.
pub const PHOTO: &str = "photo";

/// Which records are looked for that nobody has touched for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntouchedQuery {
    /// The kind.
    pub kind: String,
    /// In one of these states.
    pub states: Vec<String>,
    /// Last written before this moment.
    pub before_ms: i64,
}
