//! Seals of the ledger: a chain of hashes by day, so that tampering in the database shows.
//!
//! Nothing of it happens while somebody books: a chain in the commit would put all writers in one line. The tick seals what
//! has been booked, in the order of the journal and behind its open transactions, so that nothing comes in before what is
//! sealed. Each seal holds the hash of every posting, and its own hash covers those and the hash of the seal before. There is
//! no key in it: who can write to the database could make the chain anew, and whoever has noted the head of a day sees that.

mod hash;
mod verify;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use takt_store::{LedgerRow, Plant, PlantNumber, Seal, SealState, Store, StoreError};

pub use hash::{posting_hash, seal_hash};
pub use verify::{Broken, ChainSlice, Fault, verify};

/// The most postings of one seal.
const POSTINGS_MAX: u32 = 1000;

/// How old the oldest posting becomes before a seal is set that is not full, in milliseconds.
const SEAL_AFTER_MS: i64 = 10 * 60 * 1000;

/// The last seal of a plant, without what it seals; none where there is none.
pub async fn last<S: Store>(store: &S, plant: PlantNumber) -> Result<Option<Seal>, StoreError> {
    Ok(store.seal_heads(plant, 1).await?.into_iter().next())
}

/// Sets one seal, if it is time for one; says how many postings it seals. None when there is nothing to seal yet, or another
/// host was faster.
pub async fn seal<S: Store>(store: &S, plant: &Plant, now: Timestamp) -> Result<Option<u64>, StoreError> {
    let last = last(store, plant.number).await?;
    let after = last.as_ref().map_or("", |seal| seal.to_place.as_str());
    let rows = store.ledger(plant.number, after, None, POSTINGS_MAX).await?;
    let zone = TimeZone::get(&plant.time_zone).unwrap_or(TimeZone::UTC);
    let Some(next) = next(plant.number, last.as_ref(), &rows, &zone, now) else { return Ok(None) };
    let sealed = next.count;
    Ok(store.put_seal(&next).await?.then_some(sealed))
}

/// The seal behind `last` over the first of these rows, if it is time for one. It ends with its day.
fn next(plant: PlantNumber, last: Option<&Seal>, rows: &[LedgerRow], zone: &TimeZone, now: Timestamp) -> Option<Seal> {
    let first = rows.first()?;
    let today = day(now.as_millisecond(), zone);
    // A clock that was ahead starts no day that has not come.
    let day_of = |row: &LedgerRow| day(row.row.booked_ms, zone).min(today.clone());
    let day = last.map_or_else(String::new, |seal| seal.day.clone()).max(day_of(first));
    let of_the_day = rows.iter().take_while(|row| day_of(row) <= day).count();
    let is_full = of_the_day >= POSTINGS_MAX as usize;
    let is_over = of_the_day < rows.len() || day < today;
    let is_due = now.as_millisecond() - first.row.booked_ms >= SEAL_AFTER_MS;
    if !is_full && !is_over && !is_due {
        return None;
    }
    let rows = &rows[..of_the_day];
    let line = |row: &LedgerRow| format!("{} {}\n", row.place, posting_hash(&row.place, &row.row));
    let mut seal = Seal {
        plant,
        number: last.map_or(1, |seal| seal.number + 1),
        day,
        from_place: last.map_or_else(String::new, |seal| seal.to_place.clone()),
        to_place: rows.last()?.place.clone(),
        count: rows.len() as u64,
        postings: rows.iter().map(line).collect(),
        previous: last.map_or_else(String::new, |seal| seal.hash.clone()),
        hash: String::new(),
        state: SealState::Sealed,
        sealed_ms: now.as_millisecond(),
    };
    seal.hash = seal_hash(&seal);
    Some(seal)
}

/// The day of a moment where the plant is.
fn day(at_ms: i64, zone: &TimeZone) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(zone.clone()).date().to_string()
}
