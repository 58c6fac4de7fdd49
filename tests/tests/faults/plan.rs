//! What goes wrong, and when: the same for the same seed.

use crate::link::Mode;

/// A part of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The host that answers the clients.
    Host,
    /// The second host over the same servers, which does nothing but the background.
    Aggregator,
    /// The Redis of the queue.
    Queue,
    /// The Redis of the cache.
    Cache,
    /// The database server.
    Postgres,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL; then it is started again on what it had.
    Kill(Part),
    /// As [`Fault::Kill`] for the cache, which comes back with what it held some time ago.
    CacheWithOldData,
    /// The connection to it.
    Link(Part, Mode),
    /// No room for the database file.
    DiskFull,
}

/// A fault, and how long until it is over.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What.
    pub fault: Fault,
    /// The time before it, with everything well.
    pub calm_ms: u64,
    /// The time until it is mended.
    pub hold_ms: u64,
}

/// With a SQLite file.
pub const EMBEDDED: &[Fault] = &[
    Fault::Kill(Part::Host),
    Fault::DiskFull,
    Fault::Link(Part::Host, Mode::Cut),
    Fault::Link(Part::Host, Mode::Slow(40)),
    Fault::Link(Part::Host, Mode::Stopped),
];

/// With Postgres and both Redis servers.
pub const FULL: &[Fault] = &[
    Fault::Kill(Part::Host),
    Fault::Kill(Part::Aggregator),
    Fault::Kill(Part::Queue),
    Fault::Kill(Part::Cache),
    Fault::CacheWithOldData,
    Fault::Kill(Part::Postgres),
    Fault::Link(Part::Host, Mode::Cut),
    Fault::Link(Part::Queue, Mode::Cut),
    Fault::Link(Part::Cache, Mode::Cut),
    Fault::Link(Part::Postgres, Mode::Cut),
    Fault::Link(Part::Queue, Mode::Slow(20)),
    Fault::Link(Part::Cache, Mode::Slow(20)),
    Fault::Link(Part::Postgres, Mode::Slow(20)),
    Fault::Link(Part::Queue, Mode::Stopped),
    Fault::Link(Part::Cache, Mode::Stopped),
    Fault::Link(Part::Postgres, Mode::Stopped),
];

/// The steps of a seed: rounds of all faults, each round in another order, enough of them for any time.
pub fn plan(seed: u64, faults: &[Fault], seconds: u64) -> Vec<Step> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut steps = Vec::new();
    let mut planned_ms = 0;
    while !faults.is_empty() && planned_ms < seconds * 1_000 {
        let mut round = faults.to_vec();
        random.shuffle(&mut round);
        for fault in round {
            let step = Step { fault, calm_ms: random.u64(50..=500), hold_ms: random.u64(100..=900) };
            planned_ms += step.calm_ms + step.hold_ms;
            steps.push(step);
        }
    }
    steps
}
