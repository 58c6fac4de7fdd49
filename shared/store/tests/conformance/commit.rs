//! Commits, one after another.

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    Commit, Expect, MovementFilter, PageRequest, PlantNumber, Posting, Receipt, RecordWrite, Store, StoreError,
    StoredResponse,
};

use super::{
    Harness, NOW, PLANT, book, commit, count, event, held, key, load, look, outside, place, plant, posting, quantity,
    receive, with_plant,
};

pub(crate) fn a_commit_for_an_unknown_plant_is_refused(harness: &impl Harness) {
    let store = with_plant(harness);
    let nowhere = Commit { events: vec![event("e")], ..Commit::new(PlantNumber(2), NOW) };
    assert_eq!(book(&store, &nowhere), Err(StoreError::UnknownPlant));
}

pub(crate) fn the_same_key_and_request_gets_the_stored_answer(harness: &impl Harness) {
    let store = with_plant(harness);
    let first = Commit { idempotency: Some(key("k", "f")), counters: vec![count("s", 1, None, None)], ..commit() };
    book(&store, &first).unwrap();
    let answer = StoredResponse { status: 201, body: key("k", "f").body };
    let mut again = first.clone();
    again.idempotency.as_mut().unwrap().body = json!("decided anew");
    again.idempotency.as_mut().unwrap().status = 500;
    assert_eq!(book(&store, &again), Err(StoreError::Replayed(answer)));
    let mut wanted = load();
    wanted.counters = vec!["s".to_owned()];
    assert_eq!(look(&store, wanted).counter("s", "good"), 1);
}

pub(crate) fn the_same_key_with_another_request_is_refused(harness: &impl Harness) {
    let store = with_plant(harness);
    book(&store, &Commit { idempotency: Some(key("k", "f")), ..commit() }).unwrap();
    let other = Commit { idempotency: Some(key("k", "g")), ..commit() };
    assert_eq!(book(&store, &other), Err(StoreError::KeyReused));
}

pub(crate) fn a_key_belongs_to_its_user_and_plant(harness: &impl Harness) {
    let store = with_plant(harness);
    block_on(store.put_plant(&plant(PlantNumber(2)))).unwrap();
    let first = Commit { idempotency: Some(key("k", "f")), ..commit() };
    book(&store, &first).unwrap();
    book(&store, &Commit { plant: PlantNumber(2), ..first.clone() }).unwrap();
    let mut other_user = first;
    other_user.idempotency.as_mut().unwrap().user = "planner".to_owned();
    book(&store, &other_user).unwrap();
}

pub(crate) fn a_key_is_forgotten_after_90_days(harness: &impl Harness) {
    let store = with_plant(harness);
    let days = |days: i64| NOW + days * 24 * 3600 * 1000;
    let first = Commit { idempotency: Some(key("k", "f")), ..commit() };
    book(&store, &first).unwrap();
    let late = Commit { at_ms: days(90) - 1, ..first.clone() };
    assert!(matches!(book(&store, &late), Err(StoreError::Replayed(_))));
    assert_eq!(block_on(store.purge(days(90) - 1)), Ok(0));
    let later = Commit { at_ms: days(90), idempotency: Some(key("k", "g")), ..commit() };
    book(&store, &later).unwrap();
    assert_eq!(book(&store, &Commit { at_ms: days(90), ..first }), Err(StoreError::KeyReused));
    assert_eq!(block_on(store.purge(days(180))), Ok(1));
}

fn order(id: &str, expected: Option<u64>) -> RecordWrite {
    RecordWrite::new("order", id, expected, json!({"id": id}))
}

pub(crate) fn a_record_written_since_it_was_read_is_a_conflict(harness: &impl Harness) {
    let store = with_plant(harness);
    let write = |expected| book(&store, &Commit { records: vec![order("WO-1", expected)], ..commit() });
    write(Some(0)).unwrap();
    write(Some(1)).unwrap();
    assert_eq!(write(Some(1)), Err(StoreError::VersionConflict));
    write(None).unwrap();
    let mut wanted = load();
    wanted.records = vec![("order".to_owned(), "WO-1".to_owned())];
    assert_eq!(look(&store, wanted).record("order", "WO-1").unwrap().version, 3);
}

pub(crate) fn an_expected_record_that_changed_is_a_conflict(harness: &impl Harness) {
    let store = with_plant(harness);
    book(&store, &Commit { records: vec![order("WO-1", Some(0))], ..commit() }).unwrap();
    let check = |id: &str, version| {
        let expect = vec![Expect { kind: "order".to_owned(), id: id.to_owned(), version }];
        book(&store, &Commit { expect, ..commit() }).map(drop)
    };
    assert_eq!(check("WO-1", 1), Ok(()));
    assert_eq!(check("WO-2", 0), Ok(()));
    assert_eq!(check("WO-1", 0), Err(StoreError::VersionConflict));
    assert_eq!(check("WO-1", 2), Err(StoreError::VersionConflict));
    assert_eq!(check("WO-2", 1), Err(StoreError::VersionConflict));
}

