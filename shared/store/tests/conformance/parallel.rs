//! Many at once, each with connections of its own.

use std::sync::Barrier;
use std::thread;

use futures::executor::block_on;
use serde_json::json;
use takt_store::{Commit, Committed, RecordWrite, Store, StoreError};

use super::{Harness, book, commit, count, key, load, look, outside, place, posting, quantity, receive, with_plant};

/// Runs them from as many threads at the same moment.
fn at_once<H: Harness>(harness: &H, commits: &[Commit]) -> Vec<Result<Committed, StoreError>> {
    let barrier = Barrier::new(commits.len());
    thread::scope(|scope| {
        let threads: Vec<_> = commits
            .iter()
            .map(|commit| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let store = harness.store();
                    barrier.wait();
                    book(&store, commit)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn booked(outcomes: &[Result<Committed, StoreError>]) -> usize {
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

pub(crate) fn the_last_piece_goes_to_one_of_two(harness: &impl Harness) {
    let store = with_plant(harness);
    for round in 1..=10 {
        let location = format!("L{round}");
        receive(&store, &location, 1);
        let issue = |who: &str| {
            let id = format!("{round}-{who}");
            Commit { postings: vec![posting(&id, place(&location), outside("production"), 1)], ..commit() }
        };
        let outcomes = at_once(harness, &[issue("a"), issue("b")]);
        assert_eq!(booked(&outcomes), 1);
        assert!(outcomes.contains(&Err(StoreError::NegativeBalance)));
        assert_eq!(quantity(&store, &place(&location)), 0);
    }
}

pub(crate) fn fifty_reports_at_once_stop_at_the_quantity(harness: &impl Harness) {
    let store = with_plant(harness);
    let reports: Vec<_> = (0..50)
        .map(|n| Commit {
            idempotency: Some(key(&format!("k-{n}"), "f")),
            counters: vec![count("WO-1/10", 3, Some(0), Some(100))],
            ..commit()
        })
        .collect();
    let outcomes = at_once(harness, &reports);
    assert_eq!(booked(&outcomes), 33);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(StoreError::CounterBound)).count(), 17);
    let mut wanted = load();
    wanted.counters = vec!["WO-1/10".to_owned()];
    assert_eq!(look(&store, wanted).counter("WO-1/10", "good"), 99);
}

pub(crate) fn one_of_many_duplicates_is_booked_and_the_others_get_its_answer(harness: &impl Harness) {
    let store = with_plant(harness);
    let press = Commit { idempotency: Some(key("k", "f")), counters: vec![count("s", 1, None, None)], ..commit() };
    let outcomes = at_once(harness, &vec![press; 8]);
    assert_eq!(booked(&outcomes), 1);
    let replayed = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Replayed(r)) if r.status == 201));
    assert_eq!(replayed.count(), 7);
    let mut wanted = load();
    wanted.counters = vec!["s".to_owned()];
    assert_eq!(look(&store, wanted).counter("s", "good"), 1);
}

pub(crate) fn one_of_two_writers_of_a_version_wins(harness: &impl Harness) {
    let store = with_plant(harness);
    for version in 0..10 {
        let write = |by: &str| Commit {
            records: vec![RecordWrite::new("order", "WO-1", Some(version), json!({"by": by}))],
            ..commit()
        };
        let outcomes = at_once(harness, &[write("a"), write("b")]);
        assert_eq!(booked(&outcomes), 1);
        assert!(outcomes.contains(&Err(StoreError::VersionConflict)));
    }
    let mut wanted = load();
    wanted.records = vec![("order".to_owned(), "WO-1".to_owned())];
    assert_eq!(look(&store, wanted).record("order", "WO-1").unwrap().version, 10);
}

pub(crate) fn a_load_sees_all_of_a_commit_or_nothing(harness: &impl Harness) {
    let store = with_plant(harness);
    let writes = 60;
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let store = harness.store();
            for n in 0..writes {
                let step = Commit {
                    records: vec![RecordWrite::new("order", "WO-1", Some(n), json!({}))],
                    counters: vec![count("s", 1, None, None)],
                    postings: vec![posting(&n.to_string(), outside("supplier"), place("L1"), 1)],
                    ..commit()
                };
                book(&store, &step).unwrap();
            }
        });
        while !writer.is_finished() {
            let mut wanted = load();
            wanted.records = vec![("order".to_owned(), "WO-1".to_owned())];
            wanted.counters = vec!["s".to_owned()];
            wanted.balances_of = vec!["screw".to_owned()];
            let seen = block_on(store.load(&wanted)).unwrap();
            let version = seen.record("order", "WO-1").map_or(0, |record| record.version);
            assert_eq!(i64::try_from(version).unwrap(), seen.counter("s", "good"));
            assert!(seen.balances.iter().all(|balance| balance.quantity.unsigned_abs() == version));
        }
    });
    assert_eq!(quantity(&store, &place("L1")), i64::try_from(writes).unwrap());
}

/// Single commits and batches that touch the same old and new rows, each in an order of its own: the store has one order for
/// them all, so nobody waits in a circle.
pub(crate) fn nobody_waits_in_a_circle(harness: &impl Harness) {
    const ROUNDS: usize = 60;
    const WRITERS: usize = 8;
    const PLACES: usize = 4;
    let store = with_plant(harness);
    // From where on a writer goes around the places, and which way.
    let one = |round: usize, writer: usize, n: usize| {
        let way = if writer.is_multiple_of(2) { 1 } else { PLACES - 1 };
        let around = (0..PLACES).map(|step| (writer + n + step * way) % PLACES);
        let id = |at: usize| format!("{round}-{writer}-{n}-{at}");
        let postings =
            around.clone().map(|at| posting(&id(at), outside("supplier"), place(&format!("L{round}-{at}")), 1));
        let counters = around.clone().map(|at| count(&format!("s{round}-{at}"), 1, None, None));
        let records = around.map(|at| RecordWrite::new("note", format!("{round}-{at}"), None, json!({})));
        // One kind of rows at a time: whoever waits for the first of one kind could not meet anybody at the next.
        match round % 3 {
            0 => Commit { postings: postings.collect(), ..commit() },
            1 => Commit { counters: counters.collect(), ..commit() },
            _ => Commit { records: records.collect(), ..commit() },
        }
    };
    let barrier = Barrier::new(WRITERS);
    let write = |writer: usize| {
        let store = harness.store();
        let mut outcomes = Vec::new();
        for round in 0..ROUNDS {
            barrier.wait();
            if writer < WRITERS / 2 {
                outcomes.push(book(&store, &one(round, writer, 0)));
            } else {
                let batch: Vec<_> = (0..3).map(|n| one(round, writer, n)).collect();
                outcomes.extend(block_on(store.commit_many(&batch)));
            }
        }
        outcomes
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn({
                    let write = &write;
                    move || write(writer)
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let refused: Vec<_> = outcomes.iter().filter(|outcome| outcome.is_err()).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let each = i64::try_from(WRITERS / 2 + WRITERS / 2 * 3).unwrap();
    assert_eq!(quantity(&store, &place("L0-0")), each);
}
