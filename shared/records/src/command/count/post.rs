//! Books the differences of a count.
//!
//! One commit says that they are approved; then each commit books some lines: their postings, and that they are booked.
//! So a line is booked once, however often this is begun anew: by the same request sent again, or by the background where
//! a host was killed in the middle. The last commit says that the count is booked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use takt_api::TEXT_MAX;
use takt_api::counts::PostCount;
use takt_domain::count::{CountLine, CountSettings, CountState, LineState, adjust, settle};
use takt_domain::decide::DomainEvent;
use takt_domain::id::CountId;
use takt_domain::ledger::Balance;
use takt_domain::master::Location;
use takt_domain::movement::OWED_SCOPE;
use takt_domain::order::Mark;
use takt_store::{Commit, Expect, ListFilter, Load, Loaded, PageRequest, PlantNumber, Store, StoreError};

use super::{answer, found, told};
use crate::caller::Caller;
use crate::command::{ATTEMPTS, Answer, CommandError, Plan, run, text_at};
use crate::count::{self, alert, place};
use crate::keep::{self, MovementHead, PLANT_PARENT, kind};
use crate::{calendar, load, lot, signature, watch};

/// Lines of one commit.
const LINES: u32 = 25;

/// How long a count may be being booked before the background takes it on, in milliseconds.
const STUCK_MS: i64 = 10_000;

/// Approves the differences, and books them.
pub async fn post<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &PostCount,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    let approved = run(store, caller, async || approve(store, caller, id, given).await).await?;
    let after = post_lines(store, caller, id).await?;
    Ok(Answer { body: answer(&after), ..approved })
}

async fn approve<S: Store>(store: &S, caller: &Caller, id: &CountId, given: &PostCount) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = signature::records(caller);
    load.records.push(count::settings_record());
    let found = found(store, caller, id, load).await?;
    let (settings, _) = count::settings(&found.loaded)?;
    let (summary, _, _) = count::summed(store, caller, id.as_str()).await?;
    let signature = signature::given(caller, &found.loaded);
    let mark = Mark { by: caller.actor.user.clone(), at: caller.now, reason: given.reason.trim().to_owned() };
    let after = found.count.approve(summary, &settings, mark, (&caller.actor, &signature), caller.lang)?;
    let body = answer(&after);
    let mut commit = caller.commit(200, &body);
    commit.records.push(count::count(&after, found.version));
    let event = told("count.approved.v1", &after);
    commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
    signature::book(caller, &mut commit, id.as_str(), "post");
    Ok(Plan { commit, status: 200, body })
}

