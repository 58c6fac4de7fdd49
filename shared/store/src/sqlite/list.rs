//! Everything that comes in pages.

use super::statement::switched;
use super::{SqliteStore, number};
use crate::cursor;
use crate::document::{document, json};
use crate::driver::{Driver, Value};
use crate::error::StoreError;
use crate::page::{JOURNAL_MAX, one_more, paged, place};
use crate::plant::PlantNumber;
use crate::read::{
    Balance, BalanceFilter, Direction, JournalPage, ListFilter, MovementFilter, Page, PageRequest, Record, StoredEvent,
    StoredPosting,
};
use crate::rollup::{RollupPlace, RollupQuery, RollupRow};

pub(crate) async fn records<D: Driver>(
    store: &SqliteStore<D>,
    plant: PlantNumber,
    kind: &str,
    filter: &ListFilter,
    page: &PageRequest,
) -> Result<Page<Record>, StoreError> {
    let list = format!("record {kind}");
    let start = || (filter.from_sort.clone().unwrap_or_default(), String::new());
    let (sort, id): (String, String) = place(&list, page)?.unwrap_or_else(start);
    let plain = include_str!("sql/list.sql");
    let sql = if !filter.fields.is_empty() {
        switched(plain, &["field"])
    } else if filter.parent.is_some() {
        switched(plain, &["parent"])
    } else if !filter.state.is_empty() {
        include_str!("sql/list_by_state.sql").to_owned()
    } else {
        switched(plain, &["any"])
    };
    let params = vec![
        number(plant),
        kind.into(),
        sort.into(),
        id.into(),
        one_more(page),
        json(&filter.state)?,
        filter.line.as_deref().into(),
        filter.parent.as_deref().into(),
        filter.q.as_deref().map(str::to_lowercase).into(),
        json(&filter.fields)?,
    ];
    let rows: Vec<Record> = store.read(&sql, params).await?;
    paged(&list, page, rows, |row| (row.sort.clone().unwrap_or_default(), row.id.clone()))
}

pub(crate) async fn movements<D: Driver>(
    store: &SqliteStore<D>,
    plant: PlantNumber,
    filter: &MovementFilter,
    page: &PageRequest,
) -> Result<Page<StoredPosting>, StoreError> {
    let lead = if filter.movement.is_some() {
        "movement"
    } else if filter.order.is_some() {
        "order"
    } else if filter.item.is_some() {
        "item"
    } else {
        "any"
    };
    let (list, start) = match filter.direction {
        Direction::NewestFirst => ("newest", i64::MAX),
        Direction::OldestFirst => ("oldest", 0),
    };
    let after: i64 = place(list, page)?.unwrap_or(start);
    let sql = switched(include_str!("sql/movements.sql"), &[lead, list]);
    let rows = store.read(&sql, movement_params(plant, filter, after, one_more(page))?).await?;
    paged(list, page, rows, |row: &StoredPosting| row.seq)
}

pub(crate) async fn movement<D: Driver>(
    store: &SqliteStore<D>,
    plant: PlantNumber,
    movement: &str,
) -> Result<Vec<StoredPosting>, StoreError> {
    let filter = MovementFilter { movement: Some(movement.to_owned()), ..MovementFilter::default() };
    let sql = switched(include_str!("sql/movements.sql"), &["movement", "oldest"]);
    store.read(&sql, movement_params(plant, &filter, 0, Value::Integer(-1))?).await
}

fn movement_params(
    plant: PlantNumber,
    filter: &MovementFilter,
    after: i64,
    rows: Value,
) -> Result<Vec<Value>, StoreError> {
    Ok(vec![
        number(plant),
        filter.item.as_deref().into(),
        filter.location.as_deref().into(),
        filter.lot.as_deref().into(),
        filter.order.as_deref().into(),
        filter.movement.as_deref().into(),
        json(&filter.kinds)?,
        filter.from_ms.into(),
        filter.to_ms.into(),
        after.into(),
        rows,
    ])
}

pub(crate) async fn balances<D: Driver>(
    store: &SqliteStore<D>,
    plant: PlantNumber,
    filter: &BalanceFilter,
    page: &PageRequest,
) -> Result<Page<Balance>, StoreError> {
    let list = "balance";
    let (item, location, lot, order): (String, String, String, String) = place(list, page)?.unwrap_or_default();
    let held = filter.order.as_deref().is_some_and(|order| !order.is_empty());
    let lead = match (filter.items.is_empty(), filter.nonzero) {
        (false, true) => "itemsnonzero",
        (false, false) => "items",
        (true, true) if held => "order",
        (true, true) if filter.location.is_some() => "location",
        (true, _) => "any",
    };
    let switches: &[&str] = if filter.nonzero { &[lead, "nonzero"] } else { &[lead] };
    let sql = switched(include_str!("sql/balances.sql"), switches);
    let params = vec![
        number(plant),
        json(&filter.items)?,
        filter.location.as_deref().into(),
        filter.lot.as_deref().into(),
        filter.order.as_deref().into(),
        item.into(),
        location.into(),
        lot.into(),
        order.into(),
        one_more(page),
    ];
    let rows: Vec<Balance> = store.read(&sql, params).await?;
    paged(list, page, rows, |row| (row.item.clone(), row.location.clone(), row.lot.clone(), row.order.clone()))
}

pub(crate) async fn journal<D: Driver>(
    store: &SqliteStore<D>,
    plant: PlantNumber,
    after: Option<&str>,
    limit: u32,
) -> Result<JournalPage, StoreError> {
    let list = "journal";
    let seq: i64 = after.map(|cursor| cursor::decode(list, cursor)).transpose()?.unwrap_or(0);
    let limit = i64::from(limit.clamp(1, JOURNAL_MAX));
    let events: Vec<StoredEvent> =
        store.read(include_str!("sql/journal.sql"), vec![number(plant), seq.into(), limit.into()]).await?;
    let cursor = cursor::encode(list, &events.last().map_or(seq, |event| event.seq))?;
    Ok(JournalPage { events, cursor })
}

pub(crate) async fn rollups<D: Driver>(
    store: &SqliteStore<D>,
    query: &RollupQuery,
    page: &PageRequest,
) -> Result<Page<RollupRow>, StoreError> {
    let list = "rollup";
    let after: Option<RollupPlace> = place(list, page)?;
    let after = after.map(|place| json(&place)).transpose()?;
    let params = vec![document(query)?, after.unwrap_or(Value::Null), one_more(page)];
    let rows: Vec<RollupRow> = store.read(include_str!("sql/rollups.sql"), params).await?;
    paged(list, page, rows, RollupRow::place)
}
