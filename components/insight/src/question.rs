//! What is asked: the time, how it is cut, what is told apart, what is left out.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use takt_api::insight::{ShiftOfDay, Span, Statistics};
use takt_rollup::{PERIODS_MAX, Period, PlantCalendar, Status, periods, status};
use takt_store::{Dimension, PageRequest, RollupQuery, RollupRow, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// What each statistic takes beside its own parameters.
const COMMON: [&str; 5] = ["from", "to", "period", "after", "limit"];

/// What can be told apart, by the name that travels.
const DIMENSIONS: [(&str, Dimension); 5] = [
    ("line", Dimension::Line),
    ("item", Dimension::Item),
    ("operator", Dimension::Operator),
    ("operation", Dimension::Operation),
    ("order", Dimension::Order),
];

/// One kind of statistic.
pub(crate) struct Topic {
    pub(crate) series: &'static [&'static str],
    /// What `by` may name.
    pub(crate) by: &'static [&'static str],
    /// What is told apart in any case.
    pub(crate) always: &'static [Dimension],
    /// Its own parameters, `by` among them.
    pub(crate) params: &'static [&'static str],
    /// The parameter that restricts the label.
    pub(crate) label: Option<&'static str>,
    /// Whether there are shifts in it.
    pub(crate) shifts: bool,
}

/// Asks the rollups, and answers with a page of what `row` makes of theirs.
pub(crate) async fn answer<S, T, F>(store: &S, call: &Call, topic: &Topic, row: F) -> Outcome
where
    S: Store,
    T: Serialize,
    F: Fn(RollupRow) -> Result<T, Failure>,
{
    let known: Vec<_> = COMMON.iter().chain(topic.params).copied().collect();
    call.only_params(&known)?;
    let caller = call.caller()?;
    let status = status(store, caller.plant, caller.now_ms()).await?;
    let calendar = match &status {
        Some(status) => status.calendar.clone(),
        None => PlantCalendar { time_zone: "UTC".to_owned(), shifts: Vec::new() },
    };
    let zone = calendar.zone();
    let cut = cut(call, topic)?;
    let mut query = RollupQuery::new(caller.plant, 0, topic.series, spans(call, cut.period, &zone)?);
    query.by = dimensions(call, topic)?;
    if cut.by_shift {
        query.by.push(Dimension::Shift);
    }
    restrict(&mut query, call, topic)?;
    page(store, call, query, status, calendar.time_zone, row).await
}

/// The page of a query on the generation that is read.
pub(crate) async fn page<S, T, F>(
    store: &S,
    call: &Call,
    mut query: RollupQuery,
    status: Option<Status>,
    time_zone: String,
    row: F,
) -> Outcome
where
    S: Store,
    T: Serialize,
    F: Fn(RollupRow) -> Result<T, Failure>,
{
    let request = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let Some(status) = status else {
        return json(200, &Statistics::<T> { rows: Vec::new(), next: None, as_of: None, time_zone });
    };
    query.generation = status.generation;
    let found = store.rollups(&query, &request).await?;
    let rows = found.items.into_iter().map(row).collect::<Result<_, _>>()?;
    json(200, &Statistics { rows, next: found.next, as_of: status.as_of, time_zone })
}

struct Cut {
    period: Period,
    by_shift: bool,
}

fn cut(call: &Call, topic: &Topic) -> Result<Cut, Failure> {
    let (period, by_shift) = match call.param("period") {
        None | Some("total") => (Period::Total, false),
        Some("hour") => (Period::Hour, false),
        Some("day") => (Period::Day, false),
        Some("shift") if topic.shifts => (Period::Total, true),
        Some(_) if topic.shifts => return Err(Failure::field("period", "expected hour, shift, day or total")),
        Some(_) => return Err(Failure::field("period", "expected hour, day or total")),
    };
    Ok(Cut { period, by_shift })
}

fn spans(call: &Call, period: Period, zone: &TimeZone) -> Result<Vec<(i64, i64)>, Failure> {
    let today = zone.to_datetime(call.now).date();
    let start_of = |day: Date| day.to_zoned(zone.clone()).map(|start| start.timestamp());
    let (from, to) = (moment(call, "from", false, zone)?, moment(call, "to", true, zone)?);
    let from = match from {
        Some(from) => from,
        None => start_of(to.map_or(today, |to| zone.to_datetime(to).date())).map_err(|_| wrong_moment("from"))?,
    };
    let to = match to {
        Some(to) => to,
        None => today.tomorrow().and_then(start_of).map_err(|_| wrong_moment("to"))?,
    };
    let too_many = || format!("expected a time after from, and at most {PERIODS_MAX} hours or days");
    periods(period, from, to, zone).map_err(|_| Failure::field("to", too_many()))
}

fn wrong_moment(field: &str) -> Failure {
    Failure::field(field, "expected a day (2026-11-23) or a moment (2026-11-23T08:00:00+08:00)")
}

/// The moment that a parameter names, or where the day that it names begins; with `whole_day`, where that ends.
pub(crate) fn moment(call: &Call, field: &str, whole_day: bool, zone: &TimeZone) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = call.param(field) else { return Ok(None) };
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Some(moment));
    }
    let day: Date = text.parse().map_err(|_| wrong_moment(field))?;
    let day = if whole_day { day.tomorrow() } else { Ok(day) };
    let start = day.and_then(|day| day.to_zoned(zone.clone()));
    start.map(|start| Some(start.timestamp())).map_err(|_| wrong_moment(field))
}

fn dimensions(call: &Call, topic: &Topic) -> Result<Vec<Dimension>, Failure> {
    let mut by = topic.always.to_vec();
    for name in call.params("by") {
        let known = DIMENSIONS.iter().find(|(known, _)| *known == name && topic.by.contains(known));
        let Some((_, dimension)) = known else {
            return Err(Failure::field("by", format!("expected some of {}", topic.by.join(","))));
        };
        if !by.contains(dimension) {
            by.push(*dimension);
        }
    }
    Ok(by)
}

/// A parameter that the topic does not have was refused before.
pub(crate) fn restrict(query: &mut RollupQuery, call: &Call, topic: &Topic) -> Result<(), Failure> {
    let text = |name: &str| call.param(name).map(str::to_owned);
    query.line = text("line");
    query.item = text("item");
    query.operator = text("operator");
    query.order = text("order");
    query.shift = text("shift");
    query.label = topic.label.and_then(text);
    let operation = call.param("operation").map(|number| number.parse());
    query.operation = operation.transpose().map_err(|_| Failure::field("operation", "expected a number"))?;
    Ok(())
}

pub(crate) fn span(row: &RollupRow) -> Result<Span, Failure> {
    let at = |ms| Timestamp::from_millisecond(ms).map_err(|error| StoreError::Corrupt(format!("a rollup: {error}")));
    Ok(Span { from: at(row.from_ms)?, to: at(row.to_ms)? })
}

pub(crate) fn shift(row: &RollupRow) -> Result<Option<ShiftOfDay>, Failure> {
    if row.shift.is_empty() {
        return Ok(None);
    }
    Ok(Some(ShiftOfDay { date: typed(&row.shift_date)?, name: row.shift.clone() }))
}

/// A number or name of the plant.
pub(crate) fn typed<T: FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("{text:?} in a rollup")).into())
}

/// The same, where it was told apart.
pub(crate) fn told_apart<T: FromStr>(text: &str) -> Result<Option<T>, Failure> {
    if text.is_empty() { Ok(None) } else { typed(text).map(Some) }
}