pub(crate) fn a_new_record_must_be_new(harness: &impl Harness) {
    let store = with_plant(harness);
    let new = Commit { records: vec![order("WO-1", Some(0)), order("WO-2", Some(0))], ..commit() };
    book(&store, &new).unwrap();
    assert_eq!(book(&store, &new), Err(StoreError::VersionConflict));
}

pub(crate) fn a_key_is_judged_before_session_and_versions(harness: &impl Harness) {
    let store = with_plant(harness);
    let first = Commit { idempotency: Some(key("k", "f")), ..commit() };
    book(&store, &first).unwrap();
    let broken = Commit { session: Some("none".to_owned()), records: vec![order("WO-1", Some(7))], ..first };
    assert!(matches!(book(&store, &broken), Err(StoreError::Replayed(_))));
    let no_key = Commit { idempotency: None, ..broken };
    assert_eq!(book(&store, &no_key), Err(StoreError::SessionEnded));
}

pub(crate) fn a_negative_balance_is_refused_and_nothing_is_written(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 5);
    let refused = Commit {
        idempotency: Some(key("k", "f")),
        records: vec![order("WO-1", Some(0))],
        counters: vec![count("s", 1, None, None)],
        events: vec![event("e")],
        receipts: vec![Receipt { id: "r".to_owned(), state: "booked".to_owned(), body: json!(null) }],
        postings: vec![posting("a", place("L1"), place("L2"), 5), posting("b", place("L1"), outside("scrap"), 1)],
        ..commit()
    };
    assert_eq!(book(&store, &refused), Err(StoreError::NegativeBalance));
    assert_eq!(quantity(&store, &place("L1")), 5);
    assert_eq!(quantity(&store, &place("L2")), 0);
    let mut wanted = load();
    wanted.key = Some(takt_store::KeyLookup { user: "operator".to_owned(), key: "k".to_owned() });
    wanted.records = vec![("order".to_owned(), "WO-1".to_owned())];
    wanted.counters = vec!["s".to_owned()];
    wanted.receipts = vec!["r".to_owned()];
    let seen = look(&store, wanted);
    assert_eq!((seen.key, seen.records.len(), seen.counters.len(), seen.receipts.len()), (None, 0, 0, 0));
    assert!(block_on(store.journal(PLANT, None, 10)).unwrap().events.is_empty());
    assert!(block_on(store.movement(PLANT, "m-a")).unwrap().is_empty());
}

pub(crate) fn postings_are_booked_in_their_order(harness: &impl Harness) {
    let store = with_plant(harness);
    let there = || posting("a", outside("supplier"), place("L1"), 4);
    let reserve = || posting("b", place("L1"), held("L1", "WO-1"), 3);
    let backwards = Commit { postings: vec![reserve(), there()], ..commit() };
    assert_eq!(book(&store, &backwards), Err(StoreError::NegativeBalance));
    book(&store, &Commit { postings: vec![there(), reserve()], ..commit() }).unwrap();
    assert_eq!(quantity(&store, &place("L1")), 1);
    assert_eq!(quantity(&store, &held("L1", "WO-1")), 3);
    let reserved = block_on(store.movement(PLANT, "m-b")).unwrap();
    assert_eq!((reserved[0].from_after, reserved[0].to_after), (1, 3));
}

pub(crate) fn an_unbounded_account_may_go_below_zero(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 5);
    assert_eq!(quantity(&store, &outside("supplier")), -5);
}

pub(crate) fn an_account_once_bounded_stays_so(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 5);
    let posting = posting("a", outside("L1"), place("L2"), 6);
    assert_eq!(book(&store, &Commit { postings: vec![posting], ..commit() }), Err(StoreError::NegativeBalance));
}

pub(crate) fn counters_stay_within_both_bounds(harness: &impl Harness) {
    let store = with_plant(harness);
    let check = |delta, min_after, max_after| {
        let counters = vec![count("s", delta, min_after, max_after)];
        book(&store, &Commit { counters, ..commit() }).map(drop)
    };
    assert_eq!(check(-1, Some(0), None), Err(StoreError::CounterBound));
    assert_eq!(check(11, Some(0), Some(10)), Err(StoreError::CounterBound));
    assert_eq!(check(10, Some(0), Some(10)), Ok(()));
    assert_eq!(check(1, None, Some(10)), Err(StoreError::CounterBound));
    assert_eq!(check(-10, Some(0), Some(10)), Ok(()));
    assert_eq!(check(-1, None, None), Ok(()));
    let counters = block_on(store.counters(PLANT, "s")).unwrap();
    assert_eq!(counters.iter().map(|counter| counter.value).collect::<Vec<_>>(), [-1]);
}

