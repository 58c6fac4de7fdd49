//! The life-cycle report is what the journal says of the same orders, computed here in another way.

use crate::support;
use std::collections::BTreeMap;

use futures::executor::block_on;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{Happens, PLANT, World, happens};
use takt_api::lifecycle::{Lifecycle, LifecycleMonth};
use takt_domain::flow::{Flow, State};
use takt_rollup::{By, LifecycleQuery, MONTH_KIND, keep_last_month, lifecycle, status};
use takt_store::{Commit, Event, ListFilter, PageRequest, Store};

/// What is taken off; nothing where work is done, though it is asked for.
const LESS: [(&str, u8); 3] = [("approved", 50), ("ready", 100), ("in_progress", 30)];

fn state_of(name: &str) -> Option<State> {
    Flow::builtin().state(name).cloned()
}

fn report(world: &World, by: By, line: Option<&str>) -> Lifecycle {
    let at = |ms| Timestamp::from_millisecond(ms).unwrap();
    let query = LifecycleQuery {
        from: at(support::START_S * 1000 - 86_400_000),
        to: at(world.now_ms() + 86_400_000),
        by,
        item: None,
        line: line.map(str::to_owned),
        less: LESS.map(|(state, percent)| (state.to_owned(), percent)).into(),
    };
    let status = block_on(status(&world.store, PLANT, world.now_ms())).unwrap();
    block_on(lifecycle(&world.store, PLANT, status.as_ref(), &query, state_of)).unwrap()
}

fn events(world: &World) -> Vec<Event> {
    let (mut events, mut after) = (Vec::new(), None);
    loop {
        let page = block_on(world.store.journal(PLANT, after.as_deref(), 1000)).unwrap();
        if page.events.is_empty() {
            return events;
        }
        events.extend(page.events.into_iter().map(|stored| stored.event));
        after = Some(page.cursor);
    }
}

/// What is told apart, then the sorted seconds of each order, with how often it was there.
type Expected = BTreeMap<(String, String), Vec<(i64, i64)>>;

/// From the journal: each event that leaves a state tells how long it was.
fn expected(world: &World, by: By, line: Option<&str>) -> Expected {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let mut stays: BTreeMap<(String, String, String), (i64, i64)> = BTreeMap::new();
    for event in events(world) {
        let text = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
        let Some(seconds) = event.data["in_state_s"].as_i64() else { continue };
        if text("from") == text("to") || line.is_some_and(|line| line != text("line")) {
            continue;
        }
        let day = Timestamp::from_millisecond(event.time_ms).unwrap().to_zoned(zone.clone()).date();
        let group = match by {
            By::State => String::new(),
            By::Item => text("item"),
            By::Line => text("line"),
            By::Month => format!("{:04}-{:02}", day.year(), day.month()),
        };
        let stay = stays.entry((group, text("from"), text("order"))).or_default();
        *stay = (stay.0 + seconds, stay.1 + 1);
    }
    let mut expected = Expected::new();
    for ((group, state, _), stay) in stays {
        expected.entry((group, state)).or_default().push(stay);
    }
    expected.values_mut().for_each(|stays| stays.sort_unstable());
    expected
}

fn check(world: &World, by: By, line: Option<&str>) -> usize {
    let report = report(world, by, line);
    let mut expected = expected(world, by, line);
    let mut before: Option<(String, i64)> = None;
    for row in &report.rows {
        let item = row.item.as_ref().map(ToString::to_string);
        let group = row.month.clone().or(row.line.as_ref().map(ToString::to_string)).or(item).unwrap_or_default();
        let stays = expected.remove(&(group.clone(), row.state.clone())).unwrap();
        // Nearest rank: the first that so large a part does not exceed.
        let rank = |tenths: usize| stays[(stays.len() * tenths).div_ceil(10) - 1].0;
        let total: i64 = stays.iter().map(|(seconds, _)| seconds).sum();
        let orders = i64::try_from(stays.len()).unwrap();
        assert_eq!((row.orders, row.total_s, row.mean_s), (orders, total, total / orders), "{row:?}");
        assert_eq!((row.median_s, row.p90_s, row.longest_s), (rank(5), rank(9), stays.last().unwrap().0), "{row:?}");
        assert_eq!(row.times, stays.iter().map(|(_, times)| times).sum::<i64>());
        // The longest first.
        assert!(before.as_ref().is_none_or(|(same, mean)| *same != group || *mean >= row.mean_s));
        before = Some((group, row.mean_s));
    }
    assert!(expected.is_empty(), "not in the report: {expected:?}");
    check_what_if(&report);
    report.rows.len()
}

