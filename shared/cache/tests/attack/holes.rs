//! The protocol with one step left out at a time.

use crate::world::{Servers, Setup, attack};

/// A hole that is not found in so many runs counts as not found.
const SEEDS_MAX: u64 = 3_000;

fn check(hole: &str, setup: &Setup) {
    let servers = Servers::start();
    let found = (1..=SEEDS_MAX).find(|seed| attack(&servers, setup, *seed).is_err());
    match found {
        Some(seed) => eprintln!("{hole}: found by seed {seed}"),
        None => panic!("{hole}: {SEEDS_MAX} attacks did not find it"),
    }
}

fn without(hole: &str, step: &str, instead: &str) {
    check(hole, &Setup::with_library(step, instead));
}

#[test]
fn writers_that_do_not_mark_are_found() {
    without("no mark", "marks[tag][clock] = now + MARK_MS", "");
}

#[test]
fn writers_that_share_one_mark_are_found() {
    let library = Setup::with_library("marks[tag][clock] = now", "marks[tag][0] = now");
    check("one mark for all", &library.and_library("marks[tag][writer] = nil", "marks[tag][0] = nil"));
}

#[test]
fn marks_that_lapse_too_early_are_found() {
    without("short marks", "now + MARK_MS\n  end\n  return {'marked'", "now + 1\n  end\n  return {'marked'");
}

#[test]
fn writers_that_finish_without_voiding_are_found() {
    without("nothing is voided", "if args[4] == '1' then written[tag] = clock end", "");
}

#[test]
fn writes_that_are_forgotten_too_early_are_found() {
    without("short memory", "now - turned >= 2 * LEASE_MS", "true");
}

#[test]
fn entries_that_are_shown_while_marked_are_found() {
    without("shown while marked", "if marked(args[i], now) then", "if marked(args[i], now) and not token then");
}

#[test]
fn entries_without_a_lease_are_found() {
    without("no lease", "now < entry[3] + LEASE_MS and ", "");
}

#[test]
fn writers_that_do_not_wait_the_lease_out_are_found() {
    check("no wait", &Setup { waits: false, ..Setup::whole() });
}

#[test]
fn entries_of_another_life_are_found() {
    without("entries outlive the server", "entry[1] == life and ", "entry[1] and ");
}

#[test]
fn a_new_life_that_gives_out_tokens_at_once_is_found() {
    without("no quiet time", "if now < quiet_until then return {'store'} end", "");
}

#[test]
fn tokens_that_are_taken_when_filling_are_found() {
    without("late token", "'token', args[3]", "'token', (function() clock = clock + 1 return clock end)()");
}

#[test]
fn writers_that_finish_before_they_know_are_found() {
    check("finished in doubt", &Setup { doubts: false, ..Setup::whole() });
}

#[test]
fn repeated_requests_that_void_nothing_are_found() {
    without("repeats", "if args[4] == '1' then", "if args[4] == '1' and not string.find(args[5], '*', 1, true) then");
}

#[test]
fn a_missing_step_that_is_not_there_is_a_fault_of_the_test() {
    let made = std::panic::catch_unwind(|| Setup::with_library("no such line", ""));
    assert!(made.is_err());
}
