//! The life-cycle report: how long orders were in each state, and what it would be without waiting.
//!
//! A time counts when its state is left. Several stays of one order in one state within the period are one time; mean,
//! median and p90 are those of the orders, median and p90 by nearest rank, so each of them is the time of a real order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::flow::Category;
use takt_domain::id::{ItemId, LineId};
use takt_domain::text::Label;

/// `GET /api/v1/insight/lifecycle?from=&to=&by=state|item|line|month&item=&line=&less=STATE:PERCENT,...`: states are always told apart, the longest
/// first; with `by` also items, lines or months. Since the start of the month where no `from` is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lifecycle {
    /// Its start.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub from: Timestamp,
    /// Its end, which is not part of it.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub to: Timestamp,
    /// IANA name of the zone that days and months are of.
    pub time_zone: String,
    /// When the last event happened that is in it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub as_of: Option<Timestamp>,
    /// The rows: by month, line and item where they are told apart, then the longest mean first; at most 2000.
    pub rows: Vec<LifecycleRow>,
    /// There are more rows than are told. `what_if` counts them all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// What it would be without waiting; none where no order was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what_if: Option<WhatIf>,
}

/// How long orders were in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifecycleRow {
    /// The month, such as `2026-11`, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// The line, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The item, where they are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The state.
    pub state: String,
    /// What people read; the name where no flow knows the state any more.
    pub label: Label,
    /// What the state means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Nothing is made in it: without it, nothing would be missing but time.
    pub waiting: bool,
    /// How many orders left it.
    pub orders: i64,
    /// How often they did.
    pub times: i64,
    /// All of their time in it, in seconds.
    pub total_s: i64,
    /// The mean of an order.
    pub mean_s: i64,
    /// Half of the orders were in it for no longer.
    pub median_s: i64,
    /// Nine of ten orders were in it for no longer.
    pub p90_s: i64,
    /// The longest.
    pub longest_s: i64,
    /// Its part of the time of all states of its month, line and item, in thousandths.
    pub share_permille: i64,
}

/// What orders would take with less waiting: the mean of those that were completed, shared out among the states before
/// completion by the time that all orders spent in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhatIf {
    /// How many orders were completed.
    pub orders: i64,
    /// Their mean time from creation to completion.
    pub lead_s: i64,
    /// The median.
    pub lead_median_s: i64,
    /// Nine of ten took no longer.
    pub lead_p90_s: i64,
    /// The part of waiting states in the time before completion, in thousandths.
    pub waiting_permille: i64,
    /// The mean without it.
    pub without_waiting_s: i64,
    /// What each state before completion has of the mean, the most first. Together they are `lead_s`.
    #[serde(default)]
    pub parts: Vec<WhatIfPart>,
    /// The mean, less what `less` takes off its states.
    #[serde(default)]
    pub with_less_s: i64,
}

/// One state's part of the mean time from creation to completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhatIfPart {
    /// The state.
    pub state: String,
    /// What people read.
    pub label: Label,
    /// Nothing is made in it: only such a state can have less.
    pub waiting: bool,
    /// Its part, in seconds.
    pub part_s: i64,
    /// How much of it is taken off, in percent.
    pub less_percent: u8,
    /// What that is, in seconds.
    pub saved_s: i64,
}

/// `GET /api/v1/insight/lifecycle/months`: a report of a month, as it was when the month had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifecycleMonth {
    /// Such as `2026-10`.
    pub month: String,
    /// When it was made.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub made_at: Timestamp,
    /// By state.
    pub states: Lifecycle,
    /// By line and state.
    pub lines: Lifecycle,
    /// By item and state.
    pub items: Lifecycle,
}
