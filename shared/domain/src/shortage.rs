//! The shortage list (缺料表): what a plan of orders needs over all levels of its bills of material, against what there is
//! and what is to come.
//!
//! Orders are served one after another, as the list has them. Each need takes free stock first, then what open orders will
//! make of the item, then, where the item is made here, the needs of making the rest, level by level; what is bought takes
//! what is still to come on purchase orders, the first delivery first. What is left is short, and says for which order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{DocumentId, ItemId, OrderId};
use crate::master::{BOM_DEPTH_MAX, Bom, Item, needs};
use crate::quantity::Quantity;

/// An order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Which.
    pub order: OrderId,
    /// When it is due.
    pub due: Option<Date>,
    /// What it still needs of its materials: required, less what is held for it and what its pieces have used up.
    pub needs: Vec<(ItemId, Quantity)>,
}

/// What an order will still make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Making {
    /// Which order.
    pub order: OrderId,
    /// Of what.
    pub item: ItemId,
    /// How much, in units.
    pub units: i64,
}

/// A delivery to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coming {
    /// On which purchase order.
    pub document: DocumentId,
    /// On which of its lines.
    pub line: u16,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub due: Option<Date>,
    /// How much is still to come; delivered and not put away counts here too.
    pub quantity: Quantity,
}

/// Everything that the list is made from.
#[derive(Clone, Debug, Default)]
pub struct Supply {
    /// Items by number.
    pub items: BTreeMap<ItemId, Item>,
    /// Bills of material by parent.
    pub boms: BTreeMap<ItemId, Bom>,
    /// What has a routing, and so is made here.
    pub made: BTreeSet<ItemId>,
    /// Free stock that may be taken, in units.
    pub free: BTreeMap<ItemId, i64>,
    /// What open orders will make.
    pub making: Vec<Making>,
    /// What is to come, by item, the first first.
    pub coming: BTreeMap<ItemId, Vec<Coming>>,
}

/// For which order an item is short, and what of that comes after it is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waiting {
    /// Which.
    pub order: OrderId,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub due: Option<Date>,
    /// How much neither is there nor comes.
    pub short: Quantity,
    /// How much it waits for that comes.
    pub coming: Quantity,
    /// Some of that comes after the order is due.
    pub late: bool,
}

/// One item of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// What.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// How deep below the orders it is needed: 1 for their own materials; the deepest where there are several.
    pub level: u8,
    /// It is made here.
    pub made: bool,
    /// What the plan needs of it, whatever there is.
    pub need: Quantity,
    /// What is free and may be taken.
    pub available: Quantity,
    /// What open orders will make of it.
    pub making: Quantity,
    /// What is still to be made of it, by orders that are not there yet.
    pub to_make: Quantity,
    /// What is to come.
    pub coming: Vec<Coming>,
    /// What neither is there nor comes.
    pub short: Quantity,
    /// Which orders wait for it.
    pub waiting: Vec<Waiting>,
}

struct Run<'a> {
    supply: &'a Supply,
    free: BTreeMap<ItemId, i64>,
    making: Vec<Making>,
    coming: BTreeMap<ItemId, Vec<Coming>>,
    rows: BTreeMap<ItemId, Row>,
    parts: BTreeMap<ItemId, Vec<(ItemId, Quantity)>>,
}

/// Makes the list: a row for each item that the plan needs, those that are short first.
pub fn shortages(demands: &[Demand], supply: &Supply) -> Vec<Row> {
    let mut run = Run {
        supply,
        free: supply.free.clone(),
        making: supply.making.clone(),
        coming: supply.coming.clone(),
        rows: BTreeMap::new(),
        parts: BTreeMap::new(),
    };
    for demand in demands {
        for (item, quantity) in &demand.needs {
            run.serve(demand, item, quantity.units(), &mut vec![]);
        }
    }
    let mut rows: Vec<Row> = run.rows.into_values().collect();
    rows.sort_by(|a, b| {
        let first = |row: &Row| (!row.short.is_positive(), row.waiting.is_empty(), row.level);
        (first(a), &a.item).cmp(&(first(b), &b.item))
    });
    rows
}

