//! Rollups are what the records and the ledger say, however the background was cut off, shared or started again.

use crate::support;
use std::cell::Cell;
use std::thread;

use futures::executor::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::expected::{expected, found, output, produced};
use support::faulty::Faulty;
use support::{Happens, PLANT, World, dump, happens};
use takt_rollup::{advance, begin_rebuild, status};
use takt_store::{Commit, NativeDriver, SqliteStore, StoreError};

/// What happens, and how many events the background may take after it.
type Day = Vec<(Happens, Option<u64>)>;

fn day(length: std::ops::Range<usize>) -> impl Strategy<Value = Day> {
    prop::collection::vec((happens(), prop::option::weighted(0.3, 1..40_u64)), length)
}

/// Days of which plenty is reported, completed and taken back, the same each time.
fn busy_world() -> World {
    let mut world = World::new();
    world.advance(1);
    for round in 0..20_usize {
        let odd = round % 2;
        world.happen(&Happens::Order { line: odd, item: round / 2 % 2, quantity: 4 });
        let mut report = |last, good, scrap: &[(usize, i64)]| {
            let (began, ended) = (Some(90), (round % 4 > 0).then_some(round as i64 * 3));
            let (order, rework) = (round, if last && good == 1 { round as i64 % 3 } else { 0 });
            world.happen(&Happens::Report { order, last, good, scrap: scrap.to_vec(), rework, began, ended });
            world.reports.len() - 1
        };
        report(false, 3, &[]);
        report(false, 1, &[]);
        let first = report(true, 1, &[(odd, 1)]);
        let last = report(true, 2, &[]);
        if round % 3 == 0 {
            world.happen(&Happens::Calendar { two_shifts: odd == 1 });
            world.happen(&Happens::Reversal { report: last });
            world.happen(&Happens::Reversal { report: first });
        } else {
            for action in 4..=6 {
                world.happen(&Happens::Act { order: round, action });
            }
        }
    }
    world
}

fn current(world: &World) -> u32 {
    block_on(status(&world.store, PLANT, world.now_ms())).unwrap().unwrap().generation
}

fn check(world: &World) {
    let rows = found(&world.store, current(world));
    let (found, expected) = (rows, expected(world));
    let wrong: Vec<_> = found.iter().filter(|(row, sums)| expected.get(*row) != Some(sums)).collect();
    let missing: Vec<_> = expected.iter().filter(|(row, sums)| found.get(*row) != Some(sums)).collect();
    assert!(wrong.is_empty() && missing.is_empty(), "found {wrong:#?} where {missing:#?} was expected");
    assert_eq!(output(&found), produced(&world.store), "output against the ledger");
    let status = block_on(status(&world.store, PLANT, world.now_ms())).unwrap().unwrap();
    assert_eq!(status.unreadable, 0);
}

fn begin(world: &World) -> Result<Option<u32>, StoreError> {
    let commit = |_| Commit::new(PLANT, world.now_ms());
    block_on(begin_rebuild(&world.store, PLANT, world.now_ms(), commit))
}

fn rebuild(world: &World) -> u32 {
    let before = current(world);
    let number = begin(world).unwrap().unwrap();
    let old = dump(&world.store, before);
    let mut steps = 0;
    while current(world) == before {
        assert_eq!(dump(&world.store, before), old, "the old one stays readable until the switch");
        world.advance(25);
        steps += 1;
        assert!(steps < 10_000);
    }
    assert_eq!(current(world), number);
    assert_eq!(dump(&world.store, number), old, "a rebuild gives the same, byte for byte");
    world.catch_up();
    assert_eq!(dump(&world.store, before), Vec::<String>::new(), "the old one is cleared away");
    number
}

#[test]
fn any_commands_leave_rollups_that_agree_with_records_and_ledger_and_a_rebuild_gives_the_same() {
    let seen = Cell::new((0, 0, 0));
    TestRunner::new(Config { cases: 20, failure_persistence: None, ..Config::default() })
        .run(&day(5..70), |day| {
            let mut world = World::new();
            world.advance(1);
            for (what, budget) in &day {
                world.happen(what);
                if let Some(budget) = budget {
                    world.advance(*budget);
                }
            }
            world.catch_up();
            check(&world);
            rebuild(&world);
            check(&world);
            let (orders, reports, cases) = seen.get();
            seen.set((orders + world.orders.len(), reports + world.reports.len(), cases + 1));
            Ok(())
        })
        .unwrap();
    let (orders, reports, _) = seen.get();
    assert!(orders > 0 && reports > 0, "the commands must not all be refused: {:?}", seen.get());
}

