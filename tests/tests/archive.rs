//! Orders go to Parquet files by `takt archive` and come back, while the plant is served: killed in the middle, read by another program,
//! with damaged files and without a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::archive::{ArchiveBatch, ArchivedOrder, BatchState};
use takt_api::audit::{ChainAudit, ChainHeads};
use takt_tests::client::Client;
use takt_tests::host::{Folder, Fresh, Host, root, run, run_well, takt};
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, act, good};
use takt_tests::wait::until;

/// A year in milliseconds: the orders are so old.
const AGED_MS: i64 = 365 * 24 * 3600 * 1000;

/// A plant with orders that were closed a year ago, and their numbers.
struct Old {
    host: Host,
    data: Folder,
    people: People,
    orders: Vec<String>,
}

impl Old {
    fn new(orders: usize) -> Self {
        let Fresh { host, data } = Fresh::small();
        let people = People::at(&host);
        people.receive(SMALL.material, "1000", SMALL.store);
        let mut closed = Vec::new();
        for _ in 0..orders {
            let order = people.running(SMALL.product, "3", SMALL.line);
            for quantity in [1, 2] {
                people.operator.post("/api/v1/reports", good(&order, SMALL.operation, quantity)).ok();
            }
            act(&people.inspector, &order, "inspect-final", json!({"result": "pass"})).ok();
            act(&people.inspector, &order, "sign", json!({})).ok();
            act(&people.planner, &order, "close", json!({})).ok();
            closed.push(order);
        }
        host.terminate();
        host.ended();
        age(&data.path().join("takt.db"));
        let host = Host::start(data.path());
        let people = People::at(&host);
        let old = Self { host, data, people, orders: closed };
        until("the ledger is sealed", || {
            let heads: ChainHeads = old.people.admin.get("/api/v1/audit/heads").ok().json();
            (heads.unsealed == 0).then_some(())
        });
        old
    }

    fn arguments<'a>(&'a self, command: &[&'a str], archive: &'a Path) -> Vec<&'a str> {
        let place = ["--data", text(self.data.path()), "--archive", text(archive)];
        [&["archive"], command, &place].concat()
    }

    fn archived(&self) -> BTreeMap<String, ArchivedOrder> {
        let page: Page<ArchivedOrder> = self.people.admin.get("/api/v1/archive/orders?limit=200").ok().json();
        page.rows.into_iter().map(|row| (row.order.to_string(), row)).collect()
    }

    fn batches(&self) -> Vec<ArchiveBatch> {
        self.people.admin.get("/api/v1/archive/batches?limit=200").ok().json::<Page<ArchiveBatch>>().rows
    }

    /// Each order is in the plant or in the archive, all that adds up does, and the chain holds; how many are in the archive.
    fn is_whole(&self) -> usize {
        let archived = self.archived();
        for order in &self.orders {
            let found = self.people.admin.get(&format!("/api/v1/orders/{order}"));
            assert_eq!(found.status == 200, !archived.contains_key(order), "{order}: {}", found.text());
            if found.status != 200 {
                assert_eq!(found.unmet(409, "refused"), ["archive.gone"]);
            }
        }
        let (mut after, mut postings) = (String::new(), 0);
        loop {
            let slice: takt_api::stock::Audit = self.people.admin.get(&format!("/api/v1/audit{after}")).ok().json();
            assert!(slice.ok, "{:?}", slice.differences);
            postings += slice.postings;
            match slice.next {
                Some(next) => after = format!("?after={}", ledger::escaped(&next)),
                None => break,
            }
        }
        let chain: ChainAudit = self.people.admin.get("/api/v1/audit/chain").ok().json();
        assert!(chain.ok && chain.next.is_none(), "{:?}", chain.broken);
        let gone: u64 = archived.values().map(|order| order.postings).sum();
        assert_eq!(chain.archived, gone);
        assert!(postings >= chain.postings);
        archived.len()
    }
}

