//! Entries that were held, since the same line of the same document had been entered another way: by hand and by scanner.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::id::UserId;
use takt_domain::movement::NewMovement;
use takt_domain::quantity::Quantity;

use crate::stock::Source;

/// What has become of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictState {
    /// Nobody has settled it.
    Open,
    /// Both entries are of the same goods: the second is dropped.
    Same,
    /// Both are right: the second is booked.
    Both,
}

impl ConflictState {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Same => "same",
            Self::Both => "both",
        }
    }
}

/// The entry that was booked first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EarlierEntry {
    /// The movement.
    pub movement: String,
    /// How much.
    pub quantity: Quantity,
    /// How it came in.
    pub source: Source,
    /// Who.
    pub by: UserId,
    /// When it was booked.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub booked_at: Timestamp,
}

/// How a conflict was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settled {
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What was booked by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<String>,
}

/// One row of `GET /api/v1/conflicts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryConflict {
    /// Its id.
    pub id: String,
    /// What has become of it.
    pub state: ConflictState,
    /// The entry that is held.
    pub movement: NewMovement,
    /// How it came in.
    pub source: Source,
    /// Who entered it.
    pub by: UserId,
    /// On which device.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// When.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// What was booked before; the latest where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<EarlierEntry>,
    /// How it was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// What is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ConflictDecision"))]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The same goods were entered twice: what is held is dropped.
    Same,
    /// Both are right: what is held is booked. This needs a reason.
    Both,
}

/// `POST /api/v1/conflicts/{conflict}/settlement`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SettleConflict {
    /// What is so.
    pub decision: Decision,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
