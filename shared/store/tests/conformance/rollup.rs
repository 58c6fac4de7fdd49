//! Sums that are derived from the journal.

use std::collections::BTreeMap;

use futures::executor::block_on;
use takt_store::{
    Commit, Dimension, Expect, PageRequest, PlantNumber, RollupChange, RollupKey, RollupQuery, RollupRow, RollupSums,
    Store, StoreError,
};

use super::{Harness, PLANT, book, commit, plant, with_plant};

fn key(bucket_ms: i64, line: &str, label: &str) -> RollupKey {
    RollupKey {
        generation: 1,
        series: "output".to_owned(),
        bucket_ms,
        line: line.to_owned(),
        label: label.to_owned(),
        ..RollupKey::default()
    }
}

fn good(good: i64) -> RollupSums {
    RollupSums { good, count: 1, ..RollupSums::default() }
}

fn add(store: &impl Store, changes: &[(RollupKey, RollupSums)]) -> Result<(), StoreError> {
    let rollups = changes.iter().map(|(key, add)| RollupChange { key: key.clone(), add: *add }).collect();
    book(store, &Commit { rollups, ..commit() }).map(drop)
}

fn query(periods: &[(i64, i64)], by: &[Dimension]) -> RollupQuery {
    RollupQuery { by: by.to_vec(), ..RollupQuery::new(PLANT, 1, &["output"], periods.to_vec()) }
}

fn all(store: &impl Store, query: &RollupQuery, limit: u32) -> Vec<RollupRow> {
    let (mut rows, mut page) = (Vec::new(), PageRequest::first(limit));
    loop {
        let found = block_on(store.rollups(query, &page)).unwrap();
        assert!(found.items.len() <= limit as usize);
        rows.extend(found.items);
        page.after = found.next;
        if page.after.is_none() {
            return rows;
        }
    }
}

fn goods(store: &impl Store, query: &RollupQuery) -> Vec<(i64, String, String, i64)> {
    all(store, query, 3).into_iter().map(|row| (row.from_ms, row.line, row.label, row.sums.good)).collect()
}

pub(crate) fn sums_grow_and_a_refused_commit_adds_nothing(harness: &impl Harness) {
    let store = with_plant(harness);
    add(&store, &[(key(0, "L1", ""), good(5)), (key(900, "L1", ""), good(7))]).unwrap();
    add(
        &store,
        &[(key(0, "L1", ""), good(-2)), (key(0, "L2", ""), RollupSums { scrap: 1, rework: 2, seconds: 3, ..good(4) })],
    )
    .unwrap();
    let expect = vec![Expect { kind: "rollup".to_owned(), id: "g1".to_owned(), version: 1 }];
    let rollups = vec![RollupChange { key: key(0, "L1", ""), add: good(100) }];
    let refused = Commit { expect, rollups, ..commit() };
    assert_eq!(book(&store, &refused), Err(StoreError::VersionConflict));
    assert_eq!(block_on(store.commit_many(&[refused.clone(), refused])).len(), 2);
    let rows = all(&store, &query(&[(0, 1000)], &[Dimension::Line]), 200);
    let sums: Vec<_> = rows.into_iter().map(|row| (row.line, row.sums)).collect();
    let first = RollupSums { good: 10, count: 3, ..RollupSums::default() };
    let second = RollupSums { good: 4, scrap: 1, rework: 2, seconds: 3, count: 1 };
    assert_eq!(sums, [("L1".to_owned(), first), ("L2".to_owned(), second)]);
}

pub(crate) fn each_part_of_a_key_tells_sums_apart(harness: &impl Harness) {
    let store = with_plant(harness);
    let base = key(0, "L1", "x");
    let text = |text: &str| text.to_owned();
    let keys = [
        RollupKey { shift_date: text("2026-11-23"), ..base.clone() },
        RollupKey { shift: text("夜班"), ..base.clone() },
        RollupKey { item: text("lamp"), ..base.clone() },
        RollupKey { item: text("lamp"), scale: 3, ..base.clone() },
        RollupKey { operator: text("wang"), ..base.clone() },
        RollupKey { order: text("WO-1"), ..base.clone() },
        RollupKey { operation: 20, ..base.clone() },
        RollupKey { operation: 100, ..base.clone() },
        RollupKey { label: text("刮伤"), ..base.clone() },
        base,
    ];
    for (n, key) in keys.iter().enumerate() {
        add(&store, &[(key.clone(), good(1 + i64::try_from(n).unwrap()))]).unwrap();
    }
    use Dimension::{Item, Label, Line, Operation, Operator, Order, Shift};
    let rows = all(&store, &query(&[(0, 1)], &[Shift, Line, Item, Operator, Order, Operation, Label]), 2);
    assert_eq!(rows.len(), keys.len());
    for (n, key) in keys.iter().enumerate() {
        let found = rows.iter().find(|row| {
            (&row.shift_date, &row.shift, &row.item, row.scale) == (&key.shift_date, &key.shift, &key.item, key.scale)
                && (&row.operator, &row.order, row.operation, &row.label)
                    == (&key.operator, &key.order, key.operation, &key.label)
        });
        assert_eq!(found.map(|row| row.sums.good), Some(1 + i64::try_from(n).unwrap()), "{key:?}");
    }
    let operations: Vec<_> =
        all(&store, &query(&[(0, 1)], &[Operation]), 1).into_iter().map(|row| row.operation).collect();
    assert_eq!(operations, [0, 20, 100], "as numbers, not as text");
    let scales: Vec<_> =
        all(&store, &query(&[(0, 1)], &[Item]), 1).into_iter().map(|row| (row.item, row.scale)).collect();
    assert_eq!(scales, [(String::new(), 0), (text("lamp"), 0), (text("lamp"), 3)]);
}