/// As if all of it had been booked a year ago. Nobody could do that from outside: it takes the triggers away.
fn age(database: &Path) {
    let database = rusqlite::Connection::open(database).expect("the data is there");
    let trigger: String = database
        .query_row("SELECT sql FROM sqlite_master WHERE name = 'posting_never_changes'", [], |row| row.get(0))
        .expect("the ledger is kept from changing");
    // Their times stand in their texts, of today or of yesterday.
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let body = [0, 1].iter().fold("body".to_owned(), |body, days| {
        let day = today.checked_sub(jiff::Span::new().days(*days)).expect("a day");
        let then = day.checked_sub(jiff::Span::new().days(365)).expect("a day");
        format!("replace({body}, '\"{day}T', '\"{then}T')")
    });
    database
        .execute_batch(&format!(
            "BEGIN; DROP TRIGGER posting_never_changes;
            UPDATE posting SET booked_ms = booked_ms - {AGED_MS}, occurred_ms = occurred_ms - {AGED_MS};
            {trigger};
            UPDATE record SET updated_ms = updated_ms - {AGED_MS}, created_ms = created_ms - {AGED_MS}, body = {body}
            WHERE kind IN ('order', 'report'); COMMIT;"
        ))
        .expect("the past can be written");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Runs `takt archive run` and kills it: when it has said this, and then so much later.
fn killed(old: &Old, archive: &Path, after: &str, later: Duration) {
    let mut child = Command::new(takt())
        .args(old.arguments(&["run"], archive))
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("takt can be run");
    for line in BufReader::new(child.stdout.take().expect("it was asked for")).lines().map_while(Result::ok) {
        if line.contains(after) {
            break;
        }
    }
    std::thread::sleep(later);
    // It may have ended already.
    let _ = child.kill();
    child.wait().expect("the process is ours");
}

/// Every file below a folder, by its name from there.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).expect("it is below").to_owned());
            }
        }
    }
    found
}

/// What pyarrow reads of the files of these batches: rows by table, sums of columns, orders.
fn read_by_python(archive: &Path, batches: &[ArchiveBatch], work: &Path) -> Value {
    let python = work.join("venv/bin/python");
    if !python.exists() {
        let made = Command::new("python3").args(["-m", "venv", "venv"]).current_dir(work).status();
        assert!(made.is_ok_and(|made| made.success()), "python3 with its module venv is needed");
        let installed = Command::new(&python).args(["-m", "pip", "install", "--quiet", "pyarrow"]).status();
        assert!(installed.is_ok_and(|installed| installed.success()), "pyarrow is needed, from PyPI");
    }
    let folders: Vec<String> = batches.iter().map(|batch| batch.folder.clone()).collect();
    let read = Command::new(&python)
        .arg(root().join("tests/fixtures/read_archive.py"))
        .arg(archive)
        .args(folders)
        .output()
        .expect("python can be run");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).expect("it prints JSON")
}

