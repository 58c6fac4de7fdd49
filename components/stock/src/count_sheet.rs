//! `GET /api/v1/counts/{count}/sheet?location=`: what is to be counted, and what is counted already.

use std::collections::{BTreeMap, BTreeSet};

use takt_api::counts::{Sheet, SheetRow};
use takt_domain::count::{CountLine, Place};
use takt_domain::id::CountId;
use takt_records::command::count as command;
use takt_records::count;
use takt_records::keep::kind;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

use crate::count_lines::items;

pub(crate) async fn count_sheet<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["location"])?;
    let caller = call.caller()?;
    let id: CountId = call.id(0)?;
    let location = call.param("location");
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::COUNT.into(), id.to_string())];
    let (of_count, _) = command::of(&store.load(&load).await?, &id)?;
    let nothing = BTreeSet::new();
    let booked = count::booked_places(store, caller, &of_count, location, &nothing).await?;
    let mut rows: BTreeMap<Place, Option<CountLine>> = booked.into_iter().map(|(place, _)| (place, None)).collect();
    let more = rows.len() >= count::PLACES_MAX;
    // What the scope names is to be counted, though the books have nothing of it.
    let named = of_count.scope.places.iter().filter(|place| location.is_none_or(|at| place.location.as_str() == at));
    for place in named {
        rows.entry(place.clone()).or_default();
    }
    count::each_line(store, caller, id.as_str(), &[], |_, line| {
        let is_here = location.is_none_or(|at| line.place.location.as_str() == at);
        if is_here && (rows.contains_key(&line.place) || rows.len() < count::PLACES_MAX) {
            rows.insert(line.place.clone(), Some(line));
        }
    })
    .await?;
    let items = items(store, call, rows.keys().map(|place| place.item.to_string())).await?;
    let rows = rows.into_iter().map(|(place, line)| {
        let item = items.get(place.item.as_str());
        let last = line.as_ref().and_then(CountLine::last);
        SheetRow {
            name: item.map(|item| item.name.clone()).unwrap_or_default(),
            unit: item.map(|item| item.unit.clone()).unwrap_or_default(),
            state: line.as_ref().map_or("open", |line| line.state.as_str()).to_owned(),
            quantity: last.map(|last| last.quantity),
            by: last.map(|last| last.by.clone()),
            place,
        }
    });
    json(200, &Sheet { rows: rows.collect(), more })
}
