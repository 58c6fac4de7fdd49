//! What the books hold of a place at a moment.

use jiff::Timestamp;
use takt_domain::count::Place;
use takt_store::{Balance, Direction, Load, Loaded, MovementFilter, PageRequest, Store, StoredPosting};

use crate::caller::Caller;
use crate::command::{ATTEMPTS, CommandError};

/// How many postings back an entry may lie that says when it was counted.
const BACK_MAX: usize = 1_000;

/// Postings of a page.
const PAGE: u32 = 200;

/// What the books held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Book {
    /// In units of the item.
    pub units: i64,
    /// The last posting of the place that this knows of; 0 where there was none.
    pub ledger: u64,
}

/// The place that a balance is of.
pub fn place_of(balance: &Balance) -> Result<Place, CommandError> {
    let damaged = || CommandError::Damaged(format!("the balance of {} at {}", balance.item, balance.location));
    Ok(Place {
        location: balance.location.parse().map_err(|_| damaged())?,
        item: balance.item.parse().map_err(|_| damaged())?,
        lot: balance.lot.clone(),
    })
}

fn filter(place: &Place) -> MovementFilter {
    MovementFilter {
        item: Some(place.item.to_string()),
        location: Some(place.location.to_string()),
        lot: Some(place.lot.clone()),
        direction: Direction::NewestFirst,
        ..MovementFilter::default()
    }
}

async fn newest<S: Store>(store: &S, caller: &Caller, place: &Place) -> Result<i64, CommandError> {
    let page = store.movements(caller.plant, &filter(place), &PageRequest::first(1)).await?;
    Ok(page.items.first().map_or(0, |posting| posting.seq))
}

/// What a posting adds to a place; what goes from one holder to another at the same place adds nothing.
pub fn effect(posting: &StoredPosting, place: &Place) -> i64 {
    let here = |account: &takt_store::Account| account.location == place.location.as_str();
    i64::from(here(&posting.to)) * posting.quantity - i64::from(here(&posting.from)) * posting.quantity
}

/// What all accounts of a place hold together, among what was loaded.
fn held(loaded: &Loaded, place: &Place) -> i64 {
    let here = |balance: &&Balance| {
        balance.location == place.location.as_str() && balance.item == place.item.as_str() && balance.lot == place.lot
    };
    loaded.balances.iter().filter(here).map(|balance| balance.quantity).sum()
}

/// Loads what is asked for, which has the balances of the place's item, and says what the books hold of the place now, or
/// held at `counted_at`. Nothing of the place moves between the look at the ledger and the balances.
pub async fn load<S: Store>(
    store: &S,
    caller: &Caller,
    load: &Load,
    place: &Place,
    counted_at: Option<Timestamp>,
) -> Result<(Loaded, Book), CommandError> {
    for _ in 0..ATTEMPTS {
        let before = newest(store, caller, place).await?;
        let loaded = store.load(load).await?;
        if newest(store, caller, place).await? != before {
            continue;
        }
        let now = Book { units: held(&loaded, place), ledger: u64::try_from(before).unwrap_or(0) };
        let book = match counted_at {
            Some(moment) => back(store, caller, place, now, moment).await?,
            None => now,
        };
        return Ok((loaded, book));
    }
    Err(CommandError::Conflict)
}

/// Takes back what was booked after a moment.
async fn back<S: Store>(
    store: &S,
    caller: &Caller,
    place: &Place,
    mut book: Book,
    moment: Timestamp,
) -> Result<Book, CommandError> {
    let newest = book.ledger;
    let mut page = PageRequest::first(PAGE);
    let mut seen = 0;
    book.ledger = 0;
    loop {
        let found = store.movements(caller.plant, &filter(place), &page).await?;
        for posting in &found.items {
            let seq = u64::try_from(posting.seq).unwrap_or(0);
            // What came since the balances were read is not in them.
            if seq > newest {
                continue;
            }
            if posting.booked_ms <= moment.as_millisecond() {
                book.ledger = seq;
                return Ok(book);
            }
            book.units -= effect(posting, place);
            seen += 1;
        }
        match found.next {
            Some(_) if seen >= BACK_MAX => {
                return Err(CommandError::field("counted_at", "too much has moved there since then: count again"));
            }
            Some(next) => page.after = Some(next),
            None => return Ok(book),
        }
    }
}

/// The postings of a place behind one of the ledger, the newest first, at most 200.
pub async fn since<S: Store>(
    store: &S,
    caller: &Caller,
    place: &Place,
    ledger: u64,
) -> Result<Vec<StoredPosting>, CommandError> {
    let found = store.movements(caller.plant, &filter(place), &PageRequest::first(PAGE)).await?;
    Ok(found.items.into_iter().filter(|posting| u64::try_from(posting.seq).is_ok_and(|seq| seq > ledger)).collect())
}
