//! How times and days are read where they arrive. Servers leave it to jiff, which takes every form of RFC 3339 and says
//! what is wrong with the rest. The browser reads what servers write, so it takes that one form alone: jiff's reader
//! would bring along the texts of all its errors, a twentieth of what a phone loads at its first visit.

use jiff::Timestamp;
use jiff::civil::Date;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a moment: to be named by `deserialize_with`.
pub fn timestamp<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    return Timestamp::deserialize(from);
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    read_timestamp(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("not a time"))
}

/// Reads a moment that may be absent.
pub fn timestamp_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    return Option::deserialize(from);
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    Option::<String>::deserialize(from)?
        .map(|text| read_timestamp(&text).ok_or_else(|| D::Error::custom("not a time")))
        .transpose()
}

/// Reads a day.
pub fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    return Date::deserialize(from);
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    read_date(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("not a day"))
}

/// Reads a day that may be absent.
pub fn date_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    return Option::deserialize(from);
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    Option::<String>::deserialize(from)?
        .map(|text| read_date(&text).ok_or_else(|| D::Error::custom("not a day")))
        .transpose()
}

/// A day as `2026-03-01`.
pub fn read_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..])?);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A moment as servers write it: `2026-03-01T08:30:00.25Z`, with up to nine decimals.
pub fn read_timestamp(text: &str) -> Option<Timestamp> {
    let date = read_date(text.get(..10)?)?;
    let time = text.get(10..)?.strip_prefix('T')?.strip_suffix('Z')?;
    let (whole, decimals) = time.split_once('.').unwrap_or((time, "0"));
    let bytes = whole.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' || decimals.len() > 9 {
        return None;
    }
    let (hour, minute, second) = (number(&bytes[..2])?, number(&bytes[3..5])?, number(&bytes[6..])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let missing = u32::try_from(9 - decimals.len()).ok()?;
    let nanoseconds = number(decimals.as_bytes())? * 10_i32.pow(missing);
    let seconds = days_since_1970(date) * 86_400 + i64::from(hour * 3_600 + minute * 60 + second);
    // Timestamps before 1970 count their decimals forward, as jiff takes them where both signs differ.
    Timestamp::new(seconds, nanoseconds).ok()
}

/// Digits alone, at least one.
fn number(digits: &[u8]) -> Option<i32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_i32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
}

/// By the proleptic Gregorian calendar; the year begins in March, so that its leap day is its last one.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_since_1970(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_write_is_read_as_they_meant_it() {
        let seconds = [0, 1, 951_782_400, 951_868_799, 1_709_164_800, 1_709_251_199, 1_795_000_000, 4_107_542_399];
        for (second, nanosecond) in seconds.into_iter().zip([0, 1, 250_000_000, 999_999_999, 120, 0, 5_000, 10_000_000])
        {
            let moment = Timestamp::constant(second, nanosecond);
            assert_eq!(read_timestamp(&moment.to_string()), Some(moment), "{moment}");
        }
        let mut day = Date::constant(1999, 12, 31);
        while day.year() < 2101 {
            assert_eq!(read_date(&day.to_string()), Some(day));
            let midnight = format!("{day}T00:00:00Z");
            assert_eq!(read_timestamp(&midnight), midnight.parse().ok(), "{midnight}");
            let Ok(next) = day.tomorrow() else { panic!("{day} has no tomorrow") };
            day = next;
        }
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        let wrong = [
            "",
            "2026-02-30T00:00:00Z",
            "2026-03-01",
            "2026-03-01T24:00:00Z",
            "2026-03-01T08:30:00",
            "2026-03-01T08:30Z",
            "2026-03-01T08:30:00.Z",
            "2026-03-01T08:30:00.1234567890Z",
            "2026-03-01T+8:30:00Z",
            "工单工单工单工",
        ];
        for text in wrong {
            assert_eq!(read_timestamp(text), None, "{text}");
        }
        for text in ["2026-3-1", "2026-13-01", "2025-02-29", "20260301", "2026-03-0x"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }
}
