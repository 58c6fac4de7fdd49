//! What the watch finds: alerts, the limits that it goes by, and the sheet for the morning meeting.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::id::{ItemId, LineId, OrderId, UserId};
use takt_domain::order::{Mark, Priority};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::text::Label;
use takt_domain::watch::Severity;
use takt_domain::why::{Act, Person};

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It is so, and nobody has said that they look after it.
    Open,
    /// It is so, and somebody looks after it.
    Acknowledged,
    /// It is so no more.
    Cleared,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Cleared];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Cleared => "cleared",
        }
    }
}

/// Something that somebody has to know, as long as it is so and afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alert {
    /// Follows from the order and the code, so one thing is told of once.
    pub id: String,
    /// A stable code, for programs.
    pub code: String,
    /// Where it stands.
    pub state: AlertState,
    /// How much it matters.
    pub severity: Severity,
    /// The order that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What is so.
    pub detail: Label,
    /// What would mend it.
    pub remedy: Label,
    /// Whom it concerns.
    pub roles: Vec<Role>,
    /// Whom it concerns by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserId>,
    /// Since when it is so.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub since: Timestamp,
    /// When it was found.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub raised_at: Timestamp,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Mark>,
    /// When it was found to be over.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub cleared_at: Option<Timestamp>,
    /// When managers and administrators were told that nobody looks after it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub escalated_at: Option<Timestamp>,
    /// How often it was found anew.
    pub times: u32,
}

/// `POST /api/v1/alerts/{alert}/acknowledgement`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeAlert {
    /// What is done about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// `GET /api/v1/morning`: the orders that hang.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Morning {
    /// As of when.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// How many orders were looked at.
    pub open: usize,
    /// How many of them hang.
    pub hanging: usize,
    /// There are more open orders than are looked at.
    pub more: bool,
    /// The orders that hang, the most severe first, then the oldest; at most 100.
    pub rows: Vec<MorningRow>,
}

/// An order that hangs: it is longer in its state than it may, something blocks it, or its facts do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MorningRow {
    /// Its number.
    pub id: OrderId,
    /// What is made.
    pub item: ItemId,
    /// Its name.
    pub item_name: String,
    /// How much.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: String,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub due: Option<Date>,
    /// Where it stands.
    pub state: String,
    /// What people read.
    pub label: Label,
    /// How long it has been there, in seconds.
    pub age_s: i64,
    /// How long it may be there, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_min: Option<u32>,
    /// How much it matters that it hangs.
    pub severity: Severity,
    /// Something stands in its way that no step of its own removes.
    pub blocked: bool,
    /// Why it hangs.
    pub reason: Label,
    /// What else is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Label>,
    /// Who moves it.
    pub who: Vec<Role>,
    /// Who that is by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Where it is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
}