/// The parts of the states are the whole, each is what its state took, and what is taken off is taken from those that wait.
fn check_what_if(report: &Lifecycle) {
    let Some(what_if) = &report.what_if else { return };
    let before = ["pending_review", "approved", "ready", "in_progress"];
    let total = |state: &str| report.rows.iter().filter(|row| row.state == state).map(|row| row.total_s).sum::<i64>();
    let whole: i64 = before.into_iter().map(total).sum();
    assert_eq!(what_if.parts.iter().map(|part| part.part_s).sum::<i64>(), what_if.lead_s, "{what_if:?}");
    let mut with_less_s = what_if.lead_s;
    for part in &what_if.parts {
        assert!((part.part_s * whole - what_if.lead_s * total(&part.state)).abs() <= whole, "{part:?} of {whole}");
        let percent = match part.state.as_str() {
            "approved" => 50,
            "ready" => 100,
            _ => 0,
        };
        assert_eq!((part.saved_s, i64::from(part.less_percent)), (part.part_s * percent / 100, percent), "{part:?}");
        with_less_s -= part.saved_s;
    }
    assert_eq!(what_if.with_less_s, with_less_s);
    let worked: i64 = what_if.parts.iter().filter(|part| !part.waiting).map(|part| part.part_s).sum();
    assert_eq!(what_if.without_waiting_s, worked);
}

#[test]
fn the_report_agrees_with_the_journal_of_the_same_orders() {
    TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() })
        .run(&prop::collection::vec(happens(), 20..90), |day| {
            let mut world = World::new();
            world.happen(&Happens::Order { line: 0, item: 1, quantity: 3 });
            day.iter().for_each(|what| world.happen(what));
            world.catch_up();
            let rows: usize = By::ALL.into_iter().map(|(_, by)| check(&world, by, None)).sum();
            assert!(rows >= 12, "an order that is brought into production has left three states: {rows}");
            check(&world, By::Item, Some("L2"));
            Ok(())
        })
        .unwrap();
}

#[test]
fn without_waiting_an_order_takes_as_long_as_it_is_worked_on() {
    let mut world = World::new();
    world.happen(&Happens::Order { line: 0, item: 0, quantity: 4 });
    for last in [false, true] {
        world.happen(&Happens::Report { order: 0, last, good: 4, scrap: vec![], rework: 0, began: None, ended: None });
    }
    world.catch_up();
    let report = report(&world, By::State, None);
    let what_if = report.what_if.unwrap();
    let seconds = |waiting: bool| {
        let before = report.rows.iter().filter(|row| row.waiting == waiting);
        before.map(|row| row.total_s).sum::<i64>()
    };
    let (waited, worked) = (seconds(true), seconds(false));
    assert_eq!((what_if.orders, what_if.lead_s), (1, waited + worked));
    assert!((what_if.without_waiting_s - worked).abs() <= 1 + what_if.lead_s / 1000, "{what_if:?} {worked}");
}

#[test]
fn the_mean_counts_the_items_that_are_not_told_as_well() {
    const ITEMS: usize = 700;
    let mut world = World::new();
    world.happen(&Happens::Order { line: 0, item: 0, quantity: 4 });
    for last in [false, true] {
        world.happen(&Happens::Report { order: 0, last, good: 4, scrap: vec![], rework: 0, began: None, ended: None });
    }
    // The same happened to orders for many other items.
    let happened = events(&world);
    for n in 0..ITEMS {
        let mut commit = Commit::new(PLANT, world.now_ms());
        for event in happened.iter().filter(|event| event.data["in_state_s"].is_i64()) {
            let mut event = Event { id: format!("{}~{n}", event.id), subject: format!("O{n}"), ..event.clone() };
            event.data["order"] = format!("O{n}").into();
            event.data["item"] = format!("N{n}").into();
            commit.events.push(event);
        }
        block_on(world.store.commit(&commit)).unwrap();
    }
    world.catch_up();
    let (all, by_item) = (report(&world, By::State, None), report(&world, By::Item, None));
    assert!(!all.more && by_item.more);
    assert_eq!(by_item.rows.len(), 2_000);
    assert_eq!(by_item.what_if, all.what_if);
    assert_eq!(all.what_if.unwrap().orders, ITEMS as i64 + 1);
}

#[test]
fn each_month_is_kept_once_when_it_has_ended() {
    let mut world = World::new();
    world.happen(&Happens::Order { line: 0, item: 0, quantity: 4 });
    world.catch_up();
    let keep = |text: &str| block_on(keep_last_month(&world.store, PLANT, text.parse().unwrap(), state_of)).unwrap();
    assert!(!keep("2026-11-30T15:59:59Z"), "in October there was no plant, and in Shanghai it is still November");
    assert!(keep("2026-11-30T16:00:00Z"));
    assert!(!keep("2026-11-30T16:00:00Z") && !keep("2026-12-31T15:59:59Z"), "once");
    assert!(keep("2026-12-31T16:00:00Z"));
    let filter = ListFilter::default();
    let found = block_on(world.store.list(PLANT, MONTH_KIND, &filter, &PageRequest::first(10))).unwrap().items;
    let months: Vec<LifecycleMonth> = found.iter().map(|record| record.parse().unwrap()).collect();
    let named: Vec<_> = months.iter().map(|kept| kept.month.as_str()).collect();
    assert_eq!(named, ["2026-12", "2026-11"], "the last first");
    let november = &months[1];
    assert!(november.states.rows.len() >= 3 && november.lines.rows.len() >= 3 && november.items.rows.len() >= 3);
    assert_eq!(months[0].states.rows, []);
    let told = events(&world).into_iter().filter(|event| event.event_type == "lifecycle.month_kept.v1").count();
    assert_eq!(told, months.len());
}
