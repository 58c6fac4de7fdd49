//! `spin:sqlite`, over a real file.

use crate::app::{App, manifest};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use takt_runtime::Limits;

const DATABASES: &str = "sqlite_databases = [\"default\", \"other\"]";

pub(crate) fn app() -> App {
    App::start(&manifest("", &[("guest", "\"/...\"", DATABASES), ("none", "\"/none/...\"", "")]))
}

/// What each statement answered.
pub(crate) fn run(app: &App, statements: Value) -> Vec<Value> {
    let answer = app.tell("/sqlite", json!({ "statements": statements }));
    answer["answers"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

pub(crate) fn rows(answer: &Value) -> &Value {
    assert!(answer["error"].is_null(), "{answer}");
    &answer["rows"]
}

pub(crate) fn assert_error(answer: &Value, part: &str) {
    assert!(answer["error"].as_str().is_some_and(|error| error.contains(part)), "{part}: {answer}");
}

#[test]
fn every_kind_of_value_comes_back_as_it_went() {
    let app = app();
    let answers = run(
        &app,
        json!([
            ["CREATE TABLE t (a, b, c, d, e)"],
            ["INSERT INTO t VALUES (?, ?, ?, ?, ?)", -5, 1.5, "text 字", [1, 2], null],
            ["SELECT a, b, c, typeof(d), e FROM t"],
            ["SELECT d FROM t"],
        ]),
    );
    assert_eq!(rows(&answers[2]), &json!([[-5, 1.5, "text 字", "blob", null]]));
    assert_eq!(answers[2]["columns"], json!(["a", "b", "c", "typeof(d)", "e"]));
    assert_eq!(rows(&answers[3]), &json!([[{ "blob": [91, 49, 44, 50, 93] }]]));
}

#[test]
fn a_component_opens_its_own_databases_alone() {
    let app = app();
    let open = |database: &str| app.tell("/sqlite", json!({ "database": database, "statements": [] }));
    assert!(open("default")["error"].is_null());
    assert!(open("other")["error"].is_null());
    assert_error(&open("absent"), "NoSuchDatabase");
    let none = manifest("", &[("guest", "\"/...\"", ""), ("owner", "{ private = true }", DATABASES)]);
    let denied = App::start(&none).tell("/sqlite", json!({ "database": "default", "statements": [] }));
    assert_error(&denied, "AccessDenied");
}

#[test]
fn databases_lie_in_the_data_folder() {
    let app = app();
    run(&app, json!([["CREATE TABLE t (a)"]]));
    app.tell("/sqlite", json!({ "database": "other", "statements": [["CREATE TABLE u (a)"]] }));
    for file in ["takt.db", "other.db"] {
        assert!(app.folder.path().join("data").join(file).is_file(), "{file}");
    }
    assert_error(&run(&app, json!([["SELECT * FROM u"]]))[0], "no such table");
}

#[test]
fn commits_are_synced_and_foreign_keys_enforced() {
    let app = app();
    let answers = run(
        &app,
        json!([
            ["PRAGMA journal_mode"],
            ["PRAGMA synchronous"],
            ["CREATE TABLE p (id INTEGER PRIMARY KEY)"],
            ["CREATE TABLE c (p REFERENCES p)"],
            ["INSERT INTO c VALUES (7)"],
        ]),
    );
    assert_eq!((rows(&answers[0]), rows(&answers[1])), (&json!([["wal"]]), &json!([[2]])));
    assert_error(&answers[4], "FOREIGN KEY");
}

#[test]
fn changes_and_row_ids_are_those_of_the_own_statement() {
    let app = app();
    run(&app, json!([["CREATE TABLE t (id INTEGER PRIMARY KEY, a)"]]));
    app.all(16, |app, number| {
        let id = 1000 + number * 10;
        let answer = app.tell(
            "/sqlite",
            json!({ "statements": [
                ["INSERT INTO t VALUES (?, 1)", id],
                ["UPDATE t SET a = 2 WHERE id = ?", id],
                ["SELECT * FROM t"],
            ]}),
        );
        assert_eq!((&answer["rowid"], &answer["changes"]), (&json!(id), &json!(1)), "{answer}");
    });
}

#[test]
fn sql_functions_that_tell_of_a_connection_need_a_transaction_or_a_trigger() {
    let app = app();
    run(
        &app,
        json!([
            ["CREATE TABLE t (a)"],
            ["CREATE TABLE log (n)"],
            ["CREATE TRIGGER after AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (changes()); END"],
            ["INSERT INTO t VALUES (1), (2)"],
        ]),
    );
    for sql in [
        "SELECT changes()",
        "select LAST_INSERT_ROWID ( )",
        "SELECT total_changes()",
        "INSERT INTO t VALUES (last_insert_rowid())",
    ] {
        assert_error(&run(&app, json!([[sql]]))[0], "not authorized");
    }
    // The words alone are harmless.
    let word = run(&app, json!([["SELECT 'changes()' AS \"last_insert_rowid(\" -- changes()"]]));
    assert_eq!(rows(&word[0]), &json!([["changes()"]]));
    let update = run(&app, json!([["UPDATE t SET a = 3"], ["SELECT count(*) FROM log"]]));
    assert_eq!(rows(&update[1]), &json!([[2]]));
    let within = run(
        &app,
        json!([["BEGIN"], ["INSERT INTO t VALUES (4)"], ["SELECT last_insert_rowid(), changes()"], ["COMMIT"]]),
    );
    assert_eq!(rows(&within[2]), &json!([[3, 1]]));
}

#[test]
fn no_other_file_can_be_reached() {
    let app = app();
    let outside = app.folder.path().join("outside.db");
    let path = outside.display().to_string();
    for statement in [
        json!([format!("ATTACH '{path}' AS x")]),
        json!(["ATTACH ? AS x", path]),
        json!([format!("VACUUM INTO '{path}'")]),
    ] {
        assert_error(&run(&app, json!([statement]))[0], "authoriz");
        let in_transaction = run(&app, json!([["BEGIN"], statement, ["ROLLBACK"]]));
        assert!(in_transaction[1]["error"].is_string(), "{in_transaction:?}");
    }
    assert!(!outside.exists());
    assert!(rows(&run(&app, json!([["VACUUM"]]))[0]).is_array());
    let schema = run(&app, json!([["PRAGMA writable_schema=ON"], ["DELETE FROM sqlite_schema"]]));
    assert!(schema[1]["error"].is_string(), "{schema:?}");
}

#[test]
fn what_a_guest_sets_on_its_connection_is_not_the_next_ones() {
    let app = app();
    run(&app, json!([["PRAGMA foreign_keys=OFF"], ["CREATE TEMP TABLE mine (a)"], ["PRAGMA synchronous=OFF"]]));
    for _ in 0..4 {
        let next = run(&app, json!([["PRAGMA foreign_keys"], ["PRAGMA synchronous"], ["SELECT * FROM mine"]]));
        assert_eq!((rows(&next[0]), rows(&next[1])), (&json!([[1]]), &json!([[2]])));
        assert_error(&next[2], "no such table");
    }
}

#[test]
fn a_transaction_is_all_or_nothing_and_seen_by_others_at_its_commit() {
    let app = app();
    run(&app, json!([["CREATE TABLE t (a)"]]));
    let rolled = run(
        &app,
        json!([
            ["BEGIN"],
            ["INSERT INTO t VALUES (1)"],
            ["SELECT count(*) FROM t"],
            ["ROLLBACK"],
            ["SELECT count(*) FROM t"]
        ]),
    );
    assert_eq!((rows(&rolled[2]), rows(&rolled[4])), (&json!([[1]]), &json!([[0]])));
    let savepoint = run(
        &app,
        json!([
            ["SAVEPOINT a"],
            ["INSERT INTO t VALUES (1)"],
            ["SAVEPOINT b"],
            ["INSERT INTO t VALUES (2)"],
            ["ROLLBACK TO b"],
            ["RELEASE a"],
            ["SELECT a FROM t"]
        ]),
    );
    assert_eq!(rows(&savepoint[6]), &json!([[1]]));
    assert_error(&run(&app, json!([["COMMIT"]]))[0], "no transaction");
}

#[test]
fn a_statement_that_never_ends_is_interrupted_and_the_others_are_served_meanwhile() {
    let limits = Limits { threads: Some(1), run_time_ms: Some(1500), ..Limits::default() };
    let app = App::limited(&manifest("", &[("guest", "\"/...\"", DATABASES)]), limits);
    run(&app, json!([["CREATE TABLE t (a)"], ["INSERT INTO t VALUES (1)"]]));
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    std::thread::scope(|scope| {
        let long = scope.spawn(|| app.ask("/sqlite", json!({ "statements": [[endless]] })));
        std::thread::sleep(Duration::from_millis(100));
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(1000) {
            let asked = Instant::now();
            assert_eq!(rows(&run(&app, json!([["SELECT a FROM t"]]))[0]), &json!([[1]]));
            assert!(asked.elapsed() < Duration::from_millis(500), "a reader waited {:?}", asked.elapsed());
        }
        let (status, answer) = long.join().unwrap();
        assert!(status == 504 || answer["answers"][0]["error"].is_string(), "{status}: {answer}");
    });
    // Nor may it hold the write lock.
    assert!(run(&app, json!([["INSERT INTO t VALUES (2)"]]))[0]["error"].is_null());
}

#[test]
fn bad_sql_is_an_error_and_no_more() {
    let app = app();
    for statement in [
        json!([""]),
        json!(["nonsense"]),
        json!(["SELECT"]),
        json!(["SELECT ?, ?", 1]),
        json!(["SELECT 1", 1]),
        json!(["SELECT 1; SELECT 2"]),
        json!(["\u{0}"]),
        json!(["SELECT CAST(x'ff' AS TEXT)"]),
        json!(["SELECT load_extension('x')"]),
    ] {
        let answer = run(&app, json!([statement]));
        assert!(answer[0]["error"].is_string(), "{statement}: {answer:?}");
    }
    assert_eq!(rows(&run(&app, json!([["SELECT 1"]]))[0]), &json!([[1]]));
}

#[test]
fn a_result_that_no_guest_could_hold_is_refused() {
    let app = app();
    let answer = run(
        &app,
        json!([[
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT zeroblob(1000000) FROM n"
        ]]),
    );
    assert_error(&answer[0], "larger than");
}
