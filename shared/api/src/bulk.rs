//! Many rows in one call, for systems that exchange with the plant: each row is booked or refused by itself, as its own call
//! would have been.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use takt_domain::id::ItemId;
use takt_domain::lot::Tracking;
use takt_domain::master::ItemUnit;
use takt_domain::quantity::Quantity;

use crate::problem::Problem;

/// The most rows of one call.
pub const BULK_ROWS_MAX: usize = 200;

/// `POST /api/v1/bulk/...`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Rows"))]
#[serde(deny_unknown_fields)]
pub struct Bulk<T> {
    /// 1 to 200 rows.
    pub rows: Vec<T>,
}

/// A row of `POST /api/v1/bulk/items`: an item is made, or changed to what stands here. How it is tracked, its shelf life, its
/// units and the plant's own fields stay as they are where they are left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkItem {
    /// Its number.
    pub id: ItemId,
    /// Its name.
    pub name: String,
    /// What it is counted in; `pcs` when it is left out.
    #[serde(default)]
    pub unit: String,
    /// Digits after the point; 0 when it is left out.
    #[serde(default)]
    pub scale: u8,
    /// A group of items, in the plant's own words.
    #[serde(default)]
    pub kind: String,
    /// What is printed on it.
    #[serde(default)]
    pub barcode: String,
    /// How its stock is told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<Tracking>,
    /// How many days it may be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<u16>,
    /// Other units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<ItemUnit>,
    /// How much of it is to be there to be taken, in its own unit; 0 takes away what was set, and it stays
    /// when this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// The plant's own fields; an empty text takes a value away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

/// A row of `POST /api/v1/bulk/boms`: the whole bill of material of an item, in the place of the one before.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkBom {
    /// What is made.
    pub id: ItemId,
    /// Of what, at least one.
    pub lines: Vec<BulkBomLine>,
}

/// A line of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkBomLine {
    /// What goes in.
    pub component: ItemId,
    /// How much of it one piece takes; only an optional line may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// At which operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// It can be left out.
    #[serde(default)]
    pub optional: bool,
    /// Its own components go in instead.
    #[serde(default)]
    pub phantom: bool,
    /// A remark.
    #[serde(default)]
    pub note: String,
}

/// What became of the rows. The call may be made again under the same key: rows that were booked are not booked twice, the others
/// are tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BulkAnswer {
    /// How many are booked.
    pub booked: u32,
    /// How many are not.
    pub refused: u32,
    /// One for each row, in their order.
    pub rows: Vec<BulkResult>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BulkResult {
    /// Which row; the first is 1.
    pub row: u32,
    /// The HTTP status that its own call would have had.
    pub status: u16,
    /// The number or id of what was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it was not booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}
