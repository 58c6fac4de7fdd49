//! Working time: shifts by weekday in the plant's time zone, and the days on which something else holds.
//!
//! A plan is made over [`WorkTime`], the calendar laid out as intervals of seconds: how much was worked up to a moment,
//! and at which moment so much is worked, are looked up rather than counted day by day.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// One shift of the calendar; it may pass midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// `HH:MM` in the plant's time zone.
    pub start: String,
    /// `HH:MM` in the plant's time zone.
    pub end: String,
    /// ISO weekdays on which it starts, 1 is Monday.
    pub weekdays: Vec<u8>,
}

/// A shift of one day; it may pass midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DayShift {
    /// `HH:MM` in the plant's time zone.
    pub start: String,
    /// `HH:MM` in the plant's time zone.
    pub end: String,
}

/// A day on which other shifts hold than the weekday's: none on a holiday, more where people work overtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CalendarDay {
    /// The day on which its shifts start.
    #[serde(deserialize_with = "crate::time::date")]
    pub date: Date,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// All shifts that start on it; none where nobody works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<DayShift>,
}

/// The calendar of a plant.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Where the plant is.
    pub zone: TimeZone,
    /// Its shifts.
    pub shifts: Vec<Shift>,
    /// Its special days.
    pub days: Vec<CalendarDay>,
}

/// A time of day of the form `HH:MM`.
pub fn time_of_day(text: &str) -> Option<Time> {
    if text.len() == 5 { Time::strptime("%H:%M", text).ok() } else { None }
}

impl Calendar {
    /// The plant's own day at a moment.
    pub fn day_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The moment at which a day is over where the plant is.
    pub fn end_of(&self, day: Date) -> Option<Timestamp> {
        self.moment(day.tomorrow().ok()?, Time::midnight())
    }

    /// Working time from one moment to another, as intervals that neither touch nor overlap.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> WorkTime {
        let mut found = Vec::new();
        let before = Span::new().days(1);
        let mut day = self.day_of(from).checked_sub(before).unwrap_or(Date::MIN);
        let last = self.day_of(to);
        while day <= last {
            for (start, end) in self.shifts_of(day) {
                let start = start.as_second().max(from.as_second());
                let end = end.as_second().min(to.as_second());
                if start < end {
                    found.push((start, end));
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        WorkTime::new(found)
    }

    /// The shifts that start on a day. One that the clock's change leaves nothing of is none.
    fn shifts_of(&self, day: Date) -> Vec<(Timestamp, Timestamp)> {
        let weekday = day.weekday().to_monday_one_offset();
        let times: Vec<(&str, &str)> = match self.days.iter().find(|special| special.date == day) {
            Some(special) => special.shifts.iter().map(|shift| (shift.start.as_str(), shift.end.as_str())).collect(),
            None => {
                let today = |shift: &&Shift| shift.weekdays.iter().any(|on| i8::try_from(*on) == Ok(weekday));
                self.shifts.iter().filter(today).map(|shift| (shift.start.as_str(), shift.end.as_str())).collect()
            }
        };
        let shift = |(start, end): (&str, &str)| {
            let (start, end) = (time_of_day(start)?, time_of_day(end)?);
            let end_day = if end > start { day } else { day.tomorrow().ok()? };
            let (start, end) = (self.moment(day, start)?, self.moment(end_day, end)?);
            (start < end).then_some((start, end))
        };
        times.into_iter().filter_map(shift).collect()
    }

    /// A time that the clock skips is taken as much later, one that it shows twice as the first.
    fn moment(&self, day: Date, time: Time) -> Option<Timestamp> {
        self.zone.to_timestamp(day.to_datetime(time)).ok()
    }
}

/// A span of working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    start_s: i64,
    end_s: i64,
    /// How much was worked in all before it.
    before_s: i64,
}

/// Working time laid out over a stretch of the future or the past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkTime(Vec<Interval>);

impl WorkTime {
    fn new(mut found: Vec<(i64, i64)>) -> Self {
        found.sort_unstable();
        let mut intervals: Vec<Interval> = Vec::new();
        for (start_s, end_s) in found {
            match intervals.last_mut().filter(|last| start_s <= last.end_s) {
                Some(last) => last.end_s = last.end_s.max(end_s),
                None => intervals.push(Interval { start_s, end_s, before_s: 0 }),
            }
        }
        let mut worked = 0;
        for interval in &mut intervals {
            interval.before_s = worked;
            worked += interval.end_s - interval.start_s;
        }
        Self(intervals)
    }

    /// The intervals, in seconds since 1970: from the first second to the one after the last.
    pub fn intervals(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().map(|interval| (interval.start_s, interval.end_s))
    }

    /// How many seconds are worked in all.
    pub fn total_s(&self) -> i64 {
        self.0.last().map_or(0, |last| last.before_s + last.end_s - last.start_s)
    }

    /// How many seconds are worked before a moment.
    pub fn worked_s(&self, at_s: i64) -> i64 {
        let after = self.0.partition_point(|interval| interval.start_s <= at_s);
        let Some(last) = after.checked_sub(1).and_then(|at| self.0.get(at)) else { return 0 };
        last.before_s + at_s.min(last.end_s) - last.start_s
    }

    /// The moment at which work begins that so many seconds precede: always one at which people work.
    pub fn begin_s(&self, worked_s: i64) -> Option<i64> {
        let after = self.0.partition_point(|interval| interval.before_s <= worked_s);
        let interval = self.0.get(after.checked_sub(1)?)?;
        let at = interval.start_s + worked_s - interval.before_s;
        (worked_s >= 0 && at < interval.end_s).then_some(at)
    }

    /// The moment at which so many seconds are worked: always the end of a second at which people work.
    pub fn end_s(&self, worked_s: i64) -> Option<i64> {
        let after = self.0.partition_point(|interval| interval.before_s < worked_s);
        let interval = self.0.get(after.checked_sub(1)?)?;
        let at = interval.start_s + worked_s - interval.before_s;
        (at <= interval.end_s).then_some(at)
    }
}
