//! Random days of work over all parts at once, against a model of its own: purchase, put-away, issues, kanban, production,
//! quality, sales, returns, lots that are split, merged and kept back, counts while stock moves and while it is frozen, all of
//! it taken back now and then, while days and quarters pass and old orders go to the archive and come back.
//!
//! The model ([`model`]) is plain maps and knows nothing of the code under test. It predicts the outcome of every step, the
//! codes of a refusal among them, and every balance after it. At the end of each day the counters are what it says, the audit
//! finds nothing, the chain of seals holds, and the trace of some lot is what its log of postings says; to go to the archive
//! and to come back changes none of it.
//!
//! A failing run names its seed and step. `TAKT_DAYS=300` makes the walks longer, `TAKT_SEED=7` repeats one.

mod cold;
mod counts;
mod lots;
mod model;
mod orders;
mod right;
mod stock;
mod walk;
mod world;

use std::collections::BTreeMap;
use std::ops::Range;

use walk::Walk;

const DAYS: usize = 36;
const STEPS: usize = 28;

/// What has to come up, so that a test in which too little happens fails.
const HAPPENS: &[&str] = &[
    "a movement is taken back: archive.gone",
    "a movement is taken back: booked",
    "a movement is taken back: location.frozen",
    "a movement is taken back: movement.kind",
    "a movement is taken back: movement.reversed",
    "a movement is taken back: stock.short",
    "a report is taken back: booked",
    "a report is taken back: report.final",
    "a report is taken back: report.rested_on",
    "archived",
    "book a count: booked",
    "count what was short: booked",
    "dispatch without a kit: kit.short",
    "dispatch: booked",
    "fulfil: booked",
    "issue: issue.extra_approval",
    "issue: location.frozen",
    "issue: lot.expired",
    "merge: booked",
    "receipt: document.over_delivery",
    "restored",
    "return: document.short",
    "shipment: booked",
    "sign: booked",
    "sign: location.frozen",
    "something is owed",
    "split: booked",
    "to the archive: archive.held",
    "traced",
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn walk(seeds: Range<u64>) {
    let days = number("TAKT_DAYS").map_or(DAYS, |days| days as usize);
    let only = number("TAKT_SEED");
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds.filter(|seed| only.is_none_or(|only| only == *seed)) {
        println!("seed {seed}: {days} days of {STEPS} steps");
        let mut walk = Walk::new(seed);
        for day in 0..days {
            walk.day(day, STEPS);
        }
        for (what, times) in walk.seen.take() {
            *seen.entry(what).or_default() += times;
        }
    }
    println!("{seen:#?}");
    let missing: Vec<_> = HAPPENS.iter().filter(|what| !seen.contains_key(**what)).collect();
    assert!(only.is_some() || missing.is_empty(), "too little happened, {missing:?} did not");
}

#[test]
fn days_of_work_over_all_parts_come_out_as_the_model_says() {
    walk(1..7);
}
