//! Holds what was read against itself and against what the plant has, and makes the things that are to be booked.

mod documents;
mod semi;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use takt_domain::field::{Form, FormOf};
use takt_domain::id::ItemId;
use takt_domain::lot;
use takt_domain::master::{
    BOM_DEPTH_MAX, Bom, CrewMember, Equipment, EquipmentStatus, Item, Line, Location, Mould, Routing, needs,
};
use takt_domain::quantity::{Quantity, QuantityError};

use crate::bom_tree::{self, Fault};
use crate::error::Errors;
use crate::existing::Existing;
use crate::row::Row;
use crate::table::Table;
use crate::tables::{BalanceRow, BomRow, Read, Tables, UserRow};

pub use documents::PutDocument;

/// The most components that one bill of material may have: an order carries all of them.
const BOM_LINES_MAX: usize = 2_000;

/// The most operations of a routing.
const OPERATIONS_MAX: usize = 100;

/// What an import writes.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named after the tables")]
pub struct Batch {
    pub items: Vec<Item>,
    pub boms: Vec<Bom>,
    pub routings: Vec<Routing>,
    pub lines: Vec<Line>,
    pub locations: Vec<Location>,
    pub equipment: Vec<Equipment>,
    pub moulds: Vec<Mould>,
    pub crew: Vec<CrewMember>,
    pub users: Vec<UserRow>,
    /// Opening stock, at the scales of the items, above zero.
    pub balances: Vec<BalanceRow>,
    /// Purchase orders and sales orders that are new or change.
    pub documents: Vec<PutDocument>,
}

/// Checks everything; what is wrong stands in `errors`, and then the batch is of no use.
pub fn check(tables: Tables, existing: &Existing, errors: &mut Errors) -> Batch {
    let items: Vec<Item> = tables.items.iter().map(|row| with_custom(row, existing, errors)).collect();
    let all = existing.items.values().chain(&items).map(|item| (&item.id, item)).collect();
    let mut check = Check { tables: &tables, existing, items: BTreeMap::new(), all, errors };
    check.items = existing.items.iter().map(|(id, item)| (id.clone(), item.scale)).collect();
    check.items.extend(tables.items.iter().map(|row| (row.value.id.clone(), row.value.scale)));
    check.items();
    check.lines();
    check.users();
    let routings = check.routings();
    let boms = check.boms();
    check.operations(&boms, &routings);
    check.semi_finished(&boms, &routings);
    check.tree(&boms);
    let balances = check.balances();
    let documents = check.documents();
    Batch {
        items,
        boms: boms.into_values().collect(),
        routings: routings.into_values().collect(),
        lines: values(&tables.lines),
        locations: values(&tables.locations),
        equipment: equipment(&tables, existing),
        moulds: moulds(&tables, existing),
        crew: crew(&tables, existing),
        users: values(&tables.users),
        balances,
        documents,
    }
}

fn values<T: Clone>(rows: &[Read<T>]) -> Vec<T> {
    rows.iter().map(|row| row.value.clone()).collect()
}

/// An import leaves the plant's own fields, how stock is told apart and how much is to be there as they are, where the file has
/// no column for them.
fn with_custom(Read { row, value: item }: &Read<Item>, existing: &Existing, errors: &mut Errors) -> Item {
    let known = existing.items.get(&item.id);
    let mut item = item.clone();
    if let Some(before) = known {
        if row.value("tracking").is_empty() {
            item.tracking = before.tracking;
        }
        item.shelf_life_days = item.shelf_life_days.or(before.shelf_life_days);
        if item.units.is_empty() {
            item.units = before.units.clone();
        }
        item.minimum = item.minimum.or(before.minimum);
    }
    // None of it is what there is at least anyway.
    item.minimum = item.minimum.filter(|minimum| minimum.is_positive());
    item.minimum = item.minimum.and_then(|minimum| match minimum.at_scale(item.scale) {
        Ok(minimum) => Some(minimum),
        Err(error) => {
            match error {
                QuantityError::OverPrecise { .. } => {
                    row.expected("minimum", format!("at most {} decimals, as the item has", item.scale), errors);
                }
                error => row.wrong("minimum", error, errors),
            }
            None
        }
    });
    let before = known.map(|before| before.custom.clone()).unwrap_or_default();
    if item.custom.is_empty() {
        return Item { custom: before, ..item };
    }
    let mut given = before.clone();
    given.extend(item.custom.clone());
    given.retain(|_, value| !value.is_empty());
    let none = Form::empty(FormOf::Item);
    let custom = match existing.item_form.as_ref().unwrap_or(&none).accept(&given, &before, errors.lang) {
        Ok(custom) => custom,
        Err(problems) => {
            for problem in problems {
                row.wrong(&format!("custom.{}", problem.at), problem.detail, errors);
            }
            before
        }
    };
    Item { custom, ..item }
}

