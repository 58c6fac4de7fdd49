//! What the last count of a place came to.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::count::{CountLine, Place};
use takt_domain::id::CountId;
use takt_domain::quantity::Quantity;
use takt_store::{Loaded, RecordWrite, StoreError};

use crate::keep::kind;

/// The last count of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastCount {
    /// Which place.
    pub place: Place,
    /// By which count.
    pub count: CountId,
    /// The moment that it is true of.
    pub at: Timestamp,
    /// On which day of the plant.
    pub day: Date,
    /// The last posting that it knows of.
    pub ledger: u64,
    /// What differed.
    pub difference: Quantity,
    /// On so many count days, one after another, something differed.
    pub streak: u16,
}

impl LastCount {
    /// The same after a line of another count. Two counts on one day are one count day.
    pub fn after(before: Option<&Self>, line: &CountLine, day: Date) -> Option<Self> {
        let entry = line.last()?;
        let difference = entry.difference();
        let streak = match before {
            _ if difference.is_zero() => 0,
            Some(before) if before.day == day => before.streak.max(1),
            Some(before) => before.streak.saturating_add(1),
            None => 1,
        };
        Some(Self {
            place: line.place.clone(),
            count: line.count.clone(),
            at: entry.at,
            day,
            ledger: entry.ledger,
            difference,
            streak,
        })
    }

    /// How it is kept: over whatever is there, since the line that it follows from is booked once.
    pub fn record(&self) -> RecordWrite {
        RecordWrite {
            parent: Some(self.place.item.to_string()),
            sort: Some(format!("{:020}", self.at.as_millisecond())),
            ..RecordWrite::new(
                kind::COUNT_PLACE,
                self.place.key(),
                None,
                serde_json::to_value(self).unwrap_or_default(),
            )
        }
    }
}

/// What a load asks for.
pub fn record_of(place: &Place) -> (String, String) {
    (kind::COUNT_PLACE.to_owned(), place.key())
}

/// The last count of a place, among what was loaded.
pub fn last(loaded: &Loaded, place: &Place) -> Result<Option<LastCount>, StoreError> {
    loaded.record(kind::COUNT_PLACE, &place.key()).map(|record| record.parse()).transpose()
}
