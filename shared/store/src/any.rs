//! Either database behind one type, for programs that learn at their start which one it is.

use crate::archive::{Archived, Holding, HoldingQuery, UntouchedQuery};
use crate::audit::{AuditReport, ReceiptsReport, SumsQuery, SumsReport};
use crate::checkup::Checkup;
use crate::commit::{Commit, Committed};
use crate::driver::{Driver, failed};
use crate::error::StoreError;
use crate::flow::{LotFlow, OrderFlow, StepFlow};
use crate::photo::Photo;
use crate::plant::{Plant, PlantNumber};
use crate::port::Store;
use crate::postgres::{self, PostgresStore};
use crate::read::{
    Balance, BalanceFilter, Counter, JournalPage, ListFilter, Load, Loaded, MovementFilter, Page, PageRequest, Record,
    StoredPosting,
};
use crate::rollup::{RollupQuery, RollupRow, RollupSpread};
use crate::seal::{LedgerRow, Seal, Unsealed};
use crate::sqlite::{self, SqliteStore};

/// A record store on SQLite or on Postgres.
#[derive(Debug)]
pub enum AnyStore<L, P> {
    /// A file, beside the program.
    Sqlite(SqliteStore<L>),
    /// A server.
    Postgres(PostgresStore<P>),
}

impl<L: Driver, P: Driver> AnyStore<L, P> {
    /// The version of the schema that the database is at; 0 for an empty one.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        match self {
            Self::Sqlite(store) => sqlite::schema_version(store.driver()).await.map_err(failed),
            Self::Postgres(store) => postgres::schema_version(store.driver()).await.map_err(failed),
        }
    }

    /// The rights that the database does not grant, each by the statement that would grant it. A file has none to grant.
    pub async fn missing_rights(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Postgres(store) => postgres::missing_rights(store.driver()).await.map_err(failed),
        }
    }
}

macro_rules! either {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            Self::Sqlite($store) => $call.await,
            Self::Postgres($store) => $call.await,
        }
    };
}

impl<L: Driver, P: Driver> Store for AnyStore<L, P> {
    async fn ensure_schema(&self) -> Result<(), StoreError> {
        either!(self, store => store.ensure_schema())
    }

    async fn put_plant(&self, plant: &Plant) -> Result<(), StoreError> {
        either!(self, store => store.put_plant(plant))
    }

    async fn plants(&self) -> Result<Vec<Plant>, StoreError> {
        either!(self, store => store.plants())
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        either!(self, store => store.commit(commit))
    }

    async fn commit_many(&self, commits: &[Commit]) -> Vec<Result<Committed, StoreError>> {
        either!(self, store => store.commit_many(commits))
    }

    async fn load(&self, load: &Load) -> Result<Loaded, StoreError> {
        either!(self, store => store.load(load))
    }

    async fn list(
        &self,
        plant: PlantNumber,
        kind: &str,
        filter: &ListFilter,
        page: &PageRequest,
    ) -> Result<Page<Record>, StoreError> {
        either!(self, store => store.list(plant, kind, filter, page))
    }

    async fn newest(
        &self,
        plant: PlantNumber,
        kind: &str,
        parents: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        either!(self, store => store.newest(plant, kind, parents))
    }

    async fn consumed(
        &self,
        plant: PlantNumber,
        kinds: &[String],
        from_ms: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        either!(self, store => store.consumed(plant, kinds, from_ms))
    }

    async fn movements(
        &self,
        plant: PlantNumber,
        filter: &MovementFilter,
        page: &PageRequest,
    ) -> Result<Page<StoredPosting>, StoreError> {
        either!(self, store => store.movements(plant, filter, page))
    }

    async fn movement(&self, plant: PlantNumber, movement: &str) -> Result<Vec<StoredPosting>, StoreError> {
        either!(self, store => store.movement(plant, movement))
    }

    async fn lot_flows(
        &self,
        plant: PlantNumber,
        lots: &[(String, String)],
        limit: u32,
    ) -> Result<Vec<LotFlow>, StoreError> {
        either!(self, store => store.lot_flows(plant, lots, limit))
    }

    async fn order_flows(
        &self,
        plant: PlantNumber,
        orders: &[String],
        limit: u32,
    ) -> Result<Vec<OrderFlow>, StoreError> {
        either!(self, store => store.order_flows(plant, orders, limit))
    }

    async fn step_flows(&self, plant: PlantNumber, orders: &[String], limit: u32) -> Result<Vec<StepFlow>, StoreError> {
        either!(self, store => store.step_flows(plant, orders, limit))
    }

