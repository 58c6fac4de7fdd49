//! Master data and health.

use serde::{Deserialize, Serialize};
use takt_domain::id::{ItemId, LineId, UserId};
use takt_domain::master::{Bom, CrewMember, Equipment, EquipmentStatus, Item, Line, Location, Mould, Routing};
use takt_domain::quantity::Quantity;

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
}

/// One shift of the calendar; it may pass midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// `HH:MM` in the plant's time zone.
    pub start: String,
    /// `HH:MM` in the plant's time zone.
    pub end: String,
    /// ISO weekdays on which it starts, 1 is Monday.
    pub weekdays: Vec<u8>,
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
}

/// `PUT /api/v1/equipment/{equipment}/status`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutEquipmentStatus {
    /// Whether it can work.
    pub status: EquipmentStatus,
}

/// `PUT /api/v1/moulds/{mould}/status`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutMouldStatus {
    /// Whether it may be used.
    pub usable: bool,
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
