//! `spin:postgres`, against a real server.

use crate::app::{App, single};
use crate::servers::{self, Server};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use takt_runtime::Limits;

struct Plant {
    server: Arc<Server>,
    app: App,
    /// Tells this test's connections from the others'.
    name: String,
}

impl Plant {
    /// `name` is also that of the test's own schema.
    fn new(name: &str) -> Self {
        let server = servers::postgres();
        let text = single(&format!("allowed_outbound_hosts = [\"postgres://127.0.0.1:{}\"]", server.port));
        let app = App::limited(&text, Limits { threads: Some(1), run_time_ms: Some(20_000), ..Limits::default() });
        let plant = Self { server, app, name: name.to_owned() };
        plant.run(json!([[format!("CREATE SCHEMA {name}")]]));
        plant
    }

    fn address(&self) -> String {
        let Self { server, name, .. } = self;
        format!(
            "postgres://takt@127.0.0.1:{}/postgres?application_name={name}&options=-c%20search_path={name}",
            server.port
        )
    }

    fn told(&self, statements: Value) -> Value {
        json!({ "address": self.address(), "statements": statements })
    }

    fn run(&self, statements: Value) -> Vec<Value> {
        let answer = self.app.tell("/postgres", self.told(statements));
        answer["answers"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    fn run_well(&self, statements: Value) -> Vec<Value> {
        let answers = self.run(statements);
        assert!(answers.iter().all(|answer| answer["error"].is_null()), "{answers:#?}");
        answers
    }
}

/// The one value of the one row.
fn value(answer: &Value) -> &str {
    answer["rows"][0][0].as_str().unwrap_or_else(|| panic!("{answer}")).trim_start_matches("DbValue::")
}

#[test]
fn every_kind_of_value_comes_back_as_it_went() {
    let plant = Plant::new("kinds");
    let one = |cast: &str, parameter: Value| {
        let answers = plant.run_well(json!([[format!("SELECT $1::{cast} AS v"), parameter]]));
        format!("{} {}", answers[0]["columns"][0].as_str().unwrap(), value(&answers[0]))
    };
    for (cast, parameter, expected) in [
        ("bool", json!({ "bool": true }), "v:DbDataType::Boolean Boolean(true)"),
        ("int2", json!({ "i16": -3 }), "v:DbDataType::Int16 Int16(-3)"),
        ("int4", json!({ "i32": 70000 }), "v:DbDataType::Int32 Int32(70000)"),
        ("int8", json!({ "i64": 5_000_000_000_i64 }), "v:DbDataType::Int64 Int64(5000000000)"),
        ("float8", json!({ "f64": 1.5 }), "v:DbDataType::Floating64 Floating64(1.5)"),
        ("text", json!({ "text": "字" }), "v:DbDataType::Str Str(\"字\")"),
        ("bytea", json!({ "bytes": "ab" }), "v:DbDataType::Binary Binary([97, 98])"),
        ("date", json!({ "date": 0 }), "v:DbDataType::Date Date((2026, 2, 3))"),
        ("time", json!({ "time": 0 }), "v:DbDataType::Time Time((4, 5, 6, 7000))"),
        ("timestamp", json!({ "datetime": 0 }), "v:DbDataType::Datetime Datetime((2026, 2, 3, 4, 5, 6, 7000))"),
        ("timestamptz", json!({ "timestamp": 1_700_000_000 }), "Timestamp(1700000000)"),
        ("uuid", json!({ "uuid": "0198c0de-0000-7000-8000-000000000001" }), "0198c0de-0000-7000-8000-000000000001"),
        ("numeric", json!({ "decimal": "12.500" }), "Decimal(\"12.500\")"),
        ("text[]", json!({ "texts": "x" }), "ArrayStr([Some(\"x\"), None])"),
        ("int8[]", json!({ "i64s": 9 }), "ArrayInt64([Some(9), None])"),
        ("interval", json!({ "interval": 0 }), "Interval { micros: 1, days: 2, months: 3 }"),
        ("text", json!(null), "DbNull"),
    ] {
        let seen = one(cast, parameter);
        assert!(seen.contains(expected), "{cast}: {seen}, expected {expected}");
    }
    let json = one("jsonb", json!({ "jsonb": { "a": [1, "b"] } }));
    assert!(json.contains("Jsonb("), "{json}");
}

#[test]
fn what_is_wrong_is_said_with_its_code_and_leaves_the_connection_usable() {
    let plant = Plant::new("wrong");
    let answers = plant.run(json!([
        ["SELECT * FROM absent"],
        ["nonsense"],
        ["SELECT $1::int4"],
        ["SELECT $1::int4", { "text": "x" }],
        ["SELECT 1/0"],
        ["SELECT 1; SELECT 2"],
        [""],
        ["SELECT 'x\u{0}'"],
        ["SELECT 7"],
    ]));
    for (at, part) in [(0, "42P01"), (1, "42601"), (2, "parameters are expected"), (4, "22012"), (5, "42601")] {
        assert!(answers[at]["error"].as_str().is_some_and(|error| error.contains(part)), "{part}: {}", answers[at]);
    }
    assert!(answers[3]["error"].is_string() && answers[7]["error"].is_string(), "{answers:#?}");
    assert_eq!(value(&answers[8]), "Int32(7)");
}

#[test]
fn connections_are_shared_and_statements_prepared_once() {
    let plant = Plant::new("shared");
    plant.run_well(json!([["CREATE TABLE t (a int8)"]]));
    for round in 0..3 {
        plant
            .app
            .all(40, |_, number| plant.run_well(json!([["INSERT INTO t VALUES ($1)", { "i64": number + round }]])));
    }
    let seen = plant.run_well(json!([
        ["SELECT count(*) FROM t"],
        ["SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shared'"],
        ["SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO t %'"],
    ]));
    assert_eq!(value(&seen[0]), "Int64(120)");
    let connections: u32 = value(&seen[1]).trim_start_matches("Int64(").trim_end_matches(')').parse().unwrap();
    assert!((1..=16).contains(&connections), "{connections}");
    assert_eq!(value(&seen[2]), "Int64(1)");
}

#[test]
fn a_guest_that_is_dropped_in_a_transaction_leaves_nothing_open() {
    let plant = Plant::new("dropped");
    plant.run_well(json!([["CREATE TABLE t (a int8)"]]));
    for _ in 0..5 {
        let mut told = plant.told(json!([["BEGIN"], ["INSERT INTO t VALUES (1)"]]));
        assert_eq!(plant.app.ask("/postgres", told.clone()).0, 200, "the connection is dropped, the instance lives on");
        told["then"] = json!("trap");
        assert_eq!(plant.app.ask("/postgres", told).0, 500);
    }
    let open = json!([
        ["SELECT count(*) FROM t"],
        ["SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dropped' AND state LIKE 'idle in%'"],
    ]);
    // The server takes a moment to notice that a connection is gone.
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let seen = plant.run_well(open.clone());
        assert_eq!(value(&seen[0]), "Int64(0)");
        if value(&seen[1]) == "Int64(0)" {
            break;
        }
        assert!(Instant::now() < end, "a transaction is still open");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn transactions_commit_and_roll_back() {
    let plant = Plant::new("transactions");
    plant.run_well(json!([["CREATE TABLE t (a int8)"]]));
    let seen = plant.run_well(json!([
        ["BEGIN"],
        ["INSERT INTO t VALUES (1)"],
        ["ROLLBACK"],
        ["BEGIN"],
        ["INSERT INTO t VALUES (2)"],
        ["COMMIT"],
        ["SELECT sum(a)::int8 FROM t"],
    ]));
    assert_eq!(value(&seen[6]), "Int64(2)");
}

#[test]
fn what_a_guest_sets_is_not_the_next_ones() {
    let plant = Plant::new("settings");
    plant.run_well(json!([["SET statement_timeout = 12345"], ["CREATE TEMP TABLE mine (a int)"]]));
    for _ in 0..4 {
        let seen = plant.run(json!([["SHOW statement_timeout"], ["SELECT * FROM mine"]]));
        assert_eq!(value(&seen[0]), "Str(\"0\")");
        assert!(seen[1]["error"].is_string(), "{seen:?}");
    }
}

#[test]
fn a_table_that_was_changed_is_read_as_it_is_now() {
    let plant = Plant::new("changed");
    plant.run_well(json!([["CREATE TABLE t (a int4)"], ["INSERT INTO t VALUES (1)"], ["SELECT * FROM t"]]));
    plant.run_well(json!([["ALTER TABLE t ADD b text"]]));
    assert_eq!(plant.run_well(json!([["SELECT * FROM t"]]))[0]["rows"][0].as_array().unwrap().len(), 2);
}

#[test]
fn a_connection_that_the_server_ended_is_replaced() {
    let plant = Plant::new("ended");
    plant.run_well(json!([["SELECT 1"]]));
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE application_name = 'ended' AND pid <> pg_backend_pid()";
    plant.app.all(8, |_, _| plant.run_well(json!([["SELECT pg_sleep(0.2)::text"]])));
    plant.run(json!([[kill]]));
    std::thread::sleep(Duration::from_millis(200));
    plant.app.all(8, |_, _| plant.run_well(json!([["SELECT 1"]])));
}
