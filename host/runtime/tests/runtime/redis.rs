//! `spin:redis`, against a real server.

use crate::app::{App, single};
use crate::servers::{self, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use takt_runtime::Limits;

fn app(server: &Server) -> App {
    let text = single(&format!("allowed_outbound_hosts = [\"redis://127.0.0.1:{}\"]", server.port));
    App::limited(&text, Limits { threads: Some(1), ..Limits::default() })
}

fn run(app: &App, server: &Server, commands: Value) -> Vec<Value> {
    run_at(app, server.port, commands)
}

fn run_at(app: &App, port: u16, commands: Value) -> Vec<Value> {
    let told = json!({ "address": format!("redis://127.0.0.1:{port}"), "commands": commands });
    let answer = app.tell("/redis", told);
    answer["answers"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

#[test]
fn answers_have_the_kinds_that_redis_gave() {
    let server = servers::redis();
    let app = app(&server);
    let answers = run(
        &app,
        &server,
        json!([
            ["SET", "k", "v"],
            ["GET", "k"],
            ["GET", "absent"],
            ["INCRBY", "n", 5],
            ["RPUSH", "l", "a", "b"],
            ["LRANGE", "l", 0, -1],
            ["XADD", "s", "1-1", "f", "v"],
            ["XRANGE", "s", "-", "+"],
            ["GET", "l"],
            ["NONSENSE"],
        ]),
    );
    assert_eq!(answers[0], json!(["OK"]));
    assert_eq!(answers[1], json!(["v"]));
    assert_eq!(answers[2], json!([null]));
    assert_eq!(answers[3], json!([5]));
    assert_eq!(answers[5], json!(["a", "b"]));
    assert_eq!(answers[7], json!(["1-1", "f", "v"]), "arrays are flattened, as on Spin");
    for error in &answers[8..] {
        assert!(error["error"].is_string(), "{error}");
    }
}

#[test]
fn functions_with_a_name_do_what_it_says() {
    let server = servers::redis();
    let app = app(&server);
    let told = json!({ "address": format!("redis://127.0.0.1:{}", server.port), "commands": [], "named": true });
    let answer = app.tell("/redis", told);
    let seen: Vec<&str> = answer["answers"].as_array().unwrap().iter().map(|answer| answer.as_str().unwrap()).collect();
    assert_eq!(seen[..3], ["Ok(())", "Ok(2)", "Ok(Some([50]))"]);
    assert_eq!(seen[3..7], ["Ok(1)", "Ok([\"a\"])", "Ok(1)", "Ok(1)"]);
    assert!(seen[8].contains("TypeError"), "{}", seen[8]);
    assert_eq!(seen[9..], ["Ok(())", "Ok(1)"]);
}

#[test]
fn one_connection_serves_all_requests_of_a_thread() {
    let server = servers::redis();
    let app = app(&server);
    app.all(40, |app, number| {
        let key = format!("k{number}");
        let answers = run(app, &server, json!([["SET", key, "v"], ["GET", key]]));
        assert_eq!(answers[1], json!(["v"]));
    });
    let info = run(&app, &server, json!([["INFO", "stats"]]));
    let text = info[0][0].as_str().unwrap();
    let line = text.lines().find(|line| line.starts_with("total_connections_received:")).unwrap();
    let connections: u32 = line.rsplit(':').next().unwrap().parse().unwrap();
    // One more tried whether the server was up.
    assert!(connections <= 2, "{line}");
}

#[test]
fn a_transaction_is_not_mixed_with_what_others_send() {
    let server = servers::redis();
    let app = app(&server);
    app.all(16, |app, number| {
        let key = format!("k{number}");
        let answers = run(app, &server, json!([["MULTI"], ["SET", key, 1], ["INCR", key], ["EXEC"], ["GET", key]]));
        assert_eq!(answers[3], json!(["OK", 2]), "{answers:?}");
        let other = run(app, &server, json!([["INCR", "shared"]]));
        assert!(other[0][0].is_i64(), "{other:?}");
    });
}

#[test]
fn a_database_that_one_selected_is_not_the_next_ones() {
    let server = servers::redis();
    let app = app(&server);
    run(&app, &server, json!([["SELECT", 3], ["SET", "k", "in three"]]));
    assert_eq!(run(&app, &server, json!([["GET", "k"]]))[0], json!([null]));
}

#[test]
fn a_command_that_waits_holds_up_nobody() {
    let server = servers::redis();
    let app = app(&server);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| run(&app, &server, json!([["BLPOP", "q", 10]])));
        std::thread::sleep(Duration::from_millis(200));
        let started = Instant::now();
        assert_eq!(run(&app, &server, json!([["RPUSH", "q", "x"]]))[0], json!([1]));
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        assert_eq!(waiting.join().unwrap()[0], json!(["q", "x"]));
    });
}

#[test]
fn a_server_that_was_restarted_is_found_again() {
    let server = servers::redis();
    let app = app(&server);
    assert_eq!(run(&app, &server, json!([["PING"]]))[0], json!(["PONG"]));
    let port = server.stop();
    let told = json!({ "address": format!("redis://127.0.0.1:{port}"), "commands": [["PING"]] });
    let down = app.tell("/redis", told);
    assert!(down.to_string().contains("error"), "{down}");
    let _again = servers::redis_at(port);
    assert_eq!(run_at(&app, port, json!([["PING"]]))[0], json!(["PONG"]));
}
