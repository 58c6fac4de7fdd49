//! What the host tells Prometheus of itself: counted right, read by a parser of others, and enough for the dashboard.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use takt_test_servers::free_port;
use takt_tests::client::Client;
use takt_tests::host::{Folder, Fresh, Host, root};
use takt_tests::plant::{People, SMALL};
use takt_tests::python::python;
use takt_tests::wait::until;

/// Reads OpenMetrics strictly, and answers each sample with its labels.
const READ: &str = "
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
samples = [s for f in families(sys.stdin.read()) for s in f.samples]
print(json.dumps([[s.name, s.labels, s.value] for s in samples]))
";

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

fn samples(python: &std::path::Path, text: &str) -> Vec<Sample> {
    let folder = Folder::new();
    let file = folder.path().join("metrics");
    fs::write(&file, text).expect("a temporary folder is writable");
    let input = fs::File::open(&file).expect("it was written");
    let output = Command::new(python).args(["-c", READ]).stdin(input).output().expect("python can be run");
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    let read: Vec<(String, BTreeMap<String, String>, f64)> = serde_json::from_slice(&output.stdout).expect("JSON");
    read.into_iter().map(|(name, labels, value)| Sample { name, labels, value }).collect()
}

/// The sum of the samples of a name that have these labels.
fn sum(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> f64 {
    let has = |sample: &&Sample| {
        let is = |(key, value): &(&str, &str)| sample.labels.get(*key).is_some_and(|found| found == value);
        sample.name == name && labels.iter().all(is)
    };
    samples.iter().filter(has).map(|sample| sample.value).sum()
}

#[test]
fn what_the_host_counts_is_what_was_asked_and_suffices_for_the_dashboard() {
    let data = Folder::copy_of(Fresh::small_template());
    let address = format!("127.0.0.1:{}", free_port());
    let host = Host::start_with(data.path(), &["--metrics", &address]);
    let python = python(data.path(), &["prometheus-client==0.22.1"]);
    let reader = Client::new(&format!("http://{address}"));
    let read = || {
        let answer = reader.get("/metrics").ok();
        let media = answer.headers.get("content-type").and_then(|media| media.to_str().ok()).unwrap_or_default();
        assert!(media.starts_with("application/openmetrics-text; version=1.0.0"), "{media}");
        samples(&python, &answer.text())
    };
    let people = People::at(&host);
    let before = read();
    for _ in 0..3 {
        people.storekeeper.get("/api/v1/stock").ok();
    }
    people.receive(SMALL.material, "1", SMALL.store);
    people.operator.post("/api/v1/orders", json!({"item": "P", "quantity": "1", "line": "L1"})).expect_status(403);
    // What went out is counted a moment after it has gone out.
    let after = until("all is counted", || {
        let after = read();
        let more = sum(&after, "takt_requests_total", &[("status", "403")])
            - sum(&before, "takt_requests_total", &[("status", "403")]);
        (more >= 1.0).then_some(after)
    });
    let grown = |name: &str, labels: &[(&str, &str)]| sum(&after, name, labels) - sum(&before, name, labels);
    let of = |component: &'static str, class: &'static str, status: &'static str| {
        grown("takt_requests_total", &[("component", component), ("class", class), ("status", status)])
    };
    assert_eq!(
        (of("stock", "second", "200"), of("stock", "first", "201"), of("orders", "first", "403")),
        (3.0, 1.0, 1.0)
    );
    assert_eq!(grown("takt_request_duration_seconds_count", &[("class", "second")]), 3.0);
    assert!(grown("takt_request_duration_seconds_sum", &[("class", "second")]) > 0.0);
    assert!(sum(&after, "process_resident_memory_bytes", &[]) > 1e7 && sum(&after, "takt_data_free_bytes", &[]) > 0.0);
    assert!(sum(&after, "process_cpu_seconds_total", &[]) > 0.0);
    until("the background is counted", || {
        (sum(&read(), "takt_background_runs_total", &[("outcome", "done")]) > 0.0).then_some(())
    });

    // Nothing of it is told where everybody calls, nor anything else here.
    assert_eq!(
        host.client().get("/metrics").headers.get("content-type").map(|media| media.as_bytes()),
        Some(&b"text/html; charset=utf-8"[..])
    );
    assert_eq!(reader.get("/api/v1/stock").status, 404);

    let dashboard: Value =
        serde_json::from_slice(&fs::read(root().join("deploy/grafana/takt.json")).expect("it is there")).expect("JSON");
    let known: BTreeSet<&str> = after.iter().map(|sample| sample.name.as_str()).collect();
    let asked = dashboard["panels"]
        .as_array()
        .expect("panels")
        .iter()
        .flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let mut names = BTreeSet::new();
    for target in asked {
        let text = target["expr"].as_str().expect("an expression");
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        names.extend(words.filter(|word| word.starts_with("takt_") || word.starts_with("process_")).map(str::to_owned));
    }
    assert!(names.len() > 10, "{names:?}");
    let unknown: Vec<_> = names.iter().filter(|name| !known.contains(name.as_str())).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "the dashboard asks for what the host does not tell");
    let documented = fs::read_to_string(root().join("docs/deployment.md")).expect("it is there");
    for name in known.iter().filter(|name| name.starts_with("takt_") || name.starts_with("process_")) {
        let stem =
            ["_bucket", "_count", "_sum", "_created"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(documented.contains(&format!("`{stem}`")), "docs/deployment.md says nothing of {stem}");
    }
}
