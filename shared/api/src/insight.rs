//! Statistics, from rollups that the background keeps.
//!
//! All calls take `from` and `to` (a day of the plant, or a moment with its offset; the day `to` is part of it, the moment
//! `to` is not; today where neither is given), `after` and `limit`. Where rows can be told apart, `by` names what they are
//! told apart by, separated by commas, and `period` is `hour`, `shift`, `day` or `total`. Work counts at the time at which
//! it ended, in whole quarter hours.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::id::{ItemId, LineId, OrderId, UserId};
use takt_domain::quantity::Quantity;

/// A page of statistics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Statistics"))]
pub struct Statistics<T> {
    /// The rows, at most 200.
    pub rows: Vec<T>,
    /// An opaque cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When the last event happened that is in them. What is younger comes with the next run of the background.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub as_of: Option<Timestamp>,
    /// IANA name of the zone that hours, days and shifts are of.
    pub time_zone: String,
}

/// From one moment to another, which is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Span {
    /// Its start.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub from: Timestamp,
    /// Its end.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub to: Timestamp,
}

/// One shift of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShiftOfDay {
    /// The day on which it began.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub date: Date,
    /// Its name.
    pub name: String,
}

/// `GET /api/v1/insight/output?from=&to=&period=&by=line,operator,operation&line=&item=&operator=&operation=&shift=` and
/// `GET /api/v1/insight/yield?...`: quantities are always told apart by item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutputRow {
    /// When.
    pub period: Span,
    /// The shift; none where they are not told apart, and for work between shifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftOfDay>,
    /// The line, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The item.
    pub item: ItemId,
    /// The operator, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<UserId>,
    /// The operation, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// Good pieces.
    pub good: Quantity,
    /// Scrapped pieces.
    pub scrap: Quantity,
    /// Pieces sent to rework.
    pub rework: Quantity,
    /// Good pieces over good and scrapped ones, rounded down to four decimals; none where there are neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yield_ratio: Option<Quantity>,
    /// How long it took, as far as reports say, in seconds.
    pub run_s: i64,
    /// How many reports it was.
    pub reports: i64,
}

/// `GET /api/v1/insight/scrap?from=&to=&period=&by=line,operator,operation&line=&item=&operator=&operation=&shift=&reason=`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScrapRow {
    /// When.
    pub period: Span,
    /// The shift; none where they are not told apart, and for work between shifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftOfDay>,
    /// The line, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The item.
    pub item: ItemId,
    /// The operator, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<UserId>,
    /// The operation, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// Why.
    pub reason: String,
    /// Scrapped pieces.
    pub scrap: Quantity,
    /// How often it was reported.
    pub times: i64,
}

/// `GET /api/v1/insight/requests?from=&to=&period=&shift=&kind=`: what was booked, when it was booked. Queries and what was
/// refused leave no trace, and are not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestRow {
    /// When.
    pub period: Span,
    /// The shift; none where they are not told apart, and for work between shifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftOfDay>,
    /// The type of the event, such as `order.reported.v1` or `stock.moved.v1`.
    pub kind: String,
    /// How often.
    pub requests: i64,
}

/// `GET /api/v1/insight/states?from=&to=&period=&by=line,item,order&line=&item=&order=&state=`: a time counts when the state
/// is left; how long an order has been where it is stands at the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateTimeRow {
    /// When the state was left.
    pub period: Span,
    /// The line, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The item, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The order, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The state.
    pub state: String,
    /// All times together, in seconds.
    pub total_s: i64,
    /// How often the state was left.
    pub times: i64,
    /// The mean, rounded down, in seconds.
    pub mean_s: i64,
}

/// What a time of an order is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// From the start of production to its end.
    Cycle,
    /// From the creation of the order to the end of production.
    Lead,
}

/// `GET /api/v1/insight/cycle-times?from=&to=&period=&by=line,item,order&line=&item=&order=`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CycleTimeRow {
    /// When production ended.
    pub period: Span,
    /// The line, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The item, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The order, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Which time.
    pub measure: Measure,
    /// All times together, in seconds.
    pub total_s: i64,
    /// How many orders were completed.
    pub orders: i64,
    /// The mean, rounded down, in seconds.
    pub mean_s: i64,
}

/// `GET /api/v1/insight/orders?line=&state=`: takes no time; it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderCountRow {
    /// The line.
    pub line: LineId,
    /// The state.
    pub state: String,
    /// How many orders are in it.
    pub orders: i64,
}

/// `GET /api/v1/rollups`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rollups {
    /// The derivation that statistics are read from; 0 before the first one.
    pub generation: u32,
    /// When the last event happened that is in it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub as_of: Option<Timestamp>,
    /// How many events are in it.
    pub events: u64,
    /// How many of them could not be read.
    pub unreadable: u64,
    /// How many events are in the one that is being built, when one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuilding: Option<u64>,
}

/// `POST /api/v1/rollups/rebuild` takes nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RebuildRollups {}

/// The answer: the background builds this derivation now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RollupRebuild {
    /// Its number; it has taken over when `GET /api/v1/rollups` says this number.
    pub generation: u32,
}
