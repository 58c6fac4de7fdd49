//! What hangs on something that stays does not go.

use futures::executor::block_on;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use takt_api::archive::BatchState;
use takt_domain::archive::ArchiveSettings;
use takt_domain::id::LocationId;
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::lot::change::{Part, renamed};
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_records::archive::{batch, due, find, put_settings};
use takt_records::command::FIRST_PLANT;
use takt_records::keep::{self, MovementHead, kind};
use takt_store::{Commit, Load, PageRequest, RecordWrite, Store};

use crate::archive::database::Database;
use crate::archive::world::{World, codes};
use crate::archive::{bring_back, due_orders, fold, held, is_clean, one_gone, one_old, opened, take, verify};

/// Postings that somebody books for an order that was closed long ago.
fn booked<D: Database>(world: &World<D>, order: &str, id: &str, postings: &[Posting]) {
    let head = MovementHead { id: id.to_owned(), order: Some(order.to_owned()), ..MovementHead::default() };
    let caller = world.caller();
    let mut commit = Commit::new(FIRST_PLANT, caller.now_ms());
    commit.postings = keep::postings(postings, &head, &caller);
    block_on(world.store.commit(&commit)).unwrap();
}

fn bolts(from: Account, to: Account) -> Posting {
    Posting {
        kind: MovementKind::Transfer,
        item: "bolt".parse().unwrap(),
        lot: "B1".into(),
        from,
        to,
        quantity: Quantity::from_units(1, 0),
        reverses: None,
    }
}

pub(crate) fn what_stock_is_held_for_or_lots_were_made_for_stays<D: Database>() {
    let (world, order) = one_old::<D>();
    world.receive("bolt", "B1", "5").unwrap();
    held(&world, &order).unwrap();
    let place: LocationId = "S1".parse().unwrap();
    let (free, its) = (Account::free(place.clone()), Account::held(place.clone(), &order.parse().unwrap()));
    booked(&world, &order, "hold", &[bolts(free.clone(), its.clone())]);
    assert_eq!(codes(held(&world, &order)), ["archive.held"]);
    booked(&world, &order, "let go", &[bolts(its, free)]);
    assert_eq!(codes(held(&world, &order)), ["archive.unsealed"]);
    world.later_days(1);
    world.seal();
    held(&world, &order).unwrap();
    let part = Part { lot: "B1".into(), location: place, quantity: Quantity::from_units(1, 0) };
    booked(&world, &order, "rename", &renamed(&"bolt".parse().unwrap(), &part, "B9"));
    world.later_days(1);
    world.seal();
    assert_eq!(codes(held(&world, &order)), ["archive.lots"], "a trace reads it from the movement");
}

pub(crate) fn what_quality_has_not_closed_stays<D: Database>() {
    let (world, order) = one_old::<D>();
    let mark = serde_json::json!({"by": "anna", "at": world.now()});
    let nonconformance = serde_json::json!([{"id": "NC-1", "quantity": "1", "what": "a scratch"}]);
    let stop = serde_json::json!([{"exception": "E-1", "type": "machine", "by": mark["by"], "at": mark["at"]}]);
    for (field, open) in [("nonconformances", nonconformance), ("stops", stop)] {
        rewritten(&world, &order, |body| body[field] = open.clone());
        assert_eq!(codes(held(&world, &order)), ["archive.quality"], "{field}");
        rewritten(&world, &order, |body| body[field] = serde_json::json!([]));
        held(&world, &order).unwrap();
    }
}

/// The order as somebody would have left it who did something else.
fn rewritten<D: Database>(world: &World<D>, id: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let mut load = Load::new(FIRST_PLANT, world.now().as_millisecond());
    load.records = vec![(kind::ORDER.into(), id.to_owned())];
    let loaded = block_on(world.store.load(&load)).unwrap();
    let record = loaded.record(kind::ORDER, id).unwrap();
    let mut body = record.body.clone();
    change(&mut body);
    let mut commit = Commit::new(FIRST_PLANT, world.now().as_millisecond());
    commit.records.push(keep::order(&serde_json::from_value(body).unwrap(), record.version));
    block_on(world.store.commit(&commit)).unwrap();
}

