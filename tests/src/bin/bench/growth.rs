//! What it costs when there is much: 10,000 and 1,000,000 movements of one item, 100 and 100,000 open orders.

use std::time::{Duration, Instant};

use futures::executor::block_on;
use takt_store::{
    Account, Commit, Load, NativeDriver, NativePostgres, PlantNumber, PostgresStore, Posting, RecordWrite, SqliteStore,
    Store,
};
use takt_test_servers::Postgres;
use takt_tests::client::Client;
use takt_tests::host::{Folder, Host};
use takt_tests::plant::PIN;
use takt_tests::site::{OPERATION, STORE, Site, product};

use crate::servers::plant;

const PLANT: PlantNumber = PlantNumber(1);
const ITEM: &str = "LOAD-M1";
const MOVEMENTS: [u64; 2] = [10_000, 1_000_000];
const ORDERS: [u64; 2] = [100, 100_000];
/// How many orders of one state the board shows.
const BOARD_COLUMN: u32 = 100;
/// The answers of each kind, of which the middle one counts.
const ANSWERS: usize = 301;

pub(crate) fn run() {
    let data = Folder::copy_of(&takt_tests::plant::small());
    let store = SqliteStore::new(NativeDriver::open(data.path().join("takt.db")).expect("a database"));
    let host = Host::start_with(data.path(), &[]);
    grow("SQLite", &host, &store, || {});
    drop(host);
    let postgres = Postgres::start();
    let data = plant(&postgres);
    let store = PostgresStore::new(NativePostgres::open(&postgres.url("takt")).expect("Postgres answers"));
    let host = Host::start_with(data.path(), &["--postgres", &postgres.url("takt")]);
    // What has grown in a minute here grows in months elsewhere; autovacuum looks every minute.
    grow("Postgres", &host, &store, || postgres.run_in("takt", "ANALYZE"));
}

fn grow<S: Store>(database: &str, host: &Host, store: &S, settle: impl Fn()) {
    let site = Site::prepare(&host.base, PIN, 1, 1).expect("the plant takes orders");
    let order = site.orders[0].clone();
    // The board shows as many of them as it ever does.
    for _ in 0..BOARD_COLUMN {
        new_order(site.who("planner"));
    }
    let record = load_order(store, &order);
    let (mut movements, mut orders) = (0, 0);
    let mut found = Vec::new();
    for size in 0..2 {
        eprintln!("bench: {database}: {} movements, {} open orders ...", MOVEMENTS[size], ORDERS[size]);
        while movements < MOVEMENTS[size] {
            book(store, &receipts(movements));
            movements += BATCH;
        }
        while orders < ORDERS[size] {
            book(store, &open_orders(&record, orders, BATCH.min(ORDERS[size] - orders)));
            orders += BATCH;
        }
        settle();
        found.push(medians(&site, &order));
    }
    println!(
        "| {database} | {} / {} | {} / {} | ratio (aim: at most 1.5) |",
        MOVEMENTS[0], ORDERS[0], MOVEMENTS[1], ORDERS[1]
    );
    println!("|---|---|---|---|");
    for ((name, few), (_, many)) in found[0].iter().zip(&found[1]) {
        let millis = |time: &Duration| time.as_secs_f64() * 1e3;
        println!("| {name} | {:.2} ms | {:.2} ms | {:.2} |", millis(few), millis(many), millis(many) / millis(few));
    }
    println!();
}

const BATCH: u64 = 500;

fn book<S: Store>(store: &S, batch: &[Commit]) {
    for outcome in block_on(store.commit_many(batch)) {
        outcome.expect("nothing of it is refused");
    }
}

fn receipts(first: u64) -> Vec<Commit> {
    let account = |location: &str, bounded| Account { location: location.into(), order: String::new(), bounded };
    let receipt = |n: u64| Posting {
        id: format!("grown-{n}.1"),
        movement: format!("grown-{n}"),
        kind: "receipt".into(),
        item: ITEM.into(),
        lot: String::new(),
        from: account("@supplier", false),
        to: account(STORE, true),
        quantity: 1,
        order: None,
        operation: None,
        document: None,
        reason: None,
        user: "storekeeper".into(),
        device: None,
        source: "hand".into(),
        occurred_ms: 0,
        reverses: None,
    };
    let commit = |n| Commit { postings: vec![receipt(n)], ..Commit::new(PLANT, 0) };
    (first..first + BATCH).map(commit).collect()
}

fn load_order<S: Store>(store: &S, order: &str) -> takt_store::Record {
    let mut load = Load::new(PLANT, 0);
    load.records = vec![("order".into(), order.into())];
    let loaded = block_on(store.load(&load)).expect("the store answers");
    loaded.record("order", order).expect("the order is there").clone()
}

/// Copies of an order under other numbers.
fn open_orders(like: &takt_store::Record, first: u64, count: u64) -> Vec<Commit> {
    let write = |n: u64| {
        let id = format!("GROWN-{n:06}");
        let mut body = like.body.clone();
        body["id"] = id.clone().into();
        let mut write = RecordWrite::new("order", id.clone(), None, body);
        write.state.clone_from(&like.state);
        write.line.clone_from(&like.line);
        write.sort = Some(format!("{}{id}", like.sort.as_deref().unwrap_or_default().trim_end_matches(&like.id)));
        write
    };
    (first..first + count).map(|n| Commit { records: vec![write(n)], ..Commit::new(PLANT, 0) }).collect()
}

fn medians(site: &Site, order: &str) -> Vec<(&'static str, Duration)> {
    let get = |who: &Client, path: String| {
        let who = who.clone();
        move || drop(who.get(&path).ok())
    };
    let (planner, manager) = (site.who("planner"), site.who("manager"));
    let receipt = || {
        let body = serde_json::json!({"kind": "receipt", "item": ITEM, "quantity": "1", "to": STORE});
        site.who("storekeeper").post("/api/v1/movements", body).ok();
    };
    let report = || {
        let body = serde_json::json!({"order": order, "operation": OPERATION, "good": "1"});
        site.who("operator").post("/api/v1/reports", body).ok();
    };
    vec![
        ("stock query", median(get(planner, format!("/api/v1/stock/{ITEM}")))),
        ("movements of the item, newest", median(get(planner, format!("/api/v1/movements?item={ITEM}&limit=50")))),
        ("order", median(get(planner, format!("/api/v1/orders/{order}")))),
        ("orders, first page", median(get(planner, "/api/v1/orders?limit=50".into()))),
        ("board", median(get(manager, "/api/v1/board".into()))),
        ("receipt", median(receipt)),
        ("report", median(report)),
        ("new order", median(|| new_order(planner))),
    ]
}

fn new_order(planner: &Client) {
    let body = serde_json::json!({"item": product(0), "quantity": "1", "line": "LOAD-L1"});
    planner.post("/api/v1/orders", body).ok();
}

fn median(mut call: impl FnMut()) -> Duration {
    for _ in 0..20 {
        call();
    }
    let mut times: Vec<_> = (0..ANSWERS)
        .map(|_| {
            let begun = Instant::now();
            call();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ANSWERS / 2]
}
