//! All work of the background, plant by plant, within a share of time.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use takt_api::host::HostFigures;
use takt_api::operations::DegradeMode;
use takt_booking::{Progress, book};
use takt_records::command::CommandError;
use takt_records::{load, watch};
use takt_store::{Plant, PlantNumber, Store, StoreError};
use takt_web::queue;

use crate::degradation;

/// How long one call works at most, in milliseconds: well below the limit of a request's run time.
const SWEEP_MS: i64 = 5_000;

/// How long one call books at most, in milliseconds. Bookers that stop are called again by the next report or the timer.
const BOOK_MS: i64 = 10_000;

/// How long one call seals at most, in milliseconds.
const SEAL_MS: i64 = 3_000;

/// So many reports that wait are a backlog.
const MANY: u64 = 20;

/// Events between two looks at the clock.
const ROLLUP_STEP: u64 = 2_000;

/// What one call has done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Swept {
    /// Queued reports.
    reports: Progress,
    /// Events that were rolled up.
    rolled_up: u64,
    /// Postings that were sealed.
    sealed: u64,
    /// Exceptions that were told to the next level.
    escalated: u64,
    /// How long the oldest report had waited when this began, in milliseconds.
    lag_ms: u64,
    /// What was chosen by hand: on where it is so for one plant, else off where it is so for one.
    degrade: DegradeMode,
    /// The plants of the store.
    plants: Vec<u32>,
    /// Nothing is left to do.
    done: bool,
}

/// Books what waits in the queue, of one plant alone where it is named; then, unless one was named, everything else.
/// `figures` is what the host that calls has measured of itself.
pub(crate) async fn sweep<S: Store>(
    store: &S,
    only: Option<PlantNumber>,
    figures: Option<&HostFigures>,
) -> Result<Swept, StoreError> {
    if let Some(plant) = only {
        let reports = bookings(store, plant).await;
        return Ok(Swept { reports, done: reports.done, ..Swept::default() });
    }
    let mut swept = Swept { done: true, ..Swept::default() };
    let plants = store.plants().await?;
    swept.plants = plants.iter().map(|plant| plant.number.0).collect();
    swept.reports.done = true;
    for plant in &plants {
        swept.lag_ms = swept.lag_ms.max(lag_ms(plant.number).await);
        swept.degrade = match (swept.degrade, degradation::mode(store, plant.number, now_ms()).await?) {
            (DegradeMode::On, _) | (_, DegradeMode::On) => DegradeMode::On,
            (DegradeMode::Off, _) | (_, DegradeMode::Off) => DegradeMode::Off,
            (DegradeMode::Auto, DegradeMode::Auto) => DegradeMode::Auto,
        };
    }
    for plant in &plants {
        let reports = bookings(store, plant.number).await;
        swept.reports = sum(swept.reports, reports);
    }
    swept.done = swept.reports.done;
    let mut due = Vec::new();
    for plant in &plants {
        match watch::look(store, plant.number, Timestamp::now()).await {
            Ok(looked) => due.extend(looked.map(|_| plant.number)),
            // The rest of the background does not need it.
            Err(error) => eprintln!("the watch over the orders of plant {} failed: {error}", plant.number),
        }
        if let Err(error) = takt_records::command::count::resume(store, plant.number, Timestamp::now()).await {
            eprintln!("counts of plant {} are not booked to their end: {error}", plant.number);
        }
        match takt_records::command::exception::escalate(store, plant.number, Timestamp::now()).await {
            Ok(told) => swept.escalated += told,
            Err(error) => eprintln!("exceptions of plant {} are not escalated: {error}", plant.number),
        }
    }
    let start_ms = now_ms();
    let quiet = plants.clone();
    for plant in plants {
        loop {
            let progress = takt_rollup::advance(store, plant.number, now_ms(), ROLLUP_STEP).await?;
            swept.rolled_up += progress.events;
            if now_ms() - start_ms > SWEEP_MS {
                return Ok(Swept { done: false, ..swept });
            }
            // What is asked as seldom as the watch looks, and needs all of the journal.
            if progress.caught_up
                && due.contains(&plant.number)
                && let Err(error) = keep_last_month(store, plant.number).await
            {
                eprintln!("the report of the last month of plant {} failed: {error}", plant.number);
            }
            // Another reader that was faster has the rest.
            if progress.caught_up || progress.events + progress.cleared == 0 {
                break;
            }
        }
    }
    for plant in quiet.iter().filter(|plant| due.contains(&plant.number)) {
        if let Err(error) = watch::escalate(store, plant.number, Timestamp::now()).await {
            eprintln!("alerts of plant {} are not escalated: {error}", plant.number);
        }
        if let Some(figures) = figures
            && let Err(error) = watch::host::look(store, plant.number, figures, Timestamp::now()).await
        {
            eprintln!("the watch over the host failed for plant {}: {error}", plant.number);
        }
        if let Err(error) = takt_records::count::plan::tick(store, plant.number, Timestamp::now()).await {
            eprintln!("the plan of counts of plant {} failed: {error}", plant.number);
        }
        if let Err(error) = takt_records::lot::watch::tick(store, plant.number, Timestamp::now()).await {
            eprintln!("the watch over the lots of plant {} failed: {error}", plant.number);
        }
        if let Err(error) = watch::minimum::tick(store, plant.number, Timestamp::now()).await {
            eprintln!("the watch over minimum stock of plant {} failed: {error}", plant.number);
        }
        swept.sealed += seal(store, plant).await;
        if let Err(error) = takt_records::audit::advance(store, plant, Timestamp::now).await {
            eprintln!("the audit of plant {} failed: {error}", plant.number);
        }
    }
    store.purge(now_ms()).await?;
    Ok(swept)
}

