//! Counts of stock: begun, counted on the phone, reviewed and booked.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::count::{Class, Count, CountLine, CountMode, CountSettings, Place, Scope};
use takt_domain::id::{CountId, ItemId, LocationId, UserId};
use takt_domain::quantity::Quantity;

use crate::stock::Movement;

/// `POST /api/v1/counts`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StartCount {
    /// What is counted.
    #[serde(default)]
    pub scope: Scope,
    /// Instead of a scope: what the plan says for today.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub due: bool,
    /// Whether stock moves meanwhile.
    #[serde(default)]
    pub mode: CountMode,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The answer to what changes a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CountAnswer {
    /// Its number.
    pub id: CountId,
    /// `open`, `counted`, `posting`, `posted` or `cancelled`.
    pub state: String,
}

/// `POST /api/v1/counts/{count}/lines`: what somebody counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterLine {
    /// Where.
    pub location: LocationId,
    /// What.
    pub item: ItemId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// How much is there; 0 for nothing.
    pub quantity: Quantity,
    /// It was found in another spot of the place, and comes to what is counted there already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// When it was counted, where it is sent later; now where it is left out.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub counted_at: Option<Timestamp>,
}

/// The answer to an entry. It does not say what the books have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineAnswer {
    /// `agreed`, or `recount` where somebody else has to count it again.
    pub state: String,
    /// What is counted there now.
    pub quantity: Quantity,
}

/// `POST /api/v1/counts/{count}/finish`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FinishCount {
    /// Places that nobody has counted stay as the books have them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leave: bool,
}

/// `POST /api/v1/counts/{count}/review`: a line is counted again, or left as the books have it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReviewLine {
    /// Which.
    pub place: Place,
    /// It is left as the books have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
    /// Why.
    pub reason: String,
}

/// `POST /api/v1/counts/{count}/posting`: the differences are booked. With an electronic signature where they are worth
/// more than whoever counts may book.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PostCount {
    /// What they come from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `POST /api/v1/counts/{count}/cancellation`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelCount {
    /// Why.
    pub reason: String,
}

/// What is done with a place of the books that the list of a full stocktake does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// It stays as the books have it.
    #[default]
    Leave,
    /// Nothing is there.
    Zero,
}

/// `PUT /api/v1/counts/{count}/list/{part}`: a piece of a counted list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PutCountedPart"))]
#[serde(deny_unknown_fields)]
pub struct PutListPart {
    /// CSV with the columns `location`, `item`, `lot` and `quantity`, cut anywhere; the first piece begins with their names.
    pub text: String,
}

/// `POST /api/v1/counts/{count}/list`: all pieces are there, and every row is entered, or none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterList {
    /// How many pieces there are.
    pub parts: u32,
    /// What is done with places that it does not name.
    #[serde(default)]
    pub absent: Absent,
}

/// The answer to pieces of a list, and to the whole of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListAnswer {
    /// Rows that were entered; 0 for a piece.
    pub rows: u32,
    /// Of those, rows that somebody has to count again.
    pub recounts: u32,
}

/// `GET /api/v1/counts/{count}`, and one row of `GET /api/v1/counts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CountRow {
    /// The count.
    pub count: Count,
    /// Its differences may be booked by whoever counts; known once it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_approval: Option<bool>,
}

/// One row of `GET /api/v1/counts/{count}/sheet`: a place to count. It does not say what the books have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SheetRow {
    /// Which.
    pub place: Place,
    /// The item's name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// `open`, or the state of its line.
    pub state: String,
    /// What was counted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// `GET /api/v1/counts/{count}/sheet?location=`: what is to be counted, at most 1000 places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sheet {
    /// The places, by location and item.
    pub rows: Vec<SheetRow>,
    /// There are more: ask location by location.
    pub more: bool,
}

/// One row of `GET /api/v1/counts/{count}/lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CountLineRow"))]
pub struct LineRow {
    /// The line.
    pub line: CountLine,
    /// The item's name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What is there less what the books held.
    pub difference: Quantity,
    /// What that is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Quantity>,
}

/// `GET /api/v1/counts/{count}/movements?location=&item=&lot=`: what moved at a place since it was last counted, at most
/// the last 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SinceLast {
    /// When it was counted before.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub counted_at: Option<Timestamp>,
    /// By which count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<CountId>,
    /// The last posting that the line of this count knows of: what is behind it has not spoilt the count.
    pub ledger: u64,
    /// The newest first.
    pub rows: Vec<Movement>,
}

/// A place that the plan says is to be counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DuePlace {
    /// Which.
    pub place: Place,
    /// The class of its item.
    pub class: Class,
    /// When it was counted last.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub counted_at: Option<Timestamp>,
    /// So many days too late.
    pub late_days: u32,
}

/// `GET /api/v1/counts/due`: the plan of one day, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DueList {
    /// The day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub day: Date,
    /// The places.
    pub rows: Vec<DuePlace>,
    /// Every place has been looked at.
    pub complete: bool,
    /// How many items are A, B and C.
    pub classes: [u32; 3],
}

/// `GET` and `PUT /api/v1/count-settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CountSettingsDocument {
    /// The version that is there; that which was read, when they are put. 0 while nobody has put any.
    pub version: u64,
    /// The settings.
    pub settings: CountSettings,
}
