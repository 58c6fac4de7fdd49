//! What an operator of the servers sees and does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::reports::Report;

/// `GET /api/v1/queue`: all servers together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueueState {
    /// There is one.
    pub exists: bool,
    /// Reports that are accepted and not yet booked.
    pub waiting: u64,
    /// How long the oldest of them has waited, in milliseconds.
    pub oldest_ms: u64,
    /// Dead letters.
    pub dead: u64,
}

/// A report that was accepted and could be neither booked nor refused, in `GET /api/v1/queue/dead`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetter {
    /// What it is replayed by.
    pub letter: String,
    /// The report, as far as it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// How often somebody tried to book it.
    pub deliveries: u32,
    /// Why it is here.
    pub reason: String,
    /// Since when.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub buried_at: Timestamp,
}

/// `POST /api/v1/queue/dead/{letter}/replay` takes nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Replay {}

/// The answer: it waits to be booked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replayed {
    /// What was replayed.
    pub letter: String,
}

/// Whether calls of lower priority are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DegradeMode {
    /// They are.
    On,
    /// They are not, whatever the load.
    Off,
    /// As the load says.
    #[default]
    Auto,
}

/// `GET` and `PUT /api/v1/degradation`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Degradation {
    /// What was chosen by hand.
    pub mode: DegradeMode,
}
