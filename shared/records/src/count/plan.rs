//! The plan of counts (循环盘点): the ABC classes of items, and each day the places whose turn it is.
//!
//! Both are made once a day, in steps that each are bounded and end with a commit of the record `count_plan`/`plant`, which
//! must still be at the version that was read: so of several hosts one makes each step. The first step of a day makes the
//! classes anew out of what was consumed; then each step looks at a page of balances, and keeps the places that are the
//! latest. An item that was not consumed is C.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_api::counts::{DueList, DuePlace};
use takt_domain::count::{Class, Count, CountSettings, CountState, Place, classes};
use takt_domain::ledger::MovementKind;
use takt_domain::master::Item;
use takt_domain::quantity::SCALE_MAX;
use takt_store::{
    BalanceFilter, Commit, ListFilter, Load, Loaded, PageRequest, PlantNumber, RecordWrite, Store, StoreError,
};

use super::{book, place};
use crate::caller::Caller;
use crate::command::CommandError;
use crate::costs::price_of;
use crate::keep::{PLANT_PARENT, kind};
use crate::{calendar, watch};

/// The hour of the plant at which the background begins: when little else is done.
const OFF_PEAK_HOUR: i8 = 2;

/// The most steps of one call.
const STEPS: usize = 5;

/// The most steps while somebody waits.
const STEPS_ASKED: usize = 25;

/// Balances of one step.
const PAGE: u32 = 200;

/// Items of one load, and classes of one commit.
const ITEMS: usize = 400;

/// A place that nobody has counted yet is as late as one that is over its turn by half of it.
const NEVER_PER_MILLE: i64 = 1_500;

/// How far the plan of a day is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    /// The day.
    day: Date,
    /// The classes are made.
    classified: bool,
    /// Where the next step goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// Every balance has been looked at.
    complete: bool,
    /// How many items are A, B and C.
    classes: [u32; 3],
    /// The latest so far, with how late each is.
    rows: Vec<(i64, DuePlace)>,
}

/// The kinds that are consumption: what goes to production and to customers.
const CONSUMPTION: [MovementKind; 2] = [MovementKind::Consume, MovementKind::Shipment];

struct Head {
    made: Option<(Made, u64)>,
    settings: CountSettings,
    today: Date,
    hour: i8,
}

async fn head<S: Store>(store: &S, caller: &Caller) -> Result<Head, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    load.records = vec![super::settings_record(), (kind::COUNT_PLAN.into(), PLANT_PARENT.into())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::COUNT_PLAN, PLANT_PARENT);
    let made = record.map(|record| Ok::<_, StoreError>((record.parse::<Made>()?, record.version))).transpose()?;
    let zone = loaded.plant.as_ref().map_or(jiff::tz::TimeZone::UTC, |plant| calendar::of(plant).zone);
    let local = zone.to_datetime(caller.now);
    Ok(Head { made, settings: super::settings(&loaded)?.0, today: local.date(), hour: local.hour() })
}

/// Goes on with the plan in the background; says whether anything was done.
pub async fn tick<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<bool, CommandError> {
    let caller = watch::background(plant, now)?;
    let head = head(store, &caller).await?;
    let done = head.made.as_ref().is_some_and(|(made, _)| made.day == head.today && made.complete);
    if done || head.hour < OFF_PEAK_HOUR {
        return Ok(false);
    }
    make(store, &caller, STEPS).await?;
    Ok(true)
}

/// The plan of today, made as far as a call may take; without what has been counted since, or is being counted.
pub async fn today<S: Store>(store: &S, caller: &Caller) -> Result<DueList, CommandError> {
    let made = make(store, caller, STEPS_ASKED).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = made.rows.iter().map(|(_, row)| place::record_of(&row.place)).collect();
    let loaded = store.load(&load).await?;
    let open = open_counts(store, caller).await?;
    let mut rows = Vec::with_capacity(made.rows.len());
    for (_, row) in made.rows {
        let last = place::last(&loaded, &row.place)?;
        let counted = last.is_some_and(|last| Some(last.at) > row.counted_at && last.day >= made.day);
        if !counted && !open.iter().any(|count| count.scope.covers(&row.place)) {
            rows.push(row);
        }
    }
    Ok(DueList { day: made.day, rows, complete: made.complete, classes: made.classes })
}

