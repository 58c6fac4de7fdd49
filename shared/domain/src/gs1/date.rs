//! Dates of six digits, YYMMDD.

use jiff::civil::Date;

/// The day that six digits mean: the century is that in which the year is at most 49 years back or 50 ahead (General
/// Specifications, 7.12), and day 00 is the last one of the month (3.4). None where there is no such day.
pub(super) fn read(digits: &str, today: Date) -> Option<Date> {
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize| digits.get(from..from + 2)?.parse::<i16>().ok();
    let (year, month, day) = (number(0)?, number(2)?, number(4)?);
    let century = today.year() - today.year().rem_euclid(100);
    let year = match year - today.year().rem_euclid(100) {
        51.. => century - 100 + year,
        ..=-50 => century + 100 + year,
        _ => century + year,
    };
    let month = i8::try_from(month).ok()?;
    if day == 0 {
        return Date::new(year, month, 1).ok().map(Date::last_of_month);
    }
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}
