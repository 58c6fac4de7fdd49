//! One row of a table, and the reading of its cells: each that cannot be read says what was expected and what was found.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::str::FromStr;

use takt_domain::id::IdError;
use takt_domain::quantity::{Quantity, QuantityError};

use crate::error::Errors;
use crate::table::Table;

/// The most characters of a cell that an error repeats.
const SHOWN_MAX: usize = 60;

/// A cell, and where it stands in the file that it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) value: String,
    /// From 1; 1 as well for a column that the file does not have.
    pub(crate) number: usize,
    /// The column's name in the file, where it is not the table's.
    pub(crate) foreign: Option<Rc<str>>,
}

/// A row of a table: one cell for each of the table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) table: Table,
    pub(crate) file: Rc<str>,
    pub(crate) line: usize,
    pub(crate) cells: Vec<Cell>,
    /// What stands in columns of the plant's own, by their names.
    pub(crate) custom: Vec<(Rc<str>, Cell)>,
}

impl Row {
    pub(crate) fn cell(&self, column: &str) -> Option<&Cell> {
        match self.table.index(column) {
            Some(n) => self.cells.get(n),
            None => self.custom.iter().find(|(name, _)| **name == *column).map(|(_, cell)| cell),
        }
    }

    pub(crate) fn value(&self, column: &str) -> &str {
        self.cell(column).map_or("", |cell| cell.value.as_str())
    }

    /// Where it stands, for errors about other rows.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// Notes what is wrong with a cell.
    pub(crate) fn wrong(&self, column: &str, detail: impl Display, errors: &mut Errors) {
        let cell = self.cell(column);
        let name = match cell.and_then(|cell| cell.foreign.as_deref()) {
            Some(foreign) => format!("{foreign} ({column})"),
            None => column.to_owned(),
        };
        errors.add(&self.file, self.line, cell.map_or(1, |cell| cell.number), format!("{name}: {detail}"));
    }

    /// Notes what was expected in a cell instead of what is there.
    pub(crate) fn expected(&self, column: &str, what: impl Display, errors: &mut Errors) {
        let found = shown(self.value(column));
        self.wrong(column, format!("expected {what}, found {found}"), errors);
    }
}

/// A text of somebody else's in quotes, cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(SHOWN_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    if text.is_empty() { "nothing".into() } else { format!("\"{cut}\"") }
}

/// Reads the cells of one row. Each method notes what is wrong and gives none then, so that all of a row is looked at.
pub(crate) struct Reader<'r> {
    pub(crate) row: &'r Row,
    pub(crate) errors: &'r mut Errors,
}

impl Reader<'_> {
    /// An identifier that must be there.
    pub(crate) fn id<T: FromStr<Err = IdError>>(&mut self, column: &str) -> Option<T> {
        match self.row.value(column).parse() {
            Ok(id) => Some(id),
            Err(IdError::Empty) => self.expected(column, "a number or name"),
            Err(error) => self.wrong(column, error),
        }
    }

    /// An identifier that may be left out.
    pub(crate) fn id_or_none<T: FromStr<Err = IdError>>(&mut self, column: &str) -> Option<Option<T>> {
        if self.row.value(column).is_empty() { Some(None) } else { self.id(column).map(Some) }
    }

    /// A text that may be empty.
    pub(crate) fn text(&mut self, column: &str, max: usize) -> Option<String> {
        let text = self.row.value(column);
        if text.chars().any(char::is_control) {
            return self.wrong(column, "control characters are not allowed");
        }
        if text.chars().count() > max {
            return self.expected(column, format!("at most {max} characters"));
        }
        Some(text.to_owned())
    }

    /// A text that must be there.
    pub(crate) fn name(&mut self, column: &str, max: usize) -> Option<String> {
        if self.row.value(column).is_empty() {
            return self.expected(column, "a name");
        }
        self.text(column, max)
    }

    /// A whole number that may be left out.
    pub(crate) fn number<T>(&mut self, column: &str, range: RangeInclusive<T>) -> Option<Option<T>>
    where
        T: FromStr + PartialOrd + Display,
    {
        let text = self.row.value(column);
        if text.is_empty() {
            return Some(None);
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|number| digits && range.contains(number)) {
            Some(number) => Some(Some(number)),
            None => self.expected(column, format!("a whole number from {} to {}", range.start(), range.end())),
        }
    }

    /// Yes or no, which may be left out.
    pub(crate) fn flag(&mut self, column: &str) -> Option<Option<bool>> {
        match self.row.value(column).to_lowercase().as_str() {
            "" => Some(None),
            "true" | "yes" | "1" | "是" => Some(Some(true)),
            "false" | "no" | "0" | "否" => Some(Some(false)),
            _ => self.expected(column, "true, false, yes, no, 1, 0, 是 or 否"),
        }
    }

    /// A quantity, not below zero, that may be left out.
    pub(crate) fn quantity(&mut self, column: &str) -> Option<Option<Quantity>> {
        let text = self.row.value(column);
        if text.is_empty() {
            return Some(None);
        }
        match text.parse::<Quantity>() {
            Ok(quantity) if !quantity.is_negative() => Some(Some(quantity)),
            Ok(_) => self.expected(column, "a number that is not below zero"),
            Err(QuantityError::NotADecimal) => self.expected(column, "a decimal number such as 12.5"),
            Err(QuantityError::OverPrecise { scale_max }) => {
                self.expected(column, format!("at most {scale_max} decimals"))
            }
            Err(QuantityError::TooLarge) => self.expected(column, "a smaller number"),
        }
    }

    /// Notes what is wrong with a cell.
    pub(crate) fn wrong<T>(&mut self, column: &str, detail: impl Display) -> Option<T> {
        self.row.wrong(column, detail, self.errors);
        None
    }

    /// Notes what was expected in a cell.
    pub(crate) fn expected<T>(&mut self, column: &str, what: impl Display) -> Option<T> {
        self.row.expected(column, what, self.errors);
        None
    }
}
