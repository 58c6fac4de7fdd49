//! What rollups must say, made from the records of orders and reports and from the ledger, never from the journal.

use std::collections::BTreeMap;

use futures::executor::block_on;
use jiff::Timestamp;
use takt_api::reports::Report;
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_records::keep::kind;
use takt_rollup::{BOARD, CYCLE, DONE, LEAD, OUTPUT, SCRAP, STATE, STEP};
use takt_store::{
    Dimension, Direction, ListFilter, MovementFilter, PageRequest, Record, RollupQuery, RollupRow, RollupSums, Store,
};

use super::{NativeStore, PLANT, World};

/// The series, and the row without what no row has.
pub(crate) type Rows = BTreeMap<String, RollupSums>;

const QUARTER_S: i64 = 900;

fn quarter(at: Timestamp) -> i64 {
    at.as_second() - at.as_second().rem_euclid(QUARTER_S)
}

/// The shift by a clock that is always eight hours ahead of UTC.
fn shift(world: &World, at: Timestamp) -> String {
    let here = at.as_second() + 8 * 3600;
    let (hour, day) = (here.rem_euclid(86_400) / 3600, here.div_euclid(86_400));
    let two = world.calendars.iter().rev().find(|(since, _)| *since <= at.as_second()).unwrap().1;
    let (name, began) = match (two, hour) {
        (true, 8..20) => ("day", day),
        (true, 20..) => ("night", day),
        (true, _) => ("night", day - 1),
        (false, 6..14) => ("early", day),
        (false, 14..22) => ("late", day),
        (false, 22..) => ("deep", day),
        (false, _) => ("deep", day - 1),
    };
    let date = Timestamp::from_second(began * 86_400).unwrap().to_string();
    format!("{name} of {}", &date[..10])
}

pub(crate) fn records(store: &NativeStore, kind: &str) -> Vec<Record> {
    let (mut records, mut page) = (Vec::new(), PageRequest::first(200));
    loop {
        let found = block_on(store.list(PLANT, kind, &ListFilter::default(), &page)).unwrap();
        records.extend(found.items);
        page.after = found.next;
        if page.after.is_none() {
            return records;
        }
    }
}

/// What the records say.
pub(crate) fn expected(world: &World) -> Rows {
    let mut rows = Rows::new();
    let mut add = |row: String, sums: RollupSums| rows.entry(row).or_default().add(&sums);
    let orders: Vec<Order> = records(&world.store, kind::ORDER).iter().map(|record| record.parse().unwrap()).collect();
    for order in &orders {
        let (line, item, id) = (&order.line, &order.item, &order.id);
        add(format!("{BOARD} 0 {line} {}", order.state), RollupSums { count: 1, ..RollupSums::default() });
        let mut entered = &order.history[0];
        for entry in &order.history[1..] {
            if entry.state != entered.state {
                let seconds = entry.at.duration_since(entered.at).as_secs();
                let row = format!("{STATE} {} {line} {item} {id} {}", quarter(entry.at), entered.state);
                add(row, RollupSums { seconds, count: 1, ..RollupSums::default() });
                entered = entry;
            }
        }
        if let Some(completed) = &order.completed {
            let since = |start: Timestamp| RollupSums {
                seconds: completed.at.duration_since(start).as_secs(),
                count: 1,
                ..RollupSums::default()
            };
            let row = |label: &str| format!("{DONE} {} {line} {item} {id} {label}", quarter(completed.at));
            add(row(LEAD), since(order.history[0].at));
            add(row(CYCLE), since(order.started.as_ref().unwrap().at));
        }
    }
    for record in records(&world.store, kind::REPORT) {
        let booked: Report = record.parse().unwrap();
        if booked.reversed_by.is_some() {
            continue;
        }
        let order = orders.iter().find(|order| order.id == booked.report.order).unwrap();
        let booked_at = booked.booked_at.unwrap();
        let ended = booked.report.ended_at.unwrap_or(booked_at).min(booked_at);
        let scale = order.quantity.scale();
        let units = |quantity: Quantity| quantity.at_scale(scale).unwrap().units();
        let series = if booked.report.operation == 20 { OUTPUT } else { STEP };
        let rest = format!(
            "{} {} {} {}/{scale} {} {}",
            quarter(ended),
            shift(world, ended),
            order.line,
            order.item,
            booked.by,
            booked.report.operation
        );
        let run = booked.report.started_at.zip(booked.report.ended_at);
        let mut scrapped = 0;
        for scrap in &booked.report.scrap {
            scrapped += units(scrap.quantity);
            let sums = RollupSums { scrap: units(scrap.quantity), count: 1, ..RollupSums::default() };
            add(format!("{SCRAP} {rest} {}", scrap.reason), sums);
        }
        let sums = RollupSums {
            good: units(booked.report.good),
            scrap: scrapped,
            rework: booked.report.rework.map_or(0, units),
            seconds: run.map_or(0, |(start, end)| end.duration_since(start).as_secs()),
            count: 1,
        };
        add(format!("{series} {rest} "), sums);
    }
    rows
}

