//! How counts are kept, and what is read of them.
//!
//! A count and each of its lines are records of their own: so many people enter lines of one count at once, and none of
//! them writes the count. A line expects the count to be as it was read; to finish or cancel it changes it, so no line
//! comes after that.

pub mod alert;
pub mod book;
pub mod place;
pub mod plan;

use std::collections::{BTreeMap, BTreeSet};

use takt_domain::count::{Count, CountLine, CountSettings, Freeze, LineState, Place, Summary, frozen_unmet};
use takt_domain::ledger::Posting;
use takt_domain::refusal::Refusal;
use takt_domain::text::Lang;
use takt_store::{
    BalanceFilter, Expect, ListFilter, Load, Loaded, PageRequest, Record, RecordWrite, Store, StoreError,
};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::exceptions::newest_first;
use crate::keep::{PLANT_PARENT, few, kind};

/// The most places that one look gathers.
pub const PLACES_MAX: usize = 1_000;

/// Rows of a page of the store.
const PAGE: u32 = 200;

/// A count: the newest first.
pub fn count(count: &Count, expected: u64) -> RecordWrite {
    RecordWrite {
        state: Some(count.state.as_str().to_owned()),
        sort: Some(newest_first(count.at.as_millisecond())),
        search: Some(format!("{} {} {}", count.id, count.note, count.by)),
        ..RecordWrite::new(
            kind::COUNT,
            count.id.as_str(),
            Some(expected),
            serde_json::to_value(count).unwrap_or_default(),
        )
    }
}

/// The id of a line's record.
pub fn line_id(count: &str, place: &Place) -> String {
    format!("{count}/{}", place.key())
}

/// A line: by its place.
pub fn line(line: &CountLine, expected: u64) -> RecordWrite {
    RecordWrite {
        state: Some(line.state.as_str().to_owned()),
        line: Some(if line.difference().is_zero() { "same" } else { "different" }.to_owned()),
        parent: Some(line.count.to_string()),
        sort: Some(line.place.key()),
        search: Some(format!("{} {} {}", line.place.location, line.place.item, line.place.lot)),
        ..RecordWrite::new(
            kind::COUNT_LINE,
            line_id(line.count.as_str(), &line.place),
            Some(expected),
            serde_json::to_value(line).unwrap_or_default(),
        )
    }
}

/// What a load asks for, to know what the plant has set down.
pub fn settings_record() -> (String, String) {
    (kind::COUNT_SETTINGS.into(), PLANT_PARENT.into())
}

/// What the plant has set down, with its version.
pub fn settings(loaded: &Loaded) -> Result<(CountSettings, u64), StoreError> {
    match loaded.record(kind::COUNT_SETTINGS, PLANT_PARENT) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((CountSettings::default(), 0)),
    }
}

/// Whether a location is kept still.
pub(crate) fn freeze(freeze: &Freeze, expected: u64) -> RecordWrite {
    few(kind::FREEZE, freeze.location.as_str(), freeze, Some(expected))
}

/// What whoever moves stock loads beside the rest: the locations, and which of them are kept still.
pub(crate) fn still_children() -> Vec<(String, String)> {
    [kind::LOCATION, kind::FREEZE].map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec()
}

/// Refuses postings from or to a location that a count keeps still. Where none is, the locations must stay as they were
/// read until the postings are booked: a count that freezes one changes its record.
pub(crate) fn may_move(postings: &[Posting], loaded: &Loaded, lang: Lang) -> Result<Vec<Expect>, CommandError> {
    let frozen: Vec<Freeze> = crate::load::few(loaded, kind::FREEZE)?;
    let unmet = frozen_unmet(postings, &frozen, lang);
    if !unmet.is_empty() {
        return Err(Refusal { unmet }.into());
    }
    let mut places: Vec<&str> =
        postings.iter().flat_map(|posting| [posting.from.location.as_str(), posting.to.location.as_str()]).collect();
    places.sort_unstable();
    places.dedup();
    let known = places.into_iter().filter_map(|place| loaded.record(kind::LOCATION, place));
    Ok(known
        .map(|record| Expect { kind: record.kind.clone(), id: record.id.clone(), version: record.version })
        .collect())
}

