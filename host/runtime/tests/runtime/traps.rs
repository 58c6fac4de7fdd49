//! Guests that trap, loop or eat memory: their own request ends, and the host serves on.

use crate::app::{App, assert_problem, single};
use serde_json::json;
use std::time::{Duration, Instant};
use takt_runtime::Limits;

/// One thread, so that whoever harms others harms them here.
fn narrow(run_time_ms: u64) -> App {
    let limits = Limits { threads: Some(1), run_time_ms: Some(run_time_ms), ..Limits::default() };
    App::limited(&single("sqlite_databases = [\"default\"]"), limits)
}

fn assert_serves(app: &App) {
    assert_eq!(&app.send("/fixed", "").body()[..], b"hello");
}

#[test]
fn a_trap_is_a_500_and_the_host_serves_on() {
    let app = narrow(5000);
    for _ in 0..3 {
        assert_problem(&app.send("/trap", ""), 500, "internal");
        assert_serves(&app);
    }
}

#[test]
fn a_trap_ends_its_instance_and_the_others_there_may_try_again() {
    let app = narrow(5000);
    std::thread::scope(|scope| {
        let bystander = scope.spawn(|| app.send("/sleep/3000", ""));
        std::thread::sleep(Duration::from_millis(200));
        assert_problem(&app.send("/trap/100", ""), 500, "internal");
        assert_problem(&bystander.join().unwrap(), 503, "restarted");
    });
    assert_serves(&app);
}

#[test]
fn a_guest_that_loops_gets_504_and_the_others_are_served_meanwhile() {
    let app = narrow(1500);
    assert_serves(&app);
    std::thread::scope(|scope| {
        let started = Instant::now();
        let looping = scope.spawn(|| app.send("/loop", ""));
        std::thread::sleep(Duration::from_millis(200));
        let mut worst = Duration::ZERO;
        let mut served = 0;
        while started.elapsed() < Duration::from_millis(1200) {
            let asked = Instant::now();
            assert_serves(&app);
            worst = worst.max(asked.elapsed());
            served += 1;
        }
        assert!(served > 5 && worst < Duration::from_millis(800), "{served} served, the slowest in {worst:?}");
        assert_problem(&looping.join().unwrap(), 504, "timed-out");
    });
    assert_serves(&app);
}

#[test]
fn a_guest_that_waits_too_long_gets_504_and_its_neighbours_are_not_ended() {
    let app = narrow(1000);
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| app.send("/sleep/60000", ""));
        std::thread::sleep(Duration::from_millis(600));
        let neighbour = scope.spawn(|| app.tell("/sleep/700", ""));
        assert_problem(&slow.join().unwrap(), 504, "timed-out");
        assert_eq!(neighbour.join().unwrap(), json!("awake"));
    });
    assert_serves(&app);
}

#[test]
fn a_guest_that_eats_memory_is_ended_at_its_limit() {
    let limits = Limits { threads: Some(1), memory_mib: Some(32), ..Limits::default() };
    let app = App::limited(&single(""), limits);
    for _ in 0..3 {
        assert_problem(&app.send("/memory", ""), 500, "internal");
        assert_serves(&app);
    }
}

#[test]
fn many_bad_guests_at_once_leave_a_host_that_serves() {
    let app = narrow(500);
    app.all(24, |app, number| {
        let path = ["/trap/10", "/loop", "/memory", "/sleep/100"][number % 4];
        let status = app.send(path, "").status().as_u16();
        assert!(matches!(status, 200 | 500 | 503 | 504), "{path}: {status}");
    });
    assert_serves(&app);
}

#[test]
fn nothing_of_a_request_is_left_after_an_end_in_a_transaction() {
    let app = narrow(700);
    app.tell("/sqlite", json!({ "statements": [["CREATE TABLE t (a)"]] }));
    for (then, status) in [("trap", 500), ("loop", 504), ("sleep", 504)] {
        let told = json!({ "statements": [["BEGIN IMMEDIATE"], ["INSERT INTO t VALUES (1)"]], "then": then });
        assert_eq!(app.ask("/sqlite", told).0, status, "{then}");
        let started = Instant::now();
        let after = app.tell(
            "/sqlite",
            json!({ "statements": [["INSERT INTO t VALUES (2)"], ["SELECT a FROM t"], ["DELETE FROM t"]] }),
        );
        assert_eq!(after["answers"][1]["rows"], json!([[2]]), "{then}: {after}");
        assert!(started.elapsed() < Duration::from_millis(600), "{then}: the write lock was free");
    }
}
