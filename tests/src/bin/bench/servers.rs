//! What stands on servers, beside those servers alone: stock queries through the cache beside a native program that asks
//! the same Redis, reports into the queue beside XADD, reports into Postgres beside pgbench.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use takt_store::{Driver, NativePostgres, Value};
use takt_test_servers::{Postgres, Redis};
use takt_tests::host::{Folder, Host, root, run_well};
use takt_tests::plant::PIN;
use takt_tests::servers::DURABLE;
use takt_tests::site::{OPERATION, Site};
use takt_tests::wait::until;

use crate::load::{Next, Outcome, closed_loop};
use crate::statement::Statement;
use crate::{CONNECTIONS, Peer, ROUNDS, WARM_UP};

/// As many as a host keeps to its database.
const DATABASE_CONNECTIONS: usize = 16;

/// One line of the table.
struct Row {
    path: &'static str,
    found: f64,
    against: &'static str,
    there: f64,
    aim: f64,
}

pub(crate) fn run(time: Duration) {
    let mut rows = vec![cached_query(time)];
    let postgres = Postgres::start();
    postgres.run("ALTER SYSTEM SET max_wal_size = '4GB'");
    postgres.run("SELECT pg_reload_conf()");
    let data = plant(&postgres);
    let (accepting, backlog) = accepted(&postgres, data.path(), time);
    rows.extend(accepting);
    rows.extend(booked(&postgres, data.path(), time, backlog));
    println!("| path | per second | against | per second | ratio | aim |");
    println!("|---|---|---|---|---|---|");
    for Row { path, found, against, there, aim } in rows {
        println!("| {path} | {found:.0} | {against} | {there:.0} | {:.2} | {aim} |", found / there);
    }
}

/// A plant in the database `takt`, of which the folder has the key.
pub(crate) fn plant(postgres: &Postgres) -> Folder {
    postgres.run("CREATE DATABASE takt");
    let data = Folder::new();
    let fixtures = root().join("tests/fixtures/small").display().to_string();
    let folder = data.path().display().to_string();
    run_well(&["import", &fixtures, "--data", &folder, "--postgres", &postgres.url("takt")], &[]);
    data
}

fn address(host: &Host) -> String {
    host.base.trim_start_matches("http://").to_owned()
}

/// The same SQLite file, the same Redis, the same handler, natively and in Wasm.
fn cached_query(time: Duration) -> Row {
    eprintln!("bench: a cache that has just begun gives out nothing for 40 s ...");
    let redis = Redis::start(&[]);
    let data = Folder::copy_of(&takt_tests::plant::small());
    let host = Host::start_with(data.path(), &["--redis", &redis.url()]);
    let operator = host.client().sign_in("operator");
    let path = format!("/api/v1/stock/{}", takt_tests::plant::SMALL.material);
    until("answers are kept", || {
        operator.get(&path).ok();
        std::thread::sleep(Duration::from_millis(200));
        redis.ask("KEYS takt:cache:*").filter(|kept| !kept.starts_with("*0"))
    });
    let peer = Peer::start(data.path(), Some(&redis.url()));
    let token = operator.token();
    let query = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes();
    let next: Next = Arc::new(move |request| request.extend_from_slice(&query));
    eprintln!("bench: stock query, cached ...");
    let (mut native, mut wasm) = (Outcome::none(), Outcome::none());
    for target in [&peer.address, &address(&host)] {
        closed_loop(target, CONNECTIONS, WARM_UP, &next);
    }
    for _ in 0..ROUNDS {
        native.add(&closed_loop(&peer.address, CONNECTIONS, time, &next));
        wasm.add(&closed_loop(&address(&host), CONNECTIONS, time, &next));
    }
    assert_eq!(native.bad + wasm.bad, 0, "every query is answered");
    Row {
        path: "stock query, cached",
        found: wasm.per_second(),
        against: "native axum, same Redis, same work",
        there: native.per_second(),
        aim: 0.5,
    }
}

