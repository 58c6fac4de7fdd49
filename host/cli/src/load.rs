//! `takt load`: how much a plant carries, and whether it keeps its word while it does.

use std::net::ToSocketAddrs;
use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::build;
use crate::project::Project;

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Load {
    /// What the plant's people do: the bursts of 9:00 and 14:00, one kind of call, or hours of the same
    #[arg(value_name = "PROFILE", value_parser = ["peak-9", "peak-14", "report", "query", "soak"])]
    #[arg(required_unless_present = "bench", conflicts_with = "bench")]
    profile: Option<String>,
    /// Compare with what the machine can do: the embedded default with a native program, what stands on servers with
    /// those servers alone, three times the capacity with less than it, much data with little
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "embedded")]
    #[arg(value_parser = ["embedded", "servers", "overload", "growth"])]
    bench: Option<String>,
    /// A plant with the users of the demo; their PIN stands in TAKT_PIN, or is 1234
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000", conflicts_with = "bench")]
    target: String,
    /// Seconds of the run, or of each run of the benchmark
    #[arg(long, value_name = "SECONDS", alias = "seconds", value_parser = seconds)]
    duration: Option<f64>,
    /// Calls per second at the top of the profile's curve
    #[arg(long, value_name = "N", value_parser = rate, conflicts_with = "bench")]
    rate: Option<f64>,
    /// Decides who calls when, so that a run can be repeated
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "bench")]
    seed: u64,
    /// Where the report goes, instead of .takt/load
    #[arg(long, value_name = "FILE.html", conflicts_with = "bench")]
    report: Option<PathBuf>,
    /// Send each write once: what is refused for the load stays refused
    #[arg(long, conflicts_with = "bench")]
    once: bool,
    /// The target is not this machine, and I may put load on it
    #[arg(long)]
    i_own_this_target: bool,
}

/// `30`, `30s`, `10m`.
fn seconds(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let found = number.parse::<f64>().ok().map(|number| number * unit).filter(|time| (0.1..=86_400.0).contains(time));
    found.ok_or_else(|| "expected a time from 0.1 s to a day, such as 30s or 10m".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let found = text.parse().ok().filter(|rate| (0.1..=100_000.0).contains(rate));
    found.ok_or_else(|| "expected a number from 0.1 to 100000".to_owned())
}

impl Load {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let project = Project::find()?;
        match &self.profile {
            Some(profile) => self.profile(&project, profile),
            None => self.compare(&project, self.bench.as_deref().unwrap_or("embedded")),
        }
    }

    fn profile(&self, project: &Project, profile: &str) -> anyhow::Result<()> {
        check_target(&self.target, self.i_own_this_target)?;
        let report = match &self.report {
            Some(file) => std::path::absolute(file)?,
            None => project.root.join(".takt/load").join(format!("{profile}-{}.html", now())),
        };
        let folder = report.parent().context("a file stands in a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let mut load = program(project, "load", &[])?;
        let number = |number: Option<f64>| number.unwrap_or(0.0).to_string();
        load.args([profile, &self.target, &number(self.duration), &number(self.rate), &self.seed.to_string()]);
        build::run(load.arg(report).args(self.once.then_some("once")))
    }

    fn compare(&self, project: &Project, what: &str) -> anyhow::Result<()> {
        build::build(project)?;
        let mut bench = program(project, "bench", &["--features", "takt-tests/bench", "--bin", "native_peer"])?;
        let this = std::env::current_exe().context("this program cannot be found")?;
        build::run(bench.args([what, &self.duration.unwrap_or(2.0).to_string()]).env("TAKT_BIN", this))
    }
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string()
}

/// Builds one of the measuring programs, which are no part of this one.
pub(crate) fn program(project: &Project, name: &str, arguments: &[&str]) -> anyhow::Result<std::process::Command> {
    let this = std::env::current_exe().context("this program cannot be found")?;
    build::step(name, || {
        let mut cargo = build::cargo(&project.root);
        build::run(cargo.args(["build", "--release", "--bin", name]).args(arguments))
    })?;
    let mut program = std::process::Command::new(this.with_file_name(name));
    program.current_dir(&project.root);
    Ok(program)
}

/// Load on somebody else's plant is an attack.
fn check_target(target: &str, is_owned: bool) -> anyhow::Result<()> {
    let Some(host) = target.strip_prefix("http://").map(|rest| rest.trim_end_matches('/')) else {
        bail!("{target}: expected http://HOST:PORT");
    };
    let addresses = host.to_socket_addrs().or_else(|_| (host, 80).to_socket_addrs());
    let mut addresses = addresses.with_context(|| format!("{target}: expected http://HOST:PORT"))?;
    if !is_owned && !addresses.all(|address| address.ip().is_loopback()) {
        bail!("{target} is not this machine; if it is yours and may carry this load, say --i-own-this-target");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_a_unit() {
        assert_eq!(seconds("30"), Ok(30.0));
        assert_eq!(seconds("2.5s"), Ok(2.5));
        assert_eq!(seconds("10m"), Ok(600.0));
        assert!(seconds("0").is_err() && seconds("1d").is_err() && seconds("99999").is_err());
    }

    #[test]
    fn only_this_machine_is_a_target_unless_it_is_said_otherwise() {
        for good in ["http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost:3000/"] {
            assert!(check_target(good, false).is_ok(), "{good}");
        }
        assert!(check_target("http://192.0.2.1:3000", false).is_err());
        assert!(check_target("http://192.0.2.1:3000", true).is_ok());
        assert!(check_target("ftp://127.0.0.1", true).is_err());
    }
}
