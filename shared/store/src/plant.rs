//! The plant: everything belongs to one.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The immutable number of a plant. It leads every key of every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlantNumber(pub u32);

impl fmt::Display for PlantNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A plant as it stands in the store. What the two JSON values mean is the domain's business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plant {
    /// Never changes.
    pub number: PlantNumber,
    /// As people read it.
    pub name: String,
    /// IANA name, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// Shifts by weekday.
    pub shift_calendar: Value,
    /// Whatever else the plant has chosen.
    pub settings: Value,
    /// When the plant was made; kept when the plant is put again.
    pub created_ms: i64,
}