#[test]
fn a_run_that_is_killed_anywhere_loses_nothing_and_doubles_nothing() {
    let old = Old::new(40);
    let stock_before: Value = old.people.admin.get("/api/v1/stock?limit=200").ok().json();
    let output_before: Value = old.people.admin.get("/api/v1/insight/requests").ok().json();
    let archive = Folder::new();
    assert_eq!(old.is_whole(), 0);
    let millis = Duration::from_millis;
    let kills = [
        ("begins", millis(0)),
        ("begins", millis(4)),
        ("written", millis(0)),
        ("written", millis(5)),
        ("is verified", millis(0)),
        ("10 of", millis(0)),
        ("10 of", millis(0)),
        ("goes on", millis(0)),
    ];
    let mut reached = BTreeSet::new();
    for (after, later) in kills {
        killed(&old, archive.path(), after, later);
        let gone = old.is_whole();
        println!("killed {later:?} after {after:?}: {gone} of {} have gone", old.orders.len());
        reached.insert(gone);
    }
    let between = 1..old.orders.len();
    assert!(reached.contains(&0), "it was killed before orders: {reached:?}");
    assert!(reached.iter().any(|gone| between.contains(gone)), "it was killed between orders: {reached:?}");
    let told = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(told.contains("orders went in"), "{told}");
    assert_eq!(old.is_whole(), old.orders.len());
    let again = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(again.contains("0 orders went in 0 batches"), "{again}");
    assert_eq!(old.people.admin.get("/api/v1/stock?limit=200").ok().json::<Value>(), stock_before);
    assert_eq!(old.people.admin.get("/api/v1/insight/requests").ok().json::<Value>()["rows"], output_before["rows"]);

    // Nothing is there but what batches name, and another program reads it.
    let batches = old.batches();
    assert!(batches.iter().all(|batch| batch.state == BatchState::Done), "{batches:?}");
    for file in files(archive.path()) {
        let known = batches.iter().any(|batch| file.starts_with(&batch.folder));
        assert!(known, "{} is of no batch", file.display());
    }
    let work = Folder::new();
    let read = read_by_python(archive.path(), &batches, work.path());
    let archived = old.archived();
    let orders: BTreeSet<&str> = read["orders"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(orders, archived.keys().map(String::as_str).collect());
    let postings: u64 = archived.values().map(|order| order.postings).sum();
    let units: i64 = archived.values().flat_map(|order| &order.totals).map(|total| total.units).sum();
    let reports: u64 = archived.values().map(|order| order.reports).sum();
    assert_eq!(read["movements"], json!({"rows": postings, "units": units}));
    assert_eq!(read["reports"], json!({"rows": reports, "good": 3 * archived.len()}));
    let told: i64 = batches.iter().flat_map(|batch| &batch.files).filter_map(|file| file.sums.get("units")).sum();
    assert_eq!(told, units);
}

#[test]
fn an_order_and_a_month_come_back_as_they_were() {
    let old = Old::new(4);
    let admin = &old.people.admin;
    let told = |admin: &Client| {
        let of = |order: &String| {
            let report = format!("/api/v1/reports?order={order}&limit=200");
            let paths =
                [format!("/api/v1/orders/{order}"), report, format!("/api/v1/movements?order={order}&limit=200")];
            paths.map(|path| {
                let mut told: Value = admin.get(&path).ok().json();
                // When it was asked is another matter.
                told.get_mut("facts").and_then(Value::as_object_mut).map(|facts| facts.remove("now"));
                told
            })
        };
        old.orders.iter().map(of).collect::<Vec<_>>()
    };
    let before = told(admin);
    let archive = Folder::new();
    run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert_eq!(old.is_whole(), 4);
    let found: Page<ArchivedOrder> = admin.get(&format!("/api/v1/archive/orders?q={}", old.orders[2])).ok().json();
    assert_eq!(found.rows.iter().map(|row| row.order.to_string()).collect::<Vec<_>>(), [old.orders[2].clone()]);
    let status = run_well(&old.arguments(&["status"], archive.path()), &[]);
    assert!(status.contains("4 orders, all files are as they were written"), "{status}");

    run_well(&old.arguments(&["restore", &old.orders[1]], archive.path()), &[]);
    assert_eq!(old.is_whole(), 3);
    let stays = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(stays.contains("0 orders went"), "what was brought back stays: {stays}");
    let month = old.batches()[0].month.clone();
    run_well(&old.arguments(&["restore", &month], archive.path()), &[]);
    assert_eq!(old.is_whole(), 0);
    assert_eq!(told(admin), before);
    ledger::check(admin);
}

#[test]
fn damaged_files_and_a_folder_that_is_not_there_are_said_and_change_nothing() {
    let old = Old::new(2);
    let archive = Folder::new();
    let file = archive.path().join("file");
    std::fs::write(&file, "x").expect("the folder is writable");
    let nowhere = file.join("archive");
    let refused = run(&old.arguments(&["run"], &nowhere), &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("cannot be made"), "{said}");
    assert_eq!((old.is_whole(), old.batches().len()), (0, 0));
    std::fs::remove_file(&file).expect("it is ours");

    run_well(&old.arguments(&["run"], archive.path()), &[]);
    let batch = old.batches().remove(0);
    let orders = archive.path().join(&batch.folder).join("orders.parquet");
    let whole = std::fs::read(&orders).expect("it was written");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&orders, damaged).expect("the folder is writable");
    for command in [vec!["status"], vec!["restore", old.orders[0].as_str()]] {
        let refused = run(&old.arguments(&command, archive.path()), &[]);
        let said = String::from_utf8_lossy(&refused.stdout) + String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains("is not the file that was written"), "{said}");
    }
    assert_eq!(old.is_whole(), 2);
    std::fs::write(&orders, whole).expect("the folder is writable");
    run_well(&old.arguments(&["restore", &old.orders[0]], archive.path()), &[]);
    assert_eq!(old.is_whole(), 1);
    // Files stay for as long as the plant has set.
    run_well(&old.arguments(&["run", "--expire"], archive.path()), &[]);
    assert!(orders.exists());
    old.host.terminate();
    assert!(old.host.ended().success());
}
