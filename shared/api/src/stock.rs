//! Stock: balances, movements, the audit, and what a scanned code means.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::id::{ItemId, LocationId, OrderId, UserId};
use takt_domain::ledger::{Account, MovementKind};
use takt_domain::movement::NewMovement;
use takt_domain::order::Priority;
use takt_domain::quantity::Quantity;
use takt_domain::scan::LabelUse;

/// `POST /api/v1/movements`
pub type CreateMovement = NewMovement;

/// The header that says how an entry came in; typed by hand where it is missing.
pub const SOURCE_HEADER: &str = "takt-source";

/// The header with the ticket of an electronic signature, for an act that must be signed.
pub const SIGNATURE_HEADER: &str = "takt-signature";

/// The header that names the device that it came from.
pub const DEVICE_HEADER: &str = "takt-device";

/// How an entry came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Typed.
    #[default]
    Hand,
    /// Scanned.
    Scan,
    /// From a machine.
    Device,
    /// From another system.
    Interface,
}

/// `GET /api/v1/stock/{item}`, and one row of `GET /api/v1/stock`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemStock {
    /// What.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// All that stands in physical locations.
    pub on_hand: Quantity,
    /// Of that, held for orders.
    pub reserved: Quantity,
    /// Of that, waiting for an inspection, or to be put away.
    pub quarantine: Quantity,
    /// Free to take: on hand less reserved and quarantine, and less what no lot lets be used.
    pub available: Quantity,
    /// Of what is neither reserved nor in quarantine, of lots that have expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Quantity>,
    /// Of what is neither reserved nor in quarantine, of lots that quality keeps back or has blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_back: Option<Quantity>,
    /// How much is to be available; where there is less, somebody is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// What production drew beyond the books and no receipt has settled yet.
    pub owed: Quantity,
    /// What reports will add to `on_hand`, or take from it below zero, that are accepted and not yet booked. Not there while
    /// the queue does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Quantity>,
    /// The number of the item's last posting: grows with every change.
    pub version: u64,
    /// The same by location and lot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceStock>,
}

/// What stands in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlaceStock {
    /// Where.
    pub location: LocationId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// The last day of that lot.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub expires: Option<Date>,
    /// Why that lot is not to be used: `expired`, `quarantine` or `blocked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
    /// All of it.
    pub on_hand: Quantity,
    /// Of that, held for orders.
    pub reserved: Quantity,
    /// For which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_for: Vec<Held>,
}

/// `GET /api/v1/stock/{item}/pick?quantity=&location=`: which lots to take from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PickProposal {
    /// What.
    pub item: ItemId,
    /// Its unit.
    pub unit: String,
    /// What to take, in this order: what expires first, then what is oldest.
    pub take: Vec<Take>,
    /// How much is missing; zero where there is enough.
    pub short: Quantity,
}

/// One lot at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Take {
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// From where.
    pub location: LocationId,
    /// How much.
    pub quantity: Quantity,
    /// The last day of the lot.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub expires: Option<Date>,
}

/// A part that is held. What no page shows is not read in a page, whose size counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Held {
    /// For this order.
    pub order: OrderId,
    /// How much.
    pub quantity: Quantity,
    /// How urgent that order is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_os = "unknown", serde(skip_deserializing))]
    pub priority: Option<Priority>,
    /// When it is let go, where that order has not started by then and the plant has set a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_os = "unknown", serde(skip_deserializing))]
    #[cfg_attr(not(target_os = "unknown"), serde(deserialize_with = "takt_domain::time::timestamp_option"))]
    pub until: Option<Timestamp>,
}

/// One posting of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Movement {
    /// The posting's id.
    pub id: String,
    /// The movement that it belongs to; what one command booked has one.
    pub movement: String,
    /// Its place in the ledger.
    pub seq: u64,
    /// Why.
    pub kind: MovementKind,
    /// What.
    pub item: ItemId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// From.
    pub from: Account,
    /// To.
    pub to: Account,
    /// How much.
    pub quantity: Quantity,
    /// The balance of `from` after it.
    pub from_after: Quantity,
    /// The balance of `to` after it.
    pub to_after: Quantity,
    /// The order that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// From which device.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// How it came in.
    pub source: Source,
    /// When it happened.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub occurred_at: Timestamp,
    /// When it was booked.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub booked_at: Timestamp,
    /// The posting that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<String>,
    /// The posting that took this one back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversed_by: Option<String>,
}

/// The answer to a movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MovementAnswer {
    /// The movement's id, by which it can be taken back.
    pub id: String,
    /// What was entered, where that was in another unit than the item's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Entered>,
}

/// A quantity as it was entered, and what that is in the item's own unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entered {
    /// As it was entered.
    pub quantity: Quantity,
    /// In this unit.
    pub unit: String,
    /// What was booked.
    pub base: Quantity,
    /// In the item's own unit.
    pub base_unit: String,
}

/// `GET /api/v1/audit?after=`: a slice of the audit: balances against the ledger, then the counters of orders against their
/// reports, then receipts against reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Audit {
    /// Everything in this slice agrees.
    pub ok: bool,
    /// Postings that were read.
    pub postings: u64,
    /// Balances that were compared.
    pub balances: u64,
    /// Counters of orders that were compared with reports.
    #[serde(default)]
    pub counters: u64,
    /// Receipts that were compared with reports.
    #[serde(default)]
    pub receipts: u64,
    /// Reports that were accepted and wait to be booked; told with the last slice.
    #[serde(default)]
    pub waiting: u64,
    /// How many differences there are.
    #[serde(default)]
    pub count: u64,
    /// What does not agree; at most 200.
    pub differences: Vec<AuditDifference>,
    /// What `after` is to be for the next slice; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One thing that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditDifference {
    /// Which check found it.
    pub check: String,
    /// What was found, with both numbers.
    pub detail: String,
}

/// `GET /api/v1/scan?code=`: what a code on the floor means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Scanned {
    /// An item, by its number, its barcode, its GTIN in any of its forms, or one of the plant's own labels.
    Item {
        /// The item.
        item: takt_domain::master::Item,
        /// What else the code says.
        #[serde(default, skip_serializing_if = "ScannedDetail::is_empty")]
        with: Box<ScannedDetail>,
    },
    /// A label that names no item: a logistic unit, or a part of what a carton says.
    Unit {
        /// What it says.
        with: Box<ScannedDetail>,
    },
    /// A work order.
    Order {
        /// Its number.
        order: OrderId,
    },
    /// A location.
    Location {
        /// The location.
        location: takt_domain::master::Location,
    },
}

/// What a code says beside what it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScannedDetail {
    /// The lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// How much, in the item's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// The last day on which it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub expiry: Option<Date>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub produced: Option<Date>,
    /// The trade item, 14 digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gtin: String,
    /// The serial number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub serial: String,
    /// The logistic unit, 18 digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sscc: String,
    /// The plant's own label.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// There is one such label only: it is booked once for each kind of movement and direction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// What was booked with it so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booked: Vec<LabelUse>,
}

impl ScannedDetail {
    /// True when the code says nothing more.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
