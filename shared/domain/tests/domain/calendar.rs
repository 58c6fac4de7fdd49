//! The calendar against a model that looks at every minute by itself.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use takt_domain::calendar::{Calendar, CalendarDay, DayShift, Shift, time_of_day};

/// Whether people work in a minute: by what the clock on the wall says, shift by shift.
fn works(calendar: &Calendar, at_s: i64) -> bool {
    let here = calendar.zone.to_datetime(Timestamp::from_second(at_s).unwrap());
    let covered = |day: Date, start: &str, end: &str| {
        let (start, end) = (time_of_day(start).unwrap(), time_of_day(end).unwrap());
        let end_day = if end > start { day } else { day.tomorrow().unwrap() };
        (day.to_datetime(start)..end_day.to_datetime(end)).contains(&here)
    };
    [here.date(), here.date().yesterday().unwrap()].into_iter().any(|day| {
        match calendar.days.iter().find(|special| special.date == day) {
            Some(special) => special.shifts.iter().any(|shift| covered(day, &shift.start, &shift.end)),
            None => calendar.shifts.iter().any(|shift| {
                let weekday = u8::try_from(day.weekday().to_monday_one_offset()).unwrap();
                shift.weekdays.contains(&weekday) && covered(day, &shift.start, &shift.end)
            }),
        }
    })
}

/// Times of the day that no clock skips or shows twice.
fn times() -> impl Strategy<Value = (String, String)> {
    let time = (5_u8..=23, 0_u8..60).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"));
    (time.clone(), time).prop_filter("a shift ends at another time", |(start, end)| start != end)
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let shift = (times(), prop::collection::vec(1_u8..=7, 1..5)).prop_map(|((start, end), weekdays)| Shift {
        name: "s".into(),
        start,
        end,
        weekdays,
    });
    let day = (0_i64..10, prop::collection::vec(times(), 0..3)).prop_map(|(n, times)| CalendarDay {
        date: date(2026, 10, 20).checked_add(jiff::Span::new().days(n)).unwrap(),
        name: String::new(),
        shifts: times.into_iter().map(|(start, end)| DayShift { start, end }).collect(),
    });
    let zone = prop::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]);
    (zone, prop::collection::vec(shift, 0..4), prop::collection::vec(day, 0..3))
        .prop_map(|(zone, shifts, days)| Calendar { zone: TimeZone::get(zone).unwrap(), shifts, days })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The clocks of Berlin are set back in these days, those of New York a week later.
    #[test]
    fn each_minute_is_worked_as_the_clock_on_the_wall_says(calendar in calendars()) {
        let from = Timestamp::from_second(1_792_454_400).unwrap();
        let to = Timestamp::from_second(from.as_second() + 14 * 86_400).unwrap();
        let work = calendar.between(from, to);
        let mut worked = 0;
        for at in (from.as_second()..to.as_second()).step_by(60) {
            prop_assert_eq!(work.worked_s(at), worked, "before {}", at);
            let is_worked = works(&calendar, at);
            prop_assert_eq!(work.intervals().any(|(start, end)| start <= at && at < end), is_worked, "at {}", at);
            if is_worked {
                prop_assert_eq!(work.begin_s(worked), Some(at));
                prop_assert_eq!(work.end_s(worked + 60), Some(at + 60));
                worked += 60;
            }
        }
        prop_assert_eq!(work.total_s(), worked);
        prop_assert_eq!((work.begin_s(worked), work.end_s(worked + 1)), (None, None));
    }
}

#[test]
fn a_night_shift_passes_midnight_and_a_holiday_has_none() {
    let shift = Shift { name: "night".into(), start: "20:00".into(), end: "04:00".into(), weekdays: vec![1, 2] };
    let holiday = CalendarDay { date: date(2026, 11, 24), name: "holiday".into(), shifts: Vec::new() };
    let calendar = Calendar { zone: TimeZone::get("Asia/Shanghai").unwrap(), shifts: vec![shift], days: vec![holiday] };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let work = calendar.between(at("2026-11-23T00:00:00+08:00"), at("2026-11-26T00:00:00+08:00"));
    let (start, end) = (at("2026-11-23T20:00:00+08:00").as_second(), at("2026-11-24T04:00:00+08:00").as_second());
    assert_eq!(work.intervals().collect::<Vec<_>>(), [(start, end)]);
    assert_eq!(calendar.end_of(date(2026, 11, 24)), Some(at("2026-11-25T00:00:00+08:00")));
}