#[test]
fn a_busy_day_agrees_and_is_not_empty() {
    let world = busy_world();
    world.catch_up();
    check(&world);
    let rows = found(&world.store, 1);
    for series in ["output ", "step ", "scrap ", "state ", "done ", "board "] {
        assert!(rows.keys().any(|row| row.starts_with(series)), "{series}: {rows:#?}");
    }
}

#[test]
fn a_reader_that_dies_at_any_statement_loses_nothing_and_counts_nothing_twice() {
    let world = busy_world();
    let mut deaths = 0;
    for at in 0..60 {
        let driver = Faulty::new(NativeDriver::open(world.path()).unwrap(), at % 4, at % 8 < 4);
        match block_on(advance(&SqliteStore::new(driver), PLANT, world.now_ms(), 6)) {
            Err(error) => {
                assert_eq!(error, StoreError::Unavailable("killed".to_owned()));
                deaths += 1;
            }
            Ok(progress) => assert!(!progress.caught_up, "there must be work left until the last death"),
        }
    }
    world.catch_up();
    assert!(deaths > 20, "{deaths}");
    check(&world);
}

#[test]
fn a_rebuild_that_dies_at_any_statement_still_gives_the_same() {
    let world = busy_world();
    world.catch_up();
    let before = dump(&world.store, 1);
    begin(&world).unwrap();
    for at in 0..60 {
        let driver = Faulty::new(NativeDriver::open(world.path()).unwrap(), at % 13, at % 2 == 0);
        let _dies_or_not = block_on(advance(&SqliteStore::new(driver), PLANT, world.now_ms(), 100));
    }
    world.catch_up();
    assert_eq!(current(&world), 2);
    assert_eq!(dump(&world.store, 2), before);
    assert_eq!(dump(&world.store, 1), Vec::<String>::new());
    check(&world);
}

#[test]
fn several_readers_at_once_share_the_work_or_lose_cleanly() {
    let world = busy_world();
    let stores: Vec<_> = (0..4).map(|_| world.another()).collect();
    let now_ms = world.now_ms();
    let worked: Vec<_> = thread::scope(|scope| {
        let work = |store| {
            move || {
                let (mut events, mut lost) = (0, 0);
                loop {
                    let progress = block_on(advance(&store, PLANT, now_ms, 7)).unwrap();
                    (events, lost) = (events + progress.events, lost + progress.lost);
                    if progress.caught_up {
                        return (events, lost);
                    }
                }
            }
        };
        let threads: Vec<_> = stores.into_iter().map(|store| scope.spawn(work(store))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let status = block_on(status(&world.store, PLANT, now_ms)).unwrap().unwrap();
    assert_eq!(worked.iter().map(|(events, _)| events).sum::<u64>(), status.events);
    assert!(worked.iter().any(|(_, lost)| *lost > 0), "nobody met anybody: {worked:?}");
    check(&world);
}

#[test]
fn a_rebuild_is_begun_once_however_often_it_is_asked_for() {
    let world = busy_world();
    let begin = || begin(&world);
    assert_eq!((begin(), begin()), (Ok(Some(2)), Ok(Some(2))));
    world.catch_up();
    assert_eq!((current(&world), begin()), (2, Ok(Some(3))));
    world.catch_up();
    check(&world);
    assert_eq!(rebuild(&world), 4);
}

#[test]
fn before_the_first_reading_there_is_nothing_to_rebuild() {
    let world = World::new();
    assert_eq!(begin(&world), Ok(None));
    assert_eq!(block_on(status(&world.store, PLANT, world.now_ms())), Ok(None));
    assert!(world.advance(1).caught_up);
    assert_eq!(current(&world), 1);
}

#[test]
fn what_happens_during_a_rebuild_is_in_both() {
    let mut world = busy_world();
    world.catch_up();
    begin(&world).unwrap();
    world.advance(50);
    for n in 0..10 {
        world.happen(&Happens::Order { line: 0, item: 0, quantity: 3 });
        world.happen(&Happens::Reversal { report: n });
        world.happen(&Happens::Calendar { two_shifts: n % 2 == 0 });
        world.advance(20);
    }
    world.catch_up();
    assert_eq!(current(&world), 2);
    check(&world);
}
