//! The chain of seals shows what was tampered with, on a file and on a server.

mod database;

use database::{Database, File, Server};
use futures::executor::block_on;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use takt_records::seal::{Broken, Fault, last, seal, verify};
use takt_store::{Account, Commit, Plant, PlantNumber, Posting, Store};

const PLANT: PlantNumber = PlantNumber(1);

fn plant() -> Plant {
    Plant {
        number: PLANT,
        name: "P".into(),
        time_zone: "Asia/Shanghai".into(),
        shift_calendar: json!({}),
        settings: json!({}),
        created_ms: 0,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn account(location: &str, bounded: bool) -> Account {
    Account { location: location.into(), order: String::new(), bounded }
}

fn posting(id: &str, quantity: i64, now: Timestamp) -> Posting {
    Posting {
        id: id.into(),
        movement: format!("m-{id}"),
        kind: "receipt".into(),
        item: "screw".into(),
        lot: String::new(),
        from: account("@supplier", false),
        to: account("L1", true),
        quantity,
        order: None,
        operation: None,
        document: Some("PO-1".into()),
        reason: None,
        user: "li".into(),
        device: None,
        source: "hand".into(),
        occurred_ms: now.as_millisecond(),
        reverses: None,
    }
}

fn book(store: &impl Store, id: &str, now: Timestamp) {
    let commit = Commit { postings: vec![posting(id, 2, now)], ..Commit::new(PLANT, now.as_millisecond()) };
    block_on(store.commit(&commit)).unwrap();
}

/// Seals all that is due at this moment; how many postings each seal took.
fn seal_at<D: Database>(database: &D, now: Timestamp) -> Vec<u64> {
    database.settle();
    let store = database.store();
    std::iter::from_fn(|| block_on(seal(&store, &plant(), now)).unwrap()).collect()
}

/// Three days of five postings, each sealed by itself: 1 to 5, 6 to 10, 11 to 15.
fn three_days<D: Database>() -> D {
    let database = D::fresh();
    let store = database.store();
    block_on(store.put_plant(&plant())).unwrap();
    let mut now = at("2026-03-01T10:00:00+08:00");
    for day in 0..3 {
        for n in 1..=5 {
            book(&store, &format!("p{}", day * 5 + n), now + SignedDuration::from_secs(n));
        }
        now += SignedDuration::from_hours(24);
        database.leave_a_gap();
        assert_eq!(seal_at(&database, now), [5]);
    }
    database
}

/// The first thing that does not fit, and how many postings do before it.
fn found<D: Database>(database: &D) -> (u64, Option<Broken>) {
    let store = database.store();
    let (mut after, mut postings) = (0, 0);
    loop {
        let slice = block_on(verify(&store, PLANT, after)).unwrap();
        postings += slice.postings;
        match (slice.broken, slice.next) {
            (None, Some(next)) => after = next,
            (broken, _) => return (postings, broken),
        }
    }
}

fn check<D: Database>(sql: &[&str], fault: Fault, seal: u64, movement: Option<&str>) {
    let database = three_days::<D>();
    assert_eq!(found(&database), (15, None));
    database.drop_triggers();
    for sql in sql {
        database.raw(sql);
    }
    let (postings, broken) = found(&database);
    let broken = broken.unwrap_or_else(|| panic!("nothing was found after {sql:?}"));
    assert_eq!((broken.fault, broken.seal, broken.movement.as_deref()), (fault, seal, movement), "{sql:?}: {broken:?}");
    assert!(postings < 15);
    assert_eq!(broken.posting.is_some(), !matches!(fault, Fault::SealAltered | Fault::SealMissing));
}

fn one_changed_column_is_found<D: Database>() {
    for change in [
        "quantity = quantity + 1",
        "item = 'nut'",
        "to_location = 'L2'",
        "from_after = 0",
        "to_after = 99",
        "document = 'PO-2'",
        "document = NULL",
        "reason = ''",
        "booked_ms = booked_ms + 1",
        "occurred_ms = occurred_ms - 1",
        "kind = 'issue'",
        "lot = 'x'",
        "source = 'scan'",
        "to_bounded = NOT to_bounded",
    ] {
        check::<D>(&[&format!("UPDATE posting SET {change} WHERE id = 'p7'")], Fault::PostingAltered, 2, Some("m-p7"));
    }
}

fn a_deleted_posting_is_found<D: Database>() {
    check::<D>(&["DELETE FROM posting WHERE id = 'p1'"], Fault::PostingMissing, 1, None);
    check::<D>(&["DELETE FROM posting WHERE id = 'p8'"], Fault::PostingMissing, 2, None);
    check::<D>(&["DELETE FROM posting WHERE id IN ('p14', 'p15')"], Fault::PostingMissing, 3, None);
}

fn a_posting_put_into_the_past_is_found<D: Database>() {
    for (like, seal) in [("p1", 1), ("p6", 2)] {
        let database = three_days::<D>();
        database.drop_triggers();
        database.put_beside(like);
        let (_, broken) = found(&database);
        let broken = broken.unwrap();
        assert_eq!(
            (broken.fault, broken.seal, broken.movement.as_deref()),
            (Fault::PostingAdded, seal, Some("forged"))
        );
    }
}

fn an_altered_seal_is_found<D: Database>() {
    for change in [
        "hash = previous",
        "previous = hash",
        "day = '2026-03-09'",
        "count = 4",
        "postings = replace(postings, 'a', 'b')",
        "to_place = from_place",
        "to_place = 'x'",
        "sealed_ms = 0",
        "plant = 1, number = 2, from_place = ''",
    ] {
        check::<D>(&[&format!("UPDATE seal SET {change} WHERE number = 2")], Fault::SealAltered, 2, None);
    }
    check::<D>(&["DELETE FROM seal WHERE number = 2"], Fault::SealMissing, 2, None);
    check::<D>(&["DELETE FROM seal WHERE number = 1"], Fault::SealMissing, 1, None);
}

fn a_chain_holds_after_its_rows_went_to_an_archive<D: Database>() {
    let database = three_days::<D>();
    database.raw("UPDATE seal SET state = 'archived' WHERE number <= 2");
    assert_eq!(found(&database), (15, None), "nothing has gone yet");
    database.drop_triggers();
    database.raw("DELETE FROM posting WHERE id IN ('p1', 'p3', 'p4', 'p6')");
    let slice = block_on(verify(&database.store(), PLANT, 0)).unwrap();
    assert_eq!((slice.seals, slice.postings, slice.archived, slice.broken), (3, 11, 4, None));
    // What stayed is still watched, and so is the rest of the chain.
    database.raw("UPDATE posting SET quantity = 7 WHERE id = 'p5'");
    let (_, broken) = found(&database);
    assert_eq!(broken.unwrap().fault, Fault::PostingAltered);
}

fn a_seal_ends_with_its_day_and_waits_until_it_is_due<D: Database>() {
    let database = D::fresh();
    let store = database.store();
    block_on(store.put_plant(&plant())).unwrap();
    let evening = at("2026-03-01T23:55:00+08:00");
    book(&store, "a", evening);
    assert!(seal_at(&database, evening + SignedDuration::from_mins(4)).is_empty(), "it is young");
    let midnight = at("2026-03-02T00:01:00+08:00");
    book(&store, "b", midnight);
    assert_eq!(seal_at(&database, midnight), [1], "the day is over");
    assert_eq!(block_on(last(&store, PLANT)).unwrap().unwrap().day, "2026-03-01");
    book(&store, "c", midnight + SignedDuration::from_mins(2));
    assert_eq!(seal_at(&database, midnight + SignedDuration::from_mins(10)), [2], "old enough");
    assert_eq!(block_on(last(&store, PLANT)).unwrap().unwrap().day, "2026-03-02");
    let heads = block_on(store.seal_heads(PLANT, 10)).unwrap();
    assert_eq!(heads.iter().map(|head| head.day.as_str()).collect::<Vec<_>>(), ["2026-03-02", "2026-03-01"]);
    // A commit whose clock was behind comes later in the journal, and stays there.
    book(&store, "d", evening);
    assert_eq!(seal_at(&database, midnight + SignedDuration::from_hours(1)), [1]);
    assert_eq!(found(&database), (4, None));
}

fn many_postings_make_full_seals<D: Database>() {
    let database = D::fresh();
    let store = database.store();
    block_on(store.put_plant(&plant())).unwrap();
    let now = at("2026-03-01T10:00:00+08:00");
    for batch in 0..5 {
        let postings = (0..500).map(|n| posting(&format!("{batch}-{n}"), 1, now)).collect();
        block_on(store.commit(&Commit { postings, ..Commit::new(PLANT, now.as_millisecond()) })).unwrap();
    }
    assert_eq!(seal_at(&database, now), [1000, 1000]);
    assert_eq!(seal_at(&database, now + SignedDuration::from_mins(10)), [500]);
    assert_eq!(found(&database), (2500, None));
}

macro_rules! both {
    ($($test:ident),+ $(,)?) => {
        mod file {
            $(#[test] fn $test() { super::$test::<super::File>(); })+
        }
        mod server {
            $(#[test] fn $test() { super::$test::<super::Server>(); })+
        }
    };
}

both!(
    one_changed_column_is_found,
    a_deleted_posting_is_found,
    a_posting_put_into_the_past_is_found,
    an_altered_seal_is_found,
    a_chain_holds_after_its_rows_went_to_an_archive,
    a_seal_ends_with_its_day_and_waits_until_it_is_due,
    many_postings_make_full_seals,
);