pub(crate) fn what_is_taken_back_for_another_order_stays_and_what_takes_it_back<D: Database>() {
    let (mut world, first) = one_old::<D>();
    let second = world.running(2);
    world.close(&second);
    world.later_days(240);
    world.seal();
    world.receive("bolt", "B1", "5").unwrap();
    let there = |id: &str| Account::free(id.parse::<LocationId>().unwrap());
    let back = |of: &str| Posting { reverses: Some(format!("{of}.1")), ..bolts(there("S2"), there("S1")) };
    let sealed = || {
        world.later_days(1);
        world.seal();
    };
    booked(&world, &first, "there", &[bolts(there("S1"), there("S2"))]);
    booked(&world, &first, "back", &[back("there")]);
    sealed();
    held(&world, &first).unwrap();
    booked(&world, &first, "there again", &[bolts(there("S1"), there("S2"))]);
    booked(&world, &second, "back for another", &[back("there again")]);
    sealed();
    assert_eq!(codes(held(&world, &first)), ["archive.reversal"], "it is taken back");
    assert_eq!(codes(held(&world, &second)), ["archive.reversal"], "it takes back");
}

/// Orders that are the same but for their numbers, and when they were closed and last written.
fn copies<D: Database>(world: &World<D>, of: &str, all: &[(String, i64, i64)]) {
    let mut load = Load::new(FIRST_PLANT, world.now().as_millisecond());
    load.records = vec![(kind::ORDER.into(), of.to_owned())];
    let loaded = block_on(world.store.load(&load)).unwrap();
    let order: Order = loaded.record(kind::ORDER, of).unwrap().parse().unwrap();
    for (id, closed_ms, written_ms) in all {
        let mut copy = order.clone();
        copy.id = id.parse().unwrap();
        let closed = Timestamp::from_millisecond(*closed_ms).unwrap();
        copy.state_since = closed;
        copy.history.iter_mut().for_each(|entry| entry.at = closed);
        let mut commit = Commit::new(FIRST_PLANT, *written_ms);
        commit.records.push(keep::order(&copy, 0));
        block_on(world.store.commit(&commit)).unwrap();
    }
}

pub(crate) fn what_is_due_was_closed_and_last_written_before_the_month_that_stays<D: Database>() {
    let (world, order) = one_old::<D>();
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let before = ArchiveSettings::default().before(world.now(), &zone).as_millisecond();
    let named = |id: &str, closed, written| (id.to_owned(), closed, written);
    copies(
        &world,
        &order,
        &[
            named("ends", before - 1, before - 1),
            named("begins", before, before - 1),
            named("written", before - 1, before),
        ],
    );
    assert_eq!(due_orders(&world).keys().map(String::as_str).collect::<Vec<_>>(), [order.as_str(), "ends"]);
    assert_eq!(codes(held(&world, "begins")), ["archive.open"]);
    held(&world, "ends").unwrap();
    world.act(&order, "archive").unwrap();
    assert_eq!(due_orders(&world).keys().collect::<Vec<_>>(), ["ends"], "somebody has changed the other since");
}

pub(crate) fn all_that_is_due_is_told_page_by_page<D: Database>() {
    let (world, order) = one_old::<D>();
    let closed = world.now().as_millisecond() - 230 * 24 * 3_600_000;
    let all: Vec<_> = (0..250).map(|n| (format!("copy-{n:03}"), closed, closed)).collect();
    copies(&world, &order, &all);
    let (mut told, mut pages, mut after) = (Vec::new(), 0, Some(String::new()));
    while let Some(last) = after {
        let page = block_on(due::due(&world.store, &world.caller(), &last, false)).unwrap();
        told.extend(page.items.into_iter().map(|due| due.order.to_string()));
        (pages, after) = (pages + 1, page.next);
    }
    let copies = all.into_iter().map(|(id, _, _)| id);
    assert_eq!(told, [order].into_iter().chain(copies).collect::<Vec<_>>(), "each of them once");
    assert_eq!(pages, 2);
}

