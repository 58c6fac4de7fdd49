//! The protocol under attack: readers and writers are stepped one call at a time, in an order that a seed decides, over a
//! real Redis and a real SQLite file. Between any two calls one of them may be killed, the answer of a call may get lost, a
//! commit may be booked after its writer gave up, time passes, Redis forgets entries, is killed and comes back with old
//! data. After every query its answer is held against what had been booked when it started.
//!
//! The same attack is then led against the protocol with one step left out, and has to find the hole: so each of them is
//! needed, and the attack is worth something. A failing run prints its seed; `ATTACK_SEED` repeats it, `ATTACK_SEEDS` says
//! how many to try.

#![expect(clippy::expect_used, reason = "whatever goes wrong here fails the test")]

mod actor;
mod gated;
mod holes;
mod world;

use world::{Setup, attack};

fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    match number("ATTACK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("ATTACK_SEEDS").unwrap_or(600),
    }
}

#[test]
fn no_query_shows_less_than_what_was_booked_when_it_started() {
    let mut fresh = 0;
    let setup = Setup::whole();
    let servers = world::Servers::start();
    for seed in seeds() {
        match attack(&servers, &setup, seed) {
            Ok(seen) => fresh += seen,
            Err(fault) => panic!("seed {seed}: {fault}"),
        }
    }
    assert!(fresh > 100 || seeds().count() == 1, "only {fresh} answers came from the cache: nothing was attacked");
}
