//! The port: what a record store does.

use crate::archive::{Archived, Holding, HoldingQuery, UntouchedQuery};
use crate::audit::{AuditReport, ReceiptsReport, SumsQuery, SumsReport};
use crate::checkup::Checkup;
use crate::commit::{Commit, Committed};
use crate::error::StoreError;
use crate::flow::{LotFlow, OrderFlow, StepFlow};
use crate::photo::Photo;
use crate::plant::{Plant, PlantNumber};
use crate::read::{
    Balance, BalanceFilter, Counter, JournalPage, ListFilter, Load, Loaded, MovementFilter, Page, PageRequest, Record,
    StoredPosting,
};
use crate::rollup::{RollupQuery, RollupRow, RollupSpread};
use crate::seal::{LedgerRow, Seal, Unsealed};

/// A record store. Each call is one round trip to the database and leaves no transaction behind, also when its future is
/// dropped half way.
#[expect(async_fn_in_trait, reason = "components are single-threaded, so no caller needs the futures to be Send")]
pub trait Store {
    /// Brings the database to the schema of this build. Cheap after the first call; any number may run at once.
    async fn ensure_schema(&self) -> Result<(), StoreError>;

    /// Makes a plant, or changes all of it but its number and its birth.
    async fn put_plant(&self, plant: &Plant) -> Result<(), StoreError>;

    /// All plants by number.
    async fn plants(&self) -> Result<Vec<Plant>, StoreError>;

    /// Books all of a commit, durably, or nothing.
    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError>;

    /// Books many, each with its own outcome, in this order.
    async fn commit_many(&self, commits: &[Commit]) -> Vec<Result<Committed, StoreError>>;

    /// Reads everything that a command needs, as of one moment.
    async fn load(&self, load: &Load) -> Result<Loaded, StoreError>;

    /// Records of a kind by sort and id.
    async fn list(
        &self,
        plant: PlantNumber,
        kind: &str,
        filter: &ListFilter,
        page: &PageRequest,
    ) -> Result<Page<Record>, StoreError>;

    /// When each of these has its newest child of a kind, as the sort key of that child; who has none is not there.
    async fn newest(
        &self,
        plant: PlantNumber,
        kind: &str,
        parents: &[String],
    ) -> Result<Vec<(String, String)>, StoreError>;

    /// How much of each item moved in postings of these kinds since a moment, without those that were taken back.
    async fn consumed(
        &self,
        plant: PlantNumber,
        kinds: &[String],
        from_ms: i64,
    ) -> Result<Vec<(String, i64)>, StoreError>;

    /// Postings in the order of the journal.
    async fn movements(
        &self,
        plant: PlantNumber,
        filter: &MovementFilter,
        page: &PageRequest,
    ) -> Result<Page<StoredPosting>, StoreError>;

    /// All postings of one movement, oldest first; none when there is no such movement.
    async fn movement(&self, plant: PlantNumber, movement: &str) -> Result<Vec<StoredPosting>, StoreError>;

    /// What came into these lots (item and lot) from outside the plant's places, and what went out: summed, without what was
    /// taken back; at most `limit` of them, which is brought into 1 to 5000. No lot of that name has none.
    async fn lot_flows(
        &self,
        plant: PlantNumber,
        lots: &[(String, String)],
        limit: u32,
    ) -> Result<Vec<LotFlow>, StoreError>;

    /// What went into virtual locations for these orders and came out: summed, without what was taken back; at most `limit`, which is brought into 1 to 5000.
    async fn order_flows(
        &self,
        plant: PlantNumber,
        orders: &[String],
        limit: u32,
    ) -> Result<Vec<OrderFlow>, StoreError>;

    /// What moved for these orders, or holders that lines of documents have, from place to place: summed, without what was taken
    /// back; at most `limit`, which is brought into 1 to 5000. What pays back a shortage is no step, and not in it.
    async fn step_flows(&self, plant: PlantNumber, orders: &[String], limit: u32) -> Result<Vec<StepFlow>, StoreError>;

    /// Accounts by item, location, lot and order.
    async fn balances(
        &self,
        plant: PlantNumber,
        filter: &BalanceFilter,
        page: &PageRequest,
    ) -> Result<Page<Balance>, StoreError>;

    /// All counters of a scope by name.
    async fn counters(&self, plant: PlantNumber, scope: &str) -> Result<Vec<Counter>, StoreError>;

