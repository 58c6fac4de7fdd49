//! A store that speaks S3 and checks each signature with Amazon's own library.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};
use takt_api::archive::BatchState;
use takt_tests::host::{Folder, root, run, run_well};
use takt_tests::python::python;

use crate::old::{Old, rewritten};

const BUCKET: &str = "cold";

/// The store, which ends with its input.
struct Store {
    process: Child,
    input: Option<ChildStdin>,
    told: Told,
    _work: Folder,
}

#[derive(Deserialize)]
struct Told {
    port: u16,
    id: String,
    secret: String,
}

impl Store {
    fn start() -> Self {
        let work = Folder::new();
        let python = python(work.path(), &["moto[s3,iam]>=5.1,<6", "flask", "flask-cors"]);
        let mut process = Command::new(python)
            .arg(root().join("tests/fixtures/s3_server.py"))
            .arg(BUCKET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python can be run");
        let mut line = String::new();
        let output = process.stdout.take().expect("it was asked for");
        BufReader::new(output).read_line(&mut line).expect("it says where it is");
        let told = serde_json::from_str(&line).expect("it says so as JSON");
        Self { input: process.stdin.take(), process, told, _work: work }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.told.port)
    }

    /// What `takt` is told about it.
    fn environment<'a>(&'a self, url: &'a str, secret: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("AWS_ENDPOINT_URL", url),
            ("AWS_ACCESS_KEY_ID", &self.told.id),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("TAKT_ARCHIVE_TIMEOUT_S", "2"),
        ]
    }

    /// Answers calls of a method about such a path in this way, for so many times.
    fn fails(&self, method: &str, contains: &str, status: u16, delay_s: u32, times: u32) {
        let fault =
            json!({"method": method, "contains": contains, "status": status, "delay_s": delay_s, "times": times});
        ureq::post(format!("{}/-/fault", self.url()))
            .header("content-type", "application/json")
            .send(fault.to_string())
            .expect("the store takes its faults");
    }
}

impl Store {
    /// The names of all that it has.
    fn names(&self) -> Vec<String> {
        let mut told = ureq::get(format!("{}/-/names", self.url())).call().expect("the store tells its names");
        serde_json::from_str(&told.body_mut().read_to_string().expect("a text")).expect("it says so as JSON")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.process.wait();
    }
}

/// What a run said that did not end well.
fn refused(old: &Old, command: &[&str], place: &str, environment: &[(&str, &str)]) -> String {
    let output = run(&old.arguments_at(command, place), environment);
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{command:?} at {place}: {said}");
    said.into_owned()
}

#[test]
fn a_store_that_checks_signatures_takes_the_archive_and_one_that_fails_loses_nothing() {
    let old = Old::new(3);
    let store = Store::start();
    let (url, secret) = (store.url(), store.told.secret.clone());
    let place = format!("s3://{BUCKET}/takt archive/ü");
    let well = store.environment(&url, &secret);

    // What is set up wrongly is said before anything is written down, in the plant or in the store.
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let nowhere = format!("http://{closed}");
    let wrong = store.environment(&url, "wrong");
    let away = store.environment(&nowhere, &secret);
    for (command, place, environment, expected) in [
        ("run", place.as_str(), &wrong, "SignatureDoesNotMatch"),
        ("status", &place, &wrong, "look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"),
        ("run", "s3://none/takt", &well, "there is no bucket none at"),
        ("run", &place, &away, "cannot be reached"),
        ("run", "s3://", &well, "expected s3://BUCKET/PREFIX"),
    ] {
        let said = refused(&old, &[command], place, environment);
        assert!(said.contains(expected), "{command} at {place}: {said}");
        assert_eq!((old.is_whole(), old.batches().len()), (0, 0), "{said}");
    }

    // One file cannot be written, or is not answered for in time: nothing goes.
    for (status, delay_s) in [(500, 0), (200, 4)] {
        store.fails("PUT", "movements.parquet", status, delay_s, 3);
        let said = refused(&old, &["run"], &place, &well);
        assert!(said.contains(if delay_s == 0 { "it was tried three times" } else { "cannot be reached" }), "{said}");
        assert_eq!(old.is_whole(), 0);
        assert_eq!(old.batches().iter().map(|batch| batch.state).collect::<Vec<_>>(), [BatchState::Open]);
    }
    // A file that was taken and not kept is seen before anything goes.
    store.fails("PUT", "movements.parquet", 200, 0, 1);
    let said = refused(&old, &["run"], &place, &well);
    assert!(said.contains("404") && said.contains("movements.parquet"), "{said}");
    assert_eq!(old.is_whole(), 0);

    // What fails once is made again, and what was left of the other tries is removed.
    store.fails("PUT", "movements.parquet", 503, 0, 1);
    let told = run_well(&old.arguments_at(&["run"], &place), &well);
    assert!(told.contains("3 orders went in 1 batches"), "{told}");
    assert_eq!(old.is_whole(), 3);
    let begins = |name: &String| name.strip_prefix("takt archive/ü/").map(str::to_owned);
    let names: Vec<_> = store.names().iter().map(|name| begins(name).expect("below what was named")).collect();
    let batch = old.batches()[0].id.clone();
    let folder = format!("{}/", old.batches()[0].folder);
    assert!(names.iter().all(|name| name.starts_with(&folder)), "nothing of the other tries: {names:?}");
    let status = run_well(&old.arguments_at(&["status"], &place), &well);
    assert!(status.contains("3 orders, all files are as they were written"), "{status}");

    store.fails("GET", "movements.parquet", 500, 0, 3);
    refused(&old, &["restore", &old.orders[0]], &place, &well);
    assert_eq!(old.is_whole(), 3);
    run_well(&old.arguments_at(&["restore", &old.orders[0]], &place), &well);
    assert_eq!(old.is_whole(), 2);
    let report: Value = old.people.admin.get(&format!("/api/v1/reports?order={}", old.orders[0])).ok().json();
    assert_eq!(report["rows"].as_array().map(Vec::len), Some(2));

    // Years later its files may go: what could not be removed is removed by the next run.
    rewritten(&old.data.path().join("takt.db"), "body = json_set(body, '$.month', '2019-01')", "archive_batch", &batch);
    old.people.admin.put("/api/v1/archive/settings", json!({"retention_years": 5})).ok();
    store.fails("DELETE", "orders.parquet", 500, 0, 3);
    refused(&old, &["run", "--expire"], &place, &well);
    let told = run_well(&old.arguments_at(&["run", "--expire"], &place), &well);
    assert!(told.contains("the files of 1 batches were removed"), "{told}");
    assert_eq!(store.names(), Vec::<String>::new());
    let told = run_well(&old.arguments_at(&["run", "--expire"], &place), &well);
    assert!(!told.contains("were removed"), "{told}");
    assert_eq!(old.is_whole(), 2);
}
