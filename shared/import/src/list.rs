//! Another system's list of stock, as CSV or JSON, with the columns as that system calls them.

use serde_json::Value;
use takt_api::comparison::{ListFormat, ListMapping};

use crate::error::Errors;
use crate::sheet::{self, File};

/// The name under which errors stand.
const LIST: &str = "list";

/// The columns that a list may have.
pub const COLUMNS: [&str; 4] = ["item", "location", "lot", "quantity"];

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands, from 1 on.
    pub at: usize,
    /// The item.
    pub item: String,
    /// The location; empty for none.
    pub location: String,
    /// The lot; empty for none.
    pub lot: String,
    /// The quantity as it is written.
    pub quantity: String,
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// It tells locations apart.
    pub has_location: bool,
    /// It tells lots apart.
    pub has_lot: bool,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// Reads a list; what is wrong is in `errors`.
pub fn read(text: &str, mapping: &ListMapping, errors: &mut Errors) -> List {
    let theirs = |ours: &str| mapping.columns.get(ours).map_or(ours, String::as_str).to_owned();
    match mapping.format {
        ListFormat::Csv => csv(text, theirs, errors),
        ListFormat::Json => json(text, theirs, errors),
    }
}

fn csv(text: &str, theirs: impl Fn(&str) -> String, errors: &mut Errors) -> List {
    let file = File { name: LIST.to_owned(), text: text.to_owned() };
    let Some(sheet) = sheet::read(&file, errors) else { return List::default() };
    let place = |ours: &str| sheet.header.iter().position(|name| *name == theirs(ours));
    let [item, location, lot, quantity] = COLUMNS.map(place);
    let (Some(item), Some(quantity)) = (item, quantity) else {
        for ours in ["item", "quantity"] {
            if place(ours).is_none() {
                errors.add(LIST, 1, 1, format!("there is no column {} for {ours}", theirs(ours)));
            }
        }
        return List::default();
    };
    let line = |row: &sheet::SheetRow| {
        let cell = |at: Option<usize>| at.and_then(|at| row.cells.get(at)).cloned().unwrap_or_default();
        Line {
            at: row.line,
            item: cell(Some(item)),
            location: cell(location),
            lot: cell(lot),
            quantity: cell(Some(quantity)),
        }
    };
    List { has_location: location.is_some(), has_lot: lot.is_some(), lines: sheet.rows.iter().map(line).collect() }
}

fn json(text: &str, theirs: impl Fn(&str) -> String, errors: &mut Errors) -> List {
    let rows: Vec<serde_json::Map<String, Value>> = match serde_json::from_str(text) {
        Ok(rows) => rows,
        Err(error) => {
            errors.add(LIST, error.line(), error.column(), "expected an array of objects");
            return List::default();
        }
    };
    let names = COLUMNS.map(theirs);
    let has = |n: usize| rows.iter().any(|row| row.contains_key(&names[n]));
    let mut list = List { has_location: has(1), has_lot: has(2), lines: Vec::new() };
    for (n, row) in rows.iter().enumerate() {
        let value = |n: usize| match row.get(&names[n]) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let line = Line { at: n + 1, item: value(0), location: value(1), lot: value(2), quantity: value(3) };
        list.lines.push(line);
    }
    list
}
