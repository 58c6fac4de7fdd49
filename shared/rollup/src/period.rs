//! Buckets and periods of time.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A quarter hour.
pub const BUCKET_MS: i64 = 15 * 60 * 1000;

/// The most periods of one answer: a month of hours, two years of days.
pub const PERIODS_MAX: usize = 800;

/// The start of the quarter hour that a moment lies in, in milliseconds since 1970.
pub fn bucket(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(BUCKET_MS) * BUCKET_MS
}

/// What an answer is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The hours of the plant's clock.
    Hour,
    /// The days of the plant's calendar, from midnight to midnight.
    Day,
    /// Not cut.
    Total,
}

/// There would be more than [`PERIODS_MAX`], or the end is not after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodError;

/// The periods from a moment to another, in milliseconds since 1970. The first one starts at `from` and the last one ends
/// at `to`, each at the bucket that it lies in: an hour or day that is cut by them is a part of one.
pub fn periods(
    period: Period,
    from: Timestamp,
    to: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<(i64, i64)>, PeriodError> {
    let end = bucket(to.checked_add(SignedDuration::from_millis(BUCKET_MS - 1)).map_err(|_| PeriodError)?);
    let mut start = bucket(from);
    let mut periods = Vec::new();
    while start < end {
        if periods.len() == PERIODS_MAX {
            return Err(PeriodError);
        }
        let next = next(period, start, end, zone).ok_or(PeriodError)?;
        periods.push((start, next));
        start = next;
    }
    if periods.is_empty() { Err(PeriodError) } else { Ok(periods) }
}

fn next(period: Period, start: i64, end: i64, zone: &TimeZone) -> Option<i64> {
    let here = Timestamp::from_millisecond(start).ok()?.to_zoned(zone.clone());
    let next = match period {
        Period::Total => return Some(end),
        Period::Hour => {
            let passed = i64::from(here.minute()) * 60_000 + i64::from(here.second()) * 1000;
            start + 3_600_000 - passed
        }
        Period::Day => here.tomorrow().ok()?.start_of_day().ok()?.timestamp().as_millisecond(),
    };
    // Zones of long ago were seconds off the quarter hour, and a period must go on.
    Some(next.max(start + BUCKET_MS).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(period: Period, zone: &str, from: &str, to: &str, expected: &[&str]) {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let at = |text: &str| text.parse::<Timestamp>().unwrap_or_default();
        let found = periods(period, at(from), at(to), &zone).unwrap_or_default();
        let text = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
        let mut edges: Vec<_> = found.iter().map(|(start, _)| text(*start)).collect();
        edges.extend(found.last().map(|(_, end)| text(*end)));
        assert_eq!(edges, expected);
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0));
    }

    #[test]
    fn hours_are_those_of_the_plants_clock() {
        let expected = ["2026-11-23T02:15:00Z", "2026-11-23T02:30:00Z", "2026-11-23T03:30:00Z", "2026-11-23T03:45:00Z"];
        check(Period::Hour, "Asia/Kolkata", "2026-11-23T02:20:00Z", "2026-11-23T03:31:00Z", &expected);
    }

    #[test]
    fn a_day_has_25_hours_when_summer_time_ends() {
        let expected = ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"];
        check(Period::Day, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z", &expected);
    }

    #[test]
    fn a_total_is_one_period() {
        let expected = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
        check(Period::Total, "Asia/Shanghai", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", &expected);
    }

    #[test]
    fn too_many_periods_and_none_are_errors() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let of = |period, from, to| periods(period, at(from), at(to), &TimeZone::UTC).map(|found| found.len());
        assert_eq!(of(Period::Hour, 0, 800 * 3600), Ok(800));
        assert_eq!(of(Period::Hour, 0, 801 * 3600), Err(PeriodError));
        assert_eq!(of(Period::Day, 5, 5), Ok(1));
        assert_eq!(of(Period::Day, 900, 900), Err(PeriodError));
        assert_eq!(of(Period::Day, 900, 0), Err(PeriodError));
    }
}
