//! Exceptions (andon): raising, acknowledging, closing, and what they cost.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::exception::{Exception, ExceptionSettings, ParetoRow};
use takt_domain::id::{EquipmentId, ExceptionId, LineId, OrderId, PhotoId};
use takt_domain::permission::Role;

/// `POST /api/v1/exceptions`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RaiseException {
    /// One of the plant's types.
    #[serde(rename = "type")]
    pub kind: String,
    /// The order that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The operation of that order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// Where; the order's line where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// A photo of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
    /// Nothing may be reported at the operation (or, without one, on the order) until it is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stops: bool,
    /// When it was seen, where that is not now: on a phone that had no network.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub occurred_at: Option<Timestamp>,
}

/// `POST /api/v1/exceptions/{exception}/acknowledgement`: "I have it".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeException {
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// `POST /api/v1/exceptions/{exception}/closing`: both must be said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseException {
    /// What it came from.
    pub cause: String,
    /// What was done.
    pub action: String,
}

/// The answer to what changes an exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionAnswer {
    /// Its number.
    pub id: ExceptionId,
    /// `open`, `acknowledged` or `closed`.
    pub state: String,
}

/// One exception, alone or in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionRow {
    /// The exception.
    pub exception: Exception,
    /// `open`, `acknowledged` or `closed`.
    pub state: String,
    /// Who has been told so far.
    pub told: Vec<Role>,
}

/// `GET` and `PUT /api/v1/exception-settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExceptionSettingsDocument {
    /// The version that is there; that which was read, when they are put. 0 while nobody has put any.
    pub version: u64,
    /// The settings.
    pub settings: ExceptionSettings,
}

/// `GET /api/v1/exception-pareto?from=&to=&line=`: what was raised from one moment to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pareto {
    /// By type and cause, what cost most first.
    pub rows: Vec<ParetoRow>,
    /// Always false: all exceptions of the period are in it.
    pub more: bool,
}
