//! Which orders go to cold storage, and for how long they stay there.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::flow::Flow;
use crate::order::Order;

/// The fewest months that an order stays after it was closed: what was booked lately is taken back, counted and compared.
pub const AFTER_MONTHS_MIN: u16 = 4;
/// The most.
pub const AFTER_MONTHS_MAX: u16 = 120;
/// The most years that files are kept.
pub const RETENTION_YEARS_MAX: u16 = 100;

/// What a plant has set about its archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArchiveSettings {
    /// An order goes after it has been closed for so many months, together with all of its month: 4 to 120.
    #[serde(default = "six")]
    pub after_months: u16,
    /// The hour of the plant's day in which that is done: 0 to 23.
    #[serde(default = "two")]
    pub hour: u8,
    /// Files are kept for so many years after their month: 1 to 100.
    #[serde(default = "fifteen")]
    pub retention_years: u16,
}

fn six() -> u16 {
    6
}

fn two() -> u8 {
    2
}

fn fifteen() -> u16 {
    15
}

impl Default for ArchiveSettings {
    fn default() -> Self {
        Self { after_months: six(), hour: two(), retention_years: fifteen() }
    }
}

impl ArchiveSettings {
    /// The fields that are not within their bounds, with what was expected.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if !(AFTER_MONTHS_MIN..=AFTER_MONTHS_MAX).contains(&self.after_months) {
            faults.push(("after_months", format!("expected {AFTER_MONTHS_MIN} to {AFTER_MONTHS_MAX} months")));
        }
        if self.hour > 23 {
            faults.push(("hour", "expected 0 to 23".to_owned()));
        }
        if !(1..=RETENTION_YEARS_MAX).contains(&self.retention_years) {
            faults.push(("retention_years", format!("expected 1 to {RETENTION_YEARS_MAX} years")));
        }
        faults
    }

    /// The first month whose orders stay: those of all months before it may go.
    pub fn first_month_that_stays(&self, today: Date) -> Date {
        let first = today.first_of_month();
        first.checked_sub(Span::new().months(self.after_months)).unwrap_or(Date::MIN)
    }

    /// The moment at which that month begins where the plant is.
    pub fn before(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let first = self.first_month_that_stays(now.to_zoned(zone.clone()).date());
        first.to_zoned(zone.clone()).map_or(Timestamp::MIN, |start| start.timestamp())
    }

    /// True when the files of a month have been kept for long enough.
    pub fn is_over(&self, month: &str, today: Date) -> bool {
        let Some(first) = first_of(month) else { return false };
        let kept = Span::new().years(self.retention_years).months(1);
        first.checked_add(kept).is_ok_and(|end| end <= today)
    }

    /// True in the hour of the plant's day in which the archive is filled.
    pub fn is_hour(&self, now: Timestamp, zone: &TimeZone) -> bool {
        now.to_zoned(zone.clone()).hour() == i8::try_from(self.hour).unwrap_or_default()
    }
}

/// The month of a moment where the plant is, such as `2026-05`.
pub fn month_of(at: Timestamp, zone: &TimeZone) -> String {
    let date = at.to_zoned(zone.clone()).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The first day of a month that is called so; none for what is no month.
pub fn first_of(month: &str) -> Option<Date> {
    let (year, number) = month.split_once('-')?;
    let well_formed = year.len() == 4 && number.len() == 2 && month.bytes().all(|b| b == b'-' || b.is_ascii_digit());
    if !well_formed {
        return None;
    }
    Date::new(year.parse().ok()?, number.parse().ok()?, 1).ok()
}

/// Since when an order has been over; none while it is not.
pub fn closed_at(order: &Order, flow: &Flow) -> Option<Timestamp> {
    if flow.is_open(&order.state) {
        return None;
    }
    let over = order.history.iter().rev().take_while(|entry| !flow.is_open(&entry.state));
    Some(over.last().map_or(order.state_since, |entry| entry.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(after_months: u16, retention_years: u16) -> ArchiveSettings {
        ArchiveSettings { after_months, retention_years, ..ArchiveSettings::default() }
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn whole_months_go_once_their_last_day_is_old_enough() {
        for (today, months, stays) in [
            ("2026-11-27", 6, "2026-05-01"),
            ("2026-12-01", 6, "2026-06-01"),
            ("2026-01-31", 4, "2025-09-01"),
            ("2026-02-28", 12, "2025-02-01"),
        ] {
            assert_eq!(settings(months, 1).first_month_that_stays(date(today)), date(stays), "{today}");
        }
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let now: Timestamp = "2026-11-30T17:00:00Z".parse().unwrap_or_default();
        assert_eq!(settings(6, 1).before(now, &zone).to_string(), "2026-05-31T16:00:00Z", "there it is December");
        assert_eq!(month_of(now, &zone), "2026-12");
    }

    #[test]
    fn files_are_kept_for_years_after_their_month_has_ended() {
        assert!(!settings(6, 2).is_over("2024-05", date("2026-05-31")));
        assert!(settings(6, 2).is_over("2024-05", date("2026-06-01")));
        assert!(!settings(6, 2).is_over("2024-5", date("2036-06-01")), "no month");
    }

    #[test]
    fn what_is_out_of_bounds_is_named() {
        assert!(ArchiveSettings::default().faults().is_empty());
        let wrong = ArchiveSettings { after_months: 3, hour: 24, retention_years: 0 };
        let named: Vec<_> = wrong.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(named, ["after_months", "hour", "retention_years"]);
    }

    #[test]
    fn only_a_month_is_a_month() {
        assert_eq!(first_of("2026-05"), Some(date("2026-05-01")));
        for wrong in ["2026-13", "2026-5", "26-05", "2026/05", "2026-05-01", "+026-05", ""] {
            assert_eq!(first_of(wrong), None, "{wrong}");
        }
    }
}
