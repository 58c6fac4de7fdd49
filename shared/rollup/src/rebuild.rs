//! A derivation from the start of the journal, beside the one that is read.

use takt_store::{Commit, PlantNumber, Store, StoreError};

use crate::state::{Generation, State, current_record, generation_record, load};

/// Begins to build a new generation, unless one is being built already; [`advance`](crate::advance) goes on with it and lets
/// it take over. `commit` makes the commit that it is booked with from the number of the generation, such as one with the
/// answer to keep for a request. None where there is nothing to build from; then nothing is booked.
pub async fn begin_rebuild<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    commit: impl FnOnce(u32) -> Commit,
) -> Result<Option<u32>, StoreError> {
    let (Some(state), _) = load(store, plant, now_ms).await? else { return Ok(None) };
    if let Some(building) = state.current.building {
        store.commit(&commit(building)).await?;
        return Ok(Some(building));
    }
    let number = state.next_number();
    let mut current = state.current.clone();
    current.building = Some(number);
    let mut commit = commit(number);
    commit.records.push(generation_record(number, &Generation::new(&current.origin), 0)?);
    commit.records.push(current_record(&current, state.version)?);
    store.commit(&commit).await?;
    Ok(Some(number))
}

/// The generation that was built is the one that is read from now on; nobody writes the old one any more.
pub(crate) async fn take_over<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    state: &State,
    building: u32,
) -> Result<(), StoreError> {
    if state.current.building != Some(building) {
        return Err(StoreError::VersionConflict);
    }
    let old = state.current.generation;
    let (mut ended, ended_version) = state.generation(old)?;
    ended.ended = true;
    let mut current = state.current.clone();
    current.generation = building;
    current.building = None;
    current.clearing.push(old);
    let mut commit = Commit::new(plant, now_ms);
    commit.records = vec![current_record(&current, state.version)?, generation_record(old, &ended, ended_version)?];
    store.commit(&commit).await.map(drop)
}

/// Takes some rows of a generation away that has ended, and forgets it when none is left; says how many went. A number is
/// never used again, so nobody can add rows behind the last look.
pub(crate) async fn clear<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    state: &State,
    number: u32,
) -> Result<u64, StoreError> {
    let gone = store.drop_rollups(plant, number).await?;
    if gone == 0 {
        let mut current = state.current.clone();
        current.clearing.retain(|known| *known != number);
        let mut commit = Commit::new(plant, now_ms);
        commit.records = vec![current_record(&current, state.version)?];
        store.commit(&commit).await?;
    }
    Ok(gone)
}
