//! How long an instance takes to start: the same call on a host that makes a new instance for each request, and on one
//! that keeps them; the difference of the medians.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use takt_tests::host::{Folder, Host, root};

use crate::load::{Next, closed_loop};

const TIME: Duration = Duration::from_secs(1);

pub(crate) fn start_time(data: &Path) -> Duration {
    let fresh = median(data, "requests_per_instance = 1");
    let kept = median(data, "requests_per_instance = 1000000");
    fresh.saturating_sub(kept)
}

fn median(data: &Path, limit: &str) -> Duration {
    let project = Folder::new();
    let manifest = std::fs::read_to_string(root().join("spin.toml")).expect("the repository has a spin.toml");
    let table = "[application.tool.takt.limits]\n";
    assert!(manifest.contains(table), "spin.toml has the table of this host");
    let sources = manifest.replace("source = \"target/", &format!("source = \"{}/target/", root().display()));
    let changed = sources.replace(table, &format!("{table}{limit}\n"));
    std::fs::write(project.path().join("spin.toml"), changed).expect("a temporary folder is writable");
    let host = Host::start_in(project.path(), data, &[]);
    let address = host.base.trim_start_matches("http://").to_owned();
    let next: Next =
        Arc::new(|request| request.extend_from_slice(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    closed_loop(&address, 1, TIME / 2, &next);
    let outcome = closed_loop(&address, 1, TIME, &next);
    Duration::from_micros(outcome.latency.value_at_quantile(0.5))
}
