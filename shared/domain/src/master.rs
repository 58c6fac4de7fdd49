//! Master data: items, bills of material, routings, locations, equipment, moulds, crew.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{EquipmentId, ItemId, LineId, LocationId, MouldId, UserId};
use crate::lot::Tracking;
use crate::quantity::{Quantity, QuantityError};

/// An item with its unit. The scale says how many decimals its quantities have; it is frozen after the first posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// Its name.
    pub name: String,
    /// The unit that quantities are in, for instance `pcs` or `m`.
    pub unit: String,
    /// Decimals of its quantities, 0 to 9.
    pub scale: u8,
    /// What sort of part it is, in the plant's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Another number by which it may be scanned, for instance the supplier's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<String>,
    /// How its stock is told apart.
    #[serde(default, skip_serializing_if = "Tracking::is_none")]
    pub tracking: Tracking,
    /// How many days after it was made it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<u16>,
    /// Other units in which its quantities may be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<ItemUnit>,
    /// How much of it is to be there to be taken, in its own unit. Where there is less, somebody is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// The plant's own fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

/// Another unit of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemUnit {
    /// Its name, for instance `box`.
    pub unit: String,
    /// How much of the item's own unit one of it is.
    pub factor: Quantity,
}

/// One line of a bill of material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BomLine {
    /// What is needed.
    pub component: ItemId,
    /// How much for one unit of the parent. None for an optional line without a quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Quantity>,
    /// An optional line is not part of the kit and is not consumed.
    #[serde(default)]
    pub optional: bool,
    /// A phantom's own lines stand in for it: it is never stocked.
    #[serde(default)]
    pub phantom: bool,
    /// The operation that consumes it; the last one where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The bill of material of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Bom {
    /// The parent.
    pub item: ItemId,
    /// Its lines.
    pub lines: Vec<BomLine>,
}

/// How deep bills of material may nest.
pub const BOM_DEPTH_MAX: usize = 20;

/// Why a bill of material cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BomError {
    /// An item contains itself, directly or further down.
    #[error("{0} contains itself")]
    Cycle(ItemId),
    /// Deeper than [`BOM_DEPTH_MAX`].
    #[error("the bill of material of {0} is nested deeper than {BOM_DEPTH_MAX} levels")]
    TooDeep(ItemId),
    /// A needed line has no quantity.
    #[error("the line {component} of {parent} needs a quantity")]
    NoQuantity {
        /// The parent.
        parent: ItemId,
        /// The line.
        component: ItemId,
    },
    /// The multiplied quantity is out of range.
    #[error("{component}: {source}")]
    Quantity {
        /// The line.
        component: ItemId,
        /// What is wrong with it.
        source: QuantityError,
    },
}

/// One component that an order needs for one unit of its product, phantoms resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub component: ItemId,
    /// How much for one unit of the product.
    pub per: Quantity,
    /// The operation that consumes it.
    pub operation: Option<u16>,
}

/// The components of one unit of `item`: its own needed lines, with phantom lines replaced by theirs, several lines
/// of one component at one operation added up.
pub fn needs(item: &ItemId, boms: &BTreeMap<ItemId, Bom>) -> Result<Vec<Need>, BomError> {
    let mut found = BTreeMap::new();
    let one = Quantity::from_units(1, 0);
    collect(item, one, None, boms, &mut vec![item.clone()], &mut found)?;
    Ok(found.into_iter().map(|((component, operation), per)| Need { component, per, operation }).collect())
}

fn collect(
    item: &ItemId,
    of_parent: Quantity,
    operation: Option<u16>,
    boms: &BTreeMap<ItemId, Bom>,
    above: &mut Vec<ItemId>,
    found: &mut BTreeMap<(ItemId, Option<u16>), Quantity>,
) -> Result<(), BomError> {
    if above.len() > BOM_DEPTH_MAX {
        return Err(BomError::TooDeep(item.clone()));
    }
    let Some(bom) = boms.get(item) else { return Ok(()) };
    for line in bom.lines.iter().filter(|line| !line.optional) {
        let component = &line.component;
        if above.contains(component) {
            return Err(BomError::Cycle(component.clone()));
        }
        let per =
            line.per.ok_or_else(|| BomError::NoQuantity { parent: item.clone(), component: component.clone() })?;
        let wrong = |source| BomError::Quantity { component: component.clone(), source };
        let scale = (of_parent.scale() + per.scale()).min(crate::quantity::SCALE_MAX);
        let per = of_parent.times_rounded_up(per, scale).map_err(wrong)?;
        let operation = line.operation.or(operation);
        if line.phantom {
            above.push(component.clone());
            collect(component, per, operation, boms, above, found)?;
            above.pop();
        } else {
            let sum = found.entry((component.clone(), operation)).or_insert(Quantity::zero(per.scale()));
            *sum = sum.plus(per).map_err(wrong)?;
        }
    }
    Ok(())
}