    /// Events after a cursor, or from the start; at most `limit` of them, which is brought into 1 to 1000.
    async fn journal(&self, plant: PlantNumber, after: Option<&str>, limit: u32) -> Result<JournalPage, StoreError>;

    /// Sums by period and by what the query tells apart, in that order. What adds up to nothing at all has no row.
    async fn rollups(&self, query: &RollupQuery, page: &PageRequest) -> Result<Page<RollupRow>, StoreError>;

    /// How the seconds of orders lie, by period and by lines, items and labels as far as the query tells them apart; at most
    /// 2000 rows. Where nothing was counted there is no row.
    async fn rollup_spread(&self, query: &RollupQuery) -> Result<Vec<RollupSpread>, StoreError>;

    /// Forgets a generation of sums, a few thousand a call; says how many went.
    async fn drop_rollups(&self, plant: PlantNumber, generation: u32) -> Result<u64, StoreError>;

    /// Keeps a photo, durably. One that is there already stays as it is.
    async fn put_photo(&self, photo: &Photo) -> Result<(), StoreError>;

    /// A photo; none where there is no such one.
    async fn photo(&self, plant: PlantNumber, id: &str) -> Result<Option<Photo>, StoreError>;

    /// Which of these photos are there.
    async fn photos_there(&self, plant: PlantNumber, ids: &[String]) -> Result<Vec<String>, StoreError>;

    /// The ids of sessions that were ended before their time and have not expired: what a token must not name.
    async fn ended_sessions(&self, plant: PlantNumber, now_ms: i64) -> Result<Vec<String>, StoreError>;

    /// Adds up the ledger of items behind this one, and compares: of so many that they have about `most` postings, and of one
    /// at least.
    async fn audit(&self, plant: PlantNumber, after: Option<&str>, most: u32) -> Result<AuditReport, StoreError>;

    /// Adds up records of parents behind this one, and compares with counters: of `most` parents.
    async fn audit_sums(
        &self,
        plant: PlantNumber,
        query: &SumsQuery,
        after: Option<&str>,
        most: u32,
    ) -> Result<SumsReport, StoreError>;

    /// Holds receipts behind this id, at most about `most`, against records of a kind; `queued` is the field that a record has
    /// which came through the queue.
    async fn audit_receipts(
        &self,
        plant: PlantNumber,
        kind: &str,
        queued: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<ReceiptsReport, StoreError>;

    /// Postings behind a place of the journal, or from the start, up to another, in its order; at most `limit` of them, which is
    /// brought into 1 to 5000. Nothing ever comes in before what was read.
    async fn ledger(
        &self,
        plant: PlantNumber,
        after: &str,
        to: Option<&str>,
        limit: u32,
    ) -> Result<Vec<LedgerRow>, StoreError>;

    /// What stands in the ledger behind a place.
    async fn unsealed(&self, plant: PlantNumber, after: &str) -> Result<Unsealed, StoreError>;

    /// Seals behind this number, at most 100.
    async fn seals(&self, plant: PlantNumber, after: u64, limit: u32) -> Result<Vec<Seal>, StoreError>;

    /// The last seal of each of the latest days, at most 400, the latest first; without what they seal.
    async fn seal_heads(&self, plant: PlantNumber, days: u32) -> Result<Vec<Seal>, StoreError>;

    /// Sets a seal, durably; false where it does not follow the last one, since another was faster.
    async fn put_seal(&self, seal: &Seal) -> Result<bool, StoreError>;

    /// All that an order holds.
    async fn holding(&self, plant: PlantNumber, query: &HoldingQuery) -> Result<Holding, StoreError>;

    /// The ids of records that nobody has written for long, behind this one, at most 1000.
    async fn untouched(
        &self,
        plant: PlantNumber,
        query: &UntouchedQuery,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;

    /// Which of these, by kind and id, have gone to the archive.
    async fn archived(&self, plant: PlantNumber, wanted: &[(String, String)]) -> Result<Vec<Archived>, StoreError>;

    /// Makes one of what is carried of an item wherever no posting stands between; sums stay what they are.
    async fn fold_carried(&self, plant: PlantNumber, item: &str) -> Result<(), StoreError>;

    /// What the database says of itself: its clock, its size, who holds it up.
    async fn checkup(&self) -> Result<Checkup, StoreError>;

    /// Forgets idempotency keys and sessions that have expired, a few hundred a call; says how many keys went.
    async fn purge(&self, now_ms: i64) -> Result<u64, StoreError>;
}
