//! `GET /api/v1/insight/production` and `GET /api/v1/insight/peaks`

use jiff::civil::Date;
use takt_rollup::{DAYS_MAX, PlantCalendar, ProductionQuery, Status, status};
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// Days where none are named: a month.
const DAYS: i64 = 31;

pub(crate) async fn production<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "line", "item", "unit"])?;
    let caller = call.caller()?;
    let status = known(status(store, caller.plant, caller.now_ms()).await?);
    let (from, to) = days(call, &status)?;
    let text = |name: &str| call.param(name).map(str::to_owned);
    let query = ProductionQuery { from, to, line: text("line"), item: text("item"), unit: text("unit") };
    let answer = takt_rollup::production(store, caller.plant, caller.now_ms(), &status, &query).await?;
    json(200, &answer)
}

pub(crate) async fn peaks<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "kind"])?;
    let caller = call.caller()?;
    let status = known(status(store, caller.plant, caller.now_ms()).await?);
    let days = days(call, &status)?;
    let answer = takt_rollup::peaks(store, caller.plant, &status, days, call.param("kind")).await?;
    json(200, &answer)
}

/// Before the background's first reading there is nothing, which is the same as a generation without rows.
fn known(status: Option<Status>) -> Status {
    let calendar = PlantCalendar { time_zone: "UTC".to_owned(), shifts: Vec::new() };
    status.unwrap_or(Status { generation: 0, as_of: None, events: 0, unreadable: 0, rebuilding: None, calendar })
}

/// The days that are asked for; up to today, where no last one is named.
fn days(call: &Call, status: &Status) -> Result<(Date, Date), Failure> {
    let day = |name: &str| -> Result<Option<Date>, Failure> {
        let read = call.param(name).map(str::parse::<Date>).transpose();
        read.map_err(|_| Failure::field(name, "expected a day (2026-11-23)"))
    };
    let (from, to) = (day("from")?, day("to")?);
    let to = to.unwrap_or_else(|| status.calendar.zone().to_datetime(call.now).date());
    let back = jiff::Span::new().days(DAYS - 1);
    let from = from.or_else(|| to.checked_sub(back).ok()).unwrap_or(to);
    let length = from.until(to).map(|span| span.get_days()).unwrap_or(i32::MAX);
    // A day at either end of the calendar has no start or no end somewhere.
    let is_usual = (1970..=9000).contains(&from.year()) && (1970..=9000).contains(&to.year());
    if from > to || !is_usual || usize::try_from(length).map_or(true, |length| length >= DAYS_MAX) {
        return Err(Failure::field("to", format!("expected a day not before from, and at most {DAYS_MAX} days")));
    }
    Ok((from, to))
}