pub(crate) fn sums_are_put_together_by_period_filter_and_dimension(harness: &impl Harness) {
    let store = with_plant(harness);
    let mut model: BTreeMap<(i64, String, String), i64> = BTreeMap::new();
    for n in 0..60_i64 {
        let (bucket, line, label) = ((n % 10) * 100, format!("L{}", n % 3), format!("r{}", n % 4));
        add(&store, &[(key(bucket, &line, &label), good(n + 1))]).unwrap();
        *model.entry((bucket, line, label)).or_default() += n + 1;
    }
    // What must not be seen: another generation, another series, another plant.
    let other = RollupKey { generation: 2, ..key(0, "L0", "r0") };
    add(&store, &[(other, good(9)), (RollupKey { series: "scrap".to_owned(), ..key(0, "L0", "r0") }, good(9))])
        .unwrap();
    block_on(store.put_plant(&plant(PlantNumber(2)))).unwrap();
    let rollups = vec![RollupChange { key: key(0, "L0", "r0"), add: good(9) }];
    book(&store, &Commit { plant: PlantNumber(2), rollups, ..commit() }).unwrap();

    let periods = [(0, 300), (300, 301), (500, 1000)];
    let check = |query: &RollupQuery, keep: &dyn Fn(&str, &str) -> bool| {
        let by = |dimension| query.by.contains(&dimension);
        let mut expected: BTreeMap<(i64, String, String), i64> = BTreeMap::new();
        for ((bucket, line, label), value) in &model {
            let Some(period) = query.periods.iter().find(|(from, to)| (from..to).contains(&bucket)) else { continue };
            if keep(line, label) {
                let line = if by(Dimension::Line) { line.clone() } else { String::new() };
                let label = if by(Dimension::Label) { label.clone() } else { String::new() };
                *expected.entry((period.0, line, label)).or_default() += value;
            }
        }
        let expected: Vec<_> = expected.into_iter().map(|((at, line, label), sum)| (at, line, label, sum)).collect();
        assert_eq!(goods(&store, query), expected, "{query:?}");
        assert!(!expected.is_empty());
    };
    check(&query(&periods, &[]), &|_, _| true);
    check(&query(&periods, &[Dimension::Line]), &|_, _| true);
    check(&query(&periods, &[Dimension::Label, Dimension::Line]), &|_, _| true);
    let line = RollupQuery { line: Some("L1".to_owned()), ..query(&periods, &[Dimension::Label]) };
    check(&line, &|line, _| line == "L1");
    let both = RollupQuery { label: Some("r3".to_owned()), ..line };
    check(&both, &|line, label| line == "L1" && label == "r3");
    assert_eq!(goods(&store, &RollupQuery { item: Some("lamp".to_owned()), ..query(&periods, &[]) }), []);
    assert_eq!(goods(&store, &RollupQuery { operation: Some(10), ..query(&periods, &[]) }), []);
    assert_eq!(goods(&store, &query(&[], &[Dimension::Line])), []);
    let two = RollupQuery { series: vec!["output".to_owned(), "scrap".to_owned()], ..query(&[(0, 1)], &[]) };
    let alone = goods(&store, &query(&[(0, 1)], &[]))[0].3;
    assert_eq!(goods(&store, &two)[0].3, alone + 9);
}

pub(crate) fn what_adds_up_to_nothing_has_no_row(harness: &impl Harness) {
    let store = with_plant(harness);
    let back = RollupSums { good: -5, count: -1, ..RollupSums::default() };
    add(&store, &[(key(0, "L1", ""), good(5)), (key(0, "L2", ""), good(6))]).unwrap();
    add(&store, &[(key(0, "L1", ""), back)]).unwrap();
    assert_eq!(goods(&store, &query(&[(0, 1)], &[Dimension::Line])), [(0, "L2".to_owned(), String::new(), 6)]);
}

