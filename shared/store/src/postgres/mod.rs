//! The Postgres adapter: one statement for each call, and nothing ever sends BEGIN. A commit is one call of `takt_commit`, a
//! batch one of `takt_commit_many`; they know no rule of production. See `migrations/postgres/functions/commit.sql` for the order of locks.

mod archive;
mod ledger;
mod list;
mod migrate;
#[cfg(feature = "native")]
mod native;
#[cfg(feature = "spin")]
mod spin;

use std::sync::atomic::{AtomicBool, Ordering};

use serde::de::DeserializeOwned;

use migrate::migrate;
pub use migrate::missing_rights;
pub(crate) use migrate::schema_version;
#[cfg(feature = "native")]
pub use native::NativePostgres;
#[cfg(feature = "spin")]
pub use spin::SpinPostgres;

use crate::archive::{Archived, Holding, HoldingQuery, UntouchedQuery};
use crate::audit::{AuditReport, ReceiptsReport, SumsQuery, SumsReport};
use crate::checkup::{Checkup, LONG_TRANSACTION_S};
use crate::commit::{Commit, Committed};
use crate::document::{document, json};
use crate::driver::{Driver, DriverError, Value, failed};
use crate::error::StoreError;
use crate::flow::{LotFlow, OrderFlow, StepFlow};
use crate::page::flows;
use crate::photo::Photo;
use crate::plant::{Plant, PlantNumber};
use crate::port::Store;
use crate::read::{
    Balance, BalanceFilter, Counter, JournalPage, ListFilter, Load, Loaded, MovementFilter, Page, PageRequest, Record,
    StoredPosting,
};
use crate::refused::refusal;
use crate::rollup::{RollupQuery, RollupRow, RollupSpread, SPREAD_MAX};
use crate::seal::{LedgerRow, Seal, Unsealed};

/// One round trip holds this many commits at most, so that one batch does not hold its locks for long.
const BATCH_MAX: usize = 500;

/// The record store on a Postgres database, version 15 or later.
#[derive(Debug)]
pub struct PostgresStore<D> {
    driver: D,
    schema_is_there: AtomicBool,
}

impl<D: Driver> PostgresStore<D> {
    /// The store on this database; nothing is touched yet.
    pub const fn new(driver: D) -> Self {
        Self { driver, schema_is_there: AtomicBool::new(false) }
    }

    /// The database itself.
    pub fn driver(&self) -> &D {
        &self.driver
    }

    /// Runs a statement that answers one JSON document.
    async fn read<T: DeserializeOwned>(&self, sql: &str, params: Vec<Value>) -> Result<T, StoreError> {
        let rows = self.driver.query(sql, params).await.map_err(failed)?;
        match rows.0.first().and_then(|row| row.first()) {
            Some(Value::Text(json)) => serde_json::from_str(json).map_err(|e| StoreError::Corrupt(e.to_string())),
            other => Err(StoreError::Corrupt(format!("a JSON document was expected, not {other:?}"))),
        }
    }
}

