//! Audits, the chain of seals, and when the plant audits itself.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::stock::AuditDifference;

/// `GET /api/v1/audit/chain?after=`: a piece of the chain of seals, computed anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainAudit {
    /// Nothing was tampered with, as far as this answer goes.
    pub ok: bool,
    /// Seals that hold.
    pub seals: u64,
    /// Postings that are as they were sealed.
    pub postings: u64,
    /// Sealed postings that have gone to the archive.
    pub archived: u64,
    /// Where the chain is broken first; nothing behind it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<ChainFault>,
    /// What `after` is to be for the next piece; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainFault {
    /// The number of the seal.
    pub seal: u64,
    /// Its day; empty where there is no seal.
    pub day: String,
    /// The place of the posting in the journal, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting: Option<String>,
    /// The movement of that posting, where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<String>,
    /// What is wrong, in words.
    pub detail: String,
}

/// `GET /api/v1/audit/heads?days=`: the last seal of each day. Who has noted a head sees later whether the chain still leads
/// to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainHeads {
    /// The latest day first.
    pub heads: Vec<ChainHead>,
    /// Postings that no seal stands for yet.
    pub unsealed: u64,
    /// When the first of those was booked.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub unsealed_since: Option<Timestamp>,
}

/// The last seal of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainHead {
    /// The day, where the plant is.
    pub day: String,
    /// The seal's number.
    pub seal: u64,
    /// Its hash: SHA-256, hexadecimal.
    pub hash: String,
    /// When it was set.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub sealed_at: Timestamp,
}

/// `PUT /api/v1/audit/schedule`: when the plant audits itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuditSchedule {
    /// Whether it does, once a day.
    pub enabled: bool,
    /// In which hour of the plant's day, 0 to 23.
    pub hour: u8,
}

impl Default for AuditSchedule {
    fn default() -> Self {
        Self { enabled: true, hour: 3 }
    }
}

/// `GET /api/v1/audit/schedule`: when the plant audits itself, and what it found last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditState {
    /// When.
    pub schedule: AuditSchedule,
    /// The last run, or the one that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<AuditRun>,
}

/// A run of the scheduled audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRun {
    /// The plant's day.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub day: Date,
    /// When it began.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub started_at: Timestamp,
    /// When it ended; absent while it is under way.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub ended_at: Option<Timestamp>,
    /// Postings that were added up.
    pub postings: u64,
    /// Balances that were compared.
    pub balances: u64,
    /// Counters of orders that were compared with reports.
    pub counters: u64,
    /// Receipts that were compared with reports.
    pub receipts: u64,
    /// Seals that hold.
    pub seals: u64,
    /// How many differences there are.
    pub count: u64,
    /// The first of them.
    pub differences: Vec<AuditDifference>,
}
