//! The store around the store.

use std::sync::atomic::{AtomicI64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use takt_redis::Redis;
use takt_store::{
    Archived, AuditReport, Balance, BalanceFilter, Checkup, Commit, Committed, Counter, Holding, HoldingQuery,
    JournalPage, LedgerRow, ListFilter, Load, Loaded, LotFlow, MovementFilter, OrderFlow, Page, PageRequest, Photo,
    Plant, PlantNumber, ReceiptsReport, Record, RollupQuery, RollupRow, RollupSpread, Seal, StepFlow, Store,
    StoreError, StoredPosting, SumsQuery, SumsReport, Unsealed, UntouchedQuery,
};

use crate::clock::Clock;
use crate::protocol::{Cache, Found, Mark, Token};
use crate::tags::{self, Tags};

/// Grows when what the store answers takes another form.
const FORMAT: &str = "1";

/// A store whose writes tell the cache, and whose reads may come from it. See the head of the crate.
#[derive(Debug)]
pub struct Cached<S, R, C> {
    store: S,
    cache: Option<Cache<R, C>>,
    reads: bool,
    /// The oldest answer that was given for want of the store, in ms since 1970.
    as_of_ms: AtomicI64,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ended {
    Booked,
    Refused,
    /// It may have been booked, or may yet be.
    Unknown,
}

impl Ended {
    fn of<T>(outcome: &Result<T, StoreError>) -> Self {
        match outcome {
            Ok(_) => Self::Booked,
            Err(StoreError::Unavailable(_)) => Self::Unknown,
            Err(_) => Self::Refused,
        }
    }
}

impl<S: Store, R: Redis, C: Clock> Cached<S, R, C> {
    /// The store with its cache, or without one. Reads go to the store: a decision rests on what is so.
    pub fn new(store: S, cache: Option<Cache<R, C>>) -> Self {
        Self { store, cache, reads: false, as_of_ms: AtomicI64::new(i64::MAX) }
    }

    /// Reads may come from the cache: for queries.
    #[must_use]
    pub fn with_cached_reads(self) -> Self {
        Self { reads: true, ..self }
    }

    /// The store itself.
    pub fn inner(&self) -> &S {
        &self.store
    }

    /// The cache.
    pub fn cache(&self) -> Option<&Cache<R, C>> {
        self.cache.as_ref()
    }

    /// Since when nobody has asked the store about what was answered here, in ms since 1970. None while the store
    /// answers.
    pub fn as_of_ms(&self) -> Option<i64> {
        Some(self.as_of_ms.load(Ordering::Relaxed)).filter(|ms| *ms != i64::MAX)
    }

    async fn read<T, F>(
        &self,
        plant: PlantNumber,
        question: String,
        tags: Option<Tags>,
        ask: F,
    ) -> Result<T, StoreError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, StoreError>>,
    {
        let (Some(cache), Some(tags), true) = (&self.cache, tags, self.reads) else { return ask.await };
        let entry = entry(plant, &question);
        let mut token = None;
        match cache.look(&entry, &tags.for_read()).await {
            Ok(Found::Fresh(body)) => {
                if let Ok(answer) = serde_json::from_slice(&body) {
                    return Ok(answer);
                }
            }
            Ok(Found::Token(found)) => token = Some(found),
            Ok(Found::Store) | Err(_) => {}
        }
        match ask.await {
            Ok(answer) => {
                self.fill(cache, &entry, token, &answer).await;
                Ok(answer)
            }
            Err(StoreError::Unavailable(why)) => match cache.last(&entry).await {
                Some((read_ms, body)) => {
                    let answer = serde_json::from_slice(&body).map_err(|_| StoreError::Unavailable(why))?;
                    self.as_of_ms.fetch_min(read_ms, Ordering::Relaxed);
                    Ok(answer)
                }
                None => Err(StoreError::Unavailable(why)),
            },
            Err(other) => Err(other),
        }
    }

    async fn fill<T: Serialize>(&self, cache: &Cache<R, C>, entry: &str, token: Option<Token>, answer: &T) {
        if let Some(token) = token
            && let Ok(body) = serde_json::to_vec(answer)
        {
            cache.fill(entry, token, body).await;
        }
    }

    /// Writes between the two steps of a writer.
    async fn write<T>(&self, tags: Vec<String>, ended: fn(&T) -> Ended, write: impl Future<Output = T>) -> T {
        let Some(cache) = &self.cache else { return write.await };
        let mark = cache.begin(&tags).await.ok();
        let outcome = write.await;
        match (ended(&outcome), mark) {
            // The mark stands until what is still under way has ended one way or the other.
            (Ended::Unknown, _) | (Ended::Refused, None) => {}
            // Should this fail, the mark stands too, and keeps readers away.
            (Ended::Refused, Some(mark)) => drop(cache.finish(Some(&mark), false, &tags).await),
            (Ended::Booked, Some(mark)) => drop(cache.finish(Some(&mark), true, &tags).await),
            (Ended::Booked, None) => self.void(cache, None, &tags).await,
        }
        outcome
    }

    /// No entry from before is fresh after this.
    async fn void(&self, cache: &Cache<R, C>, mark: Option<&Mark>, tags: &[String]) {
        if cache.finish(mark, true, tags).await.is_err() {
            cache.wait_lease_out().await;
        }
    }

    /// A repeated request is about to get the answer of the first, which may have died before all entries were void. What
    /// it wrote is not known here.
    async fn void_all(&self, plant: PlantNumber) {
        if let Some(cache) = &self.cache {
            self.void(cache, None, &tags::all(plant)).await;
        }
    }
}

/// The key of an entry.
fn entry(plant: PlantNumber, question: &str) -> String {
    let hash = Sha256::digest([FORMAT, question].join("\n"));
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("takt:cache:{{{plant}}}:{hex}")
}

fn ended_many(outcomes: &[Result<Committed, StoreError>]) -> Ended {
    let is = |ended| outcomes.iter().any(|outcome| Ended::of(outcome) == ended);
    match (is(Ended::Unknown), is(Ended::Booked)) {
        (true, _) => Ended::Unknown,
        (false, true) => Ended::Booked,
        (false, false) => Ended::Refused,
    }
}

impl<S: Store, R: Redis, C: Clock> Store for Cached<S, R, C> {
    async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.store.ensure_schema().await
    }

    async fn put_plant(&self, plant: &Plant) -> Result<(), StoreError> {
        self.write(tags::all(plant.number), Ended::of, self.store.put_plant(plant)).await
    }

    async fn plants(&self) -> Result<Vec<Plant>, StoreError> {
        self.store.plants().await
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let tags = tags::of_commits([commit]).map(Tags::for_write).unwrap_or_default();
        let outcome = self.write(tags, Ended::of, self.store.commit(commit)).await;
        if let Err(StoreError::Replayed(_)) = &outcome {
            self.void_all(commit.plant).await;
        }
        outcome
    }

    async fn commit_many(&self, commits: &[Commit]) -> Vec<Result<Committed, StoreError>> {
        let Some(tags) = tags::of_commits(commits).map(Tags::for_write) else { return Vec::new() };
        let outcomes =
            self.write(tags, |outcomes: &Vec<_>| ended_many(outcomes), self.store.commit_many(commits)).await;
        let replayed = outcomes.iter().position(|outcome| matches!(outcome, Err(StoreError::Replayed(_))));
        if let Some(commit) = replayed.and_then(|at| commits.get(at)) {
            self.void_all(commit.plant).await;
        }
        outcomes
    }

    async fn load(&self, load: &Load) -> Result<Loaded, StoreError> {
        // The time is only what keys and sessions are judged by, and with those nothing is kept.
        let question = if self.reads { format!("{:?}", Load { at_ms: 0, ..load.clone() }) } else { String::new() };
        let loaded = self.read(load.plant, question, tags::of_load(load), self.store.load(load)).await?;
        if loaded.key.is_some() {
            self.void_all(load.plant).await;
        }
        Ok(loaded)
    }

    async fn list(
        &self,
        plant: PlantNumber,
        kind: &str,
        filter: &ListFilter,
        page: &PageRequest,
    ) -> Result<Page<Record>, StoreError> {
        let question = format!("{kind:?} {filter:?} {page:?}");
        let ask = self.store.list(plant, kind, filter, page);
        self.read(plant, question, Some(tags::of_list(plant, kind)), ask).await
    }

    async fn newest(
        &self,
        plant: PlantNumber,
        kind: &str,
        parents: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.store.newest(plant, kind, parents).await
    }

    async fn consumed(
        &self,
        plant: PlantNumber,
        kinds: &[String],
        from_ms: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        self.store.consumed(plant, kinds, from_ms).await
    }

    async fn movements(
        &self,
        plant: PlantNumber,
        filter: &MovementFilter,
        page: &PageRequest,
    ) -> Result<Page<StoredPosting>, StoreError> {
        self.store.movements(plant, filter, page).await
    }

    async fn movement(&self, plant: PlantNumber, movement: &str) -> Result<Vec<StoredPosting>, StoreError> {
        self.store.movement(plant, movement).await
    }

    async fn lot_flows(
        &self,
        plant: PlantNumber,
        lots: &[(String, String)],
        limit: u32,
    ) -> Result<Vec<LotFlow>, StoreError> {
        self.store.lot_flows(plant, lots, limit).await
    }

    async fn order_flows(
        &self,
        plant: PlantNumber,
        orders: &[String],
        limit: u32,
    ) -> Result<Vec<OrderFlow>, StoreError> {
        self.store.order_flows(plant, orders, limit).await
    }

    async fn step_flows(&self, plant: PlantNumber, orders: &[String], limit: u32) -> Result<Vec<StepFlow>, StoreError> {
        self.store.step_flows(plant, orders, limit).await
    }

    async fn balances(
        &self,
        plant: PlantNumber,
        filter: &BalanceFilter,
        page: &PageRequest,
    ) -> Result<Page<Balance>, StoreError> {
        let question = format!("{filter:?} {page:?}");
        let ask = self.store.balances(plant, filter, page);
        self.read(plant, question, tags::of_balances(plant, filter), ask).await
    }

    async fn counters(&self, plant: PlantNumber, scope: &str) -> Result<Vec<Counter>, StoreError> {
        let ask = self.store.counters(plant, scope);
        self.read(plant, format!("counters {scope:?}"), Some(tags::of_counters(plant, scope)), ask).await
    }

    async fn journal(&self, plant: PlantNumber, after: Option<&str>, limit: u32) -> Result<JournalPage, StoreError> {
        self.store.journal(plant, after, limit).await
    }

    async fn rollups(&self, query: &RollupQuery, page: &PageRequest) -> Result<Page<RollupRow>, StoreError> {
        self.store.rollups(query, page).await
    }

    async fn rollup_spread(&self, query: &RollupQuery) -> Result<Vec<RollupSpread>, StoreError> {
        self.store.rollup_spread(query).await
    }

    async fn drop_rollups(&self, plant: PlantNumber, generation: u32) -> Result<u64, StoreError> {
        self.store.drop_rollups(plant, generation).await
    }

    async fn put_photo(&self, photo: &Photo) -> Result<(), StoreError> {
        self.store.put_photo(photo).await
    }

    async fn photo(&self, plant: PlantNumber, id: &str) -> Result<Option<Photo>, StoreError> {
        self.store.photo(plant, id).await
    }

    async fn photos_there(&self, plant: PlantNumber, ids: &[String]) -> Result<Vec<String>, StoreError> {
        self.store.photos_there(plant, ids).await
    }

    async fn ended_sessions(&self, plant: PlantNumber, now_ms: i64) -> Result<Vec<String>, StoreError> {
        // What has expired since it was kept is refused by its token.
        let ask = self.store.ended_sessions(plant, now_ms);
        self.read(plant, "ended sessions".to_owned(), Some(tags::of_sessions(plant)), ask).await
    }

    async fn audit(&self, plant: PlantNumber, after: Option<&str>, most: u32) -> Result<AuditReport, StoreError> {
        self.store.audit(plant, after, most).await
    }

    async fn audit_sums(
        &self,
        plant: PlantNumber,
        query: &SumsQuery,
        after: Option<&str>,
        most: u32,
    ) -> Result<SumsReport, StoreError> {
        self.store.audit_sums(plant, query, after, most).await
    }

    async fn audit_receipts(
        &self,
        plant: PlantNumber,
        kind: &str,
        queued: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<ReceiptsReport, StoreError> {
        self.store.audit_receipts(plant, kind, queued, after, most).await
    }

    async fn ledger(
        &self,
        plant: PlantNumber,
        after: &str,
        to: Option<&str>,
        limit: u32,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        self.store.ledger(plant, after, to, limit).await
    }

    async fn unsealed(&self, plant: PlantNumber, after: &str) -> Result<Unsealed, StoreError> {
        self.store.unsealed(plant, after).await
    }

    async fn seals(&self, plant: PlantNumber, after: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        self.store.seals(plant, after, limit).await
    }

    async fn seal_heads(&self, plant: PlantNumber, days: u32) -> Result<Vec<Seal>, StoreError> {
        self.store.seal_heads(plant, days).await
    }

    async fn put_seal(&self, seal: &Seal) -> Result<bool, StoreError> {
        self.store.put_seal(seal).await
    }

    async fn holding(&self, plant: PlantNumber, query: &HoldingQuery) -> Result<Holding, StoreError> {
        self.store.holding(plant, query).await
    }

    async fn untouched(
        &self,
        plant: PlantNumber,
        query: &UntouchedQuery,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        self.store.untouched(plant, query, after, limit).await
    }

    async fn archived(&self, plant: PlantNumber, wanted: &[(String, String)]) -> Result<Vec<Archived>, StoreError> {
        self.store.archived(plant, wanted).await
    }

    async fn fold_carried(&self, plant: PlantNumber, item: &str) -> Result<(), StoreError> {
        self.store.fold_carried(plant, item).await
    }

    async fn checkup(&self) -> Result<Checkup, StoreError> {
        self.store.checkup().await
    }

    async fn purge(&self, now_ms: i64) -> Result<u64, StoreError> {
        self.store.purge(now_ms).await
    }
}
