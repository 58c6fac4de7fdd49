//! What an order costs: material, labour and machine time, at standard and as it was. Quantities always; money where prices
//! and rates are set. Money is an exact decimal too, and is rounded once, to cents.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::Progress;
use crate::id::{ItemId, LocationId, OrderId};
use crate::ledger::Posting;
use crate::order::Order;
use crate::quantity::Quantity;
use crate::supply::SupplySettings;

/// Decimals of money.
pub const MONEY_SCALE: u8 = 2;

const HOUR_S: i64 = 3600;

/// A material of the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MaterialCost {
    /// What.
    pub item: ItemId,
    /// Its name; empty for one that the bill of material does not name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What the good pieces should have used.
    pub standard: Quantity,
    /// What was used, scrap and extra issues that were used up included.
    pub actual: Quantity,
    /// What is still held for the order.
    pub held: Quantity,
    /// The standard price of a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Quantity>,
    /// `standard` at that price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_cost: Option<Quantity>,
    /// `actual` at that price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_cost: Option<Quantity>,
}

/// Time at one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperationCost {
    /// Its number.
    pub operation: u16,
    /// Its name.
    pub name: String,
    /// Good pieces.
    pub good: Quantity,
    /// Scrapped pieces.
    pub scrap: Quantity,
    /// What the good pieces should have taken, in seconds.
    pub standard_s: i64,
    /// How long people worked, as their reports say, in seconds. Each report is one person's.
    pub labour_s: i64,
    /// How long it ran, by its clock, in seconds.
    pub machine_s: i64,
}

/// Standard against actual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compared {
    /// What it should have cost; none where a price or rate is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Quantity>,
    /// What it did cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Quantity>,
}

/// What an order costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderCost {
    /// Which.
    pub order: OrderId,
    /// Of what.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: String,
    /// How much was ordered.
    pub quantity: Quantity,
    /// Good pieces of the last operation.
    pub good: Quantity,
    /// Its materials.
    pub materials: Vec<MaterialCost>,
    /// Its operations.
    pub operations: Vec<OperationCost>,
    /// The currency of all money.
    pub currency: String,
    /// Material, where every item that was used has a price.
    pub material: Compared,
    /// People, where their rate is set.
    pub labour: Compared,
    /// Machines, where their rate is set.
    pub machine: Compared,
    /// All three.
    pub total: Compared,
}

/// Adds up an order. `postings` are those of its movements; `held` is what stands for it, by item.
pub fn cost(
    order: &Order,
    progress: &BTreeMap<u16, Progress>,
    postings: &[Posting],
    held: &BTreeMap<ItemId, i64>,
    prices: &BTreeMap<ItemId, Quantity>,
    settings: &SupplySettings,
    now: Timestamp,
) -> OrderCost {
    let scale = order.quantity.scale();
    let at = |number: u16| progress.get(&number).copied().unwrap_or_else(|| Progress::none(scale));
    let good = order.operations.last().map_or(Quantity::zero(scale), |last| at(last.number).good);
    let materials = materials(order, good, postings, held, prices);
    let operations: Vec<_> = order
        .operations
        .iter()
        .map(|operation| {
            let done = at(operation.number);
            let standard = done.good.times_rounded(Quantity::from_units(i64::from(operation.standard_s), 0), 0);
            OperationCost {
                operation: operation.number,
                name: operation.name.clone(),
                good: done.good,
                scrap: done.scrap,
                standard_s: standard.map_or(i64::MAX, Quantity::units),
                labour_s: done.run_s,
                machine_s: operation.clock_at(now),
            }
        })
        .collect();
    let material = Compared {
        standard: sum(materials.iter().filter(|one| !one.standard.is_zero()).map(|one| one.standard_cost)),
        actual: sum(materials.iter().filter(|one| !one.actual.is_zero()).map(|one| one.actual_cost)),
    };
    let total_s = |of: fn(&OperationCost) -> i64| operations.iter().map(of).fold(0_i64, i64::saturating_add);
    let standard_s = total_s(|one| one.standard_s);
    let people = Compared {
        standard: for_time(standard_s, settings.labour_rate),
        actual: for_time(total_s(|one| one.labour_s), settings.labour_rate),
    };
    // A machine's standard is that of the operations that name one.
    let with_machine =
        |one: &&OperationCost| order.operation(one.operation).is_some_and(|operation| operation.equipment.is_some());
    let machine_standard_s =
        operations.iter().filter(with_machine).map(|one| one.standard_s).fold(0, i64::saturating_add);
    let machine = Compared {
        standard: for_time(machine_standard_s, settings.machine_rate),
        actual: for_time(total_s(|one| one.machine_s), settings.machine_rate),
    };
    let total = Compared {
        standard: sum([material.standard, people.standard, machine.standard]),
        actual: sum([material.actual, people.actual, machine.actual]),
    };
    OrderCost {
        order: order.id.clone(),
        item: order.item.clone(),
        name: order.item_name.clone(),
        state: order.state.clone(),
        quantity: order.quantity,
        good,
        materials,
        operations,
        currency: settings.currency.clone(),
        material,
        labour: people,
        machine,
        total,
    }
}