impl Run<'_> {
    fn scale(&self, item: &ItemId) -> u8 {
        self.supply.items.get(item).map_or(0, |item| item.scale)
    }

    fn row(&mut self, item: &ItemId) -> &mut Row {
        let (supply, scale) = (self.supply, self.scale(item));
        self.rows.entry(item.clone()).or_insert_with(|| {
            let known = supply.items.get(item);
            let zero = Quantity::zero(scale);
            let making = supply.making.iter().filter(|one| one.item == *item).map(|one| one.units).sum();
            Row {
                item: item.clone(),
                name: known.map_or_else(String::new, |item| item.name.clone()),
                unit: known.map_or_else(String::new, |item| item.unit.clone()),
                level: 0,
                made: supply.made.contains(item),
                need: zero,
                available: Quantity::from_units(supply.free.get(item).copied().unwrap_or(0), scale),
                making: Quantity::from_units(making, scale),
                to_make: zero,
                coming: supply.coming.get(item).cloned().unwrap_or_default(),
                short: zero,
                waiting: Vec::new(),
            }
        })
    }

    /// What one unit of an item that is made here is made of, phantoms opened.
    fn parts(&mut self, item: &ItemId) -> Vec<(ItemId, Quantity)> {
        if let Some(known) = self.parts.get(item) {
            return known.clone();
        }
        let found = needs(item, &self.supply.boms).unwrap_or_default();
        let found: Vec<_> = found.into_iter().map(|need| (need.component, need.per)).collect();
        self.parts.insert(item.clone(), found.clone());
        found
    }

    fn serve(&mut self, demand: &Demand, item: &ItemId, units: i64, above: &mut Vec<ItemId>) {
        if units <= 0 {
            return;
        }
        let scale = self.scale(item);
        let level = u8::try_from(above.len() + 1).unwrap_or(u8::MAX);
        let row = self.row(item);
        row.level = row.level.max(level);
        row.need = plus(row.need, units);
        let free = self.free.entry(item.clone()).or_default();
        let taken = units.min((*free).max(0));
        *free -= taken;
        let mut left = units - taken;
        for one in self.making.iter_mut().filter(|one| one.item == *item && one.order != demand.order) {
            let taken = left.min(one.units);
            (one.units, left) = (one.units - taken, left - taken);
        }
        let can_be_made = self.supply.made.contains(item) && above.len() < BOM_DEPTH_MAX && !above.contains(item);
        let parts = if left > 0 && can_be_made { self.parts(item) } else { Vec::new() };
        if !parts.is_empty() {
            let row = self.row(item);
            row.to_make = plus(row.to_make, left);
            above.push(item.clone());
            for (part, per) in parts {
                let needed = Quantity::from_units(left, scale).times_rounded_up(per, self.scale(&part));
                self.serve(demand, &part, needed.map_or(i64::MAX / 4, Quantity::units), above);
            }
            above.pop();
            return;
        }
        let (mut arriving, mut late) = (0, false);
        for delivery in self.coming.entry(item.clone()).or_default() {
            let taken = left.min(delivery.quantity.units().max(0));
            if taken > 0 {
                delivery.quantity = plus(delivery.quantity, -taken);
                (left, arriving) = (left - taken, arriving + taken);
                late |= matches!((delivery.due, demand.due), (Some(comes), Some(due)) if comes > due);
            }
        }
        if left > 0 || arriving > 0 {
            let row = self.row(item);
            row.short = plus(row.short, left);
            let at = |units| Quantity::from_units(units, scale);
            match row.waiting.iter_mut().find(|known| known.order == demand.order) {
                Some(known) => {
                    known.short = plus(known.short, left);
                    known.coming = plus(known.coming, arriving);
                    known.late |= late;
                }
                None => row.waiting.push(Waiting {
                    order: demand.order.clone(),
                    due: demand.due,
                    short: at(left),
                    coming: at(arriving),
                    late,
                }),
            }
        }
    }
}

fn plus(quantity: Quantity, units: i64) -> Quantity {
    Quantity::from_units(quantity.units().saturating_add(units), quantity.scale())
}
