//! How documents are kept, and what their lines are judged by.

use std::collections::BTreeMap;

use takt_domain::document::line::LineFacts;
use takt_domain::document::{self, Document, DocumentKind, DocumentState, LineRef};
use takt_domain::id::ItemId;
use takt_domain::movement::StockChange;
use takt_domain::quality::incoming::IncomingInspection;
use takt_domain::quality::{InspectionPlan, PlanKind};
use takt_domain::supply::SupplySettings;
use takt_store::{Commit, Counter, Expect, Loaded, RecordWrite, StoreError};

use crate::command::CommandError;
use crate::keep::{self, PLANT_PARENT, few, kind};

/// The kind of the record of a document.
pub fn kind_of(document: DocumentKind) -> &'static str {
    match document {
        DocumentKind::Purchase => kind::PURCHASE_ORDER,
        DocumentKind::Sales => kind::SALES_ORDER,
    }
}

/// A document. Lists are by due date.
pub fn document(document: &Document, expected: u64) -> RecordWrite {
    let items: String = document.lines.iter().flat_map(|line| [" ", line.item.as_str()]).collect();
    RecordWrite {
        state: Some(document.state.as_str().into()),
        sort: Some(document.due().map_or_else(|| "9999-12-31".to_owned(), |due| due.to_string())),
        search: Some(format!("{} {} {}{items}", document.id, document.partner, document.note)),
        ..RecordWrite::new(
            kind_of(document.kind),
            document.id.as_str(),
            Some(expected),
            serde_json::to_value(document).unwrap_or_default(),
        )
    }
}

/// The counters of a scope, by name.
pub fn counters(counters: &[Counter], scope: &str) -> BTreeMap<String, i64> {
    let mine = counters.iter().filter(|counter| counter.scope == scope);
    mine.map(|counter| (counter.name.clone(), counter.value)).collect()
}

/// The counters of a document, by name.
pub fn counters_of(loaded: &Loaded, document: &Document) -> BTreeMap<String, i64> {
    counters(&loaded.counters, &document::scope(document.kind, &document.id))
}

/// The plan for incoming inspections of an item, where it has one that is used; with its version.
pub fn incoming_plan(loaded: &Loaded, item: &str) -> Result<Option<(InspectionPlan, u64)>, StoreError> {
    for record in loaded.children(kind::INSPECTION_PLAN, item) {
        let plan: InspectionPlan = record.parse()?;
        if plan.active && plan.kind == PlanKind::Incoming {
            return Ok(Some((plan, record.version)));
        }
    }
    Ok(None)
}

/// The document of a line that a movement names, with its version.
pub fn document_of(loaded: &Loaded, line: &LineRef) -> Result<(Document, u64), CommandError> {
    let record = loaded.record(kind_of(line.kind), line.document.as_str());
    let missing = || CommandError::field("line.document", format!("there is no {}", line.document));
    let record = record.ok_or_else(missing)?;
    let document: Document = record.parse()?;
    if document.line(line.line).is_none() {
        return Err(CommandError::field("line.line", format!("{} has no line {}", line.document, line.line)));
    }
    Ok((document, record.version))
}

/// What a load asks for, to know the plant's settings.
pub fn settings_record() -> (String, String) {
    (kind::SUPPLY_SETTINGS.into(), PLANT_PARENT.into())
}

/// The plant's settings, with their version.
pub fn settings(loaded: &Loaded) -> Result<(SupplySettings, u64), StoreError> {
    match loaded.record(kind::SUPPLY_SETTINGS, PLANT_PARENT) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((SupplySettings::default(), 0)),
    }
}

/// The plant's settings as they are from now on.
pub fn put_settings(settings: &SupplySettings, expected: u64) -> RecordWrite {
    few(kind::SUPPLY_SETTINGS, PLANT_PARENT, settings, Some(expected))
}

/// The name under which stock is held stock for a line.
pub fn holder(line: &LineRef) -> Result<String, CommandError> {
    let wrong = |_| CommandError::field("line.document", "the number is too long");
    line.holder().map(|holder| holder.to_string()).map_err(wrong)
}

/// The line of a document that a movement names, as it stands.
#[derive(Clone, Debug)]
pub struct NamedLine<'a> {
    /// Which.
    pub reference: &'a LineRef,
    /// Its document.
    pub document: Document,
    /// The version of that.
    pub version: u64,
    /// The counters of the document.
    pub counters: BTreeMap<String, i64>,
    /// Deliveries of the item are inspected before they are put away.
    pub inspected: bool,
}

impl<'a> NamedLine<'a> {
    /// Out of what was loaded: the document, its counters, and the plans of the item.
    pub fn load(reference: &'a LineRef, item: &ItemId, loaded: &Loaded) -> Result<Self, CommandError> {
        let (document, version) = document_of(loaded, reference)?;
        let ordered = document.line(reference.line).map(|line| line.item.clone());
        if ordered.as_ref() != Some(item) {
            let detail = format!("line {} of {} is of another item", reference.line, reference.document);
            return Err(CommandError::field("line.line", detail));
        }
        let counters = counters_of(loaded, &document);
        let inspected = incoming_plan(loaded, item.as_str())?.is_some();
        Ok(Self { reference, document, version, counters, inspected })
    }

    /// What the domain judges by.
    pub fn facts(&self) -> LineFacts<'_> {
        LineFacts {
            reference: self.reference,
            document: &self.document,
            counters: &self.counters,
            inspected: self.inspected,
        }
    }

    /// Moves the counters of the line, and the state of its document, which must not have changed meanwhile.
    pub fn book(&self, change: &StockChange, commit: &mut Commit) {
        commit.counters.extend(keep::counters(&change.progress, &self.reference.scope()));
        self.book_state(change.document_state, commit);
    }

    /// Writes the document where its state changes; else it must stay as it was read.
    pub fn book_state(&self, state: Option<DocumentState>, commit: &mut Commit) {
        match state {
            Some(state) => {
                let after = Document { state, ..self.document.clone() };
                commit.records.push(document(&after, self.version));
            }
            None => commit.expect.push(Expect {
                kind: kind_of(self.reference.kind).into(),
                id: self.reference.document.to_string(),
                version: self.version,
            }),
        }
    }
}

/// An incoming inspection: found by the line that it is of, newest first.
pub fn incoming(found: &IncomingInspection, expected: u64) -> RecordWrite {
    let number = found.nonconformance.as_ref().map_or("", |number| number.as_str());
    RecordWrite {
        state: Some(found.state().into()),
        parent: Some(found.line.scope()),
        sort: Some(crate::exceptions::newest_first(found.at.as_millisecond())),
        search: Some(format!("{number} {} {} {}", found.line.document, found.item, found.lot)),
        ..RecordWrite::new(
            kind::INCOMING_INSPECTION,
            found.id.as_str(),
            Some(expected),
            serde_json::to_value(found).unwrap_or_default(),
        )
    }
}