/// Books what is left to book of a count that is being booked, and says how it stands then.
pub async fn post_lines<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
) -> Result<takt_domain::count::Count, CommandError> {
    // Lines that others change meanwhile are looked at again; so many looks are enough for any count.
    let mut conflicts = 0;
    loop {
        let unkeyed = Caller { key: None, ..caller.clone() };
        let mut wanted = Load::new(caller.plant, caller.now_ms());
        wanted.with_plant = true;
        wanted.records = vec![count::settings_record()];
        let head = found(store, &unkeyed, id, wanted).await?;
        if head.count.state != CountState::Posting {
            return Ok(head.count);
        }
        let filter = ListFilter {
            state: vec![LineState::Agreed.as_str().to_owned()],
            parent: Some(id.to_string()),
            ..ListFilter::default()
        };
        let page = store.list(caller.plant, kind::COUNT_LINE, &filter, &PageRequest::first(LINES)).await?;
        let lines = page.items.iter().map(|record| Ok((record.parse::<CountLine>()?, record.version)));
        let lines: Vec<(CountLine, u64)> = lines.collect::<Result<_, StoreError>>()?;
        let commit = match lines.is_empty() {
            true => {
                let (summary, _, _) = count::summed(store, caller, id.as_str()).await?;
                let after = head.count.posted(summary, caller.now);
                let mut commit = Commit::new(caller.plant, caller.now_ms());
                commit.records.push(count::count(&after, head.version));
                let kind = if after.state == CountState::Posted { "count.posted.v1" } else { "count.returned.v1" };
                let event_id = format!("{id}~{}", head.version);
                commit.events = keep::events(vec![told(kind, &after)], &event_id, id.as_str(), caller);
                commit
            }
            false => {
                let (settings, _) = count::settings(&head.loaded)?;
                let day = day(&head.loaded, caller);
                let mut commit = batch(store, caller, &lines, &settings, day).await?;
                commit.expect.push(Expect { kind: kind::COUNT.into(), id: id.to_string(), version: head.version });
                commit
            }
        };
        match store.commit(&commit).await {
            Ok(_) => conflicts = 0,
            Err(StoreError::VersionConflict | StoreError::NegativeBalance | StoreError::CounterBound) => {
                if conflicts >= ATTEMPTS {
                    return Err(CommandError::Conflict);
                }
                conflicts += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn day(loaded: &Loaded, caller: &Caller) -> Date {
    match &loaded.plant {
        Some(plant) => calendar::of(plant).day_of(caller.now),
        None => jiff::tz::TimeZone::UTC.to_datetime(caller.now).date(),
    }
}

/// The commit that books some lines.
async fn batch<S: Store>(
    store: &S,
    caller: &Caller,
    lines: &[(CountLine, u64)],
    settings: &CountSettings,
    day: Date,
) -> Result<Commit, CommandError> {
    let items: BTreeSet<String> = lines.iter().map(|(line, _)| line.place.item.to_string()).collect();
    let mut wanted = Load::new(caller.plant, caller.now_ms());
    wanted.balances_of = items.into_iter().collect();
    wanted.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    wanted.counters = vec![OWED_SCOPE.into()];
    for (line, _) in lines {
        wanted.records.push(place::record_of(&line.place));
        wanted.records.extend(alert::records(&line.place));
        wanted.records.extend(lot::record(line.place.item.as_str(), &line.place.lot));
    }
    let loaded = store.load(&wanted).await?;
    let mut lots = lot::known(&loaded, Some(day))?;
    let scales: BTreeMap<&str, u8> =
        lines.iter().map(|(line, _)| (line.place.item.as_str(), line.difference().scale())).collect();
    let scale = |item: &str| scales.get(item).copied().unwrap_or(0);
    let balances = loaded.balances.iter().map(|balance| load::balance(balance, scale(&balance.item)));
    let balances: Vec<Balance> = balances.collect::<Result<_, _>>()?;
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let mut owed: BTreeMap<&str, i64> = BTreeMap::new();
    let mut commit = Commit::new(caller.plant, caller.now_ms());
    for (line, version) in lines {
        let after = match adjust(line, &balances) {
            Err(missing) => line.short(missing),
            Ok(mut postings) => {
                let item = line.place.item.as_str();
                let left = owed.entry(item).or_insert_with(|| loaded.counter(OWED_SCOPE, item));
                if let Some(paid) = settle(line, *left, &locations) {
                    *left -= paid.quantity.units();
                    postings.push(paid);
                }
                let movement = movement_id(line);
                let head = MovementHead {
                    id: movement.clone(),
                    document: Some(line.count.to_string()),
                    reason: Some("count".into()),
                    ..MovementHead::default()
                };
                commit.postings.extend(keep::postings(&postings, &head, caller));
                if postings.iter().any(lot::enters) {
                    commit.records.extend(lot::found(&line.place.item, &line.place.lot, None, &mut lots, caller.now));
                }
                commit.counters.extend(keep::owed(&postings));
                let last = place::last(&loaded, &line.place)?;
                if let Some(now) = place::LastCount::after(last.as_ref(), line, day) {
                    commit.records.push(now.record());
                    alert::again(&now, settings, &loaded, caller, &mut commit)?;
                }
                let data = json!({
                    "count": line.count, "location": line.place.location, "item": line.place.item,
                    "lot": line.place.lot, "difference": line.difference(), "value": line.value(),
                    "movement": movement, "by": caller.actor.user,
                });
                let event = DomainEvent { kind: "count.line_posted.v1".into(), data };
                commit.events.extend(keep::events(vec![event], &movement, line.count.as_str(), caller));
                line.booked((!postings.is_empty()).then_some(movement))
            }
        };
        commit.records.push(count::line(&after, *version));
    }
    Ok(commit)
}

/// The id of the movement that books a line: a line is booked once, so there is one.
fn movement_id(line: &CountLine) -> String {
    let hash = Sha256::digest(line.place.key().as_bytes());
    let short: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{short}", line.count)
}

/// Takes on counts that somebody began to book and that nobody books any more; says how many.
pub async fn resume<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<u64, CommandError> {
    let background = watch::background(plant, now)?;
    let filter = ListFilter { state: vec![CountState::Posting.as_str().to_owned()], ..ListFilter::default() };
    let found = store.list(plant, kind::COUNT, &filter, &PageRequest::first(10)).await?;
    let mut resumed = 0;
    for record in found.items.iter().filter(|record| now.as_millisecond() - record.updated_ms > STUCK_MS) {
        let count: takt_domain::count::Count = record.parse()?;
        // What is booked is booked by who approved it.
        let by = count.approved.as_ref().map_or_else(|| count.by.clone(), |mark| mark.by.clone());
        let mut caller = background.clone();
        caller.actor.user = by;
        post_lines(store, &caller, &count.id).await?;
        resumed += 1;
    }
    Ok(resumed)
}
