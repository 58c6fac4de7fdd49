//! Production reports (报工).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::id::{OrderId, UserId};
use takt_domain::order::InspectionResult;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Unmet;
use takt_domain::report::NewReport;

/// `POST /api/v1/reports` takes a [`NewReport`] and answers a [`Report`]: 201 where it is booked, 202 where it is queued.
pub type CreateReport = NewReport;

/// How far a report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Accepted, in the durable queue.
    Queued,
    /// In the ledger.
    Booked,
    /// Ended without being booked; `unmet` says why.
    Refused,
}

/// `GET /api/v1/reports/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Its id.
    pub id: String,
    /// How far it has come.
    pub state: ReportState,
    /// What was reported.
    pub report: NewReport,
    /// Who.
    pub by: UserId,
    /// When it was accepted into the queue; none where it was booked at once.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub accepted_at: Option<Timestamp>,
    /// When it was booked, when it was.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub booked_at: Option<Timestamp>,
    /// Who took it back, when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversed_by: Option<UserId>,
    /// The state of the order after it; empty where it is not booked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order_state: String,
    /// Why it was refused, when it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
    /// What the inspection items among its fields said when it was booked, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, InspectionResult>,
    /// How many of its pieces had come back for rework and were done again; they took no material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redone: Option<Quantity>,
}

/// `POST /api/v1/reports/{id}/reversal` and `POST /api/v1/movements/{id}/reversal`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reverse {
    /// Why.
    pub reason: String,
}

/// The answer to a reversal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reversed {
    /// What was taken back.
    pub id: String,
    /// The movement that takes it back.
    pub movement: String,
    /// The order, for a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
}
