//! Scanned codes of movements: what they say, and the record of each label of which there is only one.
//!
//! That record is read with the movement's other facts and written in its commit at the version that was read. So of two
//! phones that book one label at the same moment one finds the other's booking when it decides anew.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use takt_domain::master::Item;
use takt_domain::movement::NewMovement;
use takt_domain::refusal::Refusal;
use takt_domain::scan::{self, LabelUse, Meaning};
use takt_store::{ListFilter, Loaded, PageRequest, RecordWrite, Store};

use crate::calendar;
use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::kind;

/// A moment as people at the plant read it. Needs [`Load::with_plant`](takt_store::Load).
pub fn local(loaded: &Loaded, at: jiff::Timestamp) -> String {
    let zone = loaded.plant.as_ref().map_or(TimeZone::UTC, |plant| calendar::of(plant).zone);
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
}

/// What was booked with one label.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LabelUses {
    /// Each booking that nobody took back and no movement the other way made void.
    pub uses: Vec<LabelUse>,
}

/// The day by which the century of a label's dates is judged; no time zone matters for that.
pub fn today(caller: &Caller) -> Date {
    caller.now.to_zoned(TimeZone::UTC).date()
}

/// What the code of a movement says; none where nothing was scanned.
pub fn meaning(caller: &Caller, given: &NewMovement) -> Result<Option<Meaning>, CommandError> {
    let code = given.scan.trim();
    if code.is_empty() {
        return Ok(None);
    }
    if code.chars().count() > scan::CODE_MAX {
        return Err(CommandError::field("scan", format!("expected at most {} characters", scan::CODE_MAX)));
    }
    let read = scan::read(code, today(caller)).map(|meaning| match meaning {
        // Without the scanner's prefix it is what it looks like, where it reads as that.
        Meaning::Plain(_) => scan::read_unknown(code, today(caller)).unwrap_or(meaning),
        meaning => meaning,
    });
    read.map(Some).map_err(|wrong| CommandError::field("scan", wrong.unmet(caller.lang).detail))
}

/// Refuses a code that is of something else than what is moved.
pub fn check(meaning: &Meaning, given: &NewMovement, item: &Item, caller: &Caller) -> Result<(), CommandError> {
    match scan::contradiction(meaning, given, item.barcode.as_deref(), caller.lang) {
        Some(detail) => Err(CommandError::field("scan", detail)),
        None => Ok(()),
    }
}

/// The record of a label with one booking more, or the refusal that names the earlier one.
pub fn book(
    key: &str,
    loaded: &Loaded,
    movement: &str,
    given: &NewMovement,
    caller: &Caller,
) -> Result<RecordWrite, CommandError> {
    let record = loaded.record(kind::LABEL_USE, key);
    let version = record.map_or(0, |record| record.version);
    let known: LabelUses = record.map(|record| record.parse()).transpose()?.unwrap_or_default();
    let new = LabelUse {
        kind: given.kind,
        item: given.item.clone(),
        lot: given.lot.clone(),
        to: given.to.clone(),
        movement: movement.to_owned(),
        at: caller.now,
        by: caller.actor.user.clone(),
        document: given.document.clone(),
    };
    let code = key.split_once(':').map_or(key, |(_, code)| code);
    let uses = scan::book(known.uses, new).map_err(|earlier| {
        Refusal::one(scan::booked_already(code, &earlier, &local(loaded, earlier.at), caller.lang))
    })?;
    Ok(write(key, version, &LabelUses { uses }))
}

fn write(key: &str, version: u64, uses: &LabelUses) -> RecordWrite {
    let body = serde_json::to_value(uses).unwrap_or_default();
    let movements = uses.uses.iter().map(|used| ("movement".to_owned(), used.movement.clone()));
    RecordWrite { fields: movements.collect(), ..RecordWrite::new(kind::LABEL_USE, key, Some(version), body) }
}

/// The records of labels without what this movement booked, for its reversal.
pub async fn take_back<S: Store>(store: &S, caller: &Caller, movement: &str) -> Result<Vec<RecordWrite>, CommandError> {
    let fields = vec![("movement".to_owned(), movement.to_owned())];
    let filter = ListFilter { fields, ..ListFilter::default() };
    let found = store.list(caller.plant, kind::LABEL_USE, &filter, &PageRequest::first(1)).await?;
    let without = found.items.iter().map(|record| {
        let mut known: LabelUses = record.parse()?;
        known.uses.retain(|used| used.movement != movement);
        Ok(write(&record.id, record.version, &known))
    });
    without.collect()
}