impl<D: Driver> Store for PostgresStore<D> {
    async fn ensure_schema(&self) -> Result<(), StoreError> {
        if !self.schema_is_there.load(Ordering::Relaxed) {
            migrate(&self.driver).await.map_err(failed)?;
            self.schema_is_there.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn put_plant(&self, plant: &Plant) -> Result<(), StoreError> {
        let doc = document(plant)?;
        self.driver.query(include_str!("sql/put_plant.sql"), vec![doc]).await.map_err(failed)?;
        Ok(())
    }

    async fn plants(&self) -> Result<Vec<Plant>, StoreError> {
        self.read(include_str!("sql/plants.sql"), Vec::new()).await
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        match self.driver.query(include_str!("sql/commit.sql"), vec![document(commit)?]).await {
            Ok(_) => Ok(Committed {}),
            Err(DriverError::Refused(word)) => Err(refusal(self, commit, &word).await),
            Err(error) => Err(failed(error)),
        }
    }

    async fn commit_many(&self, commits: &[Commit]) -> Vec<Result<Committed, StoreError>> {
        let mut outcomes = Vec::with_capacity(commits.len());
        for batch in commits.chunks(BATCH_MAX) {
            let is_booked = match document(batch) {
                Ok(docs) if batch.len() > 1 => {
                    self.driver.query(include_str!("sql/commit_many.sql"), vec![docs]).await.is_ok()
                }
                _ => false,
            };
            if is_booked {
                outcomes.extend(batch.iter().map(|_| Ok(Committed {})));
            } else {
                // Something in it is refused, or it needs the order of its commits: then each has its own outcome.
                for one in batch {
                    outcomes.push(self.commit(one).await);
                }
            }
        }
        outcomes
    }

    async fn load(&self, load: &Load) -> Result<Loaded, StoreError> {
        self.read(include_str!("sql/load.sql"), vec![document(load)?]).await
    }

    async fn list(
        &self,
        plant: PlantNumber,
        kind: &str,
        filter: &ListFilter,
        page: &PageRequest,
    ) -> Result<Page<Record>, StoreError> {
        list::records(self, plant, kind, filter, page).await
    }

    async fn newest(
        &self,
        plant: PlantNumber,
        kind: &str,
        parents: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.read(include_str!("sql/newest.sql"), vec![number(plant), kind.into(), json(parents)?]).await
    }

    async fn consumed(
        &self,
        plant: PlantNumber,
        kinds: &[String],
        from_ms: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        self.read(include_str!("sql/consumed.sql"), vec![number(plant), json(kinds)?, from_ms.into()]).await
    }

    async fn movements(
        &self,
        plant: PlantNumber,
        filter: &MovementFilter,
        page: &PageRequest,
    ) -> Result<Page<StoredPosting>, StoreError> {
        list::movements(self, plant, filter, page).await
    }

    async fn movement(&self, plant: PlantNumber, movement: &str) -> Result<Vec<StoredPosting>, StoreError> {
        self.read(include_str!("sql/movement.sql"), vec![number(plant), movement.into()]).await
    }

    async fn lot_flows(
        &self,
        plant: PlantNumber,
        lots: &[(String, String)],
        limit: u32,
    ) -> Result<Vec<LotFlow>, StoreError> {
        self.read(include_str!("sql/lot_flows.sql"), vec![number(plant), document(lots)?, flows(limit)]).await
    }

    async fn order_flows(
        &self,
        plant: PlantNumber,
        orders: &[String],
        limit: u32,
    ) -> Result<Vec<OrderFlow>, StoreError> {
        self.read(include_str!("sql/order_flows.sql"), vec![number(plant), document(orders)?, flows(limit)]).await
    }

    async fn step_flows(&self, plant: PlantNumber, orders: &[String], limit: u32) -> Result<Vec<StepFlow>, StoreError> {
        self.read(include_str!("sql/step_flows.sql"), vec![number(plant), document(orders)?, flows(limit)]).await
    }

    async fn balances(
        &self,
        plant: PlantNumber,
        filter: &BalanceFilter,
        page: &PageRequest,
    ) -> Result<Page<Balance>, StoreError> {
        list::balances(self, plant, filter, page).await
    }

    async fn counters(&self, plant: PlantNumber, scope: &str) -> Result<Vec<Counter>, StoreError> {
        self.read(include_str!("sql/counters.sql"), vec![number(plant), scope.into()]).await
    }

    async fn journal(&self, plant: PlantNumber, after: Option<&str>, limit: u32) -> Result<JournalPage, StoreError> {
        list::journal(self, plant, after, limit).await
    }

    async fn rollups(&self, query: &RollupQuery, page: &PageRequest) -> Result<Page<RollupRow>, StoreError> {
        list::rollups(self, query, page).await
    }

    async fn rollup_spread(&self, query: &RollupQuery) -> Result<Vec<RollupSpread>, StoreError> {
        self.read(include_str!("sql/rollup_spread.sql"), vec![document(query)?, SPREAD_MAX.into()]).await
    }

    async fn drop_rollups(&self, plant: PlantNumber, generation: u32) -> Result<u64, StoreError> {
        self.read(include_str!("sql/drop_rollups.sql"), vec![number(plant), i64::from(generation).into()]).await
    }

    async fn put_photo(&self, photo: &Photo) -> Result<(), StoreError> {
        self.driver.query(include_str!("sql/put_photo.sql"), vec![document(photo)?]).await.map_err(failed)?;
        Ok(())
    }

    async fn photo(&self, plant: PlantNumber, id: &str) -> Result<Option<Photo>, StoreError> {
        let found: Vec<Photo> = self.read(include_str!("sql/photo.sql"), vec![number(plant), id.into()]).await?;
        Ok(found.into_iter().next())
    }

    async fn photos_there(&self, plant: PlantNumber, ids: &[String]) -> Result<Vec<String>, StoreError> {
        self.read(include_str!("sql/photos_there.sql"), vec![number(plant), json(ids)?]).await
    }

    async fn ended_sessions(&self, plant: PlantNumber, now_ms: i64) -> Result<Vec<String>, StoreError> {
        self.read(include_str!("sql/ended_sessions.sql"), vec![number(plant), now_ms.into()]).await
    }

    async fn audit(&self, plant: PlantNumber, after: Option<&str>, most: u32) -> Result<AuditReport, StoreError> {
        ledger::audit(self, plant, after, most).await
    }

    async fn audit_sums(
        &self,
        plant: PlantNumber,
        query: &SumsQuery,
        after: Option<&str>,
        most: u32,
    ) -> Result<SumsReport, StoreError> {
        ledger::audit_sums(self, plant, query, after, most).await
    }

    async fn audit_receipts(
        &self,
        plant: PlantNumber,
        kind: &str,
        queued: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<ReceiptsReport, StoreError> {
        ledger::audit_receipts(self, plant, kind, queued, after, most).await
    }

    async fn ledger(
        &self,
        plant: PlantNumber,
        after: &str,
        to: Option<&str>,
        limit: u32,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        ledger::ledger(self, plant, after, to, limit).await
    }

    async fn unsealed(&self, plant: PlantNumber, after: &str) -> Result<Unsealed, StoreError> {
        ledger::unsealed(self, plant, after).await
    }

    async fn seals(&self, plant: PlantNumber, after: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        ledger::seals(self, plant, after, limit).await
    }

    async fn seal_heads(&self, plant: PlantNumber, days: u32) -> Result<Vec<Seal>, StoreError> {
        ledger::seal_heads(self, plant, days).await
    }

    async fn put_seal(&self, seal: &Seal) -> Result<bool, StoreError> {
        ledger::put_seal(self, seal).await
    }

    async fn holding(&self, plant: PlantNumber, query: &HoldingQuery) -> Result<Holding, StoreError> {
        archive::holding(self, plant, query).await
    }

    async fn untouched(
        &self,
        plant: PlantNumber,
        query: &UntouchedQuery,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        archive::untouched(self, plant, query, after, limit).await
    }

    async fn archived(&self, plant: PlantNumber, wanted: &[(String, String)]) -> Result<Vec<Archived>, StoreError> {
        archive::archived(self, plant, wanted).await
    }

    async fn fold_carried(&self, plant: PlantNumber, item: &str) -> Result<(), StoreError> {
        archive::fold_carried(self, plant, item).await
    }

    async fn checkup(&self) -> Result<Checkup, StoreError> {
        self.read(include_str!("sql/checkup.sql"), vec![LONG_TRANSACTION_S.into()]).await
    }

    async fn purge(&self, now_ms: i64) -> Result<u64, StoreError> {
        self.read(include_str!("sql/purge.sql"), vec![now_ms.into()]).await
    }
}

fn number(plant: PlantNumber) -> Value {
    Value::Integer(i64::from(plant.0))
}
