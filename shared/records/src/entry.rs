//! Entries of one line of a document, by hand and by scanner. A line that came in one way is not booked the other way too:
//! that entry is held as a conflict until somebody settles it.
//!
//! Two counters say how often a line was entered each way. A booking adds to its own and has the other one stay at zero, in
//! the same commit; so two people who enter a line both ways at the same moment are not booked both.

use sha2::{Digest, Sha256};
use takt_api::conflict::{ConflictState, EarlierEntry, EntryConflict};
use takt_api::stock::Source;
use takt_domain::document::LineRef;
use takt_domain::ledger::MovementKind;
use takt_domain::movement::NewMovement;
use takt_domain::quantity::Quantity;
use takt_store::{CounterChange, ListFilter, Loaded, MovementFilter, PageRequest, RecordWrite, Store, StoredPosting};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::{FIELD_ENTRY, kind};

const HAND: &str = "hand";
const SCAN: &str = "scan";

/// What a line of one of the plant's own documents is called here.
fn document_of(line: &LineRef) -> String {
    format!("{}/{}", line.scope(), line.line)
}

/// A line of a document, and the way in which it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The scope of the line's counters.
    pub scope: String,
    own: &'static str,
    other: &'static str,
}

impl Entry {
    fn new(document: &str, movement: MovementKind, item: &str, lot: &str, source: &str) -> Option<Self> {
        let (own, other) = match source {
            HAND => (HAND, SCAN),
            SCAN => (SCAN, HAND),
            // Machines and other systems have keys and documents of their own.
            _ => return None,
        };
        let document = document.trim();
        let scope = format!("@entry/{document}/{}/{item}/{lot}", movement.as_str());
        (!document.is_empty()).then_some(Self { scope, own, other })
    }

    /// The line that a movement enters, where it names a document.
    pub fn of(given: &NewMovement, source: Source) -> Option<Self> {
        let source = match source {
            Source::Hand => HAND,
            Source::Scan => SCAN,
            Source::Device | Source::Interface => return None,
        };
        let document = given.line.as_ref().map_or_else(|| given.document.clone(), document_of);
        Self::new(&document, given.kind, given.item.as_str(), &given.lot, source)
    }

    /// The line that a posting of the ledger came from.
    pub fn of_posting(stored: &StoredPosting) -> Option<Self> {
        let movement = MovementKind::from_name(&stored.kind)?;
        let line = stored.order.as_deref().and_then(LineRef::of_holder);
        let document = line.as_ref().map_or_else(|| stored.document.clone().unwrap_or_default(), document_of);
        Self::new(&document, movement, &stored.item, &stored.lot, &stored.source)
    }

    /// True when the line was entered the other way.
    pub fn is_in_conflict(&self, loaded: &Loaded) -> bool {
        loaded.counter(&self.scope, self.other) > 0
    }

    fn change(&self, name: &str, delta: i64, max_after: Option<i64>) -> CounterChange {
        CounterChange { scope: self.scope.clone(), name: name.to_owned(), delta, min_after: Some(0), max_after }
    }

    /// What booking this entry does to the counters.
    pub fn booked(&self) -> Vec<CounterChange> {
        vec![self.change(self.own, 1, None), self.change(self.other, 0, Some(0))]
    }

    /// What taking an entry back does to them.
    pub fn taken_back(&self, loaded: &Loaded) -> Option<CounterChange> {
        (loaded.counter(&self.scope, self.own) > 0).then(|| self.change(self.own, -1, None))
    }

    /// Somebody has said that both ways are right: from here on the line begins anew.
    pub fn settled(&self, loaded: &Loaded) -> Vec<CounterChange> {
        let both = [self.own, self.other].map(|name| self.change(name, -loaded.counter(&self.scope, name), Some(0)));
        both.into()
    }

    /// What conflicts of this line are found by.
    fn key(&self) -> String {
        Sha256::digest(self.scope.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The conflict of an entry that is held: one that is open already where it is the same entry again, with its version.
pub async fn conflict<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewMovement,
    entry: &Entry,
    scale: u8,
) -> Result<(EntryConflict, u64), CommandError> {
    let filter = ListFilter {
        state: vec![ConflictState::Open.as_str().to_owned()],
        fields: vec![(FIELD_ENTRY.to_owned(), entry.key())],
        ..ListFilter::default()
    };
    let open = store.list(caller.plant, kind::ENTRY_CONFLICT, &filter, &PageRequest::first(50)).await?;
    for record in &open.items {
        let known: EntryConflict = record.parse()?;
        if known.movement == *given && known.by == caller.actor.user {
            return Ok((known, record.version));
        }
    }
    let earlier = earlier(store, caller, given, entry, scale).await?;
    let new = EntryConflict {
        id: caller.derived_id(),
        state: ConflictState::Open,
        movement: given.clone(),
        source: caller.source,
        by: caller.actor.user.clone(),
        device: caller.device.clone(),
        at: caller.now,
        earlier,
        settled: None,
    };
    Ok((new, 0))
}

/// The latest booking of the line by the other way, among its last movements.
async fn earlier<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewMovement,
    entry: &Entry,
    scale: u8,
) -> Result<Option<EarlierEntry>, CommandError> {
    let filter = MovementFilter {
        item: Some(given.item.to_string()),
        lot: (!given.lot.is_empty()).then(|| given.lot.clone()),
        kinds: vec![given.kind.as_str().to_owned()],
        ..MovementFilter::default()
    };
    let latest = store.movements(caller.plant, &filter, &PageRequest::first(200)).await?;
    let is_it = |posting: &&StoredPosting| {
        posting.reversed_by.is_none()
            && Entry::of_posting(posting).is_some_and(|known| known.scope == entry.scope && known.own == entry.other)
    };
    let Some(posting) = latest.items.iter().find(is_it) else { return Ok(None) };
    let damaged = || CommandError::Damaged(format!("the posting {}", posting.id));
    Ok(Some(EarlierEntry {
        movement: posting.movement.clone(),
        quantity: Quantity::from_units(posting.quantity, scale),
        source: if entry.other == SCAN { Source::Scan } else { Source::Hand },
        by: posting.user.parse().map_err(|_| damaged())?,
        booked_at: jiff::Timestamp::from_millisecond(posting.booked_ms).map_err(|_| damaged())?,
    }))
}

/// The record of a conflict.
pub fn write(conflict: &EntryConflict, expected: u64) -> RecordWrite {
    let key = Entry::of(&conflict.movement, conflict.source).map(|entry| (FIELD_ENTRY.to_owned(), entry.key()));
    let movement = &conflict.movement;
    RecordWrite {
        state: Some(conflict.state.as_str().to_owned()),
        sort: Some(conflict.at.to_string()),
        search: Some(format!("{} {} {}", movement.document, movement.item, conflict.by)),
        fields: key.into_iter().collect(),
        ..RecordWrite::new(
            kind::ENTRY_CONFLICT,
            &conflict.id,
            Some(expected),
            serde_json::to_value(conflict).unwrap_or_default(),
        )
    }
}
