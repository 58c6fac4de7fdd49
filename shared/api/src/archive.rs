//! The archive: which orders go to cold storage, what is written there, what stays, and how it comes back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use takt_domain::id::{ItemId, LineId, OrderId};
use takt_domain::quantity::Quantity;

/// `GET /api/v1/archive/due?after=`: orders that may go, and the month in which each was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DueOrders {
    /// By number.
    pub items: Vec<DueOrder>,
    /// What `after` is to be for more; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// True where it is not the hour that the plant has set, so that nothing is said.
    #[serde(default)]
    pub not_now: bool,
}

/// An order that may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DueOrder {
    /// Its number.
    pub order: OrderId,
    /// The month in which it was closed, such as `2026-05`.
    pub month: String,
}

/// What a column of a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text; JSON as well.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// Milliseconds since 1970, UTC.
    Timestamp,
    /// True or false.
    Boolean,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnType,
}

/// Rows of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArchiveTable {
    /// Its name, which is that of its file: `orders`, `reports`, `records`, `movements`, `counters`, `receipts`, `signatures`,
    /// `inspections`, `nonconformances`, `photos`.
    pub name: String,
    /// Its columns. The first is the order.
    pub columns: Vec<Column>,
    /// Its rows, a value for each column; what is absent is null.
    pub rows: Vec<Vec<Value>>,
}

/// `GET /api/v1/archive/orders/{id}/holding`: all that an order holds, as it is to be written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderHolding {
    /// Its number.
    pub order: OrderId,
    /// The month in which it was closed.
    pub month: String,
    /// SHA-256 over all rows, hexadecimal: `docs/archive.md` says over what.
    pub sha256: String,
    /// The rows.
    pub tables: Vec<ArchiveTable>,
}

/// `POST /api/v1/archive/batches`: somebody begins to write the orders of a month into a folder of the store. Where a batch of that
/// month was begun and not verified it is this one, and what was written for it before counts no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenBatch {
    /// The month.
    pub month: String,
    /// The folder, never used before.
    pub folder: String,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Its files are being written. Nothing has gone.
    Open,
    /// Its files were read back and are what was to be written. Its orders go, one after the other.
    Verified,
    /// All of them have gone.
    Done,
    /// Its files were kept for long enough; they go, or have gone.
    Expired,
}

impl BatchState {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Verified => "verified",
            Self::Done => "done",
            Self::Expired => "expired",
        }
    }
}

/// A file of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArchiveFile {
    /// Its name in the folder of its batch.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// What columns of whole numbers add up to.
    pub sums: BTreeMap<String, i64>,
}

/// `GET /api/v1/archive/batches?state=`: a batch, which is orders of a month that go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArchiveBatch {
    /// Its name: the month and a number.
    pub id: String,
    /// The month.
    pub month: String,
    /// How far it is.
    pub state: BatchState,
    /// Where its files are.
    pub folder: String,
    /// Folders of attempts that came to nothing: they may be removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub abandoned: Vec<String>,
    /// How many orders its files have.
    pub orders: u64,
    /// Its files, once they are verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ArchiveFile>,
    /// When it was begun.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub opened_at: Timestamp,
    /// When all of its orders had gone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub done_at: Option<Timestamp>,
    /// It was kept for as long as the plant has set.
    #[serde(default)]
    pub over: bool,
}

/// `PUT /api/v1/archive/batches/{id}/files`: the files were written, read back, and are the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifiedFiles {
    /// The folder: that of the latest attempt.
    pub folder: String,
    /// How many orders they have.
    pub orders: u64,
    /// The files.
    pub files: Vec<ArchiveFile>,
}

/// `POST /api/v1/archive/batches/{id}/orders`: what was read back of an order has this hash, so it may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TakeOrder {
    /// The order.
    pub order: OrderId,
    /// SHA-256 over its rows as they were read back.
    pub sha256: String,
}

/// `GET /api/v1/archive/orders?q=`: what stays of an order that has gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArchivedOrder {
    /// Its number.
    pub order: OrderId,
    /// What was made.
    pub item: ItemId,
    /// Its name.
    pub item_name: String,
    /// How much was ordered.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: String,
    /// Where.
    pub line: LineId,
    /// For whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub customer: String,
    /// The state in which it was.
    pub state: String,
    /// Since when it had been over.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub closed_at: Timestamp,
    /// The batch that it went with.
    pub batch: String,
    /// SHA-256 over all of its rows.
    pub sha256: String,
    /// How many reports it had.
    pub reports: u64,
    /// How many postings.
    pub postings: u64,
    /// How many inspections by a plan.
    #[serde(default)]
    pub inspections: u64,
    /// The numbers of its nonconformances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformances: Vec<String>,
    /// How many signatures.
    #[serde(default)]
    pub signatures: u64,
    /// How many photos.
    #[serde(default)]
    pub photos: u64,
    /// What was counted of it: good, scrap and so on, by operation.
    pub counts: BTreeMap<String, Quantity>,
    /// What moved for it, added up.
    pub totals: Vec<MovedTotal>,
}

/// What moved between two accounts for an order that has gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MovedTotal {
    /// Why.
    pub kind: String,
    /// What.
    pub item: String,
    /// Which lot; absent for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// The taking back of what had moved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversal: bool,
    /// How much, in the smallest unit of the item.
    pub units: i64,
    /// When the first of it happened, in milliseconds since 1970.
    pub first_ms: i64,
    /// When the last of it happened.
    pub last_ms: i64,
}

/// `PUT /api/v1/archive/orders/{id}/parts/{number}`: a piece of what an order held, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RestorePart {
    /// The piece of the JSON of an [`OrderHolding`].
    pub text: String,
}

/// `POST /api/v1/archive/orders/{id}/restoration`: the pieces are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RestoreOrder {
    /// How many pieces.
    pub parts: u32,
}

/// The order is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RestoredOrder {
    /// The order.
    pub order: OrderId,
    /// How many postings came.
    pub postings: u64,
    /// How many reports.
    pub reports: u64,
}

/// A piece that is kept until the order is put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptPart {
    /// The order.
    pub order: OrderId,
    /// The piece.
    pub part: u32,
}

/// The next step of a batch: `POST /api/v1/archive/batches/{id}/end` when all of its orders have gone, `/expiry` when its files have been
/// kept for long enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BatchStep {}
