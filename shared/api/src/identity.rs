//! Sign-in, sessions and users.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::id::{LineId, UserId};
use takt_domain::permission::{Permission, Role};

/// `POST /api/v1/session`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The plant's number; may be left out where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plant: Option<u32>,
    /// The user.
    pub user: UserId,
    /// 4 to 12 digits.
    pub pin: String,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// The bearer token; only in the answer to the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The plant's number.
    pub plant: u32,
    /// The plant's name.
    pub plant_name: String,
    /// The user.
    pub user: UserId,
    /// The user's name.
    pub name: String,
    /// The user's roles.
    pub roles: Vec<Role>,
    /// What they allow.
    pub permissions: Vec<Permission>,
    /// The line that the user works at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// When the token stops working.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub expires_at: Timestamp,
}

/// A user, without the PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// The sign-in name.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The line that the user works at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// False for one who may not sign in any more.
    pub active: bool,
}

/// `PUT /api/v1/users/{user}`: makes or changes a user. The PIN may be left out where the user exists.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutUser {
    /// The name.
    pub name: String,
    /// The roles, at least one.
    pub roles: Vec<Role>,
    /// The line that the user works at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// False for one who may not sign in any more.
    #[serde(default = "yes")]
    pub active: bool,
    /// 4 to 12 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

fn yes() -> bool {
    true
}

/// A device at which somebody has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Device {
    /// What the device calls itself in `takt-device`, and the ledger calls it.
    pub device: String,
    /// What the plant calls it; empty where nobody has named it.
    pub name: String,
    /// True where nobody may sign in at it.
    pub blocked: bool,
    /// Who signed in there last.
    pub user: UserId,
    /// When that was.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// What its browser said of itself then (`User-Agent`).
    pub agent: String,
}

/// `PUT /api/v1/devices/{device}`: names a device, keeps people from signing in at it, or lets them again. Whoever is signed in
/// at a device that is blocked is signed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutDevice {
    /// At most 100 characters; may be empty.
    pub name: String,
    /// True to block it.
    #[serde(default)]
    pub blocked: bool,
}

/// `POST /api/v1/session/signature`: the PIN once more, for one act. The answer goes with that act, and with no other, in
/// the header `takt-signature`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The PIN of who is signed in.
    pub pin: String,
    /// The method of the call that is to be signed.
    pub method: String,
    /// Its path, without a query.
    pub path: String,
}

/// An electronic signature that has not been used yet. It is good for one act of one user in one session, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignatureTicket {
    /// What the header `takt-signature` carries.
    pub ticket: String,
    /// When it is too old.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub expires_at: Timestamp,
}

/// The signed content of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketClaims {
    /// The plant's number.
    pub plant: u32,
    /// Who entered the PIN.
    pub user: UserId,
    /// In which session.
    pub session: String,
    /// For which act.
    pub act: String,
    /// The signature's own id, which is used once.
    pub id: String,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
}

/// The signed content of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The plant's number.
    pub plant: u32,
    /// The user.
    pub user: UserId,
    /// The user's roles; a change of roles ends the user's sessions.
    pub roles: Vec<Role>,
    /// The session.
    pub session: String,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
    /// What the token of a machine allows; a person's has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Permission>>,
}
