//! Three times the capacity: what is accepted is accepted fast, what is not is refused at once, and nothing is lost.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use takt_test_servers::{Postgres, Redis};
use takt_tests::host::{Folder, Host};
use takt_tests::plant::PIN;
use takt_tests::servers::DURABLE;
use takt_tests::site::Site;
use takt_tests::wait::until;

use crate::load::closed_loop;
use crate::servers::{plant, reports, waiting};
use crate::{CONNECTIONS, WARM_UP, resident_kib};

pub(crate) fn run(time: Duration) {
    let postgres = Postgres::start();
    let data = plant(&postgres);
    let (cache, queue) = (Redis::start(&[]), Redis::start(&DURABLE));
    let url = postgres.url("takt");
    let arguments = ["--postgres", &url, "--redis", &cache.url(), "--redis-queue", &queue.url()];
    let host = Host::start_with(data.path(), &arguments);
    let site = Site::prepare(&host.base, PIN, 24, 0).expect("the plant takes orders");
    let address = host.base.trim_start_matches("http://").to_owned();
    closed_loop(&address, CONNECTIONS, WARM_UP, &reports(&site));
    eprintln!("bench: the capacity: reports that are accepted and booked ...");
    let begun = Instant::now();
    let outcome = closed_loop(&address, CONNECTIONS, time * 2, &reports(&site));
    until("all are booked", || (waiting(&host) == 0).then_some(()));
    let capacity = outcome.good as f64 / begun.elapsed().as_secs_f64();
    let memory_kib = resident_kib(host.pid());
    eprintln!("bench: {capacity:.0} reports a second; 0.7 of it ...");
    let seconds = (time * 4).as_secs_f64();
    let below = offer(&host, seconds, capacity * 0.7);
    eprintln!("bench: three times as many ...");
    let above = offer(&host, seconds, capacity * 3.0);
    println!("| offered | per second | accepted | refused | p50 ms | p99 ms | booked after, p99 ms |");
    println!("|---|---|---|---|---|---|---|");
    for (name, rate, run) in [("0.7 of the capacity", 0.7, &below), ("3 times the capacity", 3.0, &above)] {
        let Offered { done, refused, p50_ms, p99_ms, booked_ms, .. } = run;
        println!("| {name} | {:.0} | {done} | {refused} | {p50_ms} | {p99_ms} | {booked_ms} |", capacity * rate);
    }
    println!();
    println!("p99 of what is accepted: {:.1} times as long (aim: at most 5)", above.p99_ms / below.p99_ms);
    println!("memory of the host: {} MiB before, {} MiB after", memory_kib / 1024, resident_kib(host.pid()) / 1024);
    println!("{}\n{}", below.verdict, above.verdict);
}

/// What `takt load report` says.
struct Offered {
    done: u64,
    refused: u64,
    p50_ms: f64,
    p99_ms: f64,
    booked_ms: f64,
    verdict: String,
}

fn offer(host: &Host, seconds: f64, rate: f64) -> Offered {
    let program: PathBuf = std::env::current_exe().expect("a program has a path").with_file_name("load");
    let folder = Folder::new();
    let report = folder.path().join("report.html");
    let output = Command::new(program)
        .args(["report", &host.base, &seconds.to_string(), &rate.to_string(), "1"])
        .arg(report)
        .arg("once")
        .output()
        .expect("the load generator is built beside this");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find(|line| line.starts_with("| all |")).expect("a line for all calls");
    let cells: Vec<f64> = line.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    let booked = text.lines().find(|line| line.starts_with("queued reports:"));
    let booked_ms = booked.and_then(|line| line.split("p99 ").nth(1)?.split(' ').next()?.parse().ok());
    Offered {
        done: cells[1] as u64,
        refused: cells[2] as u64,
        p50_ms: cells[4],
        p99_ms: cells[6],
        booked_ms: booked_ms.unwrap_or(f64::NAN),
        verdict: text.lines().last().unwrap_or_default().to_owned(),
    }
}
