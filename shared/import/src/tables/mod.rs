//! The tables as typed rows. Each row keeps where it stands, so that what is found later can be told there.

mod balances;
mod boms;
mod crew;
mod documents;
mod equipment;
mod items;
mod lines;
mod locations;
mod moulds;
mod routings;
mod users;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use takt_api::import::Mapping;
use takt_domain::document::DocumentKind;
use takt_domain::id::{DocumentId, EquipmentId, ItemId, LineId, LocationId, MouldId, UserId};
use takt_domain::master::{BomLine, EquipmentStatus, Item, Line, Location, RoutingOperation};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;

use crate::error::Errors;
use crate::mapping;
use crate::row::{Reader, Row};
pub use crate::sheet::File;
use crate::table::Table;

/// The longest name, in characters.
const NAME_MAX: usize = 200;

/// A row that could be read.
#[derive(Clone, Debug)]
pub struct Read<T> {
    pub(crate) row: Row,
    /// What stands in it.
    pub value: T,
}

/// One line of a bill of material.
#[derive(Clone, Debug)]
pub struct BomRow {
    /// The item that it is of.
    pub parent: ItemId,
    /// The line.
    pub line: BomLine,
}

/// One operation of a routing.
#[derive(Clone, Debug)]
pub struct RoutingRow {
    /// The item that it makes.
    pub item: ItemId,
    /// The routing is released.
    pub released: bool,
    /// The operation.
    pub operation: RoutingOperation,
}

/// A machine. What changes on the floor stays as it is where the file does not say.
#[derive(Clone, Debug)]
pub struct EquipmentRow {
    /// Its code.
    pub id: EquipmentId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub line: Option<LineId>,
    /// Whether it can work.
    pub status: Option<EquipmentStatus>,
    /// One order at a time works on it.
    pub exclusive: Option<bool>,
    /// The last day of its calibration.
    pub calibrated_until: Option<Date>,
}

/// A mould.
#[derive(Clone, Debug)]
pub struct MouldRow {
    /// Its code.
    pub id: MouldId,
    /// Its name.
    pub name: String,
    /// Whether it may be used.
    pub usable: Option<bool>,
    /// Shots so far.
    pub shots: Option<u32>,
    /// Shots after which it must be overhauled.
    pub shots_max: Option<u32>,
    /// How many pieces one shot makes.
    pub cavities: Option<u16>,
}

/// Someone who works at a line.
#[derive(Clone, Debug)]
pub struct CrewRow {
    /// The user.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The line.
    pub line: Option<LineId>,
    /// Checked in.
    pub present: Option<bool>,
    /// What is on the badge.
    pub badge: Option<String>,
    /// What this person is qualified for; as before where the file does not say.
    pub qualifications: Option<Vec<String>>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// The sign-in name.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The line that the user works at.
    pub line: Option<LineId>,
    /// The PIN; a user who has one keeps it where none is given.
    pub pin: Option<String>,
}

/// What stands somewhere when Takt begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceRow {
    /// What.
    pub item: ItemId,
    /// Where.
    pub location: LocationId,
    /// Of which lot; empty for none.
    pub lot: String,
    /// The last day of that lot, where it is new.
    pub expires: Option<Date>,
    /// How much.
    pub quantity: Quantity,
}

/// One line of a purchase order or a sales order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Which way goods go.
    pub kind: DocumentKind,
    /// The document.
    pub document: DocumentId,
    /// Its line.
    pub line: u16,
    /// The supplier, or the customer.
    pub partner: String,
    /// What.
    pub item: ItemId,
    /// How much, above zero.
    pub quantity: Quantity,
    /// The day on which it is due.
    pub due: Option<Date>,
    /// How much more may be delivered, in percent; what the plant has set where the file does not say.
    pub tolerance_percent: Option<u8>,
    /// A remark on the document.
    pub note: String,
}

