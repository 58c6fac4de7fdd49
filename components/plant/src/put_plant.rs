//! `PUT /api/v1/plant`: names the plant, its time zone, its shifts and its holidays.
//!
//! The plant's own row is not part of a commit. It is put first, then the commit books the event and the key: whoever
//! gets no answer sends the same again, and the same plant is put again.

use jiff::tz::TimeZone;
use serde_json::json;
use takt_api::master::{PutPlant, Shift};
use takt_api::problem::FieldError;
use takt_domain::calendar::time_of_day;
use takt_domain::decide::DomainEvent;
use takt_records::calendar;
use takt_records::command::{CommandError, Plan, first_plant, run, text_at};
use takt_records::keep;
use takt_records::load::answered_before;
use takt_store::{Load, Plant, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

const SHIFTS_MAX: usize = 24;
/// Special days of a few years; what is over can be taken out.
const DAYS_MAX: usize = 400;

pub(crate) async fn put_plant<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let given: PutPlant = call.json()?;
    check(&given)?;
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.with_plant = true;
        load.key = caller.key_lookup();
        let mut commit = caller.commit(200, &json!(given));
        load.session.clone_from(&commit.session);
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if load.session.is_some() && loaded.session.is_none() {
            return Err(CommandError::SessionEnded);
        }
        let before = loaded.plant.unwrap_or_else(|| first_plant(caller.now_ms()));
        let mut settings = before.settings.clone();
        if let (Some(days), Some(settings)) = (&given.days, settings.as_object_mut()) {
            settings.insert(calendar::DAYS.to_owned(), json!(days));
        }
        let plant = Plant {
            number: caller.plant,
            name: given.name.trim().to_owned(),
            time_zone: given.time_zone.clone(),
            shift_calendar: json!(given.shifts),
            settings,
            ..before
        };
        store.put_plant(&plant).await?;
        let data = json!({
            "name": plant.name, "time_zone": plant.time_zone, "shifts": given.shifts, "days": given.days,
            "by": caller.actor.user,
        });
        let changed = DomainEvent { kind: "plant.changed.v1".into(), data };
        commit.events = keep::events(vec![changed], &caller.derived_id(), &caller.plant.to_string(), caller);
        Ok(Plan { commit, status: 200, body: json!(given) })
    });
    answer(&booked.await?)
}

fn check(given: &PutPlant) -> Result<(), CommandError> {
    let mut errors = Vec::new();
    let mut wrong = |at: String, detail: String| errors.push(FieldError { at, detail });
    if let Err(CommandError::Invalid(found)) = text_at("name", &given.name, 100) {
        found.into_iter().for_each(|error| wrong(error.at, error.detail));
    }
    if given.name.trim().is_empty() {
        wrong("name".into(), "expected a name".into());
    }
    if !is_time_zone(&given.time_zone) {
        wrong("time_zone".into(), "expected an IANA time zone such as Asia/Shanghai".into());
    }
    if given.shifts.is_empty() || given.shifts.len() > SHIFTS_MAX {
        wrong("shifts".into(), format!("expected 1 to {SHIFTS_MAX} shifts"));
    }
    for (n, shift) in given.shifts.iter().enumerate() {
        check_shift(shift, |field, detail| wrong(format!("shifts[{n}].{field}"), detail));
    }
    let days = given.days.as_deref().unwrap_or_default();
    if days.len() > DAYS_MAX {
        wrong("days".into(), format!("expected at most {DAYS_MAX} days"));
    }
    for (n, day) in days.iter().enumerate() {
        if days[..n].iter().any(|other| other.date == day.date) {
            wrong(format!("days[{n}].date"), "expected each day once".into());
        }
        if day.name.chars().count() > 64 || day.shifts.len() > SHIFTS_MAX {
            wrong(format!("days[{n}]"), format!("expected a name of at most 64 characters and {SHIFTS_MAX} shifts"));
        }
        for (m, shift) in day.shifts.iter().enumerate() {
            check_times(&shift.start, &shift.end, |field, what| wrong(format!("days[{n}].shifts[{m}].{field}"), what));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(CommandError::Invalid(errors)) }
}

fn check_shift(shift: &Shift, mut wrong: impl FnMut(&str, String)) {
    if shift.name.trim().is_empty() || shift.name.chars().count() > 64 {
        wrong("name", "expected a name of at most 64 characters".into());
    }
    check_times(&shift.start, &shift.end, &mut wrong);
    let week = 1..=7;
    let twice = (1..shift.weekdays.len()).any(|n| shift.weekdays[..n].contains(&shift.weekdays[n]));
    if shift.weekdays.is_empty() || twice || !shift.weekdays.iter().all(|day| week.contains(day)) {
        wrong("weekdays", "expected ISO weekdays from 1 (Monday) to 7, each once".into());
    }
}

fn check_times(start: &str, end: &str, mut wrong: impl FnMut(&str, String)) {
    for (field, text) in [("start", start), ("end", end)] {
        if time_of_day(text).is_none() {
            wrong(field, "expected a time of the form HH:MM".into());
        }
    }
    if start == end && start != "00:00" {
        wrong("end", "expected another time than the start".into());
    }
}

/// A zone of the database that this component carries, since no system offers one to a guest.
fn is_time_zone(name: &str) -> bool {
    name.len() <= 64 && TimeZone::get(name).is_ok_and(|zone| !zone.is_unknown())
}
