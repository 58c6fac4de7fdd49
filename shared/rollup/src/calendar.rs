//! The shift of a moment.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use takt_store::Plant;

/// One shift of the calendar; it may pass midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// `HH:MM` where the plant is.
    pub start: String,
    /// `HH:MM` where the plant is; on the next day when it is not after the start.
    pub end: String,
    /// ISO weekdays on which it starts, 1 is Monday.
    pub weekdays: Vec<i8>,
}

/// A time zone and the shifts in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantCalendar {
    /// IANA name.
    pub time_zone: String,
    /// In the order in which they are looked at: where two overlap, the first one counts.
    pub shifts: Vec<Shift>,
}

impl PlantCalendar {
    /// The calendar of a plant. Shifts that nobody can read are none.
    pub fn of(plant: &Plant) -> Self {
        let shifts = Vec::deserialize(&plant.shift_calendar).unwrap_or_default();
        Self { time_zone: plant.time_zone.clone(), shifts }
    }

    /// The zone; UTC where the name is none that is known.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// The shift of a moment, and the day on which it began; none between shifts.
    pub fn shift_at(&self, at: Timestamp) -> Option<(Date, &str)> {
        let here = self.zone().to_datetime(at);
        let days = [Some(here.date()), here.date().yesterday().ok()];
        days.into_iter().flatten().find_map(|day| {
            let shift = self.shifts.iter().find(|shift| shift.covers(day, here))?;
            Some((day, shift.name.as_str()))
        })
    }
}

impl Shift {
    /// True when the shift that starts on this day is on at this moment.
    fn covers(&self, day: Date, here: DateTime) -> bool {
        let read = |text: &str| Time::strptime("%H:%M", text).ok();
        let (Some(start), Some(end)) = (read(&self.start), read(&self.end)) else { return false };
        let end_day = if end > start { Ok(day) } else { day.tomorrow() };
        let Ok(end_day) = end_day else { return false };
        self.weekdays.contains(&day.weekday().to_monday_one_offset())
            && (day.to_datetime(start)..end_day.to_datetime(end)).contains(&here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(name: &str, start: &str, end: &str, weekdays: &[i8]) -> Shift {
        Shift { name: name.into(), start: start.into(), end: end.into(), weekdays: weekdays.to_vec() }
    }

    fn check(zone: &str, at: &str, expected: Option<(&str, &str)>) {
        let shifts = vec![
            shift("day", "08:00", "20:00", &[1, 2, 3, 4, 5]),
            shift("night", "20:00", "08:00", &[1, 2, 3, 4, 5]),
            shift("weekend", "06:00", "06:00", &[7]),
        ];
        let calendar = PlantCalendar { time_zone: zone.into(), shifts };
        let found = at.parse().ok().and_then(|at| calendar.shift_at(at));
        let found = found.map(|(day, name)| (day.to_string(), name.to_owned()));
        assert_eq!(found, expected.map(|(day, name)| (day.to_owned(), name.to_owned())), "{at}");
    }

    #[test]
    fn a_shift_starts_with_its_first_moment_and_ends_before_its_last() {
        check("Asia/Shanghai", "2026-11-23T08:00:00+08:00", Some(("2026-11-23", "day")));
        check("Asia/Shanghai", "2026-11-23T11:59:59.999Z", Some(("2026-11-23", "day")));
        check("Asia/Shanghai", "2026-11-23T12:00:00Z", Some(("2026-11-23", "night")));
    }

    #[test]
    fn a_night_shift_belongs_to_the_day_on_which_it_began() {
        check("Asia/Shanghai", "2026-11-24T07:59:00+08:00", Some(("2026-11-23", "night")));
        check("Asia/Shanghai", "2026-11-28T03:00:00+08:00", Some(("2026-11-27", "night")));
    }

    #[test]
    fn between_shifts_there_is_none() {
        check("Asia/Shanghai", "2026-11-28T09:00:00+08:00", None);
        check("Asia/Shanghai", "2026-11-23T03:00:00+08:00", Some(("2026-11-22", "weekend")));
        check("Asia/Shanghai", "2026-11-22T05:00:00+08:00", None);
    }

    #[test]
    fn summer_time_moves_the_shift() {
        check("Europe/Berlin", "2026-10-23T06:30:00Z", Some(("2026-10-23", "day")));
        check("Europe/Berlin", "2026-10-26T06:30:00Z", None);
        check("Europe/Berlin", "2026-10-26T07:00:00Z", Some(("2026-10-26", "day")));
    }

    #[test]
    fn an_unknown_zone_counts_as_utc() {
        check("Nowhere/Land", "2026-11-23T08:00:00Z", Some(("2026-11-23", "day")));
    }
}
