//! Redis and the store as an actor sees them: before and after each call the actor stops until it is its turn, and now and
//! then the call or its answer gets lost.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use takt_cache::Clock;
use takt_redis::{Arg, Redis, RedisError, Value};
use takt_store::{
    Archived, AuditReport, Balance, BalanceFilter, Checkup, Commit, Committed, Counter, Holding, HoldingQuery,
    JournalPage, LedgerRow, ListFilter, Load, Loaded, LotFlow, MovementFilter, OrderFlow, Page, PageRequest, Photo,
    Plant, PlantNumber, ReceiptsReport, Record, RollupQuery, RollupRow, RollupSpread, Seal, StepFlow, Store,
    StoreError, StoredPosting, SumsQuery, SumsReport, Unsealed, UntouchedQuery,
};

use crate::world::World;

/// One actor's turn.
#[derive(Default)]
pub(crate) struct Turn {
    go: Cell<bool>,
    /// The tags of this writer are marked, as far as it knows.
    pub(crate) marked: Cell<bool>,
    /// Redis is cut off from this actor.
    pub(crate) cut: Cell<bool>,
}

impl Turn {
    pub(crate) fn give(&self) {
        self.go.set(true);
    }

    /// It was of no use to an actor that waits for time to pass.
    pub(crate) fn take(&self) {
        self.go.set(false);
    }