/// The same for postings whose decision did not look at locations that are kept still.
pub(crate) async fn may_move_now<S: Store>(
    store: &S,
    caller: &Caller,
    postings: &[Posting],
) -> Result<Vec<Expect>, CommandError> {
    if postings.is_empty() {
        return Ok(Vec::new());
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = still_children();
    may_move(postings, &store.load(&load).await?, caller.lang)
}

/// The same for an action on an order: goods that quality lets go leave one place for another. What only changes for whom
/// stock is held asks for nothing.
pub(crate) async fn may_leave<S: Store>(
    store: &S,
    caller: &Caller,
    postings: &[Posting],
) -> Result<Vec<Expect>, CommandError> {
    let moving: Vec<Posting> = postings.iter().filter(|posting| !posting.kind.is_reservation()).cloned().collect();
    may_move_now(store, caller, &moving).await
}

/// Goes through the lines of a count, page by page, each as it is kept and as it is read. `states` none for all.
pub async fn each_line<S: Store>(
    store: &S,
    caller: &Caller,
    count: &str,
    states: &[LineState],
    mut each: impl FnMut(&Record, CountLine),
) -> Result<(), CommandError> {
    let state = states.iter().map(|state| state.as_str().to_owned()).collect();
    let filter = ListFilter { state, parent: Some(count.to_owned()), ..ListFilter::default() };
    let mut page = PageRequest::first(PAGE);
    loop {
        let found = store.list(caller.plant, kind::COUNT_LINE, &filter, &page).await?;
        for record in &found.items {
            each(record, record.parse()?);
        }
        let Some(next) = found.next else { return Ok(()) };
        page.after = Some(next);
    }
}

/// What became of the lines of a count, and the places of all of them.
pub async fn summed<S: Store>(
    store: &S,
    caller: &Caller,
    count: &str,
) -> Result<(Summary, BTreeSet<Place>, bool), CommandError> {
    let mut summary = Summary::default();
    let mut places = BTreeSet::new();
    let mut any_posted = false;
    each_line(store, caller, count, &[], |_, line| {
        summary.add(&line);
        any_posted |= line.state == LineState::Posted;
        places.insert(line.place);
    })
    .await?;
    Ok((summary, places, any_posted))
}

/// The places of a scope in which the books have something, in order, with how much of each; at most [`PLACES_MAX`] of
/// those that are not in `without`.
pub async fn booked_places<S: Store>(
    store: &S,
    caller: &Caller,
    count: &Count,
    location: Option<&str>,
    without: &BTreeSet<Place>,
) -> Result<Vec<(Place, i64)>, CommandError> {
    let mut found: BTreeMap<Place, i64> = BTreeMap::new();
    for filter in filters(count, location) {
        let mut page = PageRequest::first(PAGE);
        loop {
            let balances = store.balances(caller.plant, &filter, &page).await?;
            for balance in balances.items.iter().filter(|balance| balance.bounded && balance.quantity != 0) {
                let place = book::place_of(balance)?;
                if count.scope.covers(&place) && !without.contains(&place) {
                    *found.entry(place).or_default() += balance.quantity;
                }
            }
            match balances.next {
                Some(next) if found.len() < PLACES_MAX => page.after = Some(next),
                _ => break,
            }
        }
    }
    Ok(found.into_iter().take(PLACES_MAX).collect())
}

/// What to ask the store for, so that as little as possible is read in vain.
fn filters(count: &Count, location: Option<&str>) -> Vec<BalanceFilter> {
    let scope = &count.scope;
    let base = || BalanceFilter { nonzero: true, ..BalanceFilter::default() };
    if let Some(location) = location {
        return vec![BalanceFilter { location: Some(location.to_owned()), ..base() }];
    }
    if scope.all {
        return vec![base()];
    }
    let mut items: Vec<String> = scope.items.iter().map(ToString::to_string).collect();
    items.extend(scope.places.iter().map(|place| place.item.to_string()));
    items.sort();
    items.dedup();
    let mut filters: Vec<_> = scope
        .locations
        .iter()
        .map(|location| BalanceFilter { location: Some(location.to_string()), ..base() })
        .collect();
    if !items.is_empty() {
        filters.push(BalanceFilter { items, ..base() });
    }
    filters
}
