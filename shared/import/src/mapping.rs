//! Which file feeds which table, and how a foreign file's columns become the table's.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use takt_api::import::{MappedTable, Mapping};

use crate::error::Errors;
use crate::row::{Cell, Row, shown};
use crate::sheet::{self, File, Sheet};
use crate::table::Table;

/// Where errors of the mapping itself stand: it is no file that was staged, and its entries count from 1.
const MAPPING: &str = "mapping";

/// All rows of all tables, in the order of the files.
pub(crate) fn rows(files: &[File], mapping: Option<&Mapping>, errors: &mut Errors) -> Vec<Row> {
    let mapped = mapping.map(|mapping| mapping.tables.as_slice()).unwrap_or_default();
    let mut rows = Vec::new();
    for (n, entry) in mapped.iter().enumerate() {
        if !files.iter().any(|file| file.name == entry.file) {
            let what = format!("the file {} is not among those to import", shown(&entry.file));
            errors.add(MAPPING, n + 1, 1, what);
        }
    }
    for file in files {
        let entries: Vec<_> = mapped.iter().enumerate().filter(|(_, entry)| entry.file == file.name).collect();
        let plain = Table::of_file(&file.name).filter(|_| entries.is_empty());
        if entries.is_empty() && plain.is_none() {
            let tables = Table::names();
            let what = format!("expected a file named after one of the tables {tables}, or an entry of the mapping");
            errors.add(&file.name, 1, 1, what);
            continue;
        }
        let Some(sheet) = sheet::read(file, errors) else { continue };
        twice(&sheet, errors);
        if let Some(table) = plain {
            rows.extend(plain_rows(table, &sheet, errors).unwrap_or_default());
        }
        for (n, entry) in entries {
            let read = Entry::read(n, entry, &sheet, errors).map(|entry| entry.rows(&sheet)).unwrap_or_default();
            let merged = entry.merge_equal_rows;
            rows = if merged { merge(rows, read) } else { rows.into_iter().chain(read).collect() };
        }
    }
    rows
}

fn twice(sheet: &Sheet, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for (n, name) in sheet.header.iter().enumerate() {
        if !name.is_empty() && !seen.insert(name) {
            errors.add(&sheet.file, 1, n + 1, format!("the column {} stands in the header twice", shown(name)));
        }
    }
}

/// The rows of a file that has the table's own columns, in any order.
fn plain_rows(table: Table, sheet: &Sheet, errors: &mut Errors) -> Option<Vec<Row>> {
    let mut fine = true;
    for (n, name) in sheet.header.iter().enumerate() {
        if table.index(name).is_none() && !table.is_custom(name) {
            let what = format!("expected one of the columns {}, found {}", table.column_names(), shown(name));
            errors.add(&sheet.file, 1, n + 1, what);
            fine = false;
        }
    }
    let places: Vec<_> =
        table.columns().iter().map(|column| sheet.header.iter().position(|name| name == column.name)).collect();
    for (column, place) in table.columns().iter().zip(&places) {
        if column.required && place.is_none() {
            errors.add(&sheet.file, 1, 1, format!("the column {} is missing", column.name));
            fine = false;
        }
    }
    let cell = |cells: &[String], place: Option<usize>| match place {
        Some(n) => Cell { value: cells[n].clone(), number: n + 1, foreign: None },
        None => Cell { number: 1, ..Cell::default() },
    };
    let header = sheet.header.iter().enumerate().filter(|(_, name)| table.is_custom(name));
    let custom: Vec<(Rc<str>, usize)> = header.map(|(n, name)| (Rc::from(name.as_str()), n)).collect();
    let row = |row: &sheet::SheetRow| Row {
        table,
        file: sheet.file.clone(),
        line: row.line,
        cells: places.iter().map(|place| cell(&row.cells, *place)).collect(),
        custom: custom.iter().map(|(name, n)| (name.clone(), cell(&row.cells, Some(*n)))).collect(),
    };
    fine.then(|| sheet.rows.iter().map(row).collect())
}

/// A piece of what stands in a column.
enum Piece {
    Text(String),
    Column(usize),
}

/// What stands in one column of the table.
struct Recipe<'m> {
    pieces: Vec<Piece>,
    values: Option<&'m BTreeMap<String, String>>,
    count: bool,
    /// The first foreign column in it: where errors point.
    number: usize,
    foreign: Option<Rc<str>>,
}

impl Recipe<'_> {
    fn cell(&self, cells: &[String]) -> Cell {
        let mut value = String::new();
        for piece in &self.pieces {
            value.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Column(n) => &cells[*n],
            });
        }
        let trimmed = value.trim();
        let value = match self.values.and_then(|values| values.get(trimmed)) {
            Some(ours) => ours.clone(),
            None if self.count => trimmed.split(',').filter(|entry| !entry.trim().is_empty()).count().to_string(),
            None => trimmed.to_owned(),
        };
        Cell { value, number: self.number, foreign: self.foreign.clone() }
    }
}

