//! The host as a process: sockets, logs, signals, a second start.

use crate::app::{Folder, manifest, project, single};
use crate::http1::{Client, PATIENCE, field};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The example beside this test's own program.
fn program() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples").join("serve")
}

struct Host {
    child: Child,
    address: SocketAddr,
    log: Receiver<String>,
    seen: Vec<String>,
    folder: Folder,
}

impl Host {
    fn start(manifest: &str) -> Self {
        Self::start_in(project(manifest), &[])
    }

    fn start_in(folder: Folder, environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program())
            .args([folder.path().join("spin.toml"), folder.path().join("data"), "127.0.0.1:0".into()])
            .env("ACCESS_LOG", "1")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, log) = channel();
        let error = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || error.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut host = Self { child, address: ([127, 0, 0, 1], 0).into(), log, seen: Vec::new(), folder };
        let line = host.line("serving at ");
        host.address = line.trim_start_matches("serving at ").parse().unwrap();
        host
    }

    /// The next line on stderr that has `part`.
    fn line(&mut self, part: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.log.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(part) => return line,
                Ok(line) => self.seen.push(line),
                Err(_) => panic!("no line with {part:?}: {:#?}", self.seen),
            }
        }
    }

    fn client(&self) -> Client {
        Client::connect(self.address)
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for a good end; answers the access log, and what else was said.
    fn ended(mut self) -> (Vec<Value>, Vec<String>) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(Instant::now() < end, "the host does not end"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let mut said = std::mem::take(&mut self.seen);
        said.extend(self.log.iter());
        assert!(status.success(), "{status}: {said:#?}");
        (out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), said)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn sigterm_lets_requests_in_flight_end_and_takes_no_new_ones() {
    let host = Host::start(&single(""));
    let mut idle = host.client();
    assert_eq!(idle.ask("GET", "/fixed", "").body, "hello");
    let mut busy = host.client();
    busy.write("GET /sleep/700 HTTP/1.1\r\nhost: x\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    host.terminate();
    assert!(idle.is_closed(), "a connection without a request is closed");
    let address = host.address;
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
    let answer = busy.read().expect("the request in flight is answered");
    assert_eq!((answer.status, answer.body.as_str()), (200, "\"awake\""));
    let (_, said) = host.ended();
    assert!(said.iter().all(|line| !line.contains("instance ended") && !line.contains("panic")), "{said:#?}");
    assert!(said.iter().any(|line| line == "stopped"), "{said:#?}");
}

#[test]
fn each_request_leaves_one_json_line() {
    let host = Host::start(&single(""));
    let mut client = host.client();
    client.ask("GET", "/fixed?secret=1", "");
    let answer = client.ask("POST", "/echo", "12345");
    client.ask("GET", "/trap", "");
    host.terminate();
    let (access, _) = host.ended();
    let lines: Vec<_> = access
        .iter()
        .map(|line| {
            (line["method"].as_str().unwrap(), line["path"].as_str().unwrap(), line["status"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(lines, [("GET", "/fixed", 200), ("POST", "/echo", 200), ("GET", "/trap", 500)]);
    assert!(access.iter().all(|line| line["kind"] == "access" && line["component"] == "guest"), "{access:#?}");
    assert!(access.iter().all(|line| line["ms"].as_f64().is_some_and(|ms| ms > 0.0 && ms < 30_000.0)), "{access:#?}");
    assert!(access.iter().all(|line| line["time"].as_str().is_some_and(|time| time.ends_with('Z'))), "{access:#?}");
    assert_eq!(access[0]["bytes"], 5);
    assert_eq!(access[1]["request_id"].as_str(), field(&answer.head, "x-request-id"));
}

#[test]
fn a_trap_and_what_a_component_prints_are_log_lines() {
    let mut host = Host::start(&single(""));
    let mut client = host.client();
    assert_eq!(client.ask("GET", "/trap", "").status, 500);
    let line: Value = serde_json::from_str(&host.line("instance ended")).unwrap();
    assert_eq!((&line["kind"], &line["component"]), (&"error".into(), &"guest".into()));
    assert_eq!(client.ask("GET", "/print", "").status, 200);
    let line: Value = serde_json::from_str(&host.line("to stdout")).unwrap();
    assert_eq!((&line["kind"], &line["stream"]), (&"guest".into(), &"stdout".into()));
    assert_eq!(client.ask("GET", "/fixed", "").body, "hello");
}

#[test]
fn a_small_answer_has_its_length_and_a_large_one_comes_whole() {
    let host = Host::start(&single(""));
    let mut client = host.client();
    let fixed = client.ask("GET", "/fixed", "");
    assert_eq!(field(&fixed.head, "content-length"), Some("5"));
    assert!(field(&fixed.head, "transfer-encoding").is_none(), "{}", fixed.head);
    client.write("GET /large HTTP/1.1\r\nhost: x\r\n\r\n");
    let large = client.read().unwrap();
    // Its length is announced, or it comes in chunks.
    let announced = large.body.len() == 1024 * 1024 + 2;
    assert!(announced || field(&large.head, "transfer-encoding") == Some("chunked"), "{}", large.head);
}

#[test]
fn a_body_that_is_too_large_is_413_however_it_comes() {
    let host =
        Host::start(&manifest("[application.tool.takt.limits]\nrequest_body_kib = 4\n", &[("guest", "\"/...\"", "")]));
    let (fits, too_large) = ("x".repeat(4096), "x".repeat(4097));
    assert_eq!(host.client().ask("POST", "/echo", &fits).status, 200);
    let answer = host.client().ask("POST", "/echo", &too_large);
    assert_eq!((answer.status, field(&answer.head, "content-type")), (413, Some("application/problem+json")));
    let mut chunked = host.client();
    chunked.write("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    chunked.write(format!("1001\r\n{too_large}\r\n0\r\n\r\n"));
    assert_eq!(chunked.read().unwrap().status, 413);
    let mut short = host.client();
    short.write("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345");
    assert_eq!(host.client().ask("GET", "/fixed", "").body, "hello");
}

#[test]
fn what_is_not_http_closes_its_connection_alone() {
    let host = Host::start(&single(""));
    for nonsense in ["\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n\r\n"] {
        let mut client = host.client();
        client.write(nonsense);
        assert!(client.read().is_none_or(|answer| answer.status == 400), "{nonsense:?}");
    }
    assert_eq!(host.client().ask("GET", "/fixed", "").body, "hello");
}

#[test]
fn a_connection_over_the_limit_waits_and_then_gets_503() {
    let limits = "[application.tool.takt.limits]\nconnections = 2\nwait_ms = 400\n";
    let host = Host::start(&manifest(limits, &[("guest", "\"/...\"", "")]));
    let mut first = host.client();
    let mut second = host.client();
    assert_eq!((first.ask("GET", "/fixed", "").status, second.ask("GET", "/fixed", "").status), (200, 200));
    let started = Instant::now();
    let answer = host.client().ask("GET", "/fixed", "");
    assert_eq!((answer.status, field(&answer.head, "retry-after")), (503, Some("1")));
    assert!(started.elapsed() >= Duration::from_millis(350), "it waited for a place");
    let address = host.address;
    let waiting = std::thread::spawn(move || Client::connect(address).ask("GET", "/fixed", "").status);
    std::thread::sleep(Duration::from_millis(100));
    drop(first);
    assert_eq!(waiting.join().unwrap(), 200, "a place became free");
}

#[test]
fn a_second_start_compiles_nothing() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("spin.toml"), single("")).unwrap();
    let loaded = |host: &Host| {
        let line = host.seen.iter().find(|line| line.starts_with("loaded in ")).unwrap();
        line.trim_start_matches("loaded in ").to_owned()
    };
    let first = Host::start_in(folder, &[]);
    let path = first.folder.path().to_owned();
    let compiled = newest(&path.join("data/cache"));
    assert!(!compiled.is_empty(), "compiled code is kept: {compiled:?}");
    first.terminate();
    let again = project_copy(&path);
    let second = Host::start_in(again, &[]);
    assert_eq!(newest(&second.folder.path().join("data/cache")), compiled, "{}", loaded(&second));
    assert_eq!(second.client().ask("GET", "/fixed", "").body, "hello");
}

/// A project with the manifest and the compiled code of another.
fn project_copy(from: &std::path::Path) -> Folder {
    let folder = Folder::new();
    std::fs::copy(from.join("spin.toml"), folder.path().join("spin.toml")).unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    let copied = Command::new("cp").arg("-r").arg(from.join("data/cache")).arg(folder.path().join("data")).status();
    assert!(copied.unwrap().success());
    folder
}

/// The files with compiled code by name; statistics of the cache aside.
fn newest(folder: &std::path::Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_none() {
                files.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_environment_overrides_a_variables_default() {
    let declared = "[variables]\nplain = { default = \"from-default\" }\n";
    let own = "variables = { own = \"<{{ plain }}>\" }";
    let folder = project(&manifest(declared, &[("guest", "\"/...\"", own)]));
    let host = Host::start_in(folder, &[("SPIN_VARIABLE_PLAIN", "from-environment")]);
    let answer = host.client().ask("POST", "/variable", "own");
    assert_eq!(answer.body, "{\"value\":\"<from-environment>\"}");
}
