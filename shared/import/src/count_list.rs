//! A counted list (盘点清单): every row becomes an entry of a count, or none does and each row that is wrong is named.
//!
//! The list is staged in pieces, as a request holds only so much, and then entered as one commit. It has the columns of
//! `balances.csv`: what stands in it was counted, whatever the books say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use takt_api::counts::{Absent, EnterList, ListAnswer, PutListPart};
use takt_domain::count::{Count, CountLine, CountSettings, Entry, LineState, NewEntry, Place};
use takt_domain::decide::DomainEvent;
use takt_domain::id::CountId;
use takt_domain::lot;
use takt_domain::master::Item;
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, count as command, run};
use takt_records::costs::Price;
use takt_records::count::{self, alert};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::answered_before;
use takt_store::{Commit, Expect, Load, Loaded, MovementFilter, PageRequest, Record, RecordWrite, Store};

use crate::error::Errors;
use crate::row::Row;
use crate::tables::{self, BalanceRow, File, Read};

/// The most pieces of a list.
const PARTS_MAX: u32 = 99;

/// The most rows of a list: what one commit books. A plant with more counts location by location.
const ROWS_MAX: usize = 50_000;

/// What the list is called in what is wrong with it: the table whose columns it has.
const FILE: &str = "balances.csv";

fn part_id(id: &CountId, number: u32) -> String {
    format!("{id}/{number:06}")
}