pub(crate) fn a_posting_is_reversed_once(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 5);
    let back = |id: &str| {
        let mut back = posting(id, place("L1"), outside("supplier"), 2);
        back.reverses = Some("receipt-L1".to_owned());
        book(&store, &Commit { postings: vec![back], ..commit() }).map(drop)
    };
    assert_eq!(back("a"), Ok(()));
    assert_eq!(back("b"), Err(StoreError::AlreadyReversed));
    let received = block_on(store.movement(PLANT, "m-receipt-L1")).unwrap();
    assert_eq!(received[0].reversed_by.as_deref(), Some("a"));
    assert_eq!(quantity(&store, &place("L1")), 3);
}

pub(crate) fn what_cannot_be_stored_is_malformed(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 5);
    let check = |posting: Posting| {
        let outcome = book(&store, &Commit { postings: vec![posting.clone()], ..commit() });
        assert!(matches!(outcome, Err(StoreError::Malformed(_))), "{outcome:?} for {posting:?}");
    };
    check(posting("a", place("L1"), place("L2"), 0));
    check(posting("a", place("L1"), place("L2"), -1));
    check(posting("a", place("L1"), place("L1"), 1));
    check(posting("", place("L1"), place("L2"), 1));
    check(posting("receipt-L1", outside("supplier"), place("L2"), 1));
    check(posting("a", outside("supplier"), place("L1"), i64::MAX));
    check(posting("a\0b", place("L1"), place("L2"), 1));
    assert_eq!(quantity(&store, &place("L1")), 5);
}

pub(crate) fn the_ledger_and_the_journal_are_append_only(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 5);
    book(&store, &Commit { events: vec![event("e")], ..commit() }).unwrap();
    assert!(harness.raw("UPDATE posting SET quantity = 1").is_err());
    assert!(harness.raw("DELETE FROM posting").is_err());
    assert!(harness.raw("UPDATE event SET subject = 'WO-2'").is_err());
    assert!(harness.raw("DELETE FROM event").is_err());
    assert_eq!(block_on(store.movement(PLANT, "m-receipt-L1")).unwrap()[0].quantity, 5);
}

pub(crate) fn a_batch_books_each_on_its_own(harness: &impl Harness) {
    let store = with_plant(harness);
    receive(&store, "L1", 2);
    let issue = |id: &str| Commit {
        idempotency: Some(key(id, "f")),
        postings: vec![posting(id, place("L1"), outside("production"), 1)],
        ..commit()
    };
    let batch = [issue("a"), issue("a"), issue("b"), issue("c")];
    let outcomes = block_on(store.commit_many(&batch));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert!(matches!(outcomes[1], Err(StoreError::Replayed(_))));
    assert_eq!(outcomes[3], Err(StoreError::NegativeBalance));
    assert_eq!(quantity(&store, &place("L1")), 0);
}

pub(crate) fn a_batch_without_refusals_is_booked_in_order(harness: &impl Harness) {
    let store = with_plant(harness);
    let batch: Vec<_> = (0..12)
        .map(|n| Commit {
            events: vec![event(&format!("e-{n}"))],
            counters: vec![count("s", 1, None, Some(12))],
            ..commit()
        })
        .collect();
    assert!(block_on(store.commit_many(&batch)).iter().all(Result::is_ok));
    harness.settle();
    let journal = block_on(store.journal(PLANT, None, 100)).unwrap();
    let ids: Vec<_> = journal.events.iter().map(|event| event.event.id.clone()).collect();
    assert_eq!(ids, (0..12).map(|n| format!("e-{n}")).collect::<Vec<_>>());
    assert!(block_on(store.commit_many(&[])).is_empty());
}

pub(crate) fn text_comes_back_as_it_went_in(harness: &impl Harness) {
    let store = with_plant(harness);
    let body = json!({"text": "引号 \" \\ \\u0000 ' \n 🏭 ü", "max": i64::MAX, "min": i64::MIN, "deep": [{"a": {}}, [], "", null, true]});
    let id = "WO/1 ' \" 号";
    let mut write = RecordWrite::new("order", id, Some(0), body.clone());
    write.state = Some("true".to_owned());
    write.sort = Some("007".to_owned());
    write.parent = Some("1".to_owned());
    let mut moved = posting("1", outside("0"), place("1"), i64::MAX);
    moved.document = Some("0012".to_owned());
    book(&store, &Commit { records: vec![write], postings: vec![moved], ..commit() }).unwrap();
    let mut wanted = load();
    wanted.records = vec![("order".to_owned(), id.to_owned())];
    let seen = look(&store, wanted);
    let record = seen.record("order", id).unwrap();
    assert_eq!(record.body, body);
    assert_eq!(record.state.as_deref(), Some("true"));
    assert_eq!(record.sort.as_deref(), Some("007"));
    let filter = MovementFilter { location: Some("1".to_owned()), ..MovementFilter::default() };
    let page = block_on(store.movements(PLANT, &filter, &PageRequest::first(1))).unwrap();
    assert_eq!(page.items[0].document.as_deref(), Some("0012"));
    assert_eq!(page.items[0].quantity, i64::MAX);
}
