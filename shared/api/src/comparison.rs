//! Comparisons: the stock held against another system's list, with each difference by its cause.
//!
//! 1. `POST /api/v1/comparisons` says what the list is; with its `text` it is compared at once.
//! 2. A list that is larger than one body comes as `PUT /api/v1/comparisons/{id}/parts/{n}`, and `POST
//!    /api/v1/comparisons/{id}/run` compares it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::compare::Cause;
use takt_domain::id::UserId;

/// How the list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// A header row with the names of columns, then a row for each line.
    #[default]
    Csv,
    /// An array of objects.
    Json,
}

/// How the columns of the list are called, and when a difference is told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListMapping {
    /// Ours (`item`, `location`, `lot`, `quantity`) to theirs; what is left out is called as ours. Location and lot may be
    /// missing in the list: quantities are then added up over all of them.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// How the list is written.
    #[serde(default)]
    pub format: ListFormat,
    /// An alert is raised when more than so many of a hundred rows differ in what movements do not explain; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_over_percent: Option<u8>,
}

/// A mapping with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedMapping {
    /// The name.
    pub name: String,
    /// The mapping.
    pub mapping: ListMapping,
}

/// `POST /api/v1/comparisons`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenComparison {
    /// The list, in words, such as the name of its file.
    pub source: String,
    /// As of when the list is; now, when left out.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub as_of: Option<Timestamp>,
    /// The name of a mapping that is kept; such a comparison raises its alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping_name: Option<String>,
    /// The mapping, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<ListMapping>,
    /// The list itself, where it fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// `PUT /api/v1/comparisons/{id}/parts/{n}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutListPart {
    /// A piece of the list.
    pub text: String,
}

/// A piece that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListPart {
    /// Its number.
    pub part: u32,
}

/// `POST /api/v1/comparisons/{id}/run`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunComparison {}

/// Where a comparison stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComparisonState {
    /// It takes pieces of the list.
    Open,
    /// It was compared.
    Done,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: ComparisonState,
    /// The list, in words.
    pub source: String,
    /// As of when the list is.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub as_of: Timestamp,
    /// Who compared.
    pub by: UserId,
    /// When it was compared; when it was opened, as long as it is open.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// How the list is read.
    pub mapping: ListMapping,
    /// The name of that mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping_name: Option<String>,
    /// Rows that were compared: those of the list, and what is held and is not in it.
    #[serde(default)]
    pub rows: u32,
    /// How many differ, by cause.
    #[serde(default)]
    pub differences: BTreeMap<Cause, u32>,
}

/// A row that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedRow {
    /// The item.
    pub item: String,
    /// The location; empty where the list has none.
    #[serde(default)]
    pub location: String,
    /// The lot; empty where the list has none.
    #[serde(default)]
    pub lot: String,
    /// Why it differs.
    pub cause: Cause,
    /// What the list says, as a decimal; absent where it does not have the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<String>,
    /// What is held here, as a decimal; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// Held less listed.
    pub difference: String,
    /// The movements since the list was made that explain it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub movements: Vec<MovementSince>,
}

/// A movement since the list was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MovementSince {
    /// Its id.
    pub movement: String,
    /// What it is.
    pub kind: String,
    /// What it added to the row, as a decimal.
    pub change: String,
    /// Its document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// Who booked it.
    pub by: String,
    /// When it happened.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub occurred_at: Timestamp,
    /// When it was booked.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub booked_at: Timestamp,
}