fn equipment(tables: &Tables, existing: &Existing) -> Vec<Equipment> {
    let made = tables.equipment.iter().map(|Read { value, .. }| {
        let before = existing.equipment.get(&value.id);
        Equipment {
            id: value.id.clone(),
            name: value.name.clone(),
            line: value.line.clone(),
            status: value.status.or(before.map(|before| before.status)).unwrap_or(EquipmentStatus::Available),
            exclusive: value.exclusive.unwrap_or(before.is_some_and(|before| before.exclusive)),
            calibrated_until: value.calibrated_until.or(before.and_then(|before| before.calibrated_until)),
        }
    });
    made.collect()
}

fn moulds(tables: &Tables, existing: &Existing) -> Vec<Mould> {
    let made = tables.moulds.iter().map(|Read { value, .. }| {
        let before = existing.moulds.get(&value.id);
        Mould {
            id: value.id.clone(),
            name: value.name.clone(),
            usable: value.usable.or(before.map(|before| before.usable)).unwrap_or(true),
            shots: value.shots.or(before.map(|before| before.shots)).unwrap_or(0),
            shots_max: value.shots_max,
            cavities: value.cavities.or(before.and_then(|before| before.cavities)),
        }
    });
    made.collect()
}

fn crew(tables: &Tables, existing: &Existing) -> Vec<CrewMember> {
    let made = tables.crew.iter().map(|Read { value, .. }| {
        let before = existing.crew.get(&value.user);
        CrewMember {
            user: value.user.clone(),
            name: value.name.clone(),
            line: value.line.clone(),
            present: value.present.or(before.map(|before| before.present)).unwrap_or(false),
            badge: value.badge.clone().or(before.and_then(|before| before.badge.clone())),
            qualifications: value
                .qualifications
                .clone()
                .or(before.map(|before| before.qualifications.clone()))
                .unwrap_or_default(),
        }
    });
    made.collect()
}

struct Check<'c> {
    tables: &'c Tables,
    existing: &'c Existing,
    /// The scale of each item that there will be.
    items: BTreeMap<ItemId, u8>,
    /// Each item that there will be.
    all: BTreeMap<&'c ItemId, &'c Item>,
    errors: &'c mut Errors,
}

impl<'c> Check<'c> {
    /// Notes a reference that leads nowhere.
    fn refers(&mut self, row: &Row, column: &str, table: Table, id: Option<impl Display>, there: bool) {
        let Some(id) = id.map(|id| id.to_string()) else { return };
        if !there && !self.tables.declares(table, &id) {
            let what = format!("there is no {id} in {}, and the plant has none", table.name());
            row.wrong(column, what, self.errors);
        }
    }

    /// True when the item is there; notes it where not.
    fn item(&mut self, row: &Row, column: &str, id: &ItemId) -> Option<u8> {
        self.refers(row, column, Table::Items, Some(id), self.items.contains_key(id));
        self.items.get(id).copied()
    }

    fn line(&mut self, row: &Row, line: Option<&takt_domain::id::LineId>) {
        let there = line.is_some_and(|line| self.existing.lines.contains(line));
        self.refers(row, "line", Table::Lines, line, there);
    }

    fn items(&mut self) {
        let mut barcodes: BTreeMap<&str, &Row> = BTreeMap::new();
        for Read { row, value } in &self.tables.items {
            let before = self.existing.items.get(&value.id);
            if let Some(before) = before.filter(|before| before.scale != value.scale)
                && self.existing.posted.contains(&value.id)
            {
                let what = format!("{} decimals, since {} has been moved already", before.scale, value.id);
                row.expected("scale", what, self.errors);
            }
            let Some(barcode) = value.barcode.as_deref() else { continue };
            match barcodes.get(barcode) {
                Some(first) if first.value("id") != row.value("id") => {
                    let what = format!(
                        "the barcode {barcode} belongs to {} already, see {}",
                        first.value("id"),
                        first.place()
                    );
                    row.wrong("barcode", what, self.errors);
                }
                Some(_) => {}
                None => {
                    barcodes.insert(barcode, row);
                }
            }
        }
    }