/// Stages a piece; the same number again replaces it.
pub async fn put_part<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    number: u32,
    given: &PutListPart,
) -> Result<Answer, CommandError> {
    if !(1..=PARTS_MAX).contains(&number) {
        return Err(CommandError::field("part", format!("expected a number from 1 to {PARTS_MAX}")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::COUNT.into(), id.to_string())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (_, version) = command::of(&loaded, id)?;
        if !caller.actor.may(Permission::CountDo) {
            return Err(Refusal::one(Unmet::permission(Permission::CountDo, caller.lang)).into());
        }
        let body = json!(ListAnswer { rows: 0, recounts: 0 });
        let mut commit = caller.commit(200, &body);
        commit.expect.push(Expect { kind: kind::COUNT.into(), id: id.to_string(), version });
        commit.records.push(part(id, number, &given.text));
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

fn part(id: &CountId, number: u32, text: &str) -> RecordWrite {
    RecordWrite {
        parent: Some(id.to_string()),
        ..RecordWrite::new(kind::COUNT_PART, part_id(id, number), None, json!({"text": text}))
    }
}

/// Enters the whole list.
pub async fn enter_list<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &EnterList,
) -> Result<Answer, CommandError> {
    if !(1..=PARTS_MAX).contains(&given.parts) {
        return Err(CommandError::field("parts", format!("expected a number from 1 to {PARTS_MAX}")));
    }
    run(store, caller, async || plan(store, caller, id, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, id: &CountId, given: &EnterList) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::COUNT.into(), id.to_string()), count::settings_record()];
    load.records.extend((1..=given.parts).map(|number| (kind::COUNT_PART.to_owned(), part_id(id, number))));
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let (of_count, version) = command::of(&loaded, id)?;
    if !caller.actor.may(Permission::CountDo) {
        return Err(Refusal::one(Unmet::permission(Permission::CountDo, caller.lang)).into());
    }
    let mut errors = Errors::told_in(caller.lang);
    let file = File { name: FILE.into(), text: text(&loaded, id, given.parts)? };
    let read = tables::read(&[file], None, &mut errors).balances;
    if read.is_empty() && errors.is_empty() {
        return Err(CommandError::field("list", "expected at least one row"));
    }
    if read.len() > ROWS_MAX {
        return Err(CommandError::field(
            "list",
            format!("expected at most {ROWS_MAX} rows, count location by location"),
        ));
    }
    let mut rows: Vec<(Place, Quantity, Option<&Row>)> = read.iter().map(counted).collect();
    if given.absent == Absent::Zero {
        rows.extend(absent(store, caller, &of_count, &rows).await?);
    }
    // What came into the ledger since is behind the entries; the balances are of one moment.
    let newest = store.movements(caller.plant, &MovementFilter::default(), &PageRequest::first(1)).await?;
    let ledger = newest.items.first().map_or(0, |posting| u64::try_from(posting.seq).unwrap_or(0));
    let books = store.load(&about_items(caller, &rows)).await?;
    let lines_before = store.load(&about_lines(caller, id, &rows)).await?;
    let (settings, _) = count::settings(&loaded)?;
    let mut held: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
    for balance in &books.balances {
        *held.entry((&balance.location, &balance.item, &balance.lot)).or_default() += balance.quantity;
    }
    // A list has many rows: nothing is searched for each of them.
    let items = items(&books)?;
    let locations = loaded.children(kind::LOCATION, PLANT_PARENT).map(|record| record.id.as_str());
    let locations: BTreeSet<&str> = locations.collect();
    let before: BTreeMap<&str, &Record> =
        lines_before.records.iter().map(|record| (record.id.as_str(), record)).collect();
    let mut lines = Vec::with_capacity(rows.len());
    let mut recounts = 0;
    let mut agreed = Vec::new();
    for (place, quantity, row) in &rows {
        let mut wrong = |column: &str, detail: String| {
            if let Some(row) = row {
                row.wrong(column, detail, &mut errors);
            }
        };
        if !locations.contains(place.location.as_str()) {
            wrong("location", format!("there is no location {}", place.location));
            continue;
        }
        let Some((item, price)) = items.get(place.item.as_str()) else {
            wrong("item", format!("there is no item {}", place.item));
            continue;
        };
        let Ok(quantity) = quantity.at_scale(item.scale) else {
            wrong("quantity", format!("expected at most {} decimals for this item", item.scale));
            continue;
        };
        let key = (place.location.as_str(), place.item.as_str(), place.lot.as_str());
        let book = held.get(&key).copied().unwrap_or(0);
        // What stood there before the item was tracked is counted as it stands.
        let as_it_stands = place.lot.is_empty() && book > 0;
        let tracked = lot::wrong(item, &place.lot, quantity, caller.lang);
        if let Some((column, detail)) = tracked.filter(|_| quantity.is_positive() && !as_it_stands) {
            wrong(column, detail);
            continue;
        }
        let entry = Entry {
            by: caller.actor.user.clone(),
            at: caller.now,
            quantity,
            book: Quantity::from_units(book, item.scale),
            ledger,
        };
        let known = before.get(count::line_id(id.as_str(), place).as_str());
        let line_before: Option<CountLine> = known.map(|record| record.parse()).transpose()?;
        let new = NewEntry { place, entry, more: false, price: *price };
        match CountLine::enter(&of_count, line_before.as_ref(), &new, &settings, &caller.actor, caller.lang) {
            Ok(line) => {
                recounts += u32::from(line.state == LineState::Recount);
                lines.push(count::line(&line, known.map_or(0, |record| record.version)));
                agreed.extend(Some(line).filter(|line| line.state == LineState::Agreed));
            }
            // What keeps every row from this count is told once.
            Err(refusal) if refusal.unmet.iter().any(|unmet| unmet.code == "count.state") => return Err(refusal.into()),
            Err(refusal) => {
                for unmet in refusal.unmet {
                    wrong("item", unmet.detail);
                }
            }
        }
    }
    if !errors.is_empty() {
        return Err(CommandError::Invalid(errors.into_fields()));
    }
    let answer = ListAnswer { rows: u32::try_from(lines.len()).unwrap_or(u32::MAX), recounts };
    let body = json!(answer);
    let mut commit = caller.commit(200, &body);
    commit.expect.push(Expect { kind: kind::COUNT.into(), id: id.to_string(), version });
    commit.records = lines;
    commit.records.extend((1..=given.parts).map(|number| part(id, number, "")));
    let data = json!({"count": id, "rows": answer.rows, "recounts": recounts, "by": caller.actor.user});
    let told = DomainEvent { kind: "count.list_entered.v1".into(), data };
    commit.events = keep::events(vec![told], &caller.derived_id(), id.as_str(), caller);
    tell(store, caller, &agreed, &settings, &mut commit).await?;
    Ok(Plan { commit, status: 200, body })
}

/// Tells of large differences of lines that hold, or that they are no more, as an entry by hand does.
async fn tell<S: Store>(
    store: &S,
    caller: &Caller,
    agreed: &[CountLine],
    settings: &CountSettings,
    commit: &mut Commit,
) -> Result<(), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records =
        agreed.iter().map(|line| (kind::ALERT.to_owned(), alert::id(alert::DIFFERENCE, &line.place))).collect();
    let loaded = store.load(&load).await?;
    for line in agreed {
        alert::difference(line, settings, &loaded, caller, commit)?;
    }
    Ok(())
}

