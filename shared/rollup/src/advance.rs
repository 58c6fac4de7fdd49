//! Moves rollups on.

use takt_store::{Commit, PlantNumber, Store, StoreError};

use crate::fold::Fold;
use crate::rebuild::{clear, take_over};
use crate::state::{Current, Generation, State, current_record, generation_record, load};

/// Events that are added up and booked at once.
const BATCH: u32 = 500;

/// How often one call reads anew because another was faster, before it leaves the work to that one.
const LOSSES_MAX: u32 = 3;

/// How far one call came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many events this call has booked.
    pub events: u64,
    /// How many rows of ended generations this call has taken away.
    pub cleared: u64,
    /// How often another was faster.
    pub lost: u32,
    /// Nothing is left to do: all of the journal is in, and nothing is being built or cleared away.
    pub caught_up: bool,
}

/// Moves the rollups of a plant on by up to `budget` events, or rows of an ended generation to take away. Any number may call it at once, and any of them may
/// be cut off. What is being built comes after what is read.
pub async fn advance<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    budget: u64,
) -> Result<Progress, StoreError> {
    let mut progress = Progress::default();
    loop {
        match step(store, plant, now_ms, budget, &mut progress).await {
            Ok(Step::More) if progress.spent() < budget => {}
            Ok(Step::More) => return Ok(progress),
            Ok(Step::Done) => {
                progress.caught_up = true;
                return Ok(progress);
            }
            Err(StoreError::VersionConflict) if progress.lost + 1 < LOSSES_MAX => progress.lost += 1,
            Err(StoreError::VersionConflict) => {
                progress.lost += 1;
                return Ok(progress);
            }
            Err(error) => return Err(error),
        }
    }
}

impl Progress {
    fn spent(&self) -> u64 {
        self.events + self.cleared
    }
}

enum Step {
    More,
    Done,
}

/// From freshly read records until there is nothing left, the budget is spent, or the records must be read again.
async fn step<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    budget: u64,
    progress: &mut Progress,
) -> Result<Step, StoreError> {
    let (state, calendar) = load(store, plant, now_ms).await?;
    let Some(state) = state else {
        // Without a plant there is no journal.
        let Some(origin) = calendar else { return Ok(Step::Done) };
        begin(store, plant, now_ms, origin).await?;
        return Ok(Step::More);
    };
    let read = state.current.generation;
    if !read_on(store, plant, now_ms, &state, read, budget, progress).await? {
        return Ok(Step::More);
    }
    if let Some(building) = state.current.building {
        if read_on(store, plant, now_ms, &state, building, budget, progress).await? {
            // The one that is read may have moved on by this call: its version is read again.
            let (fresh, _) = load(store, plant, now_ms).await?;
            take_over(store, plant, now_ms, &fresh.unwrap_or(state), building).await?;
        }
        return Ok(Step::More);
    }
    if let Some(number) = state.current.clearing.first() {
        progress.cleared += clear(store, plant, now_ms, &state, *number).await?;
        return Ok(Step::More);
    }
    Ok(Step::Done)
}

async fn begin<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    origin: crate::PlantCalendar,
) -> Result<(), StoreError> {
    let first = Generation::new(&origin);
    let current = Current { generation: 1, building: None, clearing: Vec::new(), origin };
    let mut commit = Commit::new(plant, now_ms);
    commit.records = vec![current_record(&current, 0)?, generation_record(1, &first, 0)?];
    store.commit(&commit).await.map(drop)
}

/// Books batches of one generation; says whether it has come to the end of the journal within the budget.
async fn read_on<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    state: &State,
    number: u32,
    budget: u64,
    progress: &mut Progress,
) -> Result<bool, StoreError> {
    let (mut generation, mut version) = state.generation(number)?;
    while progress.spent() < budget {
        if generation.ended {
            return Err(StoreError::VersionConflict);
        }
        let left = u32::try_from(budget - progress.spent()).unwrap_or(BATCH);
        let page = store.journal(plant, generation.cursor.as_deref(), left.min(BATCH)).await?;
        let Some(last) = page.events.last() else { return Ok(true) };
        let (count, as_of_ms) = (page.events.len() as u64, last.event.time_ms);
        let mut fold = Fold::new(number, &mut generation.calendars);
        page.events.iter().for_each(|event| fold.add(event));
        let mut commit = Commit::new(plant, now_ms);
        let unreadable = fold.unreadable;
        commit.rollups = fold.changes();
        generation.cursor = Some(page.cursor);
        generation.as_of_ms = generation.as_of_ms.max(as_of_ms);
        generation.events += count;
        generation.unreadable += unreadable;
        commit.records = vec![generation_record(number, &generation, version)?];
        store.commit(&commit).await?;
        version += 1;
        progress.events += count;
    }
    Ok(false)
}
