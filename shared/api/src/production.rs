//! What a manager looks at: output against plan, first-pass yield and scrap of some days, and at which hours most is booked.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::id::LineId;
use takt_domain::quantity::Quantity;

/// Some pieces, planned and made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pieces {
    /// Pieces of orders that are due then. Orders without a day are in no plan.
    pub planned: Quantity,
    /// Good pieces that left the last operation.
    pub made: Quantity,
    /// Scrapped pieces, of all operations.
    pub scrap: Quantity,
    /// Pieces sent to rework, of all operations.
    pub rework: Quantity,
    /// Good pieces of all operations: a piece is worked on at each of them.
    pub good: Quantity,
    /// How much was right the first time: good pieces without those that went to rework, over good and scrapped ones, of all
    /// operations, never below 0, rounded down to four decimals. A piece that was sent to rework comes back and is good or
    /// scrapped then, so it is counted once above and once below the line. None where there are no pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_pass_ratio: Option<Quantity>,
}

/// One day of the plant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductionDay {
    /// The day, from midnight to midnight where the plant is.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub date: Date,
    /// What it had.
    pub pieces: Pieces,
}

/// One line over all days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductionLine {
    /// The line.
    pub line: LineId,
    /// What it had.
    pub pieces: Pieces,
}

/// One reason for scrap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScrapReason {
    /// Why.
    pub reason: String,
    /// Scrapped pieces.
    pub scrap: Quantity,
    /// How often it was reported.
    pub times: i64,
    /// This reason and all that have more pieces, in thousandths of all scrap, rounded down.
    pub cumulative_permille: i64,
}

/// `GET /api/v1/insight/production?from=&to=&line=&item=&unit=`: pieces of different units are never added up, so an answer
/// is about one unit; the one that most rows have, where none is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Production {
    /// The first day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub from: Date,
    /// The last day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub to: Date,
    /// IANA name of the zone that days are of.
    pub time_zone: String,
    /// When the last event happened that is in it. What is younger comes with the next run of the background.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub as_of: Option<Timestamp>,
    /// What pieces are counted in; empty where there are none.
    pub unit: String,
    /// Every unit that there are pieces of.
    pub units: Vec<String>,
    /// All days together.
    pub total: Pieces,
    /// Every day, also those without anything.
    pub days: Vec<ProductionDay>,
    /// Lines that had anything, by their number.
    pub lines: Vec<ProductionLine>,
    /// Reasons for scrap, most pieces first.
    pub scrap: Vec<ScrapReason>,
}

/// The hours of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeakDay {
    /// The day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub date: Date,
    /// ISO weekday, 1 is Monday.
    pub weekday: i8,
    /// How often in each of the 24 hours of the plant's clock; an hour that summer time repeats is one.
    pub hours: Vec<i64>,
}

/// One hour of the clock, over all days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeakHour {
    /// 0 to 23.
    pub hour: u8,
    /// How often, on all days together.
    pub times: i64,
    /// It has at least one and a half times what an hour has on average, of those hours that have anything.
    pub peak: bool,
}

/// `GET /api/v1/insight/peaks?from=&to=&kind=`: how much was booked at which hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Peaks {
    /// The first day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub from: Date,
    /// The last day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub to: Date,
    /// IANA name of the zone that hours are of.
    pub time_zone: String,
    /// When the last event happened that is in it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub as_of: Option<Timestamp>,
    /// All of it.
    pub total: i64,
    /// Every day.
    pub days: Vec<PeakDay>,
    /// Every hour of the clock.
    pub hours: Vec<PeakHour>,
}
