//! A table of the manifest, read key by key, with the line for every complaint.

use crate::error::LoadError;
use std::path::Path;
use toml_edit::{Item, TableLike, Value};

#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

/// The line (from 1) of the byte at `offset`.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

pub(super) struct Section<'a> {
    source: Source<'a>,
    /// As a reader would write it: `component.orders`; empty for the root.
    name: String,
    table: &'a dyn TableLike,
    start: usize,
}

impl<'a> Section<'a> {
    pub(super) fn root(source: Source<'a>, table: &'a dyn TableLike) -> Self {
        Self { source, name: String::new(), table, start: 0 }
    }

    /// Refuses every key that is not in `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), LoadError> {
        match self.table.iter().find(|(key, _)| !known.contains(key)) {
            Some((key, _)) => Err(self.unsupported(key, "")),
            None => Ok(()),
        }
    }

    /// `key` is one that Spin knows and this host does not; `why` may say what to do instead.
    pub(super) fn unsupported(&self, key: &str, why: &str) -> LoadError {
        let place = if self.name.is_empty() { "at the top".to_owned() } else { format!("in [{}]", self.name) };
        self.error(key, &format!("unsupported key `{key}` {place}{why}"))
    }

    /// A complaint about `key`, or about the section itself where it has no such key.
    pub(super) fn error(&self, key: &str, message: &str) -> LoadError {
        let offset = self
            .table
            .get_key_value(key)
            .and_then(|(key, item)| key.span().or_else(|| item.span()))
            .map_or(self.start, |span| span.start);
        LoadError::Manifest {
            path: self.source.path.to_owned(),
            line: line_at(self.source.text, offset),
            message: message.to_owned(),
        }
    }

    pub(super) fn line(&self) -> usize {
        line_at(self.source.text, self.start)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.table.iter().map(|(key, _)| key.to_owned()).collect()
    }

    pub(super) fn item(&self, key: &str) -> Option<&'a Item> {
        self.table.get(key)
    }

    fn wrong(&self, key: &str, expected: &str) -> LoadError {
        let place = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        self.error(key, &format!("`{place}` must be {expected}"))
    }

    fn value<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, LoadError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_value().and_then(read).map(Some).ok_or_else(|| self.wrong(key, expected))
    }

    pub(super) fn string(&self, key: &str) -> Result<Option<String>, LoadError> {
        self.value(key, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn required_string(&self, key: &str) -> Result<String, LoadError> {
        self.string(key)?.ok_or_else(|| self.error(key, &format!("[{}] needs `{key}`", self.name)))
    }

    pub(super) fn integer(&self, key: &str) -> Result<Option<i64>, LoadError> {
        self.value(key, "a whole number", Value::as_integer)
    }

    pub(super) fn count<T: TryFrom<i64>>(&self, key: &str) -> Result<Option<T>, LoadError> {
        self.value(key, "a whole number from 1 on", |value| {
            value.as_integer().filter(|n| *n > 0).and_then(|n| T::try_from(n).ok())
        })
    }

    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>, LoadError> {
        self.value(key, "true or false", Value::as_bool)
    }

    pub(super) fn strings(&self, key: &str) -> Result<Vec<String>, LoadError> {
        let read = |value: &Value| {
            value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        };
        Ok(self.value(key, "a list of strings", read)?.unwrap_or_default())
    }

    pub(super) fn section(&self, key: &str) -> Result<Option<Section<'a>>, LoadError> {
        let Some((entry, item)) = self.table.get_key_value(key) else { return Ok(None) };
        let table = item.as_table_like().ok_or_else(|| self.wrong(key, "a table"))?;
        let start = item.span().or_else(|| entry.span()).map_or_else(
            // A table that only its sub-tables imply (`[a.b.c]` implies `a` and `a.b`) has no place of its own.
            || self.start,
            |span| span.start,
        );
        Ok(Some(Section { source: self.source, name: self.child(key), table, start }))
    }

    pub(super) fn required_section(&self, key: &str) -> Result<Section<'a>, LoadError> {
        self.section(key)?.ok_or_else(|| self.error(key, &format!("[{}] is missing", self.child(key))))
    }

    /// The entries of `[[key]]`.
    pub(super) fn sections(&self, key: &str) -> Result<Vec<Section<'a>>, LoadError> {
        let Some(item) = self.table.get(key) else { return Ok(Vec::new()) };
        let entry = |table: &'a dyn TableLike, start: Option<std::ops::Range<usize>>| Section {
            source: self.source,
            name: self.child(key),
            table,
            start: start.map_or(self.start, |span| span.start),
        };
        match item {
            Item::ArrayOfTables(tables) => Ok(tables.iter().map(|table| entry(table, table.span())).collect()),
            Item::Value(Value::Array(array)) => array
                .iter()
                .map(|value| match value {
                    Value::InlineTable(table) => Ok(entry(table, table.span())),
                    _ => Err(self.wrong(key, "a list of tables")),
                })
                .collect(),
            _ => Err(self.wrong(key, "a list of tables")),
        }
    }

    fn child(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}
