//! What the manager sees is what the records of orders and reports say, added up here in another way.

use crate::support;
use std::collections::BTreeMap;

use futures::executor::block_on;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use support::expected::records;
use support::{Happens, PLANT, World};
use takt_api::production::{Peaks, Pieces, Production};
use takt_api::reports::Report;
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_records::keep::kind;
use takt_rollup::{ProductionQuery, peaks, production, status};
use takt_store::Store;

/// Everything in thousandths, the most decimals that an item here has.
const SCALE: u8 = 3;

/// Numbers that look random and are the same each time.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn index(&mut self, most: usize) -> usize {
        usize::try_from(self.below(most as u64)).unwrap()
    }
}

fn first_day() -> Date {
    here(support::START_S).0
}

/// The day and hour of a second, by a clock that is always eight hours ahead of UTC.
fn here(second: i64) -> (Date, usize) {
    let local = second + 8 * 3600;
    let day = Timestamp::from_second(local.div_euclid(86_400) * 86_400).unwrap().to_string();
    (day[..10].parse().unwrap(), usize::try_from(local.rem_euclid(86_400) / 3600).unwrap())
}

/// Orders with and without a day, some split, merged or cancelled, and reports of which some are taken back.
fn days_of_work(seed: u64) -> World {
    let mut world = World::new();
    world.advance(1);
    let mut seeded = Seeded(seed);
    let (mut open, mut split, mut merged, mut cancelled) = (Vec::new(), 0, 0, 0);
    for round in 0..30_usize {
        let (line, item) = (["L1", "L2"][seeded.index(2)], ["lamp", "wire"][seeded.index(2)]);
        let due = (round % 5 > 0).then(|| first_day() + Span::new().days(seeded.below(6).cast_signed()));
        let quantity = 4 + seeded.below(9).cast_signed();
        open.push(((line, item), world.draft(line, item, quantity, due)));
        let (alike, other) = open[seeded.index(open.len())].clone();
        match round % 6 {
            1 => split += usize::from(world.split(&other, 1).is_some()),
            2 => cancelled += usize::from(world.act(&other, "cancel")),
            3 => {
                let twin = open.iter().find(|(of, id)| *of == alike && *id != other).map(|(_, id)| id.clone());
                merged += usize::from(twin.is_some_and(|twin| world.merge(&other, &twin)));
            }
            _ => {}
        }
        world.happen(&Happens::Order { line: seeded.index(2), item: seeded.index(2), quantity: 9 });
        for _ in 0..4 {
            let last = seeded.below(2) == 0;
            let scrap = vec![(seeded.index(2), 1 + seeded.below(2).cast_signed())];
            let minutes = Some(seeded.below(2000).cast_signed());
            world.happen(&Happens::Report {
                order: round,
                last,
                good: 1 + seeded.below(3).cast_signed(),
                scrap: if seeded.below(3) == 0 { scrap } else { Vec::new() },
                rework: if last { 0 } else { seeded.below(2).cast_signed() },
                began: None,
                ended: minutes,
            });
        }
        if round % 4 == 0 {
            world.happen(&Happens::Reversal { report: seeded.index(64) });
        }
    }
    assert!(split > 0 && merged > 0 && cancelled > 0, "{split} {merged} {cancelled}");
    world.catch_up();
    world
}

/// What is planned, made, good, scrapped and sent to rework, in thousandths.
type Five = [i64; 5];

/// What is asked of a part of the work: the unit, and the line where it is one.
fn expected(world: &World, unit: &str, line: Option<&str>) -> (BTreeMap<Date, Five>, BTreeMap<String, Five>) {
    let (mut days, mut lines) = (BTreeMap::new(), BTreeMap::new());
    let orders: Vec<Order> = records(&world.store, kind::ORDER).iter().map(|record| record.parse().unwrap()).collect();
    let counts = |order: &Order| order.unit == unit && line.is_none_or(|line| order.line.as_str() == line);
    let mut add = |day: Date, order: &Order, what: usize, quantity: Quantity| {
        let units = quantity.at_scale(SCALE).unwrap().units();
        days.entry(day).or_insert([0; 5])[what] += units;
        lines.entry(order.line.to_string()).or_insert([0; 5])[what] += units;
    };
    for order in orders.iter().filter(|order| counts(order) && order.cancelled.is_none()) {
        if let Some(due) = order.due {
            add(due, order, 0, order.quantity);
        }
    }
    for record in records(&world.store, kind::REPORT) {
        let booked: Report = record.parse().unwrap();
        let order = orders.iter().find(|order| order.id == booked.report.order).unwrap();
        if booked.reversed_by.is_some() || !counts(order) {
            continue;
        }
        let at = booked.booked_at.unwrap();
        let (day, _) = here(booked.report.ended_at.unwrap_or(at).min(at).as_second());
        if booked.report.operation == 20 {
            add(day, order, 1, booked.report.good);
        }
        add(day, order, 2, booked.report.good);
        booked.report.scrap.iter().for_each(|scrap| add(day, order, 3, scrap.quantity));
        add(day, order, 4, booked.report.rework.unwrap_or(Quantity::zero(0)));
    }
    (days, lines)
}

fn told(pieces: &Pieces) -> Five {
    let all = [pieces.planned, pieces.made, pieces.good, pieces.scrap, pieces.rework];
    all.map(|quantity| quantity.at_scale(SCALE).unwrap().units())
}

