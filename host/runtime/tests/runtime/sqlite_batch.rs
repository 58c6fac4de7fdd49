//! Writers that share a commit: each is answered for itself, and only once it is on disk.

use crate::app::App;
use crate::sqlite::{app, assert_error, rows, run};
use serde_json::{Value, json};

const WRITERS: usize = 48;

fn count(app: &App, sql: &str) -> Value {
    rows(&run(app, json!([[sql]]))[0])[0][0].clone()
}

#[test]
fn all_of_many_writers_at_once_are_there() {
    let app = app();
    run(&app, json!([["CREATE TABLE t (a UNIQUE)"]]));
    app.all(WRITERS, |app, number| {
        let answers = run(
            app,
            json!([
                ["INSERT INTO t VALUES (?)", number * 2],
                ["INSERT INTO t VALUES (?)", number * 2 + 1],
                ["SELECT count(*) FROM t WHERE a / 2 = ?", number]
            ]),
        );
        // One reads what one wrote.
        assert_eq!(rows(&answers[2]), &json!([[2]]), "{answers:?}");
    });
    assert_eq!(count(&app, "SELECT count(*) FROM t"), json!(WRITERS * 2));
}

#[test]
fn one_that_fails_does_not_touch_the_others() {
    let app = app();
    run(&app, json!([["CREATE TABLE t (a CHECK (a >= 0))"]]));
    app.all(WRITERS, |app, number| {
        let bad = number % 3 == 0;
        let value = if bad { -1 } else { number as i64 };
        // The first row would be fine; the statement fails as a whole.
        let answer = &run(app, json!([["INSERT INTO t VALUES (?), (?)", number, value]]))[0];
        if bad { assert_error(answer, "CHECK") } else { assert!(answer["error"].is_null(), "{answer}") }
    });
    let good = (0..WRITERS).filter(|number| number % 3 != 0).count();
    assert_eq!(count(&app, "SELECT count(*) FROM t"), json!(good * 2));
}

#[test]
fn one_that_ends_the_whole_transaction_does_not_take_the_others_along() {
    let app = app();
    run(
        &app,
        json!([
            ["CREATE TABLE t (a)"],
            ["CREATE TRIGGER no BEFORE INSERT ON t WHEN new.a < 0 BEGIN SELECT RAISE(ROLLBACK, 'told to'); END"],
            ["CREATE TABLE p (id INTEGER PRIMARY KEY)"],
            ["CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)"],
        ]),
    );
    app.all(WRITERS, |app, number| match number % 4 {
        0 => assert_error(&run(app, json!([["INSERT INTO t VALUES (-1)"]]))[0], "told to"),
        1 => assert_error(&run(app, json!([["INSERT INTO c VALUES (9)"]]))[0], "FOREIGN KEY"),
        _ => assert!(run(app, json!([["INSERT INTO t VALUES (?)", number]]))[0]["error"].is_null()),
    });
    assert_eq!(count(&app, "SELECT count(*) FROM t"), json!(WRITERS / 2));
    assert_eq!(count(&app, "SELECT count(*) - count(DISTINCT a) FROM t"), json!(0), "none ran twice");
    assert_eq!(count(&app, "SELECT count(*) FROM c"), json!(0));
}

#[test]
fn single_writers_and_transactions_take_turns() {
    let app = app();
    run(&app, json!([["CREATE TABLE t (a)"], ["INSERT INTO t VALUES (0)"]]));
    app.all(24, |app, number| {
        let answers = if number % 2 == 0 {
            run(app, json!([["UPDATE t SET a = a + 1"]]))
        } else {
            run(app, json!([["BEGIN IMMEDIATE"], ["UPDATE t SET a = a + 1"], ["SELECT a FROM t"], ["COMMIT"]]))
        };
        assert!(answers.iter().all(|answer| answer["error"].is_null()), "{answers:?}");
    });
    assert_eq!(count(&app, "SELECT a FROM t"), json!(24));
}
