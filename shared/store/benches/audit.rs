//! What an audit of a million postings takes, on a file and on a server: `cargo bench -p takt-store --bench audit [POSTINGS]`.
//!
//! The ledger is what reports leave: 200 items at three places, four postings a commit, booked in batches. It is then audited
//! as `takt audit` does, slice by slice of 100,000 postings.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that cannot go on has failed"
)]

use std::time::Instant;

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    Account, Commit, NativeDriver, NativePostgres, Plant, PlantNumber, PostgresStore, Posting, SqliteStore, Store,
};
use takt_test_servers::Postgres;

const PLANT: PlantNumber = PlantNumber(1);
const NOW: i64 = 1_800_000_000_000;
const ITEMS: u64 = 200;
const SLICE: u32 = 100_000;

fn main() {
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let postings: u64 = given.unwrap_or(1_000_000);
    let folder = std::env::temp_dir().join(format!("takt-audit-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    measure("SQLite", &SqliteStore::new(NativeDriver::open(folder.join("takt.db")).unwrap()), postings);
    std::fs::remove_dir_all(folder).unwrap();
    let server = PostgresStore::new(NativePostgres::open(&Postgres::shared().url("postgres")).unwrap());
    block_on(server.ensure_schema()).unwrap();
    measure("Postgres", &server, postings);
}

fn measure(name: &str, store: &impl Store, postings: u64) {
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
    let started = Instant::now();
    let mut n = 0;
    while n < postings {
        let batch: Vec<Commit> = (0..500).map(|_| commit(&mut n)).collect();
        assert!(block_on(store.commit_many(&batch)).iter().all(Result::is_ok));
    }
    println!("{name}: {n} postings booked in {:.1} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let (mut after, mut read, mut slices, mut longest) = (None, 0, 0, 0_f64);
    loop {
        let began = Instant::now();
        let report = block_on(store.audit(PLANT, after.as_deref(), SLICE)).unwrap();
        assert!(report.is_clean(), "{report:?}");
        longest = longest.max(began.elapsed().as_secs_f64());
        read += report.postings;
        slices += 1;
        after = report.next;
        if after.is_none() {
            break;
        }
    }
    let took = started.elapsed().as_secs_f64();
    println!("{name}: {read} postings audited in {took:.1} s, {slices} slices, the longest {longest:.2} s");
}

/// A receipt, a transfer, an issue and a return of it.
fn commit(n: &mut u64) -> Commit {
    let item = format!("item-{:03}", *n / 4 % ITEMS);
    let place = |location: &str| Account {
        location: location.to_owned(),
        order: String::new(),
        bounded: !location.starts_with('@'),
    };
    let moves = [("@supplier", "store"), ("store", "line"), ("line", "@production"), ("@production", "line")];
    let mut commit = Commit::new(PLANT, NOW);
    for (from, to) in moves {
        *n += 1;
        commit.postings.push(Posting {
            id: n.to_string(),
            movement: format!("m-{n}"),
            kind: "transfer".to_owned(),
            item: item.clone(),
            lot: String::new(),
            from: place(from),
            to: place(to),
            quantity: 10,
            order: Some(format!("WO-{}", *n / 1000)),
            operation: None,
            document: Some("PO-1".to_owned()),
            reason: None,
            user: "storekeeper".to_owned(),
            device: None,
            source: "hand".to_owned(),
            occurred_ms: NOW,
            reverses: None,
        });
    }
    commit
}
