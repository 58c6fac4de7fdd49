//! Runs `cargo test` with its output shown, and adds up what it says.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::Context;

/// What came of the tests so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) wrong: Vec<String>,
    /// What the failed tests said, which scrolls away in between.
    why: Vec<String>,
    is_telling_why: bool,
}

impl Tally {
    pub(super) fn fail(&mut self, what: &str) {
        self.failed += 1;
        self.wrong.push(what.to_owned());
    }

    pub(super) fn run_tests(&mut self, cargo: &mut Command) -> anyhow::Result<()> {
        let mut child = cargo.stdout(Stdio::piped()).spawn().context("cargo cannot be run")?;
        let failed_before = self.failed;
        if let Some(out) = child.stdout.take() {
            for line in BufReader::new(out).lines() {
                let line = line.context("the tests' output cannot be read")?;
                // A closed output ends nothing: the exit status still says the result.
                let _ = writeln!(std::io::stdout(), "{line}");
                self.read(&line);
            }
        }
        let status = child.wait().context("cargo cannot be waited for")?;
        if !status.success() && self.failed == failed_before {
            self.fail("cargo test ended early");
        }
        Ok(())
    }

    /// Repeats what the failed tests said.
    pub(super) fn say_why(&self) {
        for line in &self.why {
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }

    fn read(&mut self, line: &str) {
        // The first such heading is followed by what the tests said, the second by their names.
        self.is_telling_why |= line == "failures:";
        if self.is_telling_why {
            self.why.push(line.to_owned());
        }
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.wrong.push(name.to_owned());
        }
        let Some(result) = line.strip_prefix("test result: ") else { return };
        self.is_telling_why = false;
        let count = |word: &str| {
            let part = result.split([';', '.']).find_map(|part| part.trim().strip_suffix(word))?;
            part.trim().parse::<u64>().ok()
        };
        self.passed += count("passed").unwrap_or(0);
        self.failed += count("failed").unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_programs_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test a::holds ... ok",
            "test b::fails ... FAILED",
            "failures:",
            "---- b::fails stdout ----",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: ok. 40 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 1.20s",
        ] {
            tally.read(line);
        }
        assert_eq!((tally.passed, tally.failed), (42, 1));
        assert_eq!(tally.wrong, ["b::fails"]);
        assert_eq!(tally.why[1], "---- b::fails stdout ----");
    }
}
