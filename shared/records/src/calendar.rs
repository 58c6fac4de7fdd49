//! The calendar of a plant, as its record keeps it.

use jiff::tz::TimeZone;
use serde::Deserialize;
use takt_domain::calendar::{Calendar, CalendarDay};
use takt_store::Plant;

/// Where a plant's settings keep the days on which other shifts hold.
pub const DAYS: &str = "calendar_days";

/// The calendar of a plant. Shifts that nobody can read are none, a zone that nobody knows is UTC.
pub fn of(plant: &Plant) -> Calendar {
    Calendar {
        zone: TimeZone::get(&plant.time_zone).unwrap_or(TimeZone::UTC),
        shifts: Vec::deserialize(&plant.shift_calendar).unwrap_or_default(),
        days: days(plant),
    }
}

/// The days on which other shifts hold than the weekday's.
pub fn days(plant: &Plant) -> Vec<CalendarDay> {
    plant.settings.get(DAYS).and_then(|days| Vec::deserialize(days).ok()).unwrap_or_default()
}