fn materials(
    order: &Order,
    good: Quantity,
    postings: &[Posting],
    held: &BTreeMap<ItemId, i64>,
    prices: &BTreeMap<ItemId, Quantity>,
) -> Vec<MaterialCost> {
    let mut rows: BTreeMap<ItemId, MaterialCost> = BTreeMap::new();
    let new = |item: &ItemId, scale: u8| MaterialCost {
        item: item.clone(),
        name: String::new(),
        unit: String::new(),
        standard: Quantity::zero(scale),
        actual: Quantity::zero(scale),
        held: Quantity::zero(scale),
        price: None,
        standard_cost: None,
        actual_cost: None,
    };
    for material in &order.materials {
        let scale = material.required.scale();
        let row = rows.entry(material.item.clone()).or_insert_with(|| new(&material.item, scale));
        (row.name, row.unit) = (material.name.clone(), material.unit.clone());
        let needed = good.times_rounded(material.per, scale).map_or(0, Quantity::units);
        row.standard = Quantity::from_units(row.standard.units().saturating_add(needed), scale);
    }
    let used_up = [LocationId::production(), LocationId::scrap()];
    // What it makes for itself is no material: that is in what it was made of.
    let bought =
        |posting: &&Posting| posting.item != order.item && !order.semi_finished().any(|made| *made == posting.item);
    for posting in postings.iter().filter(bought) {
        let (from, to) = (used_up.contains(&posting.from.location), used_up.contains(&posting.to.location));
        let units = match (from, to) {
            (false, true) => posting.quantity.units(),
            (true, false) => -posting.quantity.units(),
            _ => continue,
        };
        let scale = posting.quantity.scale();
        let row = rows.entry(posting.item.clone()).or_insert_with(|| new(&posting.item, scale));
        row.actual = Quantity::from_units(row.actual.units().saturating_add(units), row.actual.scale());
    }
    for (item, units) in held.iter().filter(|(item, _)| **item != order.item) {
        if let Some(row) = rows.get_mut(item) {
            row.held = Quantity::from_units(*units, row.held.scale());
        }
    }
    for row in rows.values_mut() {
        row.price = prices.get(&row.item).copied();
        let priced = |quantity: Quantity| row.price.and_then(|price| quantity.times_rounded(price, MONEY_SCALE).ok());
        (row.standard_cost, row.actual_cost) = (priced(row.standard), priced(row.actual));
    }
    rows.into_values().collect()
}

/// The sum; none where one of them is unknown or all of it is too much.
fn sum(parts: impl IntoIterator<Item = Option<Quantity>>) -> Option<Quantity> {
    let mut parts = parts.into_iter();
    parts.try_fold(Quantity::zero(MONEY_SCALE), |sum, part| sum.plus(part?).ok())
}

fn for_time(seconds: i64, rate: Option<Quantity>) -> Option<Quantity> {
    let rate = rate?;
    let product = i128::from(seconds) * i128::from(rate.units());
    // To cents, half up: the rate is for an hour.
    let cents = product * 10_i128.pow(u32::from(MONEY_SCALE));
    let divisor = i128::from(HOUR_S) * 10_i128.pow(u32::from(rate.scale()));
    i64::try_from((cents + divisor / 2).div_euclid(divisor)).ok().map(|units| Quantity::from_units(units, MONEY_SCALE))
}