/// A checked entry of the mapping.
struct Entry<'m> {
    table: Table,
    recipes: Vec<Option<Recipe<'m>>>,
    /// Those of columns of the plant's own.
    custom: Vec<(Rc<str>, Recipe<'m>)>,
}

impl<'m> Entry<'m> {
    fn read(n: usize, entry: &'m MappedTable, sheet: &Sheet, errors: &mut Errors) -> Option<Self> {
        let mut wrong = Vec::new();
        let Some(table) = Table::from_name(&entry.table) else {
            let what = format!("expected one of the tables {}, found {}", Table::names(), shown(&entry.table));
            errors.add(MAPPING, n + 1, 1, what);
            return None;
        };
        let named = entry.columns.keys().chain(entry.values.keys()).chain(&entry.count);
        for name in named.filter(|name| table.index(name).is_none() && !table.is_custom(name)) {
            let columns = table.column_names();
            wrong.push(format!("expected one of the columns {columns} of {}, found {}", table.name(), shown(name)));
        }
        for name in entry.values.keys().chain(&entry.count).filter(|name| !entry.columns.contains_key(*name)) {
            wrong.push(format!("{name} has values or a count, and does not stand under columns"));
        }
        let mut recipe = |name: &str| match recipe_of(entry.columns.get(name)?, sheet) {
            Ok((pieces, first)) => Some(Recipe {
                pieces,
                values: entry.values.get(name),
                count: entry.count.iter().any(|counted| counted == name),
                number: first.map_or(1, |n| n + 1),
                foreign: first.map(|n| Rc::from(sheet.header[n].as_str())),
            }),
            Err(what) => {
                wrong.push(format!("{name}: {what}"));
                None
            }
        };
        let recipes: Vec<_> = table.columns().iter().map(|column| recipe(column.name)).collect();
        let custom = entry.columns.keys().filter(|name| table.is_custom(name));
        let custom = custom.filter_map(|name| Some((Rc::from(name.as_str()), recipe(name)?))).collect();
        for column in table.columns().iter().filter(|column| column.required) {
            if !entry.columns.contains_key(column.name) {
                wrong.push(format!("the column {} of {} is missing", column.name, table.name()));
            }
        }
        for what in &wrong {
            errors.add(MAPPING, n + 1, 1, format!("{} as {}: {what}", entry.file, entry.table));
        }
        wrong.is_empty().then_some(Self { table, recipes, custom })
    }

    fn rows(&self, sheet: &Sheet) -> Vec<Row> {
        let empty = || Cell { number: 1, ..Cell::default() };
        let cell = |recipe: &Option<Recipe<'_>>, cells: &[String]| match recipe {
            Some(recipe) => recipe.cell(cells),
            None => empty(),
        };
        let row = |row: &sheet::SheetRow| Row {
            table: self.table,
            file: sheet.file.clone(),
            line: row.line,
            cells: self.recipes.iter().map(|recipe| cell(recipe, &row.cells)).collect(),
            custom: self.custom.iter().map(|(name, recipe)| (name.clone(), recipe.cell(&row.cells))).collect(),
        };
        sheet.rows.iter().map(row).collect()
    }
}

/// Takes `text {Foreign Column} text` apart; says which foreign column comes first.
fn recipe_of(text: &str, sheet: &Sheet) -> Result<(Vec<Piece>, Option<usize>), String> {
    let (mut pieces, mut first, mut rest) = (Vec::new(), None, text);
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else {
            return Err(format!("expected a }} behind {{{behind}"));
        };
        let Some(n) = sheet.header.iter().position(|known| known == name.trim()) else {
            let columns: Vec<_> = sheet.header.iter().map(|name| shown(name)).collect();
            return Err(format!("expected one of the file's columns {}, found {}", columns.join(", "), shown(name)));
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Column(n));
        first = first.or(Some(n));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok((pieces, first))
}

/// Adds rows, passing over those whose values equal an earlier row's of the same table.
fn merge(mut rows: Vec<Row>, read: Vec<Row>) -> Vec<Row> {
    let cells =
        |row: &Row| row.cells.iter().chain(row.custom.iter().map(|(_, cell)| cell)).cloned().collect::<Vec<_>>();
    let values = |row: &Row| cells(row).into_iter().map(|cell| cell.value).collect::<Vec<_>>();
    let mut seen: BTreeSet<_> = rows.iter().map(|row| (row.table, values(row))).collect();
    rows.extend(read.into_iter().filter(|row| seen.insert((row.table, values(row)))));
    rows
}
