//! Commits and loads a second on a real file with `synchronous = FULL`: `cargo bench -p takt-store`.
//!
//! One commit is what one report books: its key, a bounded counter, four postings, two events and a record. Beside it
//! stands the least that is durable on this disk, a one-row insert on the same file; then the growth with the ledger.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that cannot go on has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    Account, Commit, CounterChange, Driver, Event, Idempotency, KeyLookup, ListFilter, Load, NativeDriver, PageRequest,
    Plant, PlantNumber, Posting, RecordWrite, SqliteStore, Store,
};

const PLANT: PlantNumber = PlantNumber(1);
const NOW: i64 = 1_800_000_000_000;
const ITEMS: u64 = 200;
const OPERATIONS: u64 = 500;
const MEASURED: Duration = Duration::from_secs(3);

type SqliteFile = SqliteStore<NativeDriver>;

fn main() {
    let folder = folder();
    let path = folder.join("takt.db");
    let store = open(&path);
    block_on(store.ensure_schema()).unwrap();
    let plant = Plant {
        number: PLANT,
        name: "bench".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        shift_calendar: json!({}),
        settings: json!({}),
        created_ms: NOW,
    };
    block_on(store.put_plant(&plant)).unwrap();
    let mut next = 0;
    fill(&store, &mut next, 1_000);

    block_on(store.driver().query("CREATE TABLE one_row (n INTEGER)", Vec::new())).unwrap();
    rate("one-row insert", || {
        block_on(store.driver().query("INSERT INTO one_row (n) VALUES (1)", Vec::new())).unwrap();
        1
    });
    all(&store, &path, &mut next);
    fill(&store, &mut next, 100_000);
    println!("after {next} reports, {} MB", fs::metadata(&path).unwrap().len() / 1_000_000);
    all(&store, &path, &mut next);
    let started = Instant::now();
    assert!(block_on(store.audit(PLANT, None, u32::MAX)).unwrap().is_clean());
    println!("{:<34}{:>9.2} s", "audit", started.elapsed().as_secs_f64());
    fs::remove_dir_all(folder).unwrap();
}

fn all(store: &SqliteFile, path: &Path, next: &mut u64) {
    rate("report, one connection", || {
        *next += 1;
        block_on(store.commit(&report(*next))).unwrap();
        1
    });
    let started = Instant::now();
    let threads = 4;
    let each = 500;
    thread::scope(|scope| {
        for thread in 0..threads {
            let first = *next + 1 + thread * each;
            scope.spawn(move || {
                let store = open(path);
                for n in first..first + each {
                    block_on(store.commit(&report(n))).unwrap();
                }
            });
        }
    });
    *next += threads * each;
    print_rate("report, four connections", threads * each, started.elapsed());
    rate("report, in batches of 500", || {
        let batch: Vec<_> = (1..=500).map(|n| report(*next + n)).collect();
        *next += 500;
        assert!(block_on(store.commit_many(&batch)).iter().all(Result::is_ok));
        500
    });
    rate("load for a report", || {
        *next += 1;
        let loaded = block_on(store.load(&load(*next))).unwrap();
        assert_eq!(loaded.records.len(), 2);
        1
    });
    rate("load of one item's balances", || {
        *next += 1;
        let mut load = Load::new(PLANT, NOW);
        load.balances_of = vec![item(*next)];
        assert!(!block_on(store.load(&load)).unwrap().balances.is_empty());
        1
    });
    rate("list of 50 records in a state", || {
        let filter = ListFilter { state: vec!["running".to_owned()], ..ListFilter::default() };
        let page = block_on(store.list(PLANT, "operation", &filter, &PageRequest::first(50))).unwrap();
        assert_eq!(page.items.len(), 50);
        1
    });
}

fn rate(what: &str, mut step: impl FnMut() -> u64) {
    for _ in 0..3 {
        step();
    }
    let started = Instant::now();
    let mut done = 0;
    while started.elapsed() < MEASURED {
        done += step();
    }
    print_rate(what, done, started.elapsed());
}