pub(crate) fn what_was_brought_back_stays_for_ninety_days<D: Database>() {
    let (world, gone) = one_gone::<D>();
    bring_back(&world, &gone, 5000).unwrap();
    for (days, expected) in [(0, 0), (89, 0), (1, 1)] {
        world.later_days(days);
        assert_eq!(due_orders(&world).len(), expected, "{days} days later");
    }
    held(&world, gone.order.as_str()).unwrap();
}

pub(crate) fn an_order_is_taken_again_only_by_who_has_read_the_same<D: Database>() {
    let (world, gone) = one_gone::<D>();
    let batch = block_on(find(&world.store, &world.caller(), gone.order.as_str())).unwrap().unwrap().batch;
    let again = take(&world, &batch, &gone).unwrap();
    assert_eq!((again.status, &again.body["order"]), (200, &serde_json::json!(gone.order)), "it has gone already");
    let mut other = gone.clone();
    other.tables[0].rows[0][1] = "other".into();
    assert_eq!(codes(take(&world, &batch, &other)), ["archive.gone"], "with other rows");
    let next = opened(&world, batch.rsplit_once('.').unwrap().0, "b");
    verify(&world, &next.id, "b").unwrap();
    assert_eq!(codes(take(&world, &next.id, &gone)), ["archive.gone"], "with another batch");
}

pub(crate) fn a_batch_that_ends_folds_what_is_carried_of_all_its_orders<D: Database>() {
    let (world, gone) = one_gone::<D>();
    let stays = block_on(find(&world.store, &world.caller(), gone.order.as_str())).unwrap().unwrap();
    let carried = || world.database.text("SELECT CAST(count(*) AS TEXT) FROM carried").parse::<u32>().unwrap();
    // Those that went with it before are listed first: it is on the second page.
    for n in 0..200 {
        let mut other = stays.clone();
        other.order = format!("other-{n:03}").parse().unwrap();
        other.totals.iter_mut().for_each(|total| total.item = "nothing".into());
        let body = serde_json::to_value(&other).unwrap();
        let record = RecordWrite {
            parent: Some(stays.batch.clone()),
            sort: Some(format!("{n:020}")),
            ..RecordWrite::new(kind::ARCHIVED_ORDER, other.order.as_str(), Some(0), body)
        };
        let commit = Commit { records: vec![record], ..Commit::new(FIRST_PLANT, world.now().as_millisecond()) };
        block_on(world.store.commit(&commit)).unwrap();
    }
    let before = carried();
    block_on(batch::end(&world.store, &world.caller(), &stays.batch)).unwrap();
    let after = carried();
    assert!(after < before, "{after} of {before}");
    fold(&world);
    assert_eq!(carried(), after, "there was nothing left to fold");
    is_clean(&world, "when it was folded");
}

pub(crate) fn files_expire_when_their_batch_is_done_and_their_years_are_over<D: Database>() {
    let (world, order) = one_old::<D>();
    let batch = opened(&world, &due_orders(&world)[&order].clone(), "a");
    let expire = || block_on(batch::expire(&world.store, &world.caller(), &batch.id));
    let over = || {
        let page = PageRequest::first(10);
        let found = block_on(batch::list(&world.store, &world.caller(), Some(BatchState::Done), &page)).unwrap();
        found.rows.iter().map(|batch| batch.over).collect::<Vec<_>>()
    };
    let given = ArchiveSettings { retention_years: 1, ..ArchiveSettings::default() };
    block_on(put_settings(&world.store, &world.caller(), &given)).unwrap();
    world.later_days(365);
    assert_eq!(codes(expire()), ["archive.state"], "what is open is still to be written");
    verify(&world, &batch.id, "a").unwrap();
    assert_eq!(codes(expire()), ["archive.state"], "what is verified is needed by the run that goes on");
    block_on(batch::end(&world.store, &world.caller(), &batch.id)).unwrap();
    assert_eq!(over(), [true]);
    let given = ArchiveSettings { retention_years: 3, ..given };
    block_on(put_settings(&world.store, &world.caller(), &given)).unwrap();
    assert_eq!((codes(expire()), over()), (vec!["archive.kept".to_owned()], vec![false]));
    world.later_days(2 * 365);
    expire().unwrap();
    assert_eq!(codes(expire()), ["archive.state"], "once");
}