async fn open_counts<S: Store>(store: &S, caller: &Caller) -> Result<Vec<Count>, CommandError> {
    let state = [CountState::Open, CountState::Counted, CountState::Posting];
    let filter = ListFilter { state: state.map(|state| state.as_str().to_owned()).to_vec(), ..ListFilter::default() };
    let found = store.list(caller.plant, kind::COUNT, &filter, &PageRequest::first(PAGE)).await?;
    Ok(found.items.iter().map(|record| record.parse()).collect::<Result<_, _>>()?)
}

/// Makes so many steps, or as many as are left.
async fn make<S: Store>(store: &S, caller: &Caller, steps: usize) -> Result<Made, CommandError> {
    let mut head = head(store, caller).await?;
    for _ in 0..steps {
        let (made, version) = match head.made.take() {
            Some((made, version)) if made.day == head.today => (made, version),
            old => {
                let version = old.map_or(0, |(_, version)| version);
                let fresh = Made {
                    day: head.today,
                    classified: false,
                    after: None,
                    complete: false,
                    classes: [0; 3],
                    rows: Vec::new(),
                };
                (fresh, version)
            }
        };
        if made.complete {
            return Ok(made);
        }
        let after = if made.classified {
            look(store, caller, made, &head.settings, head.today).await?
        } else {
            classify(store, caller, made, &head.settings).await?
        };
        let mut commit = Commit::new(caller.plant, caller.now_ms());
        let body = serde_json::to_value(&after).unwrap_or_default();
        commit.records.push(RecordWrite::new(kind::COUNT_PLAN, PLANT_PARENT, Some(version), body));
        match store.commit(&commit).await {
            Ok(_) => head.made = Some((after, version + 1)),
            // Another host goes on from here.
            Err(StoreError::VersionConflict) => head = self::head(store, caller).await?,
            Err(error) => return Err(error.into()),
        }
    }
    match head.made {
        Some((made, _)) => Ok(made),
        None => Err(CommandError::Conflict),
    }
}

/// Makes the classes anew. Items with a price are ranked by value, those without one by quantity, each among themselves. Only
/// what changes is written.
async fn classify<S: Store>(
    store: &S,
    caller: &Caller,
    mut made: Made,
    settings: &CountSettings,
) -> Result<Made, CommandError> {
    let since = caller.now.as_millisecond() - i64::from(settings.consumption_days) * 24 * 3600 * 1000;
    let kinds = CONSUMPTION.map(|kind| kind.as_str().to_owned());
    let consumed = store.consumed(caller.plant, &kinds, since).await?;
    let (mut by_value, mut by_quantity) = (Vec::new(), Vec::new());
    for some in consumed.chunks(ITEMS) {
        let mut load = Load::new(caller.plant, caller.now_ms());
        let about = |(item, _): &(String, i64)| [kind::ITEM, kind::PRICE].map(|kind| (kind.to_owned(), item.clone()));
        load.records = some.iter().flat_map(about).collect();
        let loaded = store.load(&load).await?;
        for (id, units) in some {
            let Some(record) = loaded.record(kind::ITEM, id) else { continue };
            let item: Item = record.parse()?;
            let quantity = at_full_scale(i128::from(*units), item.scale);
            match price_of(&loaded, id)? {
                Some(price) => {
                    by_value.push((id.clone(), quantity * at_full_scale(price.units().into(), price.scale())))
                }
                None => by_quantity.push((id.clone(), quantity)),
            }
        }
    }
    let mut now: BTreeMap<String, Class> = classes(&by_value, settings).into_iter().collect();
    now.extend(classes(&by_quantity, settings));
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::COUNT_CLASS.into(), PLANT_PARENT.into())];
    let loaded = store.load(&load).await?;
    let mut writes = Vec::new();
    let known: BTreeSet<&str> =
        loaded.children(kind::COUNT_CLASS, PLANT_PARENT).map(|record| record.id.as_str()).collect();
    for record in loaded.children(kind::COUNT_CLASS, PLANT_PARENT) {
        let class = now.get(&record.id).copied().unwrap_or(Class::C);
        if record.state.as_deref() != Some(class.as_str()) {
            writes.push(class_record(&record.id, class));
        }
    }
    writes.extend(
        now.iter().filter(|(item, _)| !known.contains(item.as_str())).map(|(item, class)| class_record(item, *class)),
    );
    for some in writes.chunks(ITEMS) {
        let mut commit = Commit::new(caller.plant, caller.now_ms());
        commit.records = some.to_vec();
        store.commit(&commit).await?;
    }
    made.classified = true;
    for class in now.values() {
        made.classes[*class as usize] += 1;
    }
    Ok(made)
}