/// Reports on the orders of a site, in turns.
pub(crate) fn reports(site: &Site) -> Next {
    let token = site.who("operator").token().to_owned();
    let bodies: Vec<_> = site
        .orders
        .iter()
        .map(|order| format!(r#"{{"order":"{order}","operation":{OPERATION},"good":"1"}}"#))
        .collect();
    let turn = std::sync::atomic::AtomicUsize::new(0);
    Arc::new(move |request| {
        let body = &bodies[turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % bodies.len()];
        let text = format!(
            "POST /api/v1/reports HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\nidempotency-key: \"{}\"\r\ncontent-length: {}\r\n\r\n{body}",
            uuid::Uuid::now_v7(),
            body.len()
        );
        request.extend_from_slice(text.as_bytes());
    })
}

/// Reports into the queue: alone, while a lock holds the booking back, and then beside the booking on the same two cores.
/// With how many of a backlog the host books in a second.
fn accepted(postgres: &Postgres, data: &Path, time: Duration) -> ([Row; 2], f64) {
    let (cache, queue) = (Redis::start(&[]), Redis::start(&DURABLE));
    let url = postgres.url("takt");
    let host = Host::start_with(data, &["--postgres", &url, "--redis", &cache.url(), "--redis-queue", &queue.url()]);
    let site = Site::prepare(&host.base, PIN, 24, 0).expect("the plant takes orders");
    eprintln!("bench: reports into the queue ...");
    let next = reports(&site);
    let run = |time| closed_loop(&address(&host), CONNECTIONS, time, &next);
    let (mut alone, mut beside, mut xadd, mut backlog, mut drained) = (Outcome::none(), Outcome::none(), 0.0, 0, 0.0);
    run(WARM_UP);
    for _ in 0..ROUNDS {
        xadd += redis_benchmark(&queue) / f64::from(ROUNDS);
        std::thread::scope(|scope| {
            let seconds = (time + WARM_UP).as_secs_f64();
            scope.spawn(move || {
                let held = format!("LOCK TABLE idempotency IN SHARE MODE; SELECT pg_sleep({seconds})");
                postgres.run_in("takt", &held);
            });
            std::thread::sleep(WARM_UP / 2);
            alone.add(&run(time));
        });
        let (begun, left) = (Instant::now(), waiting(&host));
        until("all are booked", || (waiting(&host) == 0).then_some(()));
        backlog += left;
        drained += begun.elapsed().as_secs_f64();
        beside.add(&run(time));
        until("all are booked", || (waiting(&host) == 0).then_some(()));
    }
    assert_eq!(alone.bad + beside.bad, 0, "every report is accepted");
    eprintln!("bench: a backlog of {backlog} was booked in {drained:.1} s");
    let row = |path, found: &Outcome| Row {
        path,
        found: found.per_second(),
        against: "redis-benchmark XADD, 32 connections, fsync always",
        there: xadd,
        aim: 0.4,
    };
    let rows = [row("report accepted into the queue", &alone), row("the same, while the host books them", &beside)];
    (rows, backlog as f64 / drained)
}

/// How many reports wait to be booked.
pub(crate) fn waiting(host: &Host) -> u64 {
    let queue: serde_json::Value = host.client().sign_in("admin").get("/api/v1/queue").ok().json();
    queue["waiting"].as_u64().expect("a number")
}

fn redis_benchmark(redis: &Redis) -> f64 {
    let port = redis.url().rsplit(':').next().expect("an address ends with a port").to_owned();
    let body = "x".repeat(300);
    let output = Command::new("redis-benchmark")
        .args([
            "-p",
            &port,
            "-c",
            &CONNECTIONS.to_string(),
            "-n",
            "30000",
            "--csv",
            "XADD",
            "bench",
            "*",
            "body",
            &body,
        ])
        .output()
        .expect("redis-benchmark is part of redis");
    redis.ask("DEL bench");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().last().expect("a line of figures");
    line.split(',').nth(1).and_then(|rate| rate.trim_matches('"').parse().ok()).unwrap_or_else(|| panic!("{text}"))
}

/// Reports booked at once, the statement that books them, and backlogs in batches.
fn booked(postgres: &Postgres, data: &Path, time: Duration, backlog: f64) -> [Row; 4] {
    let url = postgres.url("takt");
    let host = Host::start_with(data, &["--postgres", &url]);
    let site = Site::prepare(&host.base, PIN, 24, 0).expect("the plant takes orders");
    eprintln!("bench: reports into Postgres ...");
    let statements: Vec<_> = site.orders.iter().map(|order| Statement::of_report(&url, data, &site, order)).collect();
    let next = reports(&site);
    let folder = Folder::new();
    let script = |name: String, text: String| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a temporary folder is writable");
        path
    };
    let commits: Vec<_> =
        (1..).zip(&statements).map(|(n, statement)| script(format!("commit{n}.sql"), statement.script())).collect();
    postgres.run("CREATE TABLE IF NOT EXISTS one_row (n BIGINT, t TEXT)");
    let insert = script("insert.sql".to_owned(), "INSERT INTO one_row (n, t) VALUES (1, 'x');\n".to_owned());
    let (mut takt, mut pgbench_commit, mut pgbench_insert, mut batches) = (Outcome::none(), 0.0, 0.0, 0.0);
    closed_loop(&address(&host), DATABASE_CONNECTIONS, WARM_UP, &next);
    for _ in 0..ROUNDS {
        pgbench_insert +=
            pgbench(&postgres.url("postgres"), "prepared", std::slice::from_ref(&insert), time) / f64::from(ROUNDS);
        pgbench_commit += pgbench(&url, "simple", &commits, time) / f64::from(ROUNDS);
        takt.add(&closed_loop(&address(&host), DATABASE_CONNECTIONS, time, &next));
        batches += in_batches(&url, &statements, time) / f64::from(ROUNDS);
    }
    assert_eq!(takt.bad, 0, "every report is booked");
    [
        Row {
            path: "report booked at once in Postgres (3 BOM lines)",
            found: takt.per_second(),
            against: "pgbench, the same statement, 16 connections",
            there: pgbench_commit,
            aim: 0.6,
        },
        Row {
            path: "that statement, by pgbench",
            found: pgbench_commit,
            against: "pgbench, a one-row insert, 16 connections",
            there: pgbench_insert,
            aim: 0.25,
        },
        Row {
            path: "backlog booked in batches of 500",
            found: backlog,
            against: "the same reports one at a time, 16 connections",
            there: takt.per_second(),
            aim: 5.0,
        },
        Row {
            path: "the statement of a batch of 500, one connection",
            found: batches,
            against: "pgbench, the statement of one, 16 connections",
            there: pgbench_commit,
            aim: 5.0,
        },
    ]
}

/// Any of the scripts, whichever chance wills, over and over.
fn pgbench(url: &str, protocol: &str, scripts: &[PathBuf], time: Duration) -> f64 {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let program = installed.map(|version| version.path().join("bin/pgbench")).find(|path| path.is_file());
    let seconds = time.as_secs().max(1).to_string();
    let clients = DATABASE_CONNECTIONS.to_string();
    let output = Command::new(program.unwrap_or_else(|| "pgbench".into()))
        .args(["--no-vacuum", "--protocol", protocol, "--client", &clients, "--jobs=1", "--time", &seconds])
        .args(scripts.iter().flat_map(|script| [Path::new("--file"), script]))
        .arg(url)
        .output()
        .expect("pgbench is part of PostgreSQL");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    found.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn in_batches(url: &str, statements: &[Statement], time: Duration) -> f64 {
    let driver = NativePostgres::open(url).expect("Postgres answers");
    let (begun, mut booked) = (Instant::now(), 0_usize);
    while begun.elapsed() < time {
        let docs: Vec<_> = (0..500).map(|n| statements[n % statements.len()].doc()).collect();
        let param = vec![Value::Text(format!("[{}]", docs.join(",")))];
        let done = futures::executor::block_on(driver.query("SELECT takt_commit_many($1::text::jsonb)::text", param));
        done.expect("a batch in which nothing is refused is booked");
        booked += 500;
    }
    booked as f64 / begun.elapsed().as_secs_f64()
}
