//! Lots: what is known of them, how much of each stands where, and what people do with them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::id::{ItemId, LocationId, OrderId};
use takt_domain::lot::{Lot, LotState};
use takt_domain::order::Priority;
use takt_domain::quantity::Quantity;

pub use takt_domain::lot::change::LotAct;

/// A row of `GET /api/v1/lots?item=&state=&expires_before=&q=`: what expires first comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LotRow {
    /// The lot.
    pub lot: Lot,
    /// The item's name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// All that stands in physical locations.
    pub on_hand: Quantity,
    /// Of that, held for orders and lines of documents.
    pub reserved: Quantity,
    /// Its last day is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
}

/// `GET /api/v1/lots/{item}/{lot}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LotDetail {
    /// The lot, with its sums.
    pub row: LotRow,
    /// The version of its record.
    pub version: u64,
    /// Where it stands, and for whom.
    pub places: Vec<LotPlace>,
    /// Lots of the item that parts of it became by splitting, merging or an inspection, also where nothing of them is left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
}

/// What stands of a lot at one place, free or held for one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LotPlace {
    /// Where.
    pub location: LocationId,
    /// For whom; free where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// How much.
    pub quantity: Quantity,
    /// How urgent the order is that it is held for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// When it is let go, where that order has not started by then and the plant has set a time.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub until: Option<Timestamp>,
}

/// `POST /api/v1/lots/{item}/{lot}/state`: a release and a block are signed with the PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetLotState {
    /// What is done with it.
    pub act: LotAct,
    /// Why.
    pub reason: String,
}

/// `POST /api/v1/lots/{item}/{lot}/expiry`: corrects the last day, signed with the PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetLotExpiry {
    /// The last day on which it may be used.
    #[serde(deserialize_with = "takt_domain::time::date")]
    pub expires: Date,
    /// Why.
    pub reason: String,
}

/// The answer to what was done with a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LotAnswer {
    /// Of which item.
    pub item: ItemId,
    /// Which lot: what others became, where they did.
    pub lot: String,
    /// Its state.
    pub state: LotState,
    /// Its last day.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub expires: Option<Date>,
}

/// `POST /api/v1/lots/split`: free stock of a lot becomes another, new lot. Stock without a lot may become one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SplitLot {
    /// Of which item.
    pub item: ItemId,
    /// Which lot; empty for stock without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// Where.
    pub location: LocationId,
    /// How much.
    pub quantity: Quantity,
    /// The number of the new lot.
    pub into: String,
    /// The last day of a new lot that is made of stock without one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub expires: Option<Date>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `POST /api/v1/lots/merge`: free stock of several lots of one item becomes one lot, which expires with the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MergeLots {
    /// Of which item.
    pub item: ItemId,
    /// What becomes part of it.
    pub parts: Vec<MergePart>,
    /// The number of the lot that they become: a new one, or one that is there.
    pub into: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A part of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MergePart {
    /// Which lot.
    pub lot: String,
    /// Where.
    pub location: LocationId,
    /// How much; all that is free there, where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// `GET` and `PUT /api/v1/lot-settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LotSettings {
    /// The version of the settings: the one that was read, 0 where nobody has set any.
    #[serde(default)]
    pub version: u64,
    /// So many days before a lot expires that is in stock, that is told.
    pub warn_days: u16,
    /// So many hours after an order was dispatched that has not started, what is held for it is let go; never where nothing
    /// is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation_hours: Option<u16>,
}

impl Default for LotSettings {
    fn default() -> Self {
        Self { version: 0, warn_days: 14, reservation_hours: None }
    }
}