/// The pieces, put together.
fn text(loaded: &Loaded, id: &CountId, parts: u32) -> Result<String, CommandError> {
    let mut text = String::new();
    for number in 1..=parts {
        let record = loaded.record(kind::COUNT_PART, &part_id(id, number));
        let missing = || CommandError::field("parts", format!("the piece {number} was not staged"));
        text.push_str(record.and_then(|record| record.body["text"].as_str()).ok_or_else(missing)?);
    }
    Ok(text)
}

fn counted(read: &Read<BalanceRow>) -> (Place, Quantity, Option<&Row>) {
    let BalanceRow { item, location, lot, quantity, .. } = &read.value;
    let place = Place { location: location.clone(), item: item.clone(), lot: lot.trim().to_owned() };
    (place, *quantity, Some(&read.row))
}

/// What the books have at the locations that the list names, and the list does not: nothing is there.
async fn absent<S: Store>(
    store: &S,
    caller: &Caller,
    of_count: &Count,
    rows: &[(Place, Quantity, Option<&Row>)],
) -> Result<Vec<(Place, Quantity, Option<&'static Row>)>, CommandError> {
    let named: BTreeSet<Place> = rows.iter().map(|(place, _, _)| place.clone()).collect();
    let locations: BTreeSet<&str> = named.iter().map(|place| place.location.as_str()).collect();
    let mut found = Vec::new();
    for location in locations {
        let left = count::booked_places(store, caller, of_count, Some(location), &named).await?;
        if left.len() >= count::PLACES_MAX {
            let detail = format!("the books have too much at {location} that the list does not name");
            return Err(CommandError::field("absent", detail));
        }
        found.extend(left.into_iter().map(|(place, _)| (place, Quantity::zero(0), None)));
    }
    Ok(found)
}

/// What is to be known of the items of the rows.
fn about_items(caller: &Caller, rows: &[(Place, Quantity, Option<&Row>)]) -> Load {
    let items: BTreeSet<&str> = rows.iter().map(|(place, _, _)| place.item.as_str()).collect();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.balances_of = items.iter().map(|item| (*item).to_owned()).collect();
    load.records = items
        .iter()
        .flat_map(|item| [kind::ITEM, kind::PRICE].map(|kind| (kind.to_owned(), (*item).to_owned())))
        .collect();
    load
}

/// What was counted of their places before.
fn about_lines(caller: &Caller, id: &CountId, rows: &[(Place, Quantity, Option<&Row>)]) -> Load {
    let mut load = Load::new(caller.plant, caller.now_ms());
    let lines = rows.iter().map(|(place, _, _)| (kind::COUNT_LINE.to_owned(), count::line_id(id.as_str(), place)));
    load.records = lines.collect();
    load
}

/// The items, each with its price.
fn items(books: &Loaded) -> Result<BTreeMap<&str, (Item, Option<Quantity>)>, CommandError> {
    let of_kind = |wanted: &'static str| books.records.iter().filter(move |record| record.kind == wanted);
    let mut prices: BTreeMap<&str, Option<Quantity>> = BTreeMap::new();
    for record in of_kind(kind::PRICE) {
        prices.insert(&record.id, record.parse::<Price>()?.price);
    }
    let mut items = BTreeMap::new();
    for record in of_kind(kind::ITEM) {
        items.insert(record.id.as_str(), (record.parse()?, prices.get(record.id.as_str()).copied().flatten()));
    }
    Ok(items)
}
