//! At which hours of which days most is booked.

use jiff::Timestamp;
use jiff::civil::Date;
use takt_api::production::{PeakDay, PeakHour, Peaks};
use takt_store::{PageRequest, PlantNumber, RollupQuery, Store, StoreError};

use crate::production::days;
use crate::{PERIODS_MAX, Period, REQUEST, Status, periods};

/// Adds up what was booked from a day to another, each of its hours. `kind` names one type of event.
pub async fn peaks<S: Store>(
    store: &S,
    plant: PlantNumber,
    status: &Status,
    (from, to): (Date, Date),
    kind: Option<&str>,
) -> Result<Peaks, StoreError> {
    let zone = status.calendar.zone();
    let mut rows: Vec<PeakDay> = days(from, to)
        .map(|date| PeakDay { date, weekday: date.weekday().to_monday_one_offset(), hours: vec![0; 24] })
        .collect();
    let start = |day: Date| day.to_zoned(zone.clone()).map_or(Timestamp::MAX, |start| start.timestamp());
    // A month of hours at a time.
    for part in rows.chunks_mut(PERIODS_MAX / 25) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        let (first, after) = (first.date, last.date.tomorrow().unwrap_or(last.date));
        let Ok(hours) = periods(Period::Hour, start(first), start(after), &zone) else { continue };
        let mut query = RollupQuery::new(plant, status.generation, &[REQUEST], hours);
        query.label = kind.map(str::to_owned);
        let mut page = PageRequest::first(crate::production::ROWS);
        loop {
            let found = store.rollups(&query, &page).await?;
            for row in found.items {
                let here = Timestamp::from_millisecond(row.from_ms).unwrap_or_default().to_zoned(zone.clone());
                let day = part.iter_mut().find(|day| day.date == here.date());
                if let Some(hour) = day.and_then(|day| day.hours.get_mut(usize::try_from(here.hour()).ok()?)) {
                    *hour = hour.saturating_add(row.sums.count);
                }
            }
            page.after = found.next;
            if page.after.is_none() {
                break;
            }
        }
    }
    let hours = hours(&rows);
    Ok(Peaks {
        from,
        to,
        time_zone: status.calendar.time_zone.clone(),
        as_of: status.as_of,
        total: hours.iter().map(|hour| hour.times).sum(),
        days: rows,
        hours,
    })
}

/// The hours of the clock over all days, with those marked that stand out.
fn hours(days: &[PeakDay]) -> Vec<PeakHour> {
    let of = |hour: usize| days.iter().filter_map(|day| day.hours.get(hour)).sum::<i64>();
    let sums: Vec<i64> = (0..24).map(of).collect();
    let (all, busy) = (sums.iter().sum::<i64>(), sums.iter().filter(|times| **times > 0).count() as i64);
    let is_peak = |times: i64| busy > 1 && times.saturating_mul(2).saturating_mul(busy) >= all.saturating_mul(3);
    (0..24).zip(sums).map(|(hour, times)| PeakHour { hour, times, peak: is_peak(times) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_stands_out_by_half_of_what_an_hour_has_on_average() {
        let date = jiff::civil::date(2026, 11, 23);
        let day = |set: &[(usize, i64)]| {
            let mut hours = vec![0; 24];
            set.iter().for_each(|(hour, times)| hours[*hour] = *times);
            PeakDay { date, weekday: 1, hours }
        };
        let peaks = |days: &[PeakDay]| -> Vec<u8> {
            hours(days).into_iter().filter(|hour| hour.peak).map(|hour| hour.hour).collect()
        };
        // 10 on average of three hours: 15 stand out, 14 do not.
        assert_eq!(peaks(&[day(&[(8, 10), (9, 9)]), day(&[(9, 6), (10, 5)])]), [9]);
        assert_eq!(peaks(&[day(&[(8, 10), (9, 14), (10, 6)])]), Vec::<u8>::new());
        assert_eq!(peaks(&[day(&[(9, 14)])]), Vec::<u8>::new(), "there is nothing to compare it with");
        assert_eq!(peaks(&[]), Vec::<u8>::new());
    }
}
