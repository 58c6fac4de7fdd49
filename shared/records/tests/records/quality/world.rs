//! A plant on a file of its own: one line, one product of one operation more than one, and everybody present.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use takt_api::orders::{CreateOrder, TakeAction};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::id::OrderId;
use takt_domain::master::{Item, Line, Location, LocationKind, Routing, RoutingOperation};
use takt_domain::order::{InspectionResult, Order};
use takt_domain::permission::Role;
use takt_domain::report::NewReport;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::create_order::create_order;
use takt_records::command::report::report;
use takt_records::command::take_action::take_action;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, first_plant};
use takt_records::keep::{self, kind};
use takt_store::{Balance, BalanceFilter, Commit, Load, NativeDriver, PageRequest, SqliteStore, Store, StoredEvent};

/// The beginning, in seconds since 1970.
const START_S: i64 = 1_795_384_800;

pub(crate) struct World {
    folder: PathBuf,
    pub(crate) store: SqliteStore<NativeDriver>,
    given: Cell<u32>,
    now_s: Cell<i64>,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl World {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("takt-quality-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let store = SqliteStore::new(NativeDriver::open(folder.join("takt.db")).unwrap());
        block_on(store.ensure_schema()).unwrap();
        block_on(store.put_plant(&first_plant(START_S * 1000))).unwrap();
        let world = Self { folder, store, given: Cell::new(0), now_s: Cell::new(START_S) };
        world.master_data();
        world
    }

    fn master_data(&self) {
        let mut commit = Commit::new(FIRST_PLANT, START_S * 1000);
        commit.records.push(keep::line(&Line { id: "L1".parse().unwrap(), name: "L1".into() }, None));
        for (id, kind) in [("check", LocationKind::Quarantine), ("goods", LocationKind::Finished)] {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        let item = Item {
            id: "lamp".parse().unwrap(),
            name: "lamp".into(),
            unit: "pcs".into(),
            scale: 0,
            kind: String::new(),
            barcode: None,
            tracking: Default::default(),
            shelf_life_days: None,
            units: Vec::new(),
            minimum: None,
            custom: BTreeMap::new(),
        };
        commit.records.push(keep::item(&item, true, None));
        let operation = |number: u16| {
            let text = format!(r#"{{"number":{number},"name":"op {number}"}}"#);
            serde_json::from_str::<RoutingOperation>(&text).unwrap()
        };
        let operations = vec![operation(10), operation(20)];
        commit.records.push(keep::routing(&Routing { item: item.id, released: true, operations }, None));
        block_on(self.store.commit(&commit)).unwrap();
    }

    /// Time goes on.
    pub(crate) fn later(&self, seconds: i64) {
        self.now_s.set(self.now_s.get() + seconds);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now_s.get()).unwrap()
    }

    /// Somebody with a fresh key, and without a signature.
    pub(crate) fn caller(&self, role: Role) -> Caller {
        self.given.set(self.given.get() + 1);
        self.later(1);
        let key = self.given.get().to_string();
        Caller {
            plant: FIRST_PLANT,
            actor: Actor::new(role.as_str().parse().unwrap(), vec![role]),
            session: LOCAL_SESSION.into(),
            expires_s: i64::MAX,
            key: Some(Key { key, fingerprint: "f".into() }),
            device: String::new(),
            source: Source::Hand,
            now: self.now(),
            accepted_at: None,
            signature: Signature::Missing,
            lang: Lang::En,
        }
    }

    /// Somebody who has entered the PIN once more.
    pub(crate) fn signing(&self, role: Role) -> Caller {
        let caller = self.caller(role);
        let ticket = format!("ticket-{}", self.given.get());
        Caller { signature: Signature::Given(ticket), ..caller }
    }

    /// An order for ten lamps that takes reports.
    pub(crate) fn running(&self) -> OrderId {
        let caller = self.caller(Role::Administrator);
        let given: CreateOrder = serde_json::from_str(r#"{"item":"lamp","quantity":"10","line":"L1"}"#).unwrap();
        let answer = block_on(create_order(&self.store, &caller, &given)).unwrap();
        let id: OrderId = answer.body["id"].as_str().unwrap().parse().unwrap();
        for action in ["submit", "approve", "dispatch", "start", "inspect-first-article"] {
            self.act(&self.caller(Role::Administrator), &id, action).unwrap();
        }
        id
    }

    /// The same, made to its end and waiting for its final inspection.
    pub(crate) fn made(&self) -> OrderId {
        let order = self.running();
        for operation in [10, 20] {
            self.report(&order, operation, 10).unwrap();
        }
        order
    }

    pub(crate) fn act(&self, caller: &Caller, order: &OrderId, action: &str) -> Result<Answer, CommandError> {
        let given =
            TakeAction { reason: "because".into(), result: Some(InspectionResult::Pass), ..TakeAction::default() };
        block_on(take_action(&self.store, caller, order, action, &given))
    }

    pub(crate) fn report(&self, order: &OrderId, operation: u16, good: i64) -> Result<Answer, CommandError> {
        let text = format!(r#"{{"order":"{order}","operation":{operation},"good":"{good}"}}"#);
        let given: NewReport = serde_json::from_str(&text).unwrap();
        block_on(report(&self.store, &self.caller(Role::Operator), &given))
    }

    pub(crate) fn order(&self, id: &OrderId) -> Order {
        self.record(kind::ORDER, id.as_str()).unwrap()
    }

    pub(crate) fn record<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Option<T> {
        let mut load = Load::new(FIRST_PLANT, 0);
        load.records = vec![(kind.to_owned(), id.to_owned())];
        let loaded = block_on(self.store.load(&load)).unwrap();
        loaded.record(kind, id).map(|record| record.parse().unwrap())
    }

    /// How much of the product stands there, held or free.
    pub(crate) fn stock(&self, location: &str) -> i64 {
        let filter = BalanceFilter { location: Some(location.to_owned()), ..BalanceFilter::default() };
        let page = block_on(self.store.balances(FIRST_PLANT, &filter, &PageRequest::first(200))).unwrap();
        page.items.iter().map(|balance: &Balance| balance.quantity).sum()
    }

    /// Everything of these types that the journal tells.
    pub(crate) fn events(&self, prefix: &str) -> Vec<StoredEvent> {
        let page = block_on(self.store.journal(FIRST_PLANT, None, 1000)).unwrap();
        page.events.into_iter().filter(|stored| stored.event.event_type.starts_with(prefix)).collect()
    }
}

/// The codes of what is not met.
pub(crate) fn codes(refused: Result<Answer, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Refused(refusal)) => refusal.unmet.into_iter().map(|unmet| unmet.code).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

/// The fields that are wrong.
pub(crate) fn fields(refused: Result<Answer, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Invalid(errors)) => errors.into_iter().map(|error| error.at).collect(),
        other => panic!("not refused: {other:?}"),
    }
}
