//! What can be asked of the store, and what it answers.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commit::{Receipt, StoredResponse};
use crate::error::StoreError;
use crate::plant::{Plant, PlantNumber};

/// Everything that one command needs to know, asked for at once and answered from one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    /// Whose data.
    pub plant: PlantNumber,
    /// Now, as the edge sees it: what expiry is judged by.
    pub at_ms: i64,
    /// The plant itself, for its time zone, calendar and settings.
    pub with_plant: bool,
    /// Was this key used?
    pub key: Option<KeyLookup>,
    /// Is this session live?
    pub session: Option<String>,
    /// Records by kind and id.
    pub records: Vec<(String, String)>,
    /// All records of a kind that have this parent.
    pub children: Vec<(String, String)>,
    /// All accounts of these items that are not at zero.
    pub balances_of: Vec<String>,
    /// Only the free accounts of these items that are not at zero: for an item that very many orders hold.
    pub free_of: Vec<String>,
    /// All accounts, of any item, that are held for these orders and not at zero.
    pub balances_of_order: Vec<String>,
    /// With each account that is loaded and has a lot, the record of this kind that is called as item and lot are: `ITEM/LOT`,
    /// where `%` and `/` in either are written as `%25` and `%2F`.
    pub lots: Option<String>,
    /// All counters of these scopes.
    pub counters: Vec<String>,
    /// Receipts by id.
    pub receipts: Vec<String>,
}

impl Load {
    /// Asks for nothing yet.
    pub fn new(plant: PlantNumber, at_ms: i64) -> Self {
        Self {
            plant,
            at_ms,
            with_plant: false,
            key: None,
            session: None,
            records: Vec::new(),
            children: Vec::new(),
            balances_of: Vec::new(),
            free_of: Vec::new(),
            balances_of_order: Vec::new(),
            lots: None,
            counters: Vec::new(),
            receipts: Vec::new(),
        }
    }
}

/// An idempotency key and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyLookup {
    /// Whose key.
    pub user: String,
    /// As the client sent it.
    pub key: String,
}

/// The answer to a [`Load`]. What was not asked for, or is not there, is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// The plant.
    pub plant: Option<Plant>,
    /// What stands under the key.
    pub key: Option<StoredKey>,
    /// The session, if it is live.
    pub session: Option<LiveSession>,
    /// Records by id, children and lots, each once.
    pub records: Vec<Record>,
    /// By item, location, lot and order.
    pub balances: Vec<Balance>,
    /// By scope and name.
    pub counters: Vec<Counter>,
    /// Receipts.
    pub receipts: Vec<Receipt>,
}

impl Loaded {
    /// The record of that kind and id.
    pub fn record(&self, kind: &str, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.kind == kind && record.id == id)
    }

    /// The records of that kind and parent, by sort and id.
    pub fn children<'a>(&'a self, kind: &'a str, parent: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| record.kind == kind && record.parent.as_deref() == Some(parent))
    }

    /// The value of a counter; zero when nothing has been counted.
    pub fn counter(&self, scope: &str, name: &str) -> i64 {
        self.counters
            .iter()
            .find(|counter| counter.scope == scope && counter.name == name)
            .map_or(0, |counter| counter.value)
    }
}

/// What stands under an idempotency key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredKey {
    /// Of the request that used it.
    pub fingerprint: String,
    /// How that request was answered.
    pub response: StoredResponse,
}

impl StoredKey {
    /// What a request with this fingerprint gets to hear: the answer of then, or that the key is another's.
    pub fn judge(self, fingerprint: &str) -> StoreError {
        if self.fingerprint == fingerprint { StoreError::Replayed(self.response) } else { StoreError::KeyReused }
    }
}

/// A session that has neither ended nor expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSession {
    /// Which.
    pub id: String,
    /// Whose.
    pub user: String,
    /// When it ends by itself.
    pub expires_ms: i64,
}

