//! `takt test`: sets up what the tests need, then runs all of them, and ends with one line that says the result.

mod needs;
mod tally;

use std::process::Command;
use std::time::Instant;

use anyhow::bail;

use crate::build;
use crate::project::Project;
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
        let mut tally = Tally::default();
        if self.filter.is_none() {
            check(&mut tally, "formatting", build::cargo(&project.root).args(["fmt", "--all", "--check"]));
            let mut lints = build::cargo(&project.root);
            lints.args(["clippy", "--release", "--all-targets", "--features", "takt-tests/bench"]);
            check(&mut tally, "lints", lints.args(["--", "--deny", "warnings"]));
            let mut lints = build::cargo(&project.root);
            lints.args(["clippy", "--profile", "wasm", "--target", "wasm32-wasip2"]);
            for component in project.components()? {
                lints.args(["--package", &component.package]);
            }
            check(&mut tally, "lints of the components", lints.args(["--", "--deny", "warnings"]));
        }
        let tests = |which: &[&str]| {
            let mut tests = build::cargo(&project.root);
            tests.args(["test", "--release", "--no-fail-fast"]).args(which).env("TAKT_BIN", &this);
            tests
        };
        timed("building the tests", || build::run(&mut tests(&["--no-run"])))?;
        let named = self.filter.as_slice().iter().map(String::as_str).collect::<Vec<_>>();
        timed("the tests", || tally.run_tests(&mut tests(&named)))?;
        let set_ups =
            ["--test", "api", "--test", "browser", "--test", "floor_story", "--test", "offline", "--test", "webhooks"];
        let over_http = [&set_ups[..], &named[..]].concat();
        timed(
            "the tests over HTTP, of a shift on the phone and of a dead spot once more, with Postgres and Redis",
            || tally.run_tests(tests(&over_http).env("TAKT_TEST_SERVERS", "1")),
        )?;
        tally.say_why();
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
    match timed(&format!("checking {what}"), || build::run(command)) {
        Ok(()) => tally.passed += 1,
        Err(error) => {
            eprintln!("takt: {what}: {error:#}");
            tally.fail(what);
        }
    }
}

/// Says what is being done, does it, and says how long it took.
fn timed<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("takt: {what} ...");
    let start = Instant::now();
    let done = work();
    eprintln!("takt: {what} took {:.0} s", start.elapsed().as_secs_f32());
    done
}