    fn lines(&mut self) {
        let tables = self.tables;
        tables.locations.iter().for_each(|Read { row, value }| self.line(row, value.line.as_ref()));
        tables.equipment.iter().for_each(|Read { row, value }| self.line(row, value.line.as_ref()));
        tables.crew.iter().for_each(|Read { row, value }| self.line(row, value.line.as_ref()));
    }

    fn users(&mut self) {
        for Read { row, value } in &self.tables.users {
            self.line(row, value.line.as_ref());
            if self.existing.machines.contains(&value.user) {
                row.wrong("user", format!("expected another name, {} is a machine", value.user), self.errors);
            }
            if value.pin.is_none() && !self.existing.users.contains(&value.user) {
                row.expected("pin", "4 to 12 digits, since the user is new", self.errors);
            }
        }
    }

    fn routings(&mut self) -> BTreeMap<ItemId, Routing> {
        let mut routings: BTreeMap<ItemId, Routing> = BTreeMap::new();
        let tables = self.tables;
        for Read { row, value } in &tables.routings {
            self.item(row, "item", &value.item);
            let operation = &value.operation;
            let known = operation.equipment.as_ref().is_some_and(|id| self.existing.equipment.contains_key(id));
            self.refers(row, "equipment", Table::Equipment, operation.equipment.as_ref(), known);
            let known = operation.mould.as_ref().is_some_and(|id| self.existing.moulds.contains_key(id));
            self.refers(row, "mould", Table::Moulds, operation.mould.as_ref(), known);
            let routing = routings.entry(value.item.clone()).or_insert_with(|| Routing {
                item: value.item.clone(),
                released: value.released,
                operations: Vec::new(),
            });
            if routing.released != value.released {
                let what = format!("the same as in the other rows of {}", value.item);
                row.expected("released", what, self.errors);
            }
            if routing.operations.len() == OPERATIONS_MAX {
                row.wrong("operation", format!("a routing has at most {OPERATIONS_MAX} operations"), self.errors);
            }
            routing.operations.push(operation.clone());
        }
        for routing in routings.values_mut() {
            routing.operations.sort_by_key(|operation| operation.number);
        }
        routings
    }

    fn boms(&mut self) -> BTreeMap<ItemId, Bom> {
        let mut boms: BTreeMap<ItemId, Bom> = BTreeMap::new();
        let tables = self.tables;
        for Read { row, value } in &tables.boms {
            self.item(row, "parent", &value.parent);
            let scale = self.item(row, "component", &value.line.component);
            let per = self.at_scale(row, value.line.per, scale);
            let bom = boms
                .entry(value.parent.clone())
                .or_insert_with(|| Bom { item: value.parent.clone(), lines: Vec::new() });
            if bom.lines.len() == BOM_LINES_MAX {
                row.wrong("component", format!("a bill of material has at most {BOM_LINES_MAX} lines"), self.errors);
            }
            bom.lines.push(takt_domain::master::BomLine { per, ..value.line.clone() });
        }
        let is_made = |item: &ItemId| boms.contains_key(item) || self.existing.boms.contains_key(item);
        for Read { row, value } in &tables.boms {
            if value.line.phantom && !is_made(&value.line.component) {
                let what =
                    format!("{} has no bill of material whose lines could stand in for it", value.line.component);
                row.wrong("phantom", what, self.errors);
            }
        }
        boms
    }

    /// The quantity with the item's own decimals.
    fn at_scale(&mut self, row: &Row, quantity: Option<Quantity>, scale: Option<u8>) -> Option<Quantity> {
        let (quantity, scale) = (quantity?, scale?);
        match quantity.at_scale(scale) {
            Ok(quantity) => Some(quantity),
            Err(QuantityError::OverPrecise { .. }) => {
                row.expected("quantity", format!("at most {scale} decimals, as the item has"), self.errors);
                None
            }
            Err(error) => {
                row.wrong("quantity", error, self.errors);
                None
            }
        }
    }

