//! The life-cycle report of each month, made once when the month has ended and kept as it was then.

use std::collections::BTreeMap;

use jiff::Timestamp;
use takt_api::lifecycle::LifecycleMonth;
use takt_domain::flow::State;
use takt_store::{Commit, Event, Load, PlantNumber, RecordWrite, Store, StoreError};

use crate::PlantCalendar;
use crate::lifecycle::{By, LifecycleQuery, last_month, lifecycle};
use crate::state::status;

/// The kind of the records; the id is the month.
pub const MONTH_KIND: &str = "lifecycle_month";

/// Keeps the report of the month that ended last, unless it is there; says whether it did. The background calls it when all
/// of the journal is rolled up. Of several at once one keeps it.
pub async fn keep_last_month<S: Store>(
    store: &S,
    plant: PlantNumber,
    now: Timestamp,
    state_of: impl Fn(&str) -> Option<State>,
) -> Result<bool, StoreError> {
    let mut load = Load::new(plant, now.as_millisecond());
    load.with_plant = true;
    let Some(stored) = store.load(&load).await?.plant else { return Ok(false) };
    let Some((first, from, to)) = last_month(now, &PlantCalendar::of(&stored).zone()) else { return Ok(false) };
    // Of the time before there was a plant there is nothing to report.
    if stored.created_ms >= to.as_millisecond() {
        return Ok(false);
    }
    let month = format!("{:04}-{:02}", first.year(), first.month());
    let mut load = Load::new(plant, now.as_millisecond());
    load.records = vec![(MONTH_KIND.to_owned(), month.clone())];
    if store.load(&load).await?.record(MONTH_KIND, &month).is_some() {
        return Ok(false);
    }
    let status = status(store, plant, now.as_millisecond()).await?;
    let make = async |by| {
        let query = LifecycleQuery { from, to, by, item: None, line: None, less: BTreeMap::new() };
        lifecycle(store, plant, status.as_ref(), &query, &state_of).await
    };
    let (states, lines, items) = (make(By::State).await?, make(By::Line).await?, make(By::Item).await?);
    let longest: Vec<_> = states.rows.iter().take(3).map(|row| (&row.state, row.mean_s)).collect();
    let data = serde_json::json!({"month": month, "longest": longest, "what_if": states.what_if});
    let report = LifecycleMonth { month: month.clone(), made_at: now, states: states.clone(), lines, items };
    let body = serde_json::to_value(&report).map_err(|error| StoreError::Malformed(error.to_string()))?;
    let mut commit = Commit::new(plant, now.as_millisecond());
    // Lists go up by what they sort by, and the newest is wanted first.
    let sort = 999_999 - (i32::from(first.year()) * 12 + i32::from(first.month()));
    commit
        .records
        .push(RecordWrite { sort: Some(format!("{sort:06}")), ..RecordWrite::new(MONTH_KIND, &month, Some(0), body) });
    commit.events.push(Event {
        id: format!("{MONTH_KIND}.{month}"),
        event_type: "lifecycle.month_kept.v1".to_owned(),
        source: format!("/plants/{plant}"),
        subject: month,
        time_ms: now.as_millisecond(),
        data,
    });
    match store.commit(&commit).await {
        Ok(_) => Ok(true),
        Err(StoreError::VersionConflict) => Ok(false),
        Err(error) => Err(error),
    }
}
