//! What is held, row by row as the list tells it apart, and why it differs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use takt_api::comparison::{ComparedRow, MovementSince};
use takt_domain::compare::{Since, compare as cause_of};
use takt_domain::master::Item;
use takt_domain::quantity::Quantity;
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_records::keep::kind;
use takt_store::{BalanceFilter, Load, MovementFilter, PageRequest, Store, StoredPosting};

use crate::error::Errors;
use crate::list::List;

/// The most lines of a list.
const LINES_MAX: usize = 50_000;

/// Items that are loaded at once.
const ITEMS: usize = 500;

/// The most movements of one item that are looked at.
const MOVEMENTS_MAX: usize = 2_000;

/// A row: item, location, lot; the last two empty where the list does not tell them apart.
type Key = (String, String, String);

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Rows that were compared.
    pub rows: u32,
    /// Those that differ, by item, location and lot.
    pub differences: Vec<ComparedRow>,
}

/// Holds the list against what is held at physical places.
pub async fn compare<S: Store>(
    store: &S,
    caller: &Caller,
    list: &List,
    as_of: Timestamp,
    errors: &mut Errors,
) -> Result<Compared, CommandError> {
    if list.lines.len() > LINES_MAX {
        errors.add("list", LINES_MAX + 1, 1, format!("expected at most {LINES_MAX} lines"));
    }
    if !errors.is_empty() {
        return Ok(Compared::default());
    }
    let held = held(store, caller, list).await?;
    let names: BTreeSet<&str> =
        list.lines.iter().map(|line| line.item.as_str()).chain(held.keys().map(|key| key.0.as_str())).collect();
    let scales = scales(store, caller, &names).await?;
    let listed = listed(list, &scales, errors);
    if !errors.is_empty() {
        return Ok(Compared::default());
    }
    let keys: BTreeSet<&Key> = listed.keys().chain(held.keys()).collect();
    let mut found = Compared { rows: u32::try_from(keys.len()).unwrap_or(u32::MAX), differences: Vec::new() };
    let mut moved: Option<(&str, Vec<StoredPosting>)> = None;
    for key in keys {
        let (theirs, ours) = (listed.get(key).copied(), held.get(key).copied());
        if cause_of(theirs, ours, &[]).is_none() {
            continue;
        }
        // Rows come by item, so that its movements are read once.
        if moved.as_ref().is_none_or(|(item, _)| *item != key.0) {
            moved = Some((&key.0, since(store, caller, &key.0, as_of).await?));
        }
        let postings = moved.as_ref().map_or(&[][..], |(_, postings)| postings);
        found.differences.extend(row(key, list, theirs, ours, postings, as_of, scales.get(&key.0).copied()));
    }
    Ok(found)
}

fn key(list: &List, item: &str, location: &str, lot: &str) -> Key {
    let told = |is: bool, text: &str| if is { text.to_owned() } else { String::new() };
    (item.to_owned(), told(list.has_location, location), told(list.has_lot, lot))
}

fn is_physical(location: &str) -> bool {
    !location.starts_with('@')
}

async fn held<S: Store>(store: &S, caller: &Caller, list: &List) -> Result<BTreeMap<Key, i64>, CommandError> {
    let filter = BalanceFilter { nonzero: true, ..BalanceFilter::default() };
    let mut page = PageRequest::first(200);
    let mut held = BTreeMap::new();
    loop {
        let found = store.balances(caller.plant, &filter, &page).await?;
        for balance in found.items.iter().filter(|balance| is_physical(&balance.location)) {
            let sum: &mut i64 = held.entry(key(list, &balance.item, &balance.location, &balance.lot)).or_default();
            *sum = sum.saturating_add(balance.quantity);
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(held);
        }
    }
}

async fn scales<S: Store>(
    store: &S,
    caller: &Caller,
    names: &BTreeSet<&str>,
) -> Result<BTreeMap<String, u8>, CommandError> {
    let names: Vec<&str> = names.iter().copied().collect();
    let mut scales = BTreeMap::new();
    for some in names.chunks(ITEMS) {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = some.iter().map(|name| (kind::ITEM.to_owned(), (*name).to_owned())).collect();
        for record in store.load(&load).await?.records {
            let item: Item = record.parse()?;
            scales.insert(record.id, item.scale);
        }
    }
    Ok(scales)
}