/// A record as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it is.
    pub kind: String,
    /// Which.
    pub id: String,
    /// Grows by one with each write.
    pub version: u64,
    /// What lists filter by.
    pub state: Option<String>,
    /// What lists filter by.
    pub line: Option<String>,
    /// What it is part of.
    pub parent: Option<String>,
    /// What lists are ordered by.
    pub sort: Option<String>,
    /// When it was first written.
    pub created_ms: i64,
    /// When it was last written.
    pub updated_ms: i64,
    /// The record itself.
    pub body: Value,
}

impl Record {
    /// The body as the type that wrote it.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        T::deserialize(&self.body).map_err(|e| StoreError::Corrupt(format!("{} {}: {e}", self.kind, self.id)))
    }
}

/// What an account holds of an item and lot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Balance {
    /// What.
    pub item: String,
    /// Where.
    pub location: String,
    /// Empty for none.
    pub lot: String,
    /// Empty for free stock.
    pub order: String,
    /// In the item's scale.
    pub quantity: i64,
    /// True where there is a floor at zero.
    pub bounded: bool,
    /// Place in the journal of the last posting that touched it: grows with each.
    pub version: i64,
}

/// A counter as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// What it counts for.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: i64,
}

/// A posting as it stands in the ledger. See [`crate::Posting`] for what is not explained here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "explained at `Posting`")]
pub struct StoredPosting {
    /// Place in the journal.
    pub seq: i64,
    pub id: String,
    pub movement: String,
    pub kind: String,
    pub item: String,
    pub lot: String,
    pub from: crate::Account,
    pub to: crate::Account,
    pub quantity: i64,
    /// What the giving account held afterwards.
    pub from_after: i64,
    /// What the taking account held afterwards.
    pub to_after: i64,
    pub order: Option<String>,
    pub operation: Option<String>,
    pub document: Option<String>,
    pub reason: Option<String>,
    pub user: String,
    pub device: Option<String>,
    pub source: String,
    pub occurred_ms: i64,
    /// When it was booked.
    pub booked_ms: i64,
    pub reverses: Option<String>,
    /// The posting that took this one back.
    pub reversed_by: Option<String>,
}

/// An event as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredEvent {
    /// Place in the journal.
    pub seq: i64,
    /// The event.
    #[serde(flatten)]
    pub event: crate::Event,
}

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The cursor that came with the page before; none for the first.
    pub after: Option<String>,
    /// 1 to 200; what is outside is brought inside.
    pub limit: u32,
}

impl PageRequest {
    /// The first page.
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Where the next page starts; none after the last.
    pub next: Option<String>,
}

/// Which records. What is empty or absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// One of these.
    pub state: Vec<String>,
    /// This line.
    pub line: Option<String>,
    /// Part of this record.
    pub parent: Option<String>,
    /// Part of the search text, in any case. No character is special.
    pub q: Option<String>,
    /// Custom fields, all of them with exactly these values.
    pub fields: Vec<(String, String)>,
    /// Only from this place of the order of the list on, which is itself included.
    pub from_sort: Option<String>,
}

/// Which postings. What is empty or absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovementFilter {
    /// This item.
    pub item: Option<String>,
    /// From or to this place.
    pub location: Option<String>,
    /// This lot.
    pub lot: Option<String>,
    /// For this order.
    pub order: Option<String>,
    /// Of this movement.
    pub movement: Option<String>,
    /// One of these kinds.
    pub kinds: Vec<String>,
    /// Happened at this moment or later.
    pub from_ms: Option<i64>,
    /// Happened before this moment.
    pub to_ms: Option<i64>,
    /// By their place in the journal.
    pub direction: Direction,
}

/// Which end of the journal comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The latest first.
    #[default]
    NewestFirst,
    /// The earliest first.
    OldestFirst,
}

/// Which accounts. What is empty or absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BalanceFilter {
    /// One of these items.
    pub items: Vec<String>,
    /// This place.
    pub location: Option<String>,
    /// This lot; the empty one is stock without a lot.
    pub lot: Option<String>,
    /// Held for this order; the empty one is free stock.
    pub order: Option<String>,
    /// Leave out what is at zero.
    pub nonzero: bool,
}

/// A piece of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalPage {
    /// In the order in which they were booked.
    pub events: Vec<StoredEvent>,
    /// Where to go on, later too; the cursor that was given when there was nothing new.
    pub cursor: String,
}