/// Seals what was booked since the last seal, for some seconds; says how many postings.
async fn seal<S: Store>(store: &S, plant: &Plant) -> u64 {
    let (began_ms, mut sealed) = (now_ms(), 0);
    while now_ms() - began_ms < SEAL_MS {
        match takt_records::seal::seal(store, plant, Timestamp::now()).await {
            Ok(Some(postings)) => sealed += postings,
            Ok(None) => break,
            // The rest of the background does not need it.
            Err(error) => {
                eprintln!("the ledger of plant {} is not sealed: {error}", plant.number);
                break;
            }
        }
    }
    sealed
}

/// Keeps the life-cycle report of the month that ended last.
async fn keep_last_month<S: Store>(store: &S, plant: PlantNumber) -> Result<(), CommandError> {
    let now = Timestamp::now();
    let flows = load::flows(store, &watch::background(plant, now)?).await?;
    // A version that came later has the say in how a state is called.
    let state_of = |name: &str| flows.iter().rev().find_map(|flow| flow.state(name).cloned());
    takt_rollup::keep_last_month(store, plant, now, state_of).await?;
    Ok(())
}

/// How long the oldest report of a plant has waited, where many do: a few that wait are those of a booker that died, and no
/// sign of load. A server that does not answer takes none.
async fn lag_ms(plant: PlantNumber) -> u64 {
    let mut oldest_ms = 0;
    for queue in queue::all_of(plant).await {
        if let Ok(lag) = queue.lag().await
            && lag.waiting >= MANY
        {
            oldest_ms = oldest_ms.max(lag.oldest_ms);
        }
    }
    oldest_ms
}

/// What waits for a plant, on every server.
async fn bookings<S: Store>(store: &S, plant: PlantNumber) -> Progress {
    let mut booked = Progress { done: true, ..Progress::default() };
    let until = Timestamp::now() + SignedDuration::from_millis(BOOK_MS);
    for queue in queue::all_of(plant).await {
        match book(store, &queue, plant, &queue::token(), Timestamp::now, until).await {
            Ok(progress) => booked = sum(booked, progress),
            // The rest of the background does not need it.
            Err(error) => {
                eprintln!("{error}");
                booked.done = false;
            }
        }
    }
    booked
}

fn sum(a: Progress, b: Progress) -> Progress {
    Progress {
        booked: a.booked + b.booked,
        refused: a.refused + b.refused,
        buried: a.buried + b.buried,
        done: a.done && b.done,
    }
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}