pub(crate) fn a_generation_is_dropped_and_the_others_stay(harness: &impl Harness) {
    let store = with_plant(harness);
    for chunk in 0..5_i64 {
        let changes: Vec<_> = (0..1000).map(|n| (key(chunk * 1000 + n, "L1", ""), good(1))).collect();
        add(&store, &changes).unwrap();
    }
    add(&store, &[(RollupKey { generation: 2, ..key(0, "L1", "") }, good(8))]).unwrap();
    let mut gone = 0;
    loop {
        let now = block_on(store.drop_rollups(PLANT, 1)).unwrap();
        gone += now;
        if now == 0 {
            break;
        }
    }
    assert_eq!(gone, 5000);
    assert_eq!(goods(&store, &query(&[(0, 9000)], &[])), []);
    assert_eq!(
        goods(&store, &RollupQuery { generation: 2, ..query(&[(0, 9000)], &[]) }),
        [(0, "".into(), "".into(), 8)]
    );
}

pub(crate) fn a_cursor_of_sums_cannot_be_forged(harness: &impl Harness) {
    let store = with_plant(harness);
    add(&store, &[(key(0, "L1", "'"), good(5)), (key(0, "L2", "\""), good(6))]).unwrap();
    for cursor in ["", "x", "WyJyb2xsdXAiXQ", "WyJyb2xsdXAiLFsxLDJdXQ"] {
        let page = PageRequest { after: Some(cursor.to_owned()), limit: 3 };
        let outcome = block_on(store.rollups(&query(&[(0, 1)], &[]), &page));
        assert_eq!(outcome.map(drop), Err(StoreError::BadCursor), "{cursor}");
    }
}

pub(crate) fn the_spread_is_that_of_the_orders_by_nearest_rank(harness: &impl Harness) {
    let store = with_plant(harness);
    let stay = |bucket_ms, order: &str, line: &str, label: &str, seconds| {
        let key = RollupKey { series: "state".to_owned(), order: order.to_owned(), ..key(bucket_ms, line, label) };
        (key, RollupSums { seconds, count: 1, ..RollupSums::default() })
    };
    // Eleven orders, one of which was there twice; what is outside the period, of another label or taken back is not in it.
    let mut stays: Vec<_> = (1..=10).map(|n| stay(n, &format!("WO-{n}"), "L1", "ready", n * 10)).collect();
    stays.extend([stay(3, "WO-11", "L2", "ready", 5), stay(4, "WO-11", "L2", "ready", 500)]);
    stays.extend([stay(5, "WO-1", "L1", "running", 7), stay(1000, "WO-1", "L1", "ready", 9999)]);
    stays.push((stay(6, "WO-12", "L1", "ready", 3).0, RollupSums::default()));
    add(&store, &stays).unwrap();
    let ask = |by: &[Dimension], line: Option<&str>| {
        let query = RollupQuery::new(PLANT, 1, &["state"], vec![(0, 1000)]);
        let query = RollupQuery { by: by.to_vec(), line: line.map(str::to_owned), ..query };
        let rows = block_on(store.rollup_spread(&query)).unwrap();
        let told = |row: takt_store::RollupSpread| {
            let sums = [row.orders, row.times, row.total_s, row.median_s, row.p90_s, row.longest_s];
            (row.line, row.label, sums)
        };
        rows.into_iter().map(told).collect::<Vec<_>>()
    };
    let text = |text: &str| text.to_owned();
    let ready = (text(""), text("ready"), [11, 12, 1055, 60, 100, 505]);
    let running = (text(""), text("running"), [1, 1, 7, 7, 7, 7]);
    assert_eq!(ask(&[Dimension::Label], None), [ready, running.clone()]);
    let one = (text("L1"), text("ready"), [10, 10, 550, 50, 90, 100]);
    let two = (text("L2"), text("ready"), [1, 2, 505, 505, 505, 505]);
    let running = (text("L1"), running.1, running.2);
    assert_eq!(ask(&[Dimension::Line, Dimension::Label], None), [one, running, two.clone()]);
    assert_eq!(ask(&[Dimension::Line, Dimension::Label], Some("L2")), [two]);
    assert_eq!(ask(&[], Some("L3")), []);
}

pub(crate) fn a_checkup_tells_clock_and_size(harness: &impl Harness) {
    let store = with_plant(harness);
    let found = block_on(store.checkup()).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let ahead_ms = i128::from(found.now_ms) - i128::try_from(now).unwrap();
    assert!(ahead_ms.abs() < 5_000, "both run on one machine: {ahead_ms}");
    assert!(found.size_bytes > 0);
    assert_eq!(found.sessions, [], "nobody holds it up");
}