fn asked(world: &World, line: Option<&str>, unit: Option<&str>) -> Production {
    let status = block_on(status(&world.store, PLANT, world.now_ms())).unwrap().unwrap();
    let query = ProductionQuery {
        from: first_day() - Span::new().days(4),
        to: first_day() + Span::new().days(27),
        line: line.map(str::to_owned),
        item: None,
        unit: unit.map(str::to_owned),
    };
    block_on(production(&world.store, PLANT, world.now_ms(), &status, &query)).unwrap()
}

fn check(world: &World, line: Option<&str>, unit: &str) {
    let found = asked(world, line, Some(unit));
    let (days, lines) = expected(world, unit, line);
    assert_eq!(found.days.len(), 32);
    for day in &found.days {
        assert_eq!(told(&day.pieces), days.get(&day.date).copied().unwrap_or_default(), "{} {unit}", day.date);
    }
    let covered = |day: &Date| found.days.iter().any(|found| found.date == *day);
    assert!(days.keys().all(covered), "no work lies outside of the days that are asked for");
    let told_lines: BTreeMap<_, _> = found.lines.iter().map(|one| (one.line.to_string(), told(&one.pieces))).collect();
    assert_eq!(told_lines, lines);
    let total = lines.values().fold([0; 5], |sum, one| std::array::from_fn(|n| sum[n] + one[n]));
    assert_eq!(told(&found.total), total);
    let [_, _, good, scrap, rework] = total;
    let ratio = (good - rework).max(0) * 10_000 / (good + scrap);
    assert_eq!(found.total.first_pass_ratio, Some(Quantity::from_units(ratio, 4)));
}

#[test]
fn days_and_lines_are_what_orders_and_reports_say() {
    for seed in [1, 2026] {
        let world = days_of_work(seed);
        for unit in ["pcs", "m"] {
            check(&world, None, unit);
            check(&world, Some("L2"), unit);
        }
        let any = asked(&world, None, None);
        assert_eq!(any.units, ["m", "pcs"]);
        assert!(any.units.contains(&any.unit), "{}", any.unit);
        assert_eq!(asked(&world, None, Some("kg")).total.first_pass_ratio, None);
    }
}

#[test]
fn reasons_for_scrap_come_by_their_pieces_and_end_at_all_of_it() {
    let world = days_of_work(7);
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for record in records(&world.store, kind::REPORT) {
        let booked: Report = record.parse().unwrap();
        let order =
            block_on(world.store.list(PLANT, kind::ORDER, &Default::default(), &takt_store::PageRequest::first(200)));
        let order: Order = order
            .unwrap()
            .items
            .iter()
            .map(|record| record.parse::<Order>().unwrap())
            .find(|order| order.id == booked.report.order)
            .unwrap();
        if booked.reversed_by.is_none() && order.unit == "pcs" {
            for scrap in &booked.report.scrap {
                let (pieces, times) = expected.entry(scrap.reason.clone()).or_default();
                (*pieces, *times) = (*pieces + scrap.quantity.at_scale(SCALE).unwrap().units(), *times + 1);
            }
        }
    }
    let found = asked(&world, None, Some("pcs")).scrap;
    let told: BTreeMap<_, _> =
        found.iter().map(|row| (row.reason.clone(), (row.scrap.at_scale(SCALE).unwrap().units(), row.times))).collect();
    assert_eq!(told, expected);
    assert_eq!(found.len(), 2);
    assert!(found[0].scrap.units() >= found[1].scrap.units());
    let all: i64 = found.iter().map(|row| row.scrap.units()).sum();
    assert_eq!(found[0].cumulative_permille, found[0].scrap.units() * 1000 / all);
    assert_eq!(found[1].cumulative_permille, 1000);
}

#[test]
fn hours_are_those_at_which_the_journal_says_that_something_was_booked() {
    let world = days_of_work(3);
    let status = block_on(status(&world.store, PLANT, world.now_ms())).unwrap().unwrap();
    let ask = |kind| -> Peaks {
        let days = (first_day() - Span::new().days(1), first_day() + Span::new().days(60));
        block_on(peaks(&world.store, PLANT, &status, days, kind)).unwrap()
    };
    for kind in [None, Some("order.reported.v1")] {
        let mut expected: BTreeMap<(Date, usize), i64> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = block_on(world.store.journal(PLANT, after.as_deref(), 1000)).unwrap();
            if page.events.is_empty() {
                break;
            }
            for stored in page.events {
                if kind.is_none_or(|kind| stored.event.event_type == kind) {
                    *expected.entry(here(stored.event.time_ms.div_euclid(1000))).or_default() += 1;
                }
            }
            after = Some(page.cursor);
        }
        let found = ask(kind);
        assert_eq!(found.days.len(), 62, "more than one page of hours");
        let told: BTreeMap<_, _> = found
            .days
            .iter()
            .flat_map(|day| day.hours.iter().enumerate().map(move |(hour, times)| ((day.date, hour), *times)))
            .filter(|(_, times)| *times > 0)
            .collect();
        assert_eq!(told, expected);
        assert_eq!(found.total, expected.values().sum::<i64>());
        for hour in &found.hours {
            let times: i64 = expected.iter().filter(|((_, at), _)| *at == usize::from(hour.hour)).map(|(_, n)| n).sum();
            assert_eq!(hour.times, times);
        }
    }
}
