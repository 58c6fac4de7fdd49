//! Purchase orders and sales orders: the rows of a document are all of its lines. One that the plant has already changes as
//! an edit on its page would: lines that have begun stay, and nothing falls below what was booked.

use std::collections::BTreeMap;

use takt_domain::decide::CounterChange;
use takt_domain::document::{self, Document, DocumentKind, DocumentLine, DocumentState, LINES_MAX};
use takt_domain::id::DocumentId;

use super::Check;
use crate::row::Row;
use crate::tables::{DocumentRow, Read};

/// A document that is made or changed.
#[derive(Clone, Debug)]
pub struct PutDocument {
    /// Which way goods go.
    pub kind: DocumentKind,
    /// Its number.
    pub id: DocumentId,
    /// The supplier, or the customer.
    pub partner: String,
    /// A remark.
    pub note: String,
    /// What is ordered, by line.
    pub lines: Vec<DocumentLine>,
    /// As it was.
    pub before: Option<Document>,
    /// The state that it is in then.
    pub state: DocumentState,
    /// Bounds that hold it against bookings of the same moment.
    pub checks: Vec<CounterChange>,
}

impl PutDocument {
    fn of(row: &DocumentRow) -> Self {
        Self {
            kind: row.kind,
            id: row.document.clone(),
            partner: row.partner.clone(),
            note: row.note.clone(),
            lines: Vec::new(),
            before: None,
            state: DocumentState::Open,
            checks: Vec::new(),
        }
    }
}

impl<'c> Check<'c> {
    pub(super) fn documents(&mut self) -> Vec<PutDocument> {
        let mut found: BTreeMap<(DocumentKind, DocumentId), (PutDocument, &'c Row)> = BTreeMap::new();
        let tables = self.tables;
        for Read { row, value } in &tables.documents {
            let line = self.document_line(row, value);
            let key = (value.kind, value.document.clone());
            let (put, first) = found.entry(key).or_insert_with(|| (PutDocument::of(value), row));
            for (column, same) in [("partner", put.partner == value.partner), ("note", put.note == value.note)] {
                if !same {
                    row.expected(column, format!("the same as at {}", first.place()), self.errors);
                }
            }
            if put.lines.len() == LINES_MAX {
                row.wrong("line", format!("a document has at most {LINES_MAX} lines"), self.errors);
            }
            put.lines.extend(line);
        }
        found.into_values().filter_map(|(put, row)| self.against(put, row)).collect()
    }

    fn document_line(&mut self, row: &Row, value: &DocumentRow) -> Option<DocumentLine> {
        let scale = self.item(row, "item", &value.item);
        let line = DocumentLine {
            line: value.line,
            item: value.item.clone(),
            quantity: self.at_scale(row, Some(value.quantity), scale)?,
            due: value.due,
            tolerance_percent: value.tolerance_percent.unwrap_or(self.existing.tolerance_percent),
        };
        if line.limit() == i64::MAX {
            row.wrong("quantity", "too large", self.errors);
        }
        Some(line)
    }

    /// Holds a document against the one that the plant has. None where nothing changes.
    fn against(&mut self, mut put: PutDocument, row: &Row) -> Option<PutDocument> {
        put.lines.sort_by_key(|line| line.line);
        let Some((before, counters)) = self.existing.documents.get(&(put.kind, put.id.clone())) else {
            return Some(put);
        };
        let mut after = Document {
            partner: put.partner.clone(),
            note: put.note.clone(),
            lines: put.lines.clone(),
            ..before.clone()
        };
        if after == *before {
            return None;
        }
        match document::edit(before, &after, counters, self.errors.lang) {
            Ok(checks) => put.checks = checks,
            Err(refusal) => {
                for unmet in refusal.unmet {
                    row.wrong("document", format!("{}: {}", put.id, unmet.detail), self.errors);
                }
            }
        }
        after.state = after.state_by(counters);
        Some(PutDocument { state: after.state, before: Some(before.clone()), ..put })
    }
}
