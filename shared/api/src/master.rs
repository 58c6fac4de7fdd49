//! Master data and health.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
pub use takt_domain::calendar::{CalendarDay, DayShift, Shift};
use takt_domain::id::{EquipmentId, ItemId, LineId, UserId};
use takt_domain::master::{
    Bom, CrewMember, Equipment, EquipmentStatus, Item, ItemUnit, Line, Location, Mould, Routing,
};
use takt_domain::quantity::Quantity;
use takt_domain::resource::EquipmentUse;

/// `GET /api/v1/items/{item}`: an item with how it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemDetail {
    /// The item.
    pub item: Item,
    /// Its bill of material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom: Option<Bom>,
    /// Its routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing: Option<Routing>,
    /// What one unit of it needs, phantoms resolved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedRow>,
}

/// `PUT /api/v1/items/{item}/units`: the other units in which quantities of an item may be given, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemUnits {
    /// All of them, each with how much of the item's own unit one of it is; at most 20.
    pub units: Vec<ItemUnit>,
}

/// `PUT /api/v1/items/{item}/minimum`: how much of an item is to be available, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemMinimum {
    /// In the item's own unit, above zero; nobody is told of anything when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
}

/// One component of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NeedRow {
    /// What.
    pub component: ItemId,
    /// How much for one unit.
    pub per: Quantity,
    /// The operation that consumes it; the last one where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
}

/// `GET /api/v1/plant`: the plant and what rarely changes in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlantDetail {
    /// Its immutable number.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// IANA time zone, for instance `Asia/Shanghai`.
    pub time_zone: String,
    /// Its shifts.
    pub shifts: Vec<Shift>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its locations.
    pub locations: Vec<Location>,
    /// Its equipment.
    pub equipment: Vec<Equipment>,
    /// Its moulds.
    pub moulds: Vec<Mould>,
    /// Its crew, with presence.
    pub crew: Vec<CrewMember>,
    /// Items that can be made: those with a routing.
    pub products: Vec<Item>,
    /// Days on which other shifts hold than the weekday's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<CalendarDay>,
    /// How many operations work on each machine now; none on one that is not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub in_use: BTreeMap<EquipmentId, u32>,
    /// Which order has which of the machines that only one may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<EquipmentUse>,
}

/// `PUT /api/v1/plant`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutPlant {
    /// Its name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Its shifts.
    pub shifts: Vec<Shift>,
    /// Days on which other shifts hold: holidays, overtime. Those from before stay where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<CalendarDay>>,
}

/// `PUT /api/v1/equipment/{equipment}/status`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutEquipmentStatus {
    /// Whether it can work.
    pub status: EquipmentStatus,
    /// One order at a time works on it; as before where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<bool>,
    /// The last day of its calibration; as before where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub calibrated_until: Option<Date>,
}

/// `PUT /api/v1/moulds/{mould}/status`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutMouldStatus {
    /// Whether it may be used.
    pub usable: bool,
    /// It was overhauled: its shots count from zero again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overhauled: bool,
    /// Shots after which it must be overhauled; as before where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shots_max: Option<u32>,
}

/// `PUT /api/v1/crew/{user}/presence`: oneself, or anybody for who may set resources.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutPresence {
    /// Checked in.
    pub present: bool,
    /// At which line; where it was before, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// `PUT /api/v1/crew/{user}`: what a member of the crew may do, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutCrew {
    /// The line; none for one who works where there is work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What is on the badge; no two people have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// What this person is qualified for, in the words of the routings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<String>,
}

/// `POST /api/v1/presence`: a badge is scanned. Who was absent is checked in, who was present is checked out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScanBadge {
    /// What the scanner read.
    pub badge: String,
    /// The line at which it is scanned; where the person was before, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// The answer to a presence that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Who.
    pub user: UserId,
    /// Checked in.
    pub present: bool,
}

/// `GET /health/live` and `GET /health/ready`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Health {
    /// It takes requests.
    pub ok: bool,
    /// It does so without a part that should be there: see the parts.
    #[serde(default)]
    pub degraded: bool,
    /// Each part that was looked at.
    pub parts: Vec<HealthPart>,
}

/// One part that Takt needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthPart {
    /// Which.
    pub part: String,
    /// It is as it should be.
    pub ok: bool,
    /// What was found, and what to do where it is not.
    pub detail: String,
}
