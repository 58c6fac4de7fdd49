//! `takt test`: sets up what the tests need, then runs all of them, and ends with one line that says the result.

mod needs;
mod packages;
mod tally;

use std::process::Command;
use std::time::Instant;

use anyhow::bail;

use crate::build;
use crate::project::Project;
use packages::Packages;
use tally::Tally;

/// Which tests.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Only tests whose name contains this; the checks of style are left out then
    filter: Option<String>,
}

impl Test {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let project = Project::find()?;
        let start = Instant::now();
        // Building the tests may put a new program in the place of this one, which then has no path any more.
        let this = std::env::current_exe()?;
        needs::meet()?;
        build::build(&project)?;
        let packages = Packages::read(&project)?;
        let mut tally = Tally::default();
        if self.filter.is_none() {
            check(&mut tally, "formatting", build::cargo(&project.root).args(["fmt", "--all", "--check"]));
            let mut lints = build::cargo(&project.root);
            lints.args(["clippy", "--release", "--all-targets", "--features", "takt-tests/bench"]);
            packages.native(&mut lints);
            check(&mut tally, "lints", lints.args(["--", "--deny", "warnings"]));
            let mut lints = build::cargo(&project.root);
            lints.args(["clippy", "--profile", "wasm", "--target", "wasm32-wasip2"]);
            packages.components(&mut lints);
            check(&mut tally, "lints of the components", lints.args(["--", "--deny", "warnings"]));
        }
        let mut tests = build::cargo(&project.root);
        tests.args(["test", "--release", "--no-fail-fast"]);
        packages.native(&mut tests);
        tests.args(&self.filter).env("TAKT_BIN", &this);
        tally.run_tests(&mut tests)?;
        eprintln!("takt: the tests over HTTP once more, with Postgres and Redis ...");
        let mut tests = build::cargo(&project.root);
        tests.args(["test", "--release", "--no-fail-fast", "--package", "takt-tests", "--test", "api"]);
        tests.args(&self.filter).env("TAKT_BIN", &this).env("TAKT_TEST_SERVERS", "1");
        tally.run_tests(&mut tests)?;
        eprintln!("takt: tests took {:.0} s", start.elapsed().as_secs_f32());
        println!("{} passed, {} failed", tally.passed, tally.failed);
        if tally.failed > 0 {
            bail!("not all is well: {}", tally.wrong.join(", "));
        }
        if tally.passed == 0 {
            bail!("no test has this in its name");
        }
        Ok(())
    }
}

/// A check that counts as one test.
fn check(tally: &mut Tally, what: &str, command: &mut Command) {
    eprintln!("takt: checking {what} ...");
    match build::run(command) {
        Ok(()) => tally.passed += 1,
        Err(error) => {
            eprintln!("takt: {what}: {error:#}");
            tally.fail(what);
        }
    }
}
