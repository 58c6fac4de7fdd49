//! `takt load`: how much the machine carries.

use anyhow::Context;

use crate::build;
use crate::project::Project;

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Load {
    /// Compare Wasm on the embedded default with a native program that does the same on the same kind of file
    #[arg(long, required = true)]
    bench: bool,
    /// Seconds of each run
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = seconds)]
    seconds: f64,
}

fn seconds(text: &str) -> Result<f64, String> {
    let found = text.parse().ok().filter(|seconds| (0.1..=600.0).contains(seconds));
    found.ok_or_else(|| "expected a number from 0.1 to 600".to_owned())
}

impl Load {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let project = Project::find()?;
        project.require_built()?;
        let this = std::env::current_exe().context("this program cannot be found")?;
        build::step("the benchmark", || {
            let mut cargo = build::cargo(&project.root);
            build::run(cargo.args(["build", "--release", "--package", "takt-tests", "--features", "bench", "--bins"]))
        })?;
        let mut bench = std::process::Command::new(this.with_file_name("bench"));
        build::run(bench.current_dir(&project.root).arg(self.seconds.to_string()).env("TAKT_BIN", &this))
    }
}