    async fn gate(&self) {
        poll_fn(|_| if self.go.take() { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// What may happen to a call on its way.
#[derive(PartialEq)]
enum Way {
    Both,
    NotThere,
    NotBack,
}

pub(crate) struct Gated {
    pub(crate) world: Rc<World>,
    pub(crate) turn: Rc<Turn>,
}

impl Gated {
    fn way(&self) -> Way {
        match self.world.below(150) {
            0 => Way::NotThere,
            1 => Way::NotBack,
            _ => Way::Both,
        }
    }
}

pub(crate) struct GatedRedis(pub(crate) Gated);

impl Redis for GatedRedis {
    async fn call(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError> {
        let Gated { world, turn } = &self.0;
        let lost = || Err(RedisError::Unavailable("lost".to_owned()));
        let is_mark = args.first() == Some(&Arg::from("takt_cache_begin"));
        let is_look = args.first() == Some(&Arg::from("takt_cache_look"));
        turn.gate().await;
        let way = if turn.cut.get() { Way::NotThere } else { self.0.way() };
        if way == Way::NotThere {
            turn.gate().await;
            return lost();
        }
        let answer = world.redis(command, args);
        turn.gate().await;
        if way == Way::NotBack {
            return lost();
        }
        let word = answer.as_ref().ok().and_then(|answer| answer.first()).and_then(Value::text);
        if is_mark && word == Some("marked") {
            turn.marked.set(true);
        }
        if is_look && word == Some("fresh") {
            world.seen.fresh.set(world.seen.fresh.get() + 1);
        }
        answer
    }
}

pub(crate) struct GatedClock(pub(crate) Gated);

impl Clock for GatedClock {
    fn now_ms(&self) -> u64 {
        self.0.world.now_ms()
    }

    async fn wait(&self, time_ms: u64) {
        if time_ms >= takt_cache::LEASE_MS && !self.0.world.setup.waits {
            return;
        }
        let until = self.now_ms() + time_ms;
        poll_fn(|_| if self.now_ms() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// A commit that is booked after its writer has given up on it.
pub(crate) struct Late {
    pub(crate) commit: Commit,
    pub(crate) marked: bool,
}

pub(crate) struct GatedStore(pub(crate) Gated);

impl GatedStore {
    /// What a writer hears when nothing came back.
    fn silence(&self) -> StoreError {
        match self.0.world.setup.doubts {
            true => StoreError::Unavailable("lost".to_owned()),
            // As if it knew that nothing was booked.
            false => StoreError::VersionConflict,
        }
    }
}

impl Store for GatedStore {
    async fn ensure_schema(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let Gated { world, turn } = &self.0;
        turn.gate().await;
        let way = self.0.way();
        if way == Way::NotThere {
            let late = Late { commit: commit.clone(), marked: turn.marked.get() };
            world.late.borrow_mut().push(late);
            turn.gate().await;
            return Err(self.silence());
        }
        let outcome = world.book(commit, turn.marked.get());
        turn.gate().await;
        if way == Way::NotBack { Err(self.silence()) } else { outcome }
    }

    async fn load(&self, load: &Load) -> Result<Loaded, StoreError> {
        let Gated { world, turn } = &self.0;
        turn.gate().await;
        let loaded = world.load(load);
        let way = self.0.way();
        turn.gate().await;
        if way == Way::Both { loaded } else { Err(StoreError::Unavailable("lost".to_owned())) }
    }

    // No actor asks for any of these.

    async fn put_plant(&self, _: &Plant) -> Result<(), StoreError> {
        unasked()
    }

    async fn plants(&self) -> Result<Vec<Plant>, StoreError> {
        unasked()
    }

    async fn commit_many(&self, _: &[Commit]) -> Vec<Result<Committed, StoreError>> {
        vec![unasked()]
    }

    async fn list(&self, _: PlantNumber, _: &str, _: &ListFilter, _: &PageRequest) -> Result<Page<Record>, StoreError> {
        unasked()
    }

    async fn newest(&self, _: PlantNumber, _: &str, _: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        unasked()
    }

    async fn consumed(&self, _: PlantNumber, _: &[String], _: i64) -> Result<Vec<(String, i64)>, StoreError> {
        unasked()
    }

    async fn movements(
        &self,
        _: PlantNumber,
        _: &MovementFilter,
        _: &PageRequest,
    ) -> Result<Page<StoredPosting>, StoreError> {
        unasked()
    }

    async fn movement(&self, _: PlantNumber, _: &str) -> Result<Vec<StoredPosting>, StoreError> {
        unasked()
    }

    async fn balances(&self, _: PlantNumber, _: &BalanceFilter, _: &PageRequest) -> Result<Page<Balance>, StoreError> {
        unasked()
    }

    async fn counters(&self, _: PlantNumber, _: &str) -> Result<Vec<Counter>, StoreError> {
        unasked()
    }

    async fn journal(&self, _: PlantNumber, _: Option<&str>, _: u32) -> Result<JournalPage, StoreError> {
        unasked()
    }

    async fn rollups(&self, _: &RollupQuery, _: &PageRequest) -> Result<Page<RollupRow>, StoreError> {
        unasked()
    }

    async fn rollup_spread(&self, _: &RollupQuery) -> Result<Vec<RollupSpread>, StoreError> {
        unasked()
    }

    async fn holding(&self, _: PlantNumber, _: &HoldingQuery) -> Result<Holding, StoreError> {
        unasked()
    }

    async fn untouched(&self, _: PlantNumber, _: &UntouchedQuery, _: &str, _: u32) -> Result<Vec<String>, StoreError> {
        unasked()
    }

    async fn archived(&self, _: PlantNumber, _: &[(String, String)]) -> Result<Vec<Archived>, StoreError> {
        unasked()
    }

    async fn fold_carried(&self, _: PlantNumber, _: &str) -> Result<(), StoreError> {
        unasked()
    }

    async fn checkup(&self) -> Result<Checkup, StoreError> {
        unasked()
    }

    async fn drop_rollups(&self, _: PlantNumber, _: u32) -> Result<u64, StoreError> {
        unasked()
    }

    async fn put_photo(&self, _: &Photo) -> Result<(), StoreError> {
        unasked()
    }

    async fn photo(&self, _: PlantNumber, _: &str) -> Result<Option<Photo>, StoreError> {
        unasked()
    }

    async fn photos_there(&self, _: PlantNumber, _: &[String]) -> Result<Vec<String>, StoreError> {
        unasked()
    }

    async fn ended_sessions(&self, _: PlantNumber, _: i64) -> Result<Vec<String>, StoreError> {
        unasked()
    }

    async fn audit(&self, _: PlantNumber, _: Option<&str>, _: u32) -> Result<AuditReport, StoreError> {
        unasked()
    }

    async fn audit_sums(
        &self,
        _: PlantNumber,
        _: &SumsQuery,
        _: Option<&str>,
        _: u32,
    ) -> Result<SumsReport, StoreError> {
        unasked()
    }

    async fn audit_receipts(
        &self,
        _: PlantNumber,
        _: &str,
        _: &str,
        _: Option<&str>,
        _: u32,
    ) -> Result<ReceiptsReport, StoreError> {
        unasked()
    }

    async fn ledger(&self, _: PlantNumber, _: &str, _: Option<&str>, _: u32) -> Result<Vec<LedgerRow>, StoreError> {
        unasked()
    }

    async fn unsealed(&self, _: PlantNumber, _: &str) -> Result<Unsealed, StoreError> {
        unasked()
    }

    async fn lot_flows(&self, _: PlantNumber, _: &[(String, String)], _: u32) -> Result<Vec<LotFlow>, StoreError> {
        unasked()
    }

    async fn order_flows(&self, _: PlantNumber, _: &[String], _: u32) -> Result<Vec<OrderFlow>, StoreError> {
        unasked()
    }

    async fn step_flows(&self, _: PlantNumber, _: &[String], _: u32) -> Result<Vec<StepFlow>, StoreError> {
        unasked()
    }

    async fn seals(&self, _: PlantNumber, _: u64, _: u32) -> Result<Vec<Seal>, StoreError> {
        unasked()
    }

    async fn seal_heads(&self, _: PlantNumber, _: u32) -> Result<Vec<Seal>, StoreError> {
        unasked()
    }

    async fn put_seal(&self, _: &Seal) -> Result<bool, StoreError> {
        unasked()
    }

    async fn purge(&self, _: i64) -> Result<u64, StoreError> {
        unasked()
    }
}

fn unasked<T>() -> Result<T, StoreError> {
    Err(StoreError::Malformed("no actor asks for this".to_owned()))
}

/// How often things happened, so that a test can tell that it tests.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) fresh: Cell<u64>,
    pub(crate) faults: RefCell<Vec<String>>,
}