/// The list in units, each row once. Items that are not known here have the decimals that they are written with.
fn listed(list: &List, scales: &BTreeMap<String, u8>, errors: &mut Errors) -> BTreeMap<Key, i64> {
    let mut listed: BTreeMap<Key, i64> = BTreeMap::new();
    for line in &list.lines {
        if line.item.is_empty() {
            errors.add("list", line.at, 1, "expected an item");
            continue;
        }
        let scale = scales.get(&line.item).copied();
        let quantity = line.quantity.replace(',', "").parse::<Quantity>().ok();
        let quantity = quantity.and_then(|quantity| quantity.at_scale(scale.unwrap_or(UNKNOWN_SCALE)).ok());
        let Some(quantity) = quantity else {
            let decimals = scale.unwrap_or(UNKNOWN_SCALE);
            errors.add(
                "list",
                line.at,
                1,
                format!("expected a quantity with at most {decimals} decimals, found {:?}", line.quantity),
            );
            continue;
        };
        let sum = listed.entry(key(list, &line.item, &line.location, &line.lot)).or_default();
        *sum = sum.saturating_add(quantity.units());
    }
    listed
}

/// The decimals of what is not known here.
const UNKNOWN_SCALE: u8 = 6;

/// The movements of an item that were booked since, the newest first.
async fn since<S: Store>(
    store: &S,
    caller: &Caller,
    item: &str,
    as_of: Timestamp,
) -> Result<Vec<StoredPosting>, CommandError> {
    let filter = MovementFilter { item: Some(item.to_owned()), ..MovementFilter::default() };
    let mut page = PageRequest::first(200);
    let mut postings = Vec::new();
    loop {
        let found = store.movements(caller.plant, &filter, &page).await?;
        let before = postings.len();
        postings.extend(found.items.into_iter().filter(|posting| posting.booked_ms > as_of.as_millisecond()));
        page.after = found.next;
        // A page without any has come to what was booked before.
        if postings.len() == before || postings.len() >= MOVEMENTS_MAX || page.after.is_none() {
            return Ok(postings);
        }
    }
}

/// What a posting added to a row.
fn change(key: &Key, list: &List, posting: &StoredPosting) -> i64 {
    if list.has_lot && posting.lot != key.2 {
        return 0;
    }
    let counts = |location: &str| is_physical(location) && (!list.has_location || location == key.1);
    let given = if counts(&posting.from.location) { posting.quantity } else { 0 };
    let taken = if counts(&posting.to.location) { posting.quantity } else { 0 };
    taken - given
}

fn row(
    key: &Key,
    list: &List,
    theirs: Option<i64>,
    ours: Option<i64>,
    postings: &[StoredPosting],
    as_of: Timestamp,
    scale: Option<u8>,
) -> Option<ComparedRow> {
    let scale = scale.unwrap_or(UNKNOWN_SCALE);
    let shown = |units: i64| Quantity::from_units(units, scale).to_string();
    let changes: Vec<(i64, &StoredPosting)> = postings
        .iter()
        .map(|posting| (change(key, list, posting), posting))
        .filter(|(change, _)| *change != 0)
        .collect();
    let since: Vec<Since> = changes
        .iter()
        .map(|(change, posting)| Since { change: *change, happened: posting.occurred_ms > as_of.as_millisecond() })
        .collect();
    let (cause, explained_by) = cause_of(theirs, ours, &since)?;
    let movement = |n: &usize| {
        let (change, posting) = changes.get(*n)?;
        Some(MovementSince {
            movement: posting.movement.clone(),
            kind: posting.kind.clone(),
            change: shown(*change),
            document: posting.document.clone().unwrap_or_default(),
            by: posting.user.clone(),
            occurred_at: Timestamp::from_millisecond(posting.occurred_ms).ok()?,
            booked_at: Timestamp::from_millisecond(posting.booked_ms).ok()?,
        })
    };
    Some(ComparedRow {
        item: key.0.clone(),
        location: key.1.clone(),
        lot: key.2.clone(),
        cause,
        listed: theirs.map(shown),
        held: ours.map(shown),
        difference: shown(ours.unwrap_or(0).saturating_sub(theirs.unwrap_or(0))),
        movements: explained_by.iter().filter_map(movement).collect(),
    })
}
