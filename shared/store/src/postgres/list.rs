//! Everything that comes in pages. Postings and events follow the order of the journal: epoch, transaction, seq.

use serde::Deserialize;

use super::{PostgresStore, number};
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

/// Epoch, transaction, seq.
type JournalPlace = (i64, String, i64);

/// A row with its place in the journal.
#[derive(Deserialize)]
struct Placed<T> {
    place: JournalPlace,
    row: T,
}

fn start() -> JournalPlace {
    (0, "0".to_owned(), 0)
}

/// Behind everything: the largest 64-bit transaction number.
fn end() -> JournalPlace {
    (i64::MAX, u64::MAX.to_string(), i64::MAX)
}

pub(super) async fn records<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    kind: &str,
    filter: &ListFilter,
    page: &PageRequest,
) -> Result<Page<Record>, StoreError> {
    let list = format!("record {kind}");
    let start = || (filter.from_sort.clone().unwrap_or_default(), String::new());
    let (sort, id): (String, String) = place(&list, page)?.unwrap_or_else(start);
    let sql = if !filter.fields.is_empty() {
        include_str!("sql/list_by_field.sql")
    } else if filter.parent.is_none() && !filter.state.is_empty() {
        include_str!("sql/list_by_state.sql")
    } else {
        include_str!("sql/list.sql")
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
    let rows: Vec<Record> = store.read(sql, params).await?;
    paged(&list, page, rows, |row| (row.sort.clone().unwrap_or_default(), row.id.clone()))
}

pub(super) async fn movements<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    filter: &MovementFilter,
    page: &PageRequest,
) -> Result<Page<StoredPosting>, StoreError> {
    let (list, sql, from) = match filter.direction {
        Direction::NewestFirst => ("newest", include_str!("sql/movements_newest.sql"), end()),
        Direction::OldestFirst => ("oldest", include_str!("sql/movements_oldest.sql"), start()),
    };
    let (epoch, transaction, seq) = place(list, page)?.unwrap_or(from);
    let moment = |ms: Option<i64>| Value::from(ms.map(|ms| ms.to_string()));
    let params = vec![
        number(plant),
        filter.item.as_deref().into(),
        filter.location.as_deref().into(),
        filter.lot.as_deref().into(),
        filter.order.as_deref().into(),
        filter.movement.as_deref().into(),
        json(&filter.kinds)?,
        moment(filter.from_ms),
        moment(filter.to_ms),
        epoch.into(),
        transaction.into(),
        seq.into(),
        one_more(page),
    ];
    let rows: Vec<Placed<StoredPosting>> = store.read(sql, params).await?;
    let page = paged(list, page, rows, |row| row.place.clone())?;
    Ok(Page { items: page.items.into_iter().map(|placed| placed.row).collect(), next: page.next })
}

pub(super) async fn balances<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    filter: &BalanceFilter,
    page: &PageRequest,
) -> Result<Page<Balance>, StoreError> {
    let list = "balance";
    let (item, location, lot, order): (String, String, String, String) = place(list, page)?.unwrap_or_default();
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
        i64::from(!filter.nonzero).into(),
    ];
    let rows: Vec<Balance> = store.read(include_str!("sql/balances.sql"), params).await?;
    paged(list, page, rows, |row| (row.item.clone(), row.location.clone(), row.lot.clone(), row.order.clone()))
}

pub(super) async fn journal<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    after: Option<&str>,
    limit: u32,
) -> Result<JournalPage, StoreError> {
    let list = "journal";
    let from: JournalPlace = after.map(|cursor| cursor::decode(list, cursor)).transpose()?.unwrap_or_else(start);
    let limit = i64::from(limit.clamp(1, JOURNAL_MAX));
    let (epoch, transaction, seq) = from.clone();
    let params = vec![number(plant), epoch.into(), transaction.into(), seq.into(), limit.into()];
    let rows: Vec<Placed<StoredEvent>> = store.read(include_str!("sql/journal.sql"), params).await?;
    let cursor = cursor::encode(list, &rows.last().map_or(from, |placed| placed.place.clone()))?;
    Ok(JournalPage { events: rows.into_iter().map(|placed| placed.row).collect(), cursor })
}

pub(super) async fn rollups<D: Driver>(
    store: &PostgresStore<D>,
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
