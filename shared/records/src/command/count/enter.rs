//! Takes what somebody counted.

use serde_json::json;
use takt_api::counts::{EnterLine, LineAnswer};
use takt_domain::count::{CountLine, Entry, LineState, NewEntry, Place};
use takt_domain::decide::DomainEvent;
use takt_domain::id::CountId;
use takt_domain::master::Item;
use takt_domain::quantity::Quantity;
use takt_store::{Expect, Load, Store};

use super::of;
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::costs::price_of;
use crate::count::{self, alert, book};
use crate::keep::{self, kind};
use crate::{load, lot};

/// How long an entry may lie back, in milliseconds: a day.
const BACK_MAX_MS: i64 = 24 * 3600 * 1000;

/// Takes it, with what the books held at that moment.
pub async fn enter<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &EnterLine,
) -> Result<Answer, CommandError> {
    text_at("lot", &given.lot, 64)?;
    if given.location.is_virtual() {
        return Err(CommandError::field("location", "expected a place on the floor"));
    }
    let back = given.counted_at.map(|at| caller.now_ms() - at.as_millisecond());
    if back.is_some_and(|back_ms| !(0..=BACK_MAX_MS).contains(&back_ms)) {
        return Err(CommandError::field("counted_at", "expected a moment of the last 24 hours"));
    }
    if given.more && given.counted_at.is_some() {
        return Err(CommandError::field("counted_at", "what comes to a count is of its moment"));
    }
    let lot = given.lot.trim().to_owned();
    let place = Place { location: given.location.clone(), item: given.item.clone(), lot };
    run(store, caller, async || plan(store, caller, id, given, &place).await).await
}

async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &EnterLine,
    place: &Place,
) -> Result<Plan, CommandError> {
    let line_id = count::line_id(id.as_str(), place);
    let mut wanted = Load::new(caller.plant, caller.now_ms());
    wanted.key = caller.key_lookup();
    wanted.records = vec![
        (kind::COUNT.into(), id.to_string()),
        (kind::COUNT_LINE.into(), line_id.clone()),
        (kind::ITEM.into(), place.item.to_string()),
        (kind::PRICE.into(), place.item.to_string()),
        (kind::LOCATION.into(), place.location.to_string()),
        count::settings_record(),
    ];
    wanted.records.extend(alert::records(place));
    wanted.balances_of = vec![place.item.to_string()];
    let (mut loaded, book) = book::load(store, caller, &wanted, place, given.counted_at).await?;
    load::answered_before(&mut loaded, caller)?;
    let (of_count, version) = of(&loaded, id)?;
    let item: Item = match loaded.record(kind::ITEM, place.item.as_str()) {
        Some(record) => record.parse()?,
        None => return Err(CommandError::field("item", format!("there is no item {}", place.item))),
    };
    // What stood there before the item was tracked is counted as it stands.
    if given.quantity.is_positive() && !(place.lot.is_empty() && book.units > 0) {
        lot::check(&item, &place.lot, given.quantity.at_scale(item.scale).unwrap_or(given.quantity), caller.lang)?;
    }
    if loaded.record(kind::LOCATION, place.location.as_str()).is_none() {
        return Err(CommandError::field("location", format!("there is no location {}", place.location)));
    }
    let entry = Entry {
        by: caller.actor.user.clone(),
        at: given.counted_at.unwrap_or(caller.now),
        quantity: quantity_at("quantity", given.quantity, item.scale)?,
        book: Quantity::from_units(book.units, item.scale),
        ledger: book.ledger,
    };
    let record = loaded.record(kind::COUNT_LINE, &line_id);
    let before: Option<CountLine> = record.map(|record| record.parse()).transpose()?;
    let line_version = record.map_or(0, |record| record.version);
    let (settings, _) = count::settings(&loaded)?;
    let new = NewEntry { place, entry, more: given.more, price: price_of(&loaded, place.item.as_str())? };
    let line = CountLine::enter(&of_count, before.as_ref(), &new, &settings, &caller.actor, caller.lang)?;
    let counted = line.last().map_or(given.quantity, |last| last.quantity);
    let body = json!(LineAnswer { state: line.state.as_str().into(), quantity: counted });
    let mut commit = caller.commit(200, &body);
    commit.expect.push(Expect { kind: kind::COUNT.into(), id: id.to_string(), version });
    commit.records.push(count::line(&line, line_version));
    let data = json!({
        "count": id, "location": place.location, "item": place.item, "lot": place.lot, "quantity": given.quantity,
        "more": given.more, "state": line.state, "by": caller.actor.user,
    });
    let told = DomainEvent { kind: "count.entered.v1".into(), data };
    commit.events = keep::events(vec![told], &caller.derived_id(), id.as_str(), caller);
    if line.state == LineState::Agreed {
        alert::difference(&line, &settings, &loaded, caller, &mut commit)?;
    }
    Ok(Plan { commit, status: 200, body })
}
