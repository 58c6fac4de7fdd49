//! What audits and seals read, and the one thing that seals write.

use super::{PostgresStore, number};
use crate::audit::{AuditReport, Bound, LAST, ReceiptsReport, SumsQuery, SumsReport};
use crate::document::{document, json};
use crate::driver::{Driver, DriverError, Value, failed};
use crate::error::StoreError;
use crate::page::{HEADS_MAX, LEDGER_MAX, SEALS_MAX};
use crate::plant::PlantNumber;
use crate::seal::{LedgerRow, Seal, Unsealed};

pub(super) async fn audit<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    after: Option<&str>,
    most: u32,
) -> Result<AuditReport, StoreError> {
    let after = after.unwrap_or_default();
    let params = vec![number(plant), after.into(), i64::from(most).into()];
    let Bound { last } = store.read(include_str!("sql/audit_bound.sql"), params).await?;
    let params = vec![number(plant), after.into(), last.as_deref().unwrap_or(LAST).into()];
    let report = store.read(include_str!("sql/audit.sql"), params).await?;
    Ok(AuditReport { next: last, ..report })
}

pub(super) async fn audit_sums<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    query: &SumsQuery,
    after: Option<&str>,
    most: u32,
) -> Result<SumsReport, StoreError> {
    let after = after.unwrap_or_default();
    let params = vec![number(plant), query.parent.into(), after.into(), i64::from(most).into()];
    let Bound { last } = store.read(include_str!("sql/sums_bound.sql"), params).await?;
    let params = vec![number(plant), after.into(), last.as_deref().unwrap_or(LAST).into(), json(query)?];
    let report = store.read(include_str!("sql/sums.sql"), params).await?;
    Ok(SumsReport { next: last, ..report })
}

pub(super) async fn audit_receipts<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    kind: &str,
    queued: &str,
    after: Option<&str>,
    most: u32,
) -> Result<ReceiptsReport, StoreError> {
    let after = after.unwrap_or_default();
    let params = vec![number(plant), kind.into(), after.into(), i64::from(most).into()];
    let Bound { last } = store.read(include_str!("sql/receipts_bound.sql"), params).await?;
    let params = vec![number(plant), after.into(), last.as_deref().unwrap_or(LAST).into(), kind.into(), queued.into()];
    let report = store.read(include_str!("sql/receipts.sql"), params).await?;
    Ok(ReceiptsReport { next: last, ..report })
}

/// Epoch, transaction and number of a place.
fn place(place: &str) -> Result<(i64, u64, i64), StoreError> {
    let mut parts = place.split('.');
    let (Some(epoch), Some(transaction), Some(seq), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(StoreError::BadCursor);
    };
    let integer = |text: &str| text.parse().map_err(|_| StoreError::BadCursor);
    Ok((integer(epoch)?, transaction.parse().map_err(|_| StoreError::BadCursor)?, integer(seq)?))
}

fn params((epoch, transaction, seq): (i64, u64, i64)) -> [Value; 3] {
    [epoch.into(), transaction.to_string().into(), seq.into()]
}

/// The first place behind one; below all places for the start, also below those that no posting gets by itself.
fn behind(after: &str) -> Result<[Value; 3], StoreError> {
    if after.is_empty() {
        return Ok(params((i64::MIN, 0, i64::MIN)));
    }
    let (epoch, transaction, seq) = place(after)?;
    Ok(params((epoch, transaction, seq.saturating_add(1))))
}

/// Behind everything: the largest 64-bit transaction number.
const END: (i64, u64, i64) = (i64::MAX, u64::MAX, i64::MAX);

pub(super) async fn ledger<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    after: &str,
    to: Option<&str>,
    limit: u32,
) -> Result<Vec<LedgerRow>, StoreError> {
    let mut given = vec![number(plant)];
    given.extend(behind(after)?);
    given.extend(params(to.map_or(Ok(END), place)?));
    given.push(i64::from(limit.clamp(1, LEDGER_MAX)).into());
    store.read(include_str!("sql/ledger.sql"), given).await
}

pub(super) async fn unsealed<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    after: &str,
) -> Result<Unsealed, StoreError> {
    let mut given = vec![number(plant)];
    given.extend(behind(after)?);
    store.read(include_str!("sql/unsealed.sql"), given).await
}

pub(super) async fn seals<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    after: u64,
    limit: u32,
) -> Result<Vec<Seal>, StoreError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let limit = i64::from(limit.clamp(1, SEALS_MAX));
    store.read(include_str!("sql/seals.sql"), vec![number(plant), after.into(), limit.into()]).await
}

pub(super) async fn seal_heads<D: Driver>(
    store: &PostgresStore<D>,
    plant: PlantNumber,
    days: u32,
) -> Result<Vec<Seal>, StoreError> {
    let days = i64::from(days.clamp(1, HEADS_MAX));
    store.read(include_str!("sql/seal_heads.sql"), vec![number(plant), days.into()]).await
}

pub(super) async fn put_seal<D: Driver>(store: &PostgresStore<D>, seal: &Seal) -> Result<bool, StoreError> {
    match store.driver.query(include_str!("sql/put_seal.sql"), vec![document(seal)?]).await {
        Ok(_) => Ok(true),
        Err(DriverError::Refused(word)) if word == "version" => Ok(false),
        // Two at once: the second one met the key.
        Err(DriverError::Constraint(message)) if message.contains("seal_pkey") => Ok(false),
        Err(error) => Err(failed(error)),
    }
}