/// Everything that stands in the files.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "named after the tables")]
pub struct Tables {
    pub items: Vec<Read<Item>>,
    pub boms: Vec<Read<BomRow>>,
    pub routings: Vec<Read<RoutingRow>>,
    pub lines: Vec<Read<Line>>,
    pub locations: Vec<Read<Location>>,
    pub equipment: Vec<Read<EquipmentRow>>,
    pub moulds: Vec<Read<MouldRow>>,
    pub crew: Vec<Read<CrewRow>>,
    pub users: Vec<Read<UserRow>>,
    pub balances: Vec<Read<BalanceRow>>,
    /// Of both kinds, in the order of the files.
    pub documents: Vec<Read<DocumentRow>>,
    /// Rows by table.
    pub rows: BTreeMap<String, u32>,
    /// What the rows are about, those that cannot be read as well: nobody is told twice about one mistake.
    declared: BTreeSet<(Table, String)>,
}

impl Tables {
    /// True when a row of that table is about this.
    pub(crate) fn declares(&self, table: Table, id: &str) -> bool {
        self.declared.contains(&(table, id.to_owned()))
    }
}

/// Reads all files. What cannot be read stands in `errors`.
pub fn read(files: &[File], mapping: Option<&Mapping>, errors: &mut Errors) -> Tables {
    let mut tables = Tables::default();
    let mut first: BTreeMap<(Table, Vec<String>), String> = BTreeMap::new();
    for row in mapping::rows(files, mapping, errors) {
        let key = key(&row);
        tables.declared.insert((row.table, row.cells.first().map(|cell| cell.value.clone()).unwrap_or_default()));
        *tables.rows.entry(row.table.name().to_owned()).or_default() += 1;
        match first.get(&(row.table, key.clone())) {
            Some(place) => twice(&row, place, errors),
            None => {
                first.insert((row.table, key), row.place());
            }
        }
        add(&mut tables, row, errors);
    }
    tables
}

/// What tells a row from the others of its table.
fn key(row: &Row) -> Vec<String> {
    let columns: &[&str] = match row.table {
        Table::Boms => &["parent", "component", "operation"],
        Table::Routings => &["item", "operation"],
        Table::Balances => &["item", "location", "lot"],
        Table::Crew | Table::Users => &["user"],
        Table::PurchaseOrders | Table::SalesOrders => &["document", "line"],
        _ => &["id"],
    };
    columns.iter().map(|column| row.value(column).to_owned()).collect()
}

fn twice(row: &Row, place: &str, errors: &mut Errors) {
    let (column, what) = match row.table {
        Table::Boms => ("component", "this component of this parent at this operation"),
        Table::Routings => ("operation", "this operation of this item"),
        Table::Balances => ("item", "this item at this location and of this lot"),
        Table::Crew | Table::Users => ("user", "this user"),
        Table::PurchaseOrders | Table::SalesOrders => ("line", "this line of this document"),
        _ => ("id", "this id"),
    };
    row.wrong(column, format!("{what} stands at {place} already"), errors);
}

fn add(tables: &mut Tables, row: Row, errors: &mut Errors) {
    let reader = Reader { row: &row, errors };
    match row.table {
        Table::Items => put(&mut tables.items, items::read(reader), row),
        Table::Boms => put(&mut tables.boms, boms::read(reader), row),
        Table::Routings => put(&mut tables.routings, routings::read(reader), row),
        Table::Lines => put(&mut tables.lines, lines::read(reader), row),
        Table::Locations => put(&mut tables.locations, locations::read(reader), row),
        Table::Equipment => put(&mut tables.equipment, equipment::read(reader), row),
        Table::Moulds => put(&mut tables.moulds, moulds::read(reader), row),
        Table::Crew => put(&mut tables.crew, crew::read(reader), row),
        Table::Users => put(&mut tables.users, users::read(reader), row),
        Table::Balances => put(&mut tables.balances, balances::read(reader), row),
        Table::PurchaseOrders => put(&mut tables.documents, documents::read(reader, DocumentKind::Purchase), row),
        Table::SalesOrders => put(&mut tables.documents, documents::read(reader, DocumentKind::Sales), row),
    }
}

fn put<T>(to: &mut Vec<Read<T>>, value: Option<T>, row: Row) {
    to.extend(value.map(|value| Read { row, value }));
}
