//! `takt load --bench`: what the host costs. Three calls through Wasm on the embedded default, beside a native axum
//! program with the same handlers on a copy of the same SQLite file, in turns, so that a ratio compares like with like.
//! Others with `--bench=servers`, `--bench=overload` and `--bench=growth`.

mod growth;
mod instance;
mod load;
mod overload;
mod servers;
mod statement;
mod table;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use takt_tests::host::{Folder, Host};
use takt_tests::plant::{People, SMALL, good, small};

use load::{Next, Outcome, closed_loop};

const CONNECTIONS: usize = 32;
const ROUNDS: u32 = 3;
const WARM_UP: Duration = Duration::from_millis(500);

/// One of the measured calls.
struct Case {
    name: &'static str,
    next: Next,
    aim: f64,
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [what, seconds] = arguments.as_slice() else { panic!("usage: bench embedded|servers|overload|growth SECONDS") };
    let time = Duration::from_secs_f64(seconds.parse().expect("a number of seconds"));
    match what.as_str() {
        "embedded" => embedded(time),
        "servers" => servers::run(time),
        "overload" => overload::run(time),
        "growth" => growth::run(),
        other => panic!("there is no benchmark {other}"),
    }
}

/// The embedded default beside the native program.
fn embedded(time: Duration) {
    eprintln!("bench: preparing a plant ...");
    let data = Folder::copy_of(&small());
    let (token, order) = prepare(data.path());
    let copy = Folder::copy_of(data.path());
    let host = Host::start(data.path());
    let rest_kib = resident_kib(host.pid());
    let peer = Peer::start(copy.path(), None);
    let address = host.base.trim_start_matches("http://").to_owned();
    let mut rows = Vec::new();
    for case in cases(&token, &order) {
        eprintln!("bench: {} ...", case.name);
        let (mut native, mut wasm) = (Outcome::none(), Outcome::none());
        for target in [&peer.address, &address] {
            closed_loop(target, CONNECTIONS, WARM_UP, &case.next);
        }
        for _ in 0..ROUNDS {
            native.add(&closed_loop(&peer.address, CONNECTIONS, time, &case.next));
            wasm.add(&closed_loop(&address, CONNECTIONS, time, &case.next));
        }
        rows.push(table::Row { name: case.name, native, wasm, aim: case.aim });
    }
    let busy_kib = resident_kib(host.pid());
    drop((host, peer));
    eprintln!("bench: instance start ...");
    let start = instance::start_time(data.path());
    table::print(&rows, start, rest_kib, busy_kib);
}

/// An order that takes reports for as long as anyone likes to send them.
fn prepare(data: &Path) -> (String, String) {
    let host = Host::start(data);
    let people = People::at(&host);
    people.receive(SMALL.material, "900000000", SMALL.store);
    let order = people.running(SMALL.product, "100000000", SMALL.line);
    host.terminate();
    let token = people.operator.token().to_owned();
    assert!(host.ended().success(), "the host drains");
    (token, order)
}

fn cases(token: &str, order: &str) -> [Case; 3] {
    let fixed = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec();
    let head = format!("HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n");
    let query = format!("GET /api/v1/stock/{} {head}\r\n", SMALL.material).into_bytes();
    let body = good(order, SMALL.operation, 1).to_string();
    let length = body.len();
    let report = move |request: &mut Vec<u8>| {
        let key = uuid::Uuid::now_v7();
        let text = format!(
            "POST /api/v1/reports {head}content-type: application/json\r\nidempotency-key: \"{key}\"\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        request.extend_from_slice(text.as_bytes());
    };
    [
        Case { name: "fixed reply", next: Arc::new(move |request| request.extend_from_slice(&fixed)), aim: 0.4 },
        Case { name: "stock query", next: Arc::new(move |request| request.extend_from_slice(&query)), aim: 0.5 },
        Case { name: "report", next: Arc::new(report), aim: 0.8 },
    ]
}

/// The native program.
struct Peer {
    child: Child,
    address: String,
}

impl Peer {
    /// Over a data folder, with a Redis or without.
    fn start(data: &Path, redis: Option<&str>) -> Self {
        let program = std::env::current_exe().expect("a program has a path").with_file_name("native_peer");
        let mut child = Command::new(&program)
            .arg(data)
            .args(redis)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let out = child.stdout.take().expect("standard output was asked for");
        let mut address = String::new();
        BufReader::new(out).read_line(&mut address).expect("the native program says its address");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
}
