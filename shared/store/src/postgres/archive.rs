//! What leaves the ledger, and what is asked about it.

use super::{PostgresStore, number};
use crate::archive::{Archived, Holding, HoldingQuery, UntouchedQuery};
use crate::document::json;
use crate::driver::{Driver, failed};
use crate::error::StoreError;
use crate::page::UNTOUCHED_MAX;
use crate::plant::PlantNumber;

pub(super) async fn holding<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    query: &HoldingQuery,
) -> Result<Holding, StoreError> {
    let (records, children) = (json(&query.records)?, json(&query.children)?);
    let params = vec![number(plant), query.order.as_str().into(), records, children, json(&query.photos)?];
    store.read(include_str!("sql/holding.sql"), params).await
}

pub(super) async fn untouched<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    query: &UntouchedQuery,
    after: &str,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let limit = i64::from(limit.clamp(1, UNTOUCHED_MAX));
    let states = json(&query.states)?;
    let params =
        vec![number(plant), query.kind.as_str().into(), states, query.before_ms.into(), after.into(), limit.into()];
    store.read(include_str!("sql/untouched.sql"), params).await
}

pub(super) async fn archived<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    wanted: &[(String, String)],
) -> Result<Vec<Archived>, StoreError> {
    store.read(include_str!("sql/archived.sql"), vec![number(plant), json(wanted)?]).await
}

pub(super) async fn fold_carried<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    item: &str,
) -> Result<(), StoreError> {
    let folded = store.driver.query(include_str!("sql/fold_carried.sql"), vec![number(plant), item.into()]).await;
    folded.map(drop).map_err(failed)
}
