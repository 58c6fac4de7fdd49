//! Reuse of instances, and limits on requests.

use crate::app::{App, assert_problem, manifest, single};
use std::time::{Duration, Instant};
use takt_runtime::Limits;

fn count(app: &App) -> u64 {
    app.tell("/count", "").as_u64().unwrap()
}

#[test]
fn an_instance_serves_many_requests_and_is_then_replaced() {
    let limits = Limits { threads: Some(1), requests_per_instance: Some(5), ..Limits::default() };
    let app = App::limited(&single(""), limits);
    let counts: Vec<_> = (0..12).map(|_| count(&app)).collect();
    assert_eq!(counts, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]);
}

#[test]
fn an_idle_instance_is_let_go() {
    let limits = Limits { threads: Some(1), idle_ms: Some(200), ..Limits::default() };
    let app = App::limited(&single(""), limits);
    assert_eq!((count(&app), count(&app)), (1, 2));
    std::thread::sleep(Duration::from_millis(800));
    assert_eq!(count(&app), 1);
}

#[test]
fn one_request_at_once_means_an_instance_for_each() {
    let limits = "[application.tool.takt.component.alone]\nrequests_at_once = 1\n";
    let text = manifest(limits, &[("shared", "\"/...\"", ""), ("alone", "{ private = true }", "")]);
    let app = App::limited(&text, Limits { threads: Some(1), ..Limits::default() });
    let both = |name: &str| {
        let counts = app.all(2, |app, number| {
            std::thread::sleep(Duration::from_millis(100 * number as u64));
            let path = if number == 0 { "/sleep/400" } else { "/count" };
            let call = app.application.call_component(name, crate::app::request(path, ""));
            crate::app::seen(&futures::executor::block_on(call)).1
        });
        counts[1].as_u64().unwrap()
    };
    assert_eq!(both("shared"), 2, "both in one instance");
    assert_eq!(both("alone"), 1, "each in its own");
}

#[test]
fn a_request_over_the_limit_waits_and_then_gets_503() {
    let limits = Limits { requests: Some(2), wait_ms: Some(300), ..Limits::default() };
    let app = App::limited(&single(""), limits);
    std::thread::scope(|scope| {
        let busy: Vec<_> = (0..2).map(|_| scope.spawn(|| app.tell("/sleep/1500", ""))).collect();
        std::thread::sleep(Duration::from_millis(300));
        let started = Instant::now();
        assert_problem(&app.send("/fixed", ""), 503, "overloaded");
        assert!(started.elapsed() >= Duration::from_millis(250), "it waited for a place");
        for busy in busy {
            busy.join().unwrap();
        }
    });
    std::thread::scope(|scope| {
        let busy: Vec<_> = (0..2).map(|_| scope.spawn(|| app.tell("/sleep/400", ""))).collect();
        std::thread::sleep(Duration::from_millis(250));
        assert_eq!(&app.send("/fixed", "").body()[..], b"hello", "a place became free in time");
        for busy in busy {
            busy.join().unwrap();
        }
    });
}

#[test]
fn the_starters_limits_are_stronger_than_the_manifests() {
    let text = manifest("[application.tool.takt.limits]\nrequests = 7\nwait_ms = 8\n", &[("a", "\"/...\"", "")]);
    let app = App::limited(&text, Limits { requests: Some(9), ..Limits::default() });
    assert_eq!((app.application.limits().requests, app.application.limits().wait), (9, Duration::from_millis(8)));
    let error = App::try_with(&text, |options| options.limits.threads = Some(0)).err().unwrap();
    assert!(error.to_string().contains("threads"), "{error}");
}

#[test]
fn a_call_that_ends_with_the_application_leaves_quietly() {
    // Whatever an instance was still about when the last owner lets go, dropping waits for it and does not panic.
    for _ in 0..5 {
        let app = App::start(&single(""));
        assert_eq!(count(&app), 1);
        drop(app);
    }
}
