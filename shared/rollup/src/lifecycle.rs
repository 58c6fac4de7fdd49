//! The life-cycle report, from the times in states and the completions that the background has rolled up.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use takt_api::lifecycle::{Lifecycle, LifecycleRow, WhatIf, WhatIfPart};
use takt_domain::flow::{Category, State};
use takt_domain::text::Label;
use takt_store::{Dimension, PlantNumber, RollupQuery, RollupSpread, SPREAD_MAX, Store, StoreError};

use crate::{BUCKET_MS, DONE, LEAD, STATE, Status, bucket};

/// The most months of one report.
pub const MONTHS_MAX: usize = 60;

/// What is told apart beside the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Nothing.
    State,
    /// Items.
    Item,
    /// Lines.
    Line,
    /// Months of the plant's calendar.
    Month,
}

impl By {
    /// All of them, by the name that travels.
    pub const ALL: [(&str, Self); 4] =
        [("state", Self::State), ("item", Self::Item), ("line", Self::Line), ("month", Self::Month)];
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct LifecycleQuery {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// What is told apart.
    pub by: By,
    /// Only of this item.
    pub item: Option<String>,
    /// Only of this line.
    pub line: Option<String>,
    /// How many percent of its waiting a state is to have less.
    pub less: BTreeMap<String, u8>,
}

/// Makes the report from a generation of sums. `state_of` finds a state by its name, whichever flow has it.
pub async fn lifecycle<S: Store>(
    store: &S,
    plant: PlantNumber,
    status: Option<&Status>,
    query: &LifecycleQuery,
    state_of: impl Fn(&str) -> Option<State>,
) -> Result<Lifecycle, StoreError> {
    let zone = status.map_or(TimeZone::UTC, |status| status.calendar.zone());
    let mut report = Lifecycle {
        from: query.from,
        to: query.to,
        time_zone: status.map_or_else(|| "UTC".to_owned(), |status| status.calendar.time_zone.clone()),
        as_of: status.and_then(|status| status.as_of),
        rows: Vec::new(),
        more: false,
        what_if: None,
    };
    let Some(status) = status else { return Ok(report) };
    let whole = vec![(bucket(query.from), end(query.to))];
    let periods = if query.by == By::Month { months(query.from, query.to, &zone) } else { whole.clone() };
    let mut asked = RollupQuery::new(plant, status.generation, &[STATE], periods);
    asked.by = match query.by {
        By::State | By::Month => vec![Dimension::Label],
        By::Item => vec![Dimension::Item, Dimension::Label],
        By::Line => vec![Dimension::Line, Dimension::Label],
    };
    (asked.item, asked.line) = (query.item.clone(), query.line.clone());
    let found = store.rollup_spread(&asked).await?;
    report.more = found.len() >= SPREAD_MAX as usize;
    report.rows = rows(found, query.by, &zone, &state_of)?;
    // The mean is shared out among all states, however many rows of items and months there are and are not told.
    let states = if report.more {
        (asked.periods, asked.by) = (whole.clone(), vec![Dimension::Label]);
        rows(store.rollup_spread(&asked).await?, By::State, &zone, &state_of)?
    } else {
        Vec::new()
    };
    let mut asked = RollupQuery::new(plant, status.generation, &[DONE], whole);
    asked.label = Some(LEAD.to_owned());
    (asked.item, asked.line) = (query.item.clone(), query.line.clone());
    let lead = store.rollup_spread(&asked).await?;
    let states = if report.more { &states } else { &report.rows };
    report.what_if = lead.first().and_then(|lead| what_if(lead, states, &query.less));
    Ok(report)
}

/// The end of the bucket that a moment lies in, unless one begins there.
fn end(to: Timestamp) -> i64 {
    let start = bucket(to);
    if start == to.as_millisecond() { start } else { start + BUCKET_MS }
}

/// The months from a moment to another, the first and the last perhaps in part.
fn months(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Vec<(i64, i64)> {
    let (mut start, end) = (bucket(from), end(to));
    let mut months = Vec::new();
    while start < end && months.len() < MONTHS_MAX {
        let here = Timestamp::from_millisecond(start).unwrap_or_default().to_zoned(zone.clone()).date();
        let next = next_month(here)
            .map_or(end, |first| start_of(first, zone))
            .clamp(start + BUCKET_MS, end.max(start + BUCKET_MS));
        months.push((start, next.min(end)));
        start = next;
    }
    months
}

fn next_month(day: Date) -> Option<Date> {
    day.last_of_month().tomorrow().ok()
}

fn start_of(day: Date, zone: &TimeZone) -> i64 {
    day.to_zoned(zone.clone()).map_or(i64::MAX, |start| start.timestamp().as_millisecond())
}

fn rows(
    found: Vec<RollupSpread>,
    by: By,
    zone: &TimeZone,
    state_of: &impl Fn(&str) -> Option<State>,
) -> Result<Vec<LifecycleRow>, StoreError> {
    let mut totals: BTreeMap<(i64, String, String), i64> = BTreeMap::new();
    for row in &found {
        let total = totals.entry((row.from_ms, row.line.clone(), row.item.clone())).or_default();
        *total = total.saturating_add(row.total_s);
    }
    let corrupt = |text: &str| StoreError::Corrupt(format!("{text:?} in a rollup"));
    let row = |row: RollupSpread| -> Result<LifecycleRow, StoreError> {
        let total = totals.get(&(row.from_ms, row.line.clone(), row.item.clone())).copied().unwrap_or(0);
        let state = state_of(&row.label);
        let category = state.as_ref().map(|state| state.category);
        let label = state.map_or_else(|| Label { zh: row.label.clone(), en: row.label.clone() }, |state| state.label);
        let told = |text: &str, told: bool| told.then(|| text.to_owned());
        Ok(LifecycleRow {
            month: told(&month(row.from_ms, zone), by == By::Month),
            line: told(&row.line, by == By::Line).map(|line| line.parse().map_err(|_| corrupt(&line))).transpose()?,
            item: told(&row.item, by == By::Item).map(|item| item.parse().map_err(|_| corrupt(&item))).transpose()?,
            label,
            waiting: category.is_some_and(is_waiting),
            category,
            mean_s: row.total_s.checked_div(row.orders).unwrap_or(0),
            share_permille: permille(row.total_s, total),
            orders: row.orders,
            times: row.times,
            total_s: row.total_s,
            median_s: row.median_s,
            p90_s: row.p90_s,
            longest_s: row.longest_s,
            state: row.label,
        })
    };
    let mut rows = found.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_cached_key(|row| {
        (row.month.clone(), row.line.clone(), row.item.clone(), Reverse(row.mean_s), row.state.clone())
    });
    Ok(rows)
}

/// Nothing is made in such a state.
pub fn is_waiting(category: Category) -> bool {
    matches!(category, Category::Waiting | Category::Ready | Category::Done)
}

fn permille(part: i64, whole: i64) -> i64 {
    let thousandths = i128::from(part) * 1000;
    i64::try_from(thousandths.checked_div(i128::from(whole)).unwrap_or(0)).unwrap_or(0)
}

fn month(from_ms: i64, zone: &TimeZone) -> String {
    let day = Timestamp::from_millisecond(from_ms).unwrap_or_default().to_zoned(zone.clone()).date();
    format!("{:04}-{:02}", day.year(), day.month())
}

/// From the time before completion alone: the wait for inspection and closing comes after it.
fn what_if(lead: &RollupSpread, rows: &[LifecycleRow], less: &BTreeMap<String, u8>) -> Option<WhatIf> {
    let lead_s = lead.total_s.checked_div(lead.orders)?;
    let parts = parts(lead_s, rows, less);
    let sum = |of: fn(&WhatIfPart) -> i64| parts.iter().map(of).fold(0, i64::saturating_add);
    let waited = sum(|part| if part.waiting { part.part_s } else { 0 });
    Some(WhatIf {
        orders: lead.orders,
        lead_s,
        lead_median_s: lead.median_s,
        lead_p90_s: lead.p90_s,
        waiting_permille: permille(waited, lead_s),
        without_waiting_s: lead_s - waited,
        with_less_s: lead_s - sum(|part| part.saved_s),
        parts,
    })
}

/// Shares the mean out among the states. Each part goes from where the one before it ended, and only the ends are rounded: so
/// no second is lost or told twice.
fn parts(lead_s: i64, rows: &[LifecycleRow], less: &BTreeMap<String, u8>) -> Vec<WhatIfPart> {
    let is_before =
        |row: &&LifecycleRow| matches!(row.category, Some(Category::Waiting | Category::Ready | Category::Running));
    let mut states: BTreeMap<&str, (i128, &LifecycleRow)> = BTreeMap::new();
    for row in rows.iter().filter(is_before) {
        states.entry(&row.state).or_insert((0, row)).0 += i128::from(row.total_s);
    }
    let whole: i128 = states.values().map(|(total, _)| total).sum();
    let (mut so_far, mut start) = (0, 0);
    let part = |(state, (total, row)): (&str, (i128, &LifecycleRow))| {
        so_far += total;
        let end = (i128::from(lead_s) * so_far).checked_div(whole).and_then(|end| i64::try_from(end).ok()).unwrap_or(0);
        let part_s = end - start;
        start = end;
        let less_percent = less.get(state).copied().filter(|_| row.waiting).unwrap_or(0);
        let saved_s = i64::try_from(i128::from(part_s) * i128::from(less_percent) / 100).unwrap_or(0);
        let (state, label) = (state.to_owned(), row.label.clone());
        WhatIfPart { state, label, waiting: row.waiting, part_s, less_percent, saved_s }
    };
    let mut parts: Vec<_> = states.into_iter().map(part).collect();
    parts.sort_by_key(|part| Reverse(part.part_s));
    parts
}

/// The first day of the month before the one of this moment, and the moments at which that month began and ended.
pub(crate) fn last_month(now: Timestamp, zone: &TimeZone) -> Option<(Date, Timestamp, Timestamp)> {
    let this = now.to_zoned(zone.clone()).date().first_of_month();
    let last = this.yesterday().ok()?.first_of_month();
    let start = |day: Date| day.to_zoned(zone.clone()).map(|start| start.timestamp()).ok();
    Some((last, start(last)?, start(this)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn months_are_those_of_the_plants_calendar() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
        let found = months(at("2026-10-15T00:00:00Z"), at("2026-12-01T00:00:00Z"), &zone);
        let edges: Vec<_> =
            found.iter().map(|(from, _)| Timestamp::from_millisecond(*from).unwrap_or_default()).collect();
        let expected = ["2026-10-15T00:00:00Z", "2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z"].map(at);
        assert_eq!(edges, expected);
        assert_eq!(found.last().map(|(_, end)| *end), Some(at("2026-12-01T00:00:00Z").as_millisecond()));
        assert_eq!(month(found[1].0, &zone), "2026-11");
    }

    #[test]
    fn the_last_month_is_the_whole_one_before_this() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
        let found = last_month(at("2026-12-31T16:00:00Z"), &zone);
        let expected = (Date::constant(2026, 12, 1), at("2026-11-30T16:00:00Z"), at("2026-12-31T16:00:00Z"));
        assert_eq!(found, Some(expected));
        let before = last_month(at("2026-12-31T15:59:59Z"), &zone);
        assert_eq!(before.map(|(first, _, _)| first), Some(Date::constant(2026, 11, 1)));
    }
}
