//! Everything goes wrong, again and again, while people work; then an auditor that was written apart from the code proves
//! that nothing that was acknowledged is lost, doubled or misplaced.
//!
//! Two set-ups: a SQLite file and nothing else; and Postgres with a Redis for the queue, another for the cache and a second
//! host that does only background work. A seed decides what goes wrong in which order and for how long (see `plan`), and
//! what people ask for. `TAKT_FAULT_SEEDS=5,9` or `TAKT_FAULT_SEEDS=1-20` runs other seeds than 1, 2 and 3, and
//! `TAKT_FAULT_SECONDS=60` gives each of them more time than 15 s.

mod auditor;
mod books;
mod caller;
mod link;
mod plan;
mod record;
mod setup;
mod tampered;
mod workload;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use takt_tests::plant::People;

use auditor::audit;
use books::Books;
use caller::Run;
use plan::{EMBEDDED, FULL, Fault, plan};
use record::{End, Record, Write};
use setup::Setup;
use workload::{Seen, prepare, work};

/// How long the parts may take to find each other again.
const RECOVERY: Duration = Duration::from_secs(60);

fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var("TAKT_FAULT_SEEDS") else { return vec![1, 2, 3] };
    let number = |text: &str| text.trim().parse::<u64>().expect("TAKT_FAULT_SEEDS holds numbers");
    match text.split_once('-') {
        Some((first, last)) => (number(first)..=number(last)).collect(),
        None => text.split(',').map(number).collect(),
    }
}

fn seconds() -> u64 {
    let text = std::env::var("TAKT_FAULT_SECONDS").ok();
    text.map_or(15, |text| text.parse().expect("TAKT_FAULT_SECONDS is a number"))
}

/// What a run left behind.
struct Outcome {
    writes: Vec<Write>,
    books: Books,
    wrong: Vec<String>,
    /// What went wrong, and when, in milliseconds.
    schedule: Vec<(u128, Fault)>,
    compared: u64,
    troubles: u64,
}

/// Lets people work while things go wrong.
fn suffer(mut setup: Setup, faults: &[Fault], seed: u64, time: Duration) -> (Setup, Outcome) {
    let people = People::at(setup.host());
    let orders = prepare(&people);
    let before = setup.books();
    let run = Run {
        base: format!("http://127.0.0.1:{}", setup.front.port),
        record: Record::default(),
        over: AtomicBool::new(false),
        next: AtomicU64::new(1),
        troubles: AtomicU64::new(0),
        unavailable: AtomicU64::new(0),
    };
    let (seen, mut schedule) = (Seen::default(), Vec::new());
    let begun = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| work(&run, &people, &orders, &seen, seed));
        let steps = plan(seed, faults, time.as_secs());
        for step in steps.iter().take_while(|_| begun.elapsed() < time) {
            thread::sleep(Duration::from_millis(step.calm_ms));
            schedule.push((begun.elapsed().as_millis(), step.fault));
            if !setup.suffer(step.fault, Duration::from_millis(step.hold_ms)) {
                schedule.pop();
            }
        }
        thread::sleep(time.saturating_sub(begun.elapsed()));
        run.over.store(true, Ordering::SeqCst);
    });
    let mut late = Vec::new();
    if !setup.is_well_again(RECOVERY) {
        late.push(format!("after {RECOVERY:?} the host still lacks something: {}", setup.health()));
    }
    if !setup.queue_is_empty(RECOVERY) {
        late.push(format!("after {RECOVERY:?} reports still wait to be booked"));
    }
    setup.stop();
    let books = setup.books().since(&before);
    let (troubles, compared) = (run.troubles.into_inner(), seen.compared.into_inner());
    let (writes, mut wrong) = run.record.close();
    wrong.extend(late);
    (setup, Outcome { writes, books, wrong, schedule, compared, troubles })
}

fn prove(make: fn() -> Setup, faults: &[Fault]) {
    for seed in seeds() {
        let (_setup, outcome) = suffer(make(), faults, seed, Duration::from_secs(seconds()));
        let Outcome { writes, books, mut wrong, schedule, compared, troubles } = outcome;
        wrong.extend(audit(&writes, &books));
        let ended = |which: fn(&End) -> bool| writes.iter().filter(|write| which(&write.end)).count();
        eprintln!(
            "seed {seed}: {} faults; {} writes, of them {} booked, {} queued, {} refused, {} without an end; \
             {troubles} sent again; {compared} queries compared",
            schedule.len(),
            writes.len(),
            ended(|end| matches!(end, End::Booked { .. })),
            ended(|end| matches!(end, End::Queued { .. })),
            ended(|end| matches!(end, End::Refused { .. })),
            ended(|end| *end == End::Open),
        );
        assert!(wrong.is_empty(), "seed {seed}\nfaults at ms: {schedule:?}\nwrong:\n{}", wrong.join("\n"));
        // A run in which nobody got anything done, or nothing went wrong, proves nothing.
        assert!(!schedule.is_empty() && compared > 50, "seed {seed}: {} faults, {compared} queries", schedule.len());
        assert!(
            ended(|end| matches!(end, End::Booked { .. } | End::Queued { .. })) > 50,
            "seed {seed}: little was done"
        );
    }
}

#[test]
fn with_a_file_nothing_acknowledged_is_lost_whatever_goes_wrong() {
    prove(Setup::embedded, EMBEDDED);
}

#[test]
fn with_servers_nothing_acknowledged_is_lost_whatever_goes_wrong() {
    prove(Setup::full, FULL);
}