fn at_full_scale(units: i128, scale: u8) -> i128 {
    units.saturating_mul(10_i128.pow(u32::from(SCALE_MAX.saturating_sub(scale))))
}

fn class_record(item: &str, class: Class) -> RecordWrite {
    RecordWrite {
        state: Some(class.as_str().to_owned()),
        parent: Some(PLANT_PARENT.to_owned()),
        ..RecordWrite::new(kind::COUNT_CLASS, item, None, serde_json::json!({"class": class}))
    }
}

fn class_of(loaded: &Loaded, item: &str) -> Class {
    let state = loaded.record(kind::COUNT_CLASS, item).and_then(|record| record.state.as_deref());
    [Class::A, Class::B].into_iter().find(|class| Some(class.as_str()) == state).unwrap_or(Class::C)
}

/// Looks at a page of balances, and keeps the latest.
async fn look<S: Store>(
    store: &S,
    caller: &Caller,
    mut made: Made,
    settings: &CountSettings,
    today: Date,
) -> Result<Made, CommandError> {
    let filter = BalanceFilter { nonzero: true, ..BalanceFilter::default() };
    let page = PageRequest { after: made.after.take(), limit: PAGE };
    let found = store.balances(caller.plant, &filter, &page).await?;
    let stands = found.items.iter().filter(|balance| balance.bounded);
    let places: BTreeSet<Place> = stands.map(book::place_of).collect::<Result<_, _>>()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    for place in &places {
        load.records.push((kind::COUNT_CLASS.to_owned(), place.item.to_string()));
        load.records.push(place::record_of(place));
    }
    load.records.sort();
    load.records.dedup();
    let loaded = store.load(&load).await?;
    for place in places {
        // What orders hold of a place may stand on the next page.
        if made.rows.iter().any(|(_, row)| row.place == place) {
            continue;
        }
        let class = class_of(&loaded, place.item.as_str());
        let Some(days) = settings.days(class) else { continue };
        let last = place::last(&loaded, &place)?;
        let since = last.as_ref().map(|last| i64::from((today - last.day).get_days()));
        let per_mille = since.map_or(NEVER_PER_MILLE, |since| since * 1_000 / i64::from(days));
        if per_mille < 1_000 {
            continue;
        }
        let late_days = since.map_or(0, |since| u32::try_from(since - i64::from(days)).unwrap_or(0));
        made.rows.push((per_mille, DuePlace { place, class, counted_at: last.map(|last| last.at), late_days }));
    }
    made.rows.sort_by(|a, b| (b.0, a.1.class, &a.1.place).cmp(&(a.0, b.1.class, &b.1.place)));
    made.rows.truncate(usize::from(settings.lines_per_day));
    made.after = found.next;
    made.complete = made.after.is_none();
    Ok(made)
}
