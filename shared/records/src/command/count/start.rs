//! Begins a count.

use std::collections::BTreeSet;

use takt_api::TEXT_MAX;
use takt_api::counts::StartCount;
use takt_domain::count::{Count, CountMode, CountState, Freeze, Scope, started_unmet};
use takt_domain::id::{ItemId, LocationId};
use takt_domain::master::Location;
use takt_domain::refusal::Refusal;
use takt_store::{Load, Loaded, Store};

use super::{answer, freeze, told};
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, number, run, text_at};
use crate::keep::{self, NUMBER_SCOPE, kind};
use crate::{count, load};

/// Begins it: what is named must be there, and what another count keeps still is not kept still twice.
pub async fn start<S: Store>(store: &S, caller: &Caller, given: &StartCount) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    run(store, caller, async || {
        let scope = scope(store, caller, given).await?;
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = items(&scope).iter().map(|item| (kind::ITEM.to_owned(), item.to_string())).collect();
        load.records.push(count::settings_record());
        load.children = count::still_children();
        load.counters = vec![NUMBER_SCOPE.into()];
        let mut loaded = store.load(&load).await?;
        load::answered_before(&mut loaded, caller)?;
        must_be_there(&scope, &loaded)?;
        let records = loaded.children(kind::LOCATION, keep::PLANT_PARENT);
        let all = records.map(|record| Ok((record.parse::<Location>()?, record.version)));
        let all: Vec<(Location, u64)> = all.collect::<Result<_, takt_store::StoreError>>()?;
        let still: Vec<(&Location, u64)> = match given.mode {
            CountMode::Moving => Vec::new(),
            CountMode::Frozen => {
                let touched = all.iter().filter(|(location, _)| scope.touches(&location.id));
                touched.map(|(location, version)| (location, *version)).collect()
            }
        };
        let frozen: Vec<Freeze> = load::few(&loaded, kind::FREEZE)?;
        let places = still.iter().map(|(location, _)| &location.id);
        let unmet = started_unmet(places, &frozen, &caller.actor, caller.lang);
        if !unmet.is_empty() {
            return Err(Refusal { unmet }.into());
        }
        let (id, counter) = number::next(&loaded, kind::COUNT, "CT");
        let begun = Count {
            id: id.parse().map_err(|_| CommandError::Damaged("the counter of counts".into()))?,
            scope,
            mode: given.mode,
            blind: count::settings(&loaded)?.0.blind,
            state: CountState::Open,
            note: given.note.trim().to_owned(),
            by: caller.actor.user.clone(),
            at: caller.now,
            finished: None,
            approved: None,
            posted_at: None,
            cancelled: None,
            summary: None,
        };
        let body = answer(&begun);
        let mut commit = caller.commit(201, &body);
        commit.counters.push(counter);
        commit.records.push(count::count(&begun, 0));
        freeze(&begun.id, &still, &loaded, &mut commit);
        let event = told("count.started.v1", &begun);
        commit.events = keep::events(vec![event], &caller.derived_id(), begun.id.as_str(), caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}

async fn scope<S: Store>(store: &S, caller: &Caller, given: &StartCount) -> Result<Scope, CommandError> {
    let scope = if given.due {
        if given.scope != Scope::default() {
            return Err(CommandError::field("scope", "expected either a scope or what is due"));
        }
        // What is due is not due any more once this has begun: the same request again is answered before it is asked.
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load::answered_before(&mut store.load(&load).await?, caller)?;
        let due = count::plan::today(store, caller).await?;
        let places: Vec<_> = due.rows.into_iter().map(|row| row.place).collect();
        if places.is_empty() {
            return Err(CommandError::field("due", "nothing is due today"));
        }
        Scope { places, ..Scope::default() }
    } else {
        given.scope.clone()
    };
    let faults = scope.faults();
    if faults.is_empty() { Ok(scope) } else { Err(CommandError::fields(faults)) }
}

fn items(scope: &Scope) -> BTreeSet<&ItemId> {
    scope.items.iter().chain(scope.places.iter().map(|place| &place.item)).collect()
}

fn must_be_there(scope: &Scope, loaded: &Loaded) -> Result<(), CommandError> {
    let is_item = |item: &ItemId| loaded.record(kind::ITEM, item.as_str()).is_some();
    let is_location = |location: &LocationId| loaded.record(kind::LOCATION, location.as_str()).is_some();
    let mut faults = Vec::new();
    for (n, location) in scope.locations.iter().enumerate().filter(|(_, location)| !is_location(location)) {
        faults.push((format!("scope.locations[{n}]"), format!("there is no location {location}")));
    }
    for (n, item) in scope.items.iter().enumerate().filter(|(_, item)| !is_item(item)) {
        faults.push((format!("scope.items[{n}]"), format!("there is no item {item}")));
    }
    for (n, place) in scope.places.iter().enumerate() {
        if !is_location(&place.location) {
            faults.push((format!("scope.places[{n}].location"), format!("there is no location {}", place.location)));
        }
        if !is_item(&place.item) {
            faults.push((format!("scope.places[{n}].item"), format!("there is no item {}", place.item)));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(CommandError::fields(faults)) }
}
