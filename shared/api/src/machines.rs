//! Systems and devices that call by themselves: an ERP, a scale, a PLC gateway.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::id::UserId;
use takt_domain::permission::Permission;

/// The most days that a token may work: two years.
pub const TOKEN_DAYS_MAX: u16 = 730;

/// A system or device that calls by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Machine {
    /// Under which name it books; never that of a user.
    pub machine: UserId,
    /// What people call it.
    pub name: String,
    /// What its tokens allow.
    pub scopes: Vec<Permission>,
    /// False for one that may not call any more.
    pub active: bool,
    /// What it books this long after it happened is late, in minutes.
    pub late_after_min: u32,
    /// Tokens that work, the newest first.
    pub tokens: Vec<MachineToken>,
    /// How it goes.
    pub exchange: Exchange,
}

/// A token of a machine, without what must be kept secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MachineToken {
    /// Its id, by which it is ended.
    pub id: String,
    /// Who made it.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub made_at: Timestamp,
    /// When it stops working.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub expires_at: Timestamp,
}

/// What a machine has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exchange {
    /// The last call of any kind, to a few minutes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub called_at: Option<Timestamp>,
    /// The last that was booked.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub booked_at: Option<Timestamp>,
    /// Events that were booked in all.
    pub booked: u64,
    /// The median time from when something happened until it was booked, of the last fifty that said when, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_s: Option<u64>,
    /// It delivers in late batches: most of the last fifty came later than `late_after_min`.
    pub late: bool,
}

/// `PUT /api/v1/machines/{machine}`: makes or changes a machine. Where what it may do changes, or it is switched off, its tokens
/// end.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutMachine {
    /// What people call it, at most 100 characters.
    pub name: String,
    /// What its tokens allow, at least one; `user.manage` and `machine.manage` are for people alone.
    pub scopes: Vec<Permission>,
    /// False for one that may not call any more.
    #[serde(default = "yes")]
    pub active: bool,
    /// What it books this long after it happened is late, 1 to 10,080 minutes.
    #[serde(default = "quarter")]
    pub late_after_min: u32,
}

fn yes() -> bool {
    true
}

fn quarter() -> u32 {
    15
}

/// `POST /api/v1/machines/{machine}/tokens`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMachineToken {
    /// For how many days it works, 1 to 730.
    pub days: u16,
}

/// A token that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeMachineToken {
    /// What goes into the header: `Authorization: Bearer TOKEN`. It is kept nowhere.
    pub token: String,
    /// Its id.
    pub id: String,
    /// When it stops working.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub expires_at: Timestamp,
}