fn print_rate(what: &str, done: u64, took: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
    let per_second = done as f64 / took.as_secs_f64();
    println!("{what:<34}{per_second:>9.0} /s");
}

fn fill(store: &SqliteFile, next: &mut u64, reports: u64) {
    let until = *next + reports;
    while *next < until {
        let batch: Vec<_> = (1..=500).map(|n| report(*next + n)).collect();
        assert!(block_on(store.commit_many(&batch)).iter().all(Result::is_ok));
        *next += 500;
    }
}

fn open(path: &Path) -> SqliteFile {
    SqliteStore::new(NativeDriver::open(path).unwrap())
}

/// On the disk that builds go to; a folder in memory would tell nothing.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("throughput-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn item(n: u64) -> String {
    format!("item-{}", n % ITEMS)
}

fn operation(n: u64) -> String {
    format!("WO-{}/10", n % OPERATIONS)
}

fn account(location: &str, bounded: bool) -> Account {
    Account { location: location.to_owned(), order: String::new(), bounded }
}

/// Three materials come in and are used up in part, and one good piece is made.
fn report(n: u64) -> Commit {
    let posting = |line: u64, from: Account, to: Account, quantity: i64| Posting {
        id: format!("0197-{n:012}-{line}"),
        movement: format!("0197-{n:012}"),
        kind: "consume".to_owned(),
        item: item(n + line),
        lot: String::new(),
        from,
        to,
        quantity,
        order: Some(format!("WO-{}", n % OPERATIONS)),
        operation: Some("10".to_owned()),
        document: None,
        reason: None,
        user: "operator-17".to_owned(),
        device: Some("phone-3".to_owned()),
        source: "hand".to_owned(),
        occurred_ms: NOW,
        reverses: None,
    };
    let event = |line: u64, event_type: &str| Event {
        id: format!("0197-{n:012}-{line}"),
        event_type: event_type.to_owned(),
        source: "/reporting".to_owned(),
        subject: operation(n),
        time_ms: NOW,
        data: json!({"good": "1", "scrap": "0", "operation": operation(n), "user": "operator-17"}),
    };
    let mut record = RecordWrite::new(
        "operation",
        operation(n),
        None,
        json!({"good": n, "scrap": 0, "state": "running", "notes": "x".repeat(400)}),
    );
    record.state = Some(["running", "done"][usize::from(n % OPERATIONS > 100)].to_owned());
    record.parent = Some(format!("WO-{}", n % OPERATIONS));
    record.sort = Some("10".to_owned());
    Commit {
        idempotency: Some(Idempotency {
            user: "operator-17".to_owned(),
            key: format!("0197-{n:012}"),
            fingerprint: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            status: 201,
            body: json!({"id": format!("0197-{n:012}"), "state": "booked", "good": "1"}),
        }),
        counters: vec![CounterChange {
            scope: operation(n),
            name: "good".to_owned(),
            delta: 1,
            min_after: Some(0),
            max_after: Some(1_000_000_000),
        }],
        postings: vec![
            posting(0, account("supplier", false), account("L1", true), 5),
            posting(1, account("supplier", false), account("L1", true), 5),
            posting(0, account("L1", true), account("production", false), 1),
            posting(2, account("production", false), account("L2", true), 1),
        ]
        .into_iter()
        .enumerate()
        .map(|(line, posting)| Posting { id: format!("{}-{line}", posting.id), ..posting })
        .collect(),
        events: vec![event(0, "report.booked.v1"), event(1, "operation.progressed.v1")],
        records: vec![record],
        ..Commit::new(PLANT, NOW)
    }
}

/// Key, order and operation, the counters of the operation, four materials.
fn load(n: u64) -> Load {
    Load {
        key: Some(KeyLookup { user: "operator-17".to_owned(), key: format!("none-{n}") }),
        records: vec![("operation".to_owned(), operation(n)), ("operation".to_owned(), operation(n + 1))],
        counters: vec![operation(n)],
        balances_of: (0..4).map(|line| item(n + line)).collect(),
        ..Load::new(PLANT, NOW)
    }
}