/// Whether an operation may run beside the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Pieces flow: it takes each one that the operation before it has made.
    #[default]
    Overlap,
    /// It begins when the operation before it is done.
    Sequence,
}

impl Way {
    /// True for what holds where nobody says anything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One step of making an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutingOperation {
    /// Its number in the sequence, for instance 10, 20, 30.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// How much more than the order's quantity may be reported here, in percent.
    #[serde(default)]
    pub tolerance_percent: u8,
    /// The machine that it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// The mould that it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mould: Option<MouldId>,
    /// How many people must be present on the line.
    #[serde(default)]
    pub crew_min: u8,
    /// Standard time for one unit, in seconds.
    #[serde(default)]
    pub standard_s: u32,
    /// Whether it may run beside the one before it.
    #[serde(default, skip_serializing_if = "Way::is_default")]
    pub way: Way,
    /// What people must be qualified for to work here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<String>,
    /// The supplier that does it outside the plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// The item that it makes for the operation after it, one for each piece: stock of its own, until that uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makes: Option<ItemId>,
    /// Where it is done, and what it makes is put; beside the line of the order where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workshop: Option<LocationId>,
}

/// How an item is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// The item.
    pub item: ItemId,
    /// Production starts only under a released one.
    pub released: bool,
    /// Its steps, by number.
    pub operations: Vec<RoutingOperation>,
}

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LocationKind {
    /// A warehouse place.
    Store,
    /// Beside a line.
    Line,
    /// What waits for an inspection: finished goods for the final one, deliveries for the incoming one. Nothing is taken
    /// from here but by its release.
    Quarantine,
    /// Finished goods.
    Finished,
    /// What was delivered and waits to be put away. Production takes nothing from here.
    Receiving,
}

impl LocationKind {
    /// True where stock waits for the next step of its document, and is not there to be taken.
    pub fn waits(self) -> bool {
        matches!(self, Self::Quarantine | Self::Receiving)
    }
}

/// A physical place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Its code.
    pub id: LocationId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: LocationKind,
    /// The line that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// A production line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its code.
    pub id: LineId,
    /// Its name.
    pub name: String,
}

/// Whether a machine can work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EquipmentStatus {
    /// Ready to work.
    Available,
    /// Broken.
    Down,
    /// Being maintained.
    Maintenance,
}

/// A machine or station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Equipment {
    /// Its code.
    pub id: EquipmentId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Whether it can work.
    pub status: EquipmentStatus,
    /// One order at a time works on it. Others may be shared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// The last day, in the plant's time zone, on which its calibration holds.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub calibrated_until: Option<Date>,
}

/// A mould or tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mould {
    /// Its code.
    pub id: MouldId,
    /// Its name.
    pub name: String,
    /// False while it is being repaired.
    pub usable: bool,
    /// Shots so far.
    #[serde(default)]
    pub shots: u32,
    /// Shots after which it must be overhauled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shots_max: Option<u32>,
    /// How many pieces one shot makes; one where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cavities: Option<u16>,
}

impl Mould {
    /// The shots that so many pieces take, in units of a quantity: those of a shot that is begun count whole.
    pub fn shots_for(&self, pieces: Quantity) -> i64 {
        let one = 10_i64.pow(u32::from(pieces.scale())).saturating_mul(i64::from(self.cavities.unwrap_or(1).max(1)));
        pieces.units().max(0).saturating_add(one - 1) / one
    }

    /// True when it may be used now.
    pub fn can_work(&self) -> bool {
        self.usable && self.shots_max.is_none_or(|max| self.shots < max)
    }
}

/// Someone who works at a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CrewMember {
    /// The user.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Checked in.
    pub present: bool,
    /// What is on the badge, for a scanner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// What this person is qualified for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<String>,
}

impl CrewMember {
    /// True when an operation that asks for this, or for nothing, may be worked at.
    pub fn is_qualified(&self, wanted: Option<&str>) -> bool {
        wanted.is_none_or(|wanted| self.qualifications.iter().any(|known| known == wanted))
    }
}