/// What the rollups say.
pub(crate) fn found(store: &NativeStore, generation: u32) -> Rows {
    let mut rows = Rows::new();
    for series in [OUTPUT, STEP, SCRAP, STATE, DONE, BOARD] {
        for row in all(store, series, generation) {
            let RollupRow { from_ms, shift_date, shift, line, item, scale, operator, order, operation, label, .. } =
                row;
            let at = from_ms / 1000;
            let row_text = match series {
                BOARD => format!("{series} {at} {line} {label}"),
                STATE | DONE => format!("{series} {at} {line} {item} {order} {label}"),
                _ => format!(
                    "{series} {at} {shift} of {shift_date} {line} {item}/{scale} {operator} {operation} {label}"
                ),
            };
            assert_eq!(rows.insert(row_text, row.sums), None);
        }
    }
    rows
}

fn all(store: &NativeStore, series: &str, generation: u32) -> Vec<RollupRow> {
    use Dimension::{Item, Label, Line, Operation, Operator, Order, Shift};
    let mut rows = Vec::new();
    // One period for each quarter hour that has anything in it.
    for bucket in buckets(store, series, generation) {
        let query = RollupQuery {
            by: vec![Shift, Line, Item, Operator, Order, Operation, Label],
            ..RollupQuery::new(PLANT, generation, &[series], vec![(bucket, bucket + 1)])
        };
        let mut page = PageRequest::first(50);
        loop {
            let found = block_on(store.rollups(&query, &page)).unwrap();
            rows.extend(found.items);
            page.after = found.next;
            if page.after.is_none() {
                break;
            }
        }
    }
    rows
}

fn buckets(store: &NativeStore, series: &str, generation: u32) -> Vec<i64> {
    use takt_store::{Driver, Value};
    let sql = "SELECT DISTINCT bucket_ms FROM rollup WHERE generation = ?1 AND series = ?2 ORDER BY 1";
    let rows = block_on(store.driver().query(sql, vec![i64::from(generation).into(), series.into()])).unwrap();
    let bucket = |row: Vec<Value>| match row[0] {
        Value::Integer(bucket) => bucket,
        ref other => panic!("{other:?}"),
    };
    rows.0.into_iter().map(bucket).collect()
}

/// Finished goods by item, as the ledger has received them: what left production less what went back there.
pub(crate) fn produced(store: &NativeStore) -> BTreeMap<String, i64> {
    let mut produced = BTreeMap::new();
    let filter = MovementFilter { direction: Direction::OldestFirst, ..MovementFilter::default() };
    let mut page = PageRequest::first(200);
    loop {
        let found = block_on(store.movements(PLANT, &filter, &page)).unwrap();
        for posting in found.items {
            let sum: &mut i64 = produced.entry(posting.item).or_default();
            if posting.from.location == "@production" {
                *sum += posting.quantity;
            } else if posting.to.location == "@production" {
                *sum -= posting.quantity;
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            produced.retain(|_, units| *units != 0);
            return produced;
        }
    }
}

/// Good pieces of the last operation by item, as the rollups say.
pub(crate) fn output(rows: &Rows) -> BTreeMap<String, i64> {
    let mut output = BTreeMap::new();
    for (row, sums) in rows.iter().filter(|(row, _)| row.starts_with(OUTPUT)) {
        let item = ["lamp", "wire"].into_iter().find(|item| row.contains(&format!(" {item}/"))).unwrap();
        *output.entry(item.to_owned()).or_default() += sums.good;
    }
    output.retain(|_, units| *units != 0);
    output
}