    /// A line of a bill of material that names an operation names one of the parent's routing.
    fn operations(&mut self, boms: &BTreeMap<ItemId, Bom>, routings: &BTreeMap<ItemId, Routing>) {
        let of = |item: &ItemId| routings.get(item).or_else(|| self.existing.routings.get(item));
        let has = |item: &ItemId, number: u16| of(item).is_some_and(|routing| has_operation(routing, number));
        for Read { row, value } in &self.tables.boms {
            let Some(number) = value.line.operation.filter(|number| !has(&value.parent, *number)) else { continue };
            // A routing whose rows cannot be read is told about there.
            if of(&value.parent).is_none() && self.tables.declares(Table::Routings, value.parent.as_str()) {
                continue;
            }
            let what = format!("the routing of {} has no operation {number}", value.parent);
            row.wrong("operation", what, self.errors);
        }
        let mut told = BTreeSet::new();
        for Read { row, value } in &self.tables.routings {
            let kept = self.existing.boms.get(&value.item).filter(|_| !boms.contains_key(&value.item));
            let lost =
                kept.and_then(|bom| bom.lines.iter().find(|line| line.operation.is_some_and(|n| !has(&value.item, n))));
            if let Some(line) = lost
                && told.insert(&value.item)
            {
                let number = line.operation.unwrap_or_default();
                let what = format!(
                    "the bill of material of {} consumes {} at operation {number}, which is missing",
                    value.item, line.component
                );
                row.wrong("operation", what, self.errors);
            }
        }
    }

    fn tree(&mut self, boms: &BTreeMap<ItemId, Bom>) {
        let parents: BTreeSet<ItemId> = boms.keys().cloned().collect();
        let mut all = self.existing.boms.clone();
        all.extend(boms.clone());
        let faults = bom_tree::faults(&parents, &all);
        for fault in &faults {
            let (Fault::Cycle(path) | Fault::TooDeep(path)) = fault;
            let steps: Vec<_> = path.iter().map(ItemId::as_str).collect();
            let (first, steps) = (steps[0], steps.join(" > "));
            let what = match fault {
                Fault::Cycle(_) => format!("{first} contains itself: {steps}"),
                Fault::TooDeep(_) => {
                    format!("{first} is nested too deep: {steps}, at most {BOM_DEPTH_MAX} levels are allowed")
                }
            };
            if let Some(row) = self.step(path) {
                row.wrong("component", what, self.errors);
            }
        }
        if !faults.is_empty() {
            return;
        }
        for parent in &parents {
            if let Err(error) = needs(parent, &all)
                && let Some(Read { row, .. }) = self.tables.boms.iter().find(|row| row.value.parent == *parent)
                && self.errors.is_empty()
            {
                row.wrong("parent", error, self.errors);
            }
        }
    }

    /// The last row of the import that is a step on this way down.
    fn step(&self, path: &[ItemId]) -> Option<&'c Row> {
        let on_the_way =
            |bom: &BomRow| path.windows(2).any(|step| bom.parent == step[0] && bom.line.component == step[1]);
        self.tables.boms.iter().rev().find(|row| on_the_way(&row.value)).map(|row| &row.row)
    }

    fn balances(&mut self) -> Vec<BalanceRow> {
        let mut opening = Vec::new();
        let tables = self.tables;
        for Read { row, value } in &tables.balances {
            let scale = self.item(row, "item", &value.item);
            let quantity = self.at_scale(row, Some(value.quantity), scale);
            let known = self.existing.locations.contains_key(&value.location);
            if value.location.is_virtual() {
                row.expected("location", "a physical location", self.errors);
            } else {
                self.refers(row, "location", Table::Locations, Some(&value.location), known);
            }
            let account = (value.item.clone(), value.location.clone(), value.lot.clone());
            if self.existing.stocked.contains(&account) {
                let what = format!(
                    "{} at {} has stock in the books already; opening stock is for new ones, use a count",
                    value.item, value.location
                );
                row.wrong("item", what, self.errors);
            }
            let quantity = quantity.filter(|quantity| quantity.is_positive());
            if let (Some(item), Some(quantity)) = (self.all.get(&value.item), quantity)
                && let Some((column, detail)) = lot::wrong(item, &value.lot, quantity, self.errors.lang)
            {
                row.wrong(column, detail, self.errors);
            }
            if value.lot.is_empty() && value.expires.is_some() {
                row.expected("lot", "the lot that expires then", self.errors);
            }
            opening.extend(quantity.map(|quantity| BalanceRow { quantity, ..value.clone() }));
        }
        opening
    }
}

fn has_operation(routing: &Routing, number: u16) -> bool {
    routing.operations.iter().any(|operation| operation.number == number)
}