    async fn balances(
        &self,
        plant: PlantNumber,
        filter: &BalanceFilter,
        page: &PageRequest,
    ) -> Result<Page<Balance>, StoreError> {
        either!(self, store => store.balances(plant, filter, page))
    }

    async fn counters(&self, plant: PlantNumber, scope: &str) -> Result<Vec<Counter>, StoreError> {
        either!(self, store => store.counters(plant, scope))
    }

    async fn journal(&self, plant: PlantNumber, after: Option<&str>, limit: u32) -> Result<JournalPage, StoreError> {
        either!(self, store => store.journal(plant, after, limit))
    }

    async fn rollups(&self, query: &RollupQuery, page: &PageRequest) -> Result<Page<RollupRow>, StoreError> {
        either!(self, store => store.rollups(query, page))
    }

    async fn rollup_spread(&self, query: &RollupQuery) -> Result<Vec<RollupSpread>, StoreError> {
        either!(self, store => store.rollup_spread(query))
    }

    async fn drop_rollups(&self, plant: PlantNumber, generation: u32) -> Result<u64, StoreError> {
        either!(self, store => store.drop_rollups(plant, generation))
    }

    async fn put_photo(&self, photo: &Photo) -> Result<(), StoreError> {
        either!(self, store => store.put_photo(photo))
    }

    async fn photo(&self, plant: PlantNumber, id: &str) -> Result<Option<Photo>, StoreError> {
        either!(self, store => store.photo(plant, id))
    }

    async fn photos_there(&self, plant: PlantNumber, ids: &[String]) -> Result<Vec<String>, StoreError> {
        either!(self, store => store.photos_there(plant, ids))
    }

    async fn ended_sessions(&self, plant: PlantNumber, now_ms: i64) -> Result<Vec<String>, StoreError> {
        either!(self, store => store.ended_sessions(plant, now_ms))
    }

    async fn audit(&self, plant: PlantNumber, after: Option<&str>, most: u32) -> Result<AuditReport, StoreError> {
        either!(self, store => store.audit(plant, after, most))
    }

    async fn audit_sums(
        &self,
        plant: PlantNumber,
        query: &SumsQuery,
        after: Option<&str>,
        most: u32,
    ) -> Result<SumsReport, StoreError> {
        either!(self, store => store.audit_sums(plant, query, after, most))
    }

    async fn audit_receipts(
        &self,
        plant: PlantNumber,
        kind: &str,
        queued: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<ReceiptsReport, StoreError> {
        either!(self, store => store.audit_receipts(plant, kind, queued, after, most))
    }

    async fn ledger(
        &self,
        plant: PlantNumber,
        after: &str,
        to: Option<&str>,
        limit: u32,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        either!(self, store => store.ledger(plant, after, to, limit))
    }

    async fn unsealed(&self, plant: PlantNumber, after: &str) -> Result<Unsealed, StoreError> {
        either!(self, store => store.unsealed(plant, after))
    }

    async fn seals(&self, plant: PlantNumber, after: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        either!(self, store => store.seals(plant, after, limit))
    }

    async fn seal_heads(&self, plant: PlantNumber, days: u32) -> Result<Vec<Seal>, StoreError> {
        either!(self, store => store.seal_heads(plant, days))
    }

    async fn put_seal(&self, seal: &Seal) -> Result<bool, StoreError> {
        either!(self, store => store.put_seal(seal))
    }

    async fn holding(&self, plant: PlantNumber, query: &HoldingQuery) -> Result<Holding, StoreError> {
        either!(self, store => store.holding(plant, query))
    }

    async fn untouched(
        &self,
        plant: PlantNumber,
        query: &UntouchedQuery,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        either!(self, store => store.untouched(plant, query, after, limit))
    }

    async fn archived(&self, plant: PlantNumber, wanted: &[(String, String)]) -> Result<Vec<Archived>, StoreError> {
        either!(self, store => store.archived(plant, wanted))
    }

    async fn fold_carried(&self, plant: PlantNumber, item: &str) -> Result<(), StoreError> {
        either!(self, store => store.fold_carried(plant, item))
    }

    async fn checkup(&self) -> Result<Checkup, StoreError> {
        either!(self, store => store.checkup())
    }

    async fn purge(&self, now_ms: i64) -> Result<u64, StoreError> {
        either!(self, store => store.purge(now_ms))
    }
}
