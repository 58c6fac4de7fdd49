//! What one command changes, as one value.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::archive::{Away, Back};
use crate::plant::PlantNumber;
use crate::rollup::RollupChange;

/// Everything that one command writes, and what must hold for it. All of it is booked, or nothing.
///
/// Conditions are judged in this order, and the first that fails is the error: the plant exists, the idempotency key is
/// new, the session is live, the versions hold; then each write in turn.
#[derive(Clone, Debug, Serialize)]
pub struct Commit {
    /// Whose data.
    pub plant: PlantNumber,
    /// Now, as the edge sees it; stamped on all that is written, and what expiry is judged by.
    pub at_ms: i64,
    /// Must be live. Without one nothing is checked: the store's own operators.
    pub session: Option<String>,
    /// The key of the request and the answer to keep for it.
    pub idempotency: Option<Idempotency>,
    /// Versions of records that were read and are not written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expect>,
    /// Each record at most once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordWrite>,
    /// Booked one after another: after each of them no bounded account is below zero.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// Bounds are judged after all changes of this commit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<CounterChange>,
    /// Appended to the journal in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Ends come before opens, whatever their order here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionWrite>,
    /// How queued reports ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// What is added to sums that are derived from the journal; each sum at most once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rollups: Vec<RollupChange>,
    /// An order whose holding goes to the archive. Nothing else of this commit touches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away: Option<Away>,
    /// An order whose holding comes back from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<Back>,
}

impl Commit {
    /// A commit that does nothing yet.
    pub fn new(plant: PlantNumber, at_ms: i64) -> Self {
        Self {
            plant,
            at_ms,
            session: None,
            idempotency: None,
            expect: Vec::new(),
            records: Vec::new(),
            postings: Vec::new(),
            counters: Vec::new(),
            events: Vec::new(),
            sessions: Vec::new(),
            receipts: Vec::new(),
            rollups: Vec::new(),
            away: None,
            back: None,
        }
    }
}

/// It was booked, and is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {}

/// The key of a request, unique for its plant and user, kept for 90 days with the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Whose key.
    pub user: String,
    /// As the client sent it.
    pub key: String,
    /// SHA-256 of method, path and body, in hexadecimal: tells the same request from another.
    pub fingerprint: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: Value,
}

/// The answer that an earlier request under the same key got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Value,
}

/// A record that must still be at this version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expect {
    /// What the record is, such as `order`.
    pub kind: String,
    /// Its id within plant and kind.
    pub id: String,
    /// 0: must not exist.
    pub version: u64,
}

/// A record to write. Its version grows by one; a new record has version 1.
#[derive(Clone, Debug, Serialize)]
pub struct RecordWrite {
    /// What the record is.
    pub kind: String,
    /// Its id within plant and kind; not empty.
    pub id: String,
    /// The version that it must have now, 0 for a new one; `None` writes over whatever is there.
    pub expected: Option<u64>,
    /// The record itself.
    pub body: Value,
    /// What lists filter by.
    pub state: Option<String>,
    /// What lists filter by.
    pub line: Option<String>,
    /// The id of the record that this one is part of.
    pub parent: Option<String>,
    /// What lists are ordered by, before the id; compared as bytes.
    pub sort: Option<String>,
    /// The text that searches look into.
    #[serde(serialize_with = "lower_case")]
    pub search: Option<String>,
    /// Custom fields that can be searched by: name and value. They replace those of the last write.
    pub fields: Vec<(String, String)>,
}

impl RecordWrite {
    /// A record without any of the columns that lists use.
    pub fn new(kind: impl Into<String>, id: impl Into<String>, expected: Option<u64>, body: Value) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
            expected,
            body,
            state: None,
            line: None,
            parent: None,
            sort: None,
            search: None,
            fields: Vec::new(),
        }
    }
}

/// One side of a posting: a place, and for whom stock is held there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    /// The place.
    pub location: String,
    /// The order that the stock is reserved for; empty for free stock.
    pub order: String,
    /// True where there is a floor at zero: all physical places. Once bounded, an account stays so.
    pub bounded: bool,
}

/// A quantity of one item and lot goes from one account to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    /// Unique within its movement.
    pub id: String,
    /// What people see as one movement may be several postings.
    pub movement: String,
    /// Why.
    pub kind: String,
    /// What.
    pub item: String,
    /// Empty for an item without lots.
    pub lot: String,
    /// Gives.
    pub from: Account,
    /// Takes.
    pub to: Account,
    /// Above zero, in the item's scale.
    pub quantity: i64,
    /// The order that it was for.
    pub order: Option<String>,
    /// The operation of that order.
    pub operation: Option<String>,
    /// Delivery note, count sheet, ...
    pub document: Option<String>,
    /// Why, in a code of the plant.
    pub reason: Option<String>,
    /// Who booked it.
    pub user: String,
    /// On what device.
    pub device: Option<String>,
    /// `hand`, `scan`, `device` or `interface`.
    pub source: String,
    /// When it happened, which may be before it was booked.
    pub occurred_ms: i64,
    /// The id of the posting that this one takes back; each can be taken back once.
    pub reverses: Option<String>,
}

/// A number that grows and shrinks within bounds, such as the quantity reported on an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CounterChange {
    /// What it counts for; counters are loaded by scope.
    pub scope: String,
    /// Its name in the scope.
    pub name: String,
    /// A counter that is not there counts from zero.
    pub delta: i64,
    /// Refused when the value would be below.
    pub min_after: Option<i64>,
    /// Refused when the value would be above.
    pub max_after: Option<i64>,
}

/// What happened, with the attributes of CloudEvents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique for its source.
    pub id: String,
    /// Such as `order.started.v1`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Who says so.
    pub source: String,
    /// What it is about.
    pub subject: String,
    /// When.
    pub time_ms: i64,
    /// The facts.
    pub data: Value,
}

/// A change to who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum SessionWrite {
    /// Someone signs in.
    Open {
        /// Never used before.
        id: String,
        /// Who.
        user: String,
        /// When it ends by itself.
        expires_ms: i64,
    },
    /// One session ends. One that is not there, or has ended, stays so.
    End {
        /// Which.
        id: String,
    },
    /// All that a user has open end.
    EndAllOfUser {
        /// Who.
        user: String,
    },
}

/// How a queued report ended. Writing the same receipt again replaces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Derives from the key of the request.
    pub id: String,
    /// Such as `booked` or `refused`.
    pub state: String,
    /// What the client gets to see.
    pub body: Value,
}

/// Searches ignore case in every alphabet, which SQLite's own functions do not.
fn lower_case<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().map(|text| text.to_lowercase()).serialize(serializer)
}
