//! A plant on a file of its own: glue that is tracked by lot and lasts thirty days, pumps with numbers of their own, bolts
//! that nobody tracks, and lamps that are made of glue.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use takt_api::orders::{CreateOrder, TakeAction};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::id::OrderId;
use takt_domain::lot::{self, Lot};
use takt_domain::master::{Bom, Item, Line, Location, LocationKind, Routing};
use takt_domain::movement::NewMovement;
use takt_domain::permission::Role;
use takt_domain::report::NewReport;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::create_order::create_order;
use takt_records::command::lot as command;
use takt_records::command::move_stock::move_stock;
use takt_records::command::report::report;
use takt_records::command::reverse_movement::reverse_movement;
use takt_records::command::take_action::take_action;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, first_plant};
use takt_records::keep::{self, kind};
use takt_store::{Balance, BalanceFilter, Commit, Load, NativeDriver, PageRequest, SqliteStore, Store};

/// The beginning, in seconds since 1970: noon where the plant is, on the fourth of March 2027.
pub(crate) const START_S: i64 = 1_804_132_800;

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

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("takt-lot-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
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
        let locations = [
            ("S1", LocationKind::Store),
            ("S2", LocationKind::Store),
            ("side", LocationKind::Line),
            ("check", LocationKind::Quarantine),
            ("goods", LocationKind::Finished),
        ];
        for (id, kind) in locations {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        let items = [
            json!({"id": "glue", "name": "glue", "unit": "kg", "scale": 1, "tracking": "lot", "shelf_life_days": 30,
                "units": [{"unit": "drum", "factor": "12.5"}, {"unit": "gram", "factor": "0.001"}]}),
            json!({"id": "pump", "name": "pump", "unit": "pcs", "scale": 0, "tracking": "serial"}),
            json!({"id": "bolt", "name": "bolt", "unit": "pcs", "scale": 0}),
            json!({"id": "lamp", "name": "lamp", "unit": "pcs", "scale": 0, "tracking": "lot", "shelf_life_days": 100}),
        ];
        for item in items {
            let item: Item = read(item);
            commit.records.push(keep::item(&item, item.id.as_str() == "lamp", None));
        }
        let bom: Bom = read(json!({"item": "lamp", "lines": [{"component": "glue", "per": "2"}]}));
        commit.records.push(keep::bom(&bom, None));
        let routing: Routing =
            read(json!({"item": "lamp", "released": true, "operations": [{"number": 10, "name": "glueing"}]}));
        commit.records.push(keep::routing(&routing, None));
        block_on(self.store.commit(&commit)).unwrap();
    }

    /// The file that the plant is kept in.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("takt.db")
    }

    /// Days pass.
    pub(crate) fn days(&self, days: i64) {
        self.now_s.set(self.now_s.get() + days * 24 * 3600);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now_s.get()).unwrap()
    }

    /// Somebody with a fresh key, and without a signature.
    pub(crate) fn caller(&self, role: Role) -> Caller {
        self.given.set(self.given.get() + 1);
        self.now_s.set(self.now_s.get() + 1);
        Caller {
            plant: FIRST_PLANT,
            actor: Actor::new(role.as_str().parse().unwrap(), vec![role]),
            session: LOCAL_SESSION.into(),
            expires_s: i64::MAX,
            key: Some(Key { key: self.given.get().to_string(), fingerprint: "f".into() }),
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

    pub(crate) fn moved(&self, body: Value) -> Result<Answer, CommandError> {
        let given: NewMovement = read(body);
        block_on(move_stock(&self.store, &self.caller(Role::Storekeeper), &given))
    }

    /// Receives so much of a lot into the first store.
    pub(crate) fn receive(&self, item: &str, lot: &str, quantity: &str, expires: Option<&str>) -> String {
        let mut body = json!({"kind": "receipt", "item": item, "lot": lot, "to": "S1", "quantity": quantity});
        if let Some(expires) = expires {
            body["expires"] = json!(expires);
        }
        self.moved(body).unwrap().body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn issue(&self, item: &str, lot: &str, quantity: &str) -> Result<Answer, CommandError> {
        self.moved(json!({"kind": "issue", "item": item, "lot": lot, "from": "S1", "to": "side", "quantity": quantity}))
    }

    /// A storekeeper keeps a lot back.
    pub(crate) fn quarantine(&self, item: &str, lot: &str) -> Result<Answer, CommandError> {
        let given = read(json!({"act": "quarantine", "reason": "smells"}));
        let caller = self.caller(Role::Storekeeper);
        block_on(command::set_state(&self.store, &caller, &item.parse().unwrap(), lot, &given))
    }

    pub(crate) fn reverse(&self, movement: &str) -> Result<Answer, CommandError> {
        block_on(reverse_movement(&self.store, &self.caller(Role::Storekeeper), movement, "wrong"))
    }

    pub(crate) fn lot(&self, item: &str, number: &str) -> Option<Lot> {
        let id = lot::key(item, number);
        let mut load = Load::new(FIRST_PLANT, 0);
        load.records = vec![(kind::LOT.to_owned(), id.clone())];
        let loaded = block_on(self.store.load(&load)).unwrap();
        loaded.record(kind::LOT, &id).map(|record| record.parse().unwrap())
    }

    /// Everything that the books have of an item.
    pub(crate) fn balances(&self, item: &str) -> Vec<Balance> {
        let filter = BalanceFilter { items: vec![item.to_owned()], nonzero: true, ..BalanceFilter::default() };
        block_on(self.store.balances(FIRST_PLANT, &filter, &PageRequest::first(200))).unwrap().items
    }

    /// What the books have of a lot somewhere, in units: for an order where one is named, else free.
    pub(crate) fn at(&self, item: &str, lot: &str, location: &str, order: &str) -> i64 {
        let here = |b: &&Balance| b.lot == lot && b.location == location && b.order == order;
        self.balances(item).iter().filter(here).map(|balance| balance.quantity).sum()
    }

    /// An order for lamps that waits to be dispatched.
    pub(crate) fn order(&self, quantity: &str) -> OrderId {
        let given: CreateOrder = read(json!({"item": "lamp", "quantity": quantity, "line": "L1"}));
        let answer = block_on(create_order(&self.store, &self.caller(Role::Administrator), &given)).unwrap();
        let id: OrderId = answer.body["id"].as_str().unwrap().parse().unwrap();
        for action in ["submit", "approve"] {
            self.act(&id, action).unwrap();
        }
        id
    }

    pub(crate) fn act(&self, id: &OrderId, action: &str) -> Result<Answer, CommandError> {
        let given: TakeAction = read(json!({"reason": "r", "result": "pass"}));
        block_on(take_action(&self.store, &self.signing(Role::Administrator), id, action, &given))
    }

    pub(crate) fn report(&self, body: Value) -> Result<Answer, CommandError> {
        let given: NewReport = read(body);
        block_on(report(&self.store, &self.caller(Role::Administrator), &given))
    }

    pub(crate) fn audit(&self) {
        let report = block_on(self.store.audit(FIRST_PLANT, None, u32::MAX)).unwrap();
        assert!(report.is_clean(), "{report:?}");
    }
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The codes of what is not met.
pub(crate) fn codes<T: std::fmt::Debug>(refused: Result<T, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Refused(refusal)) => refusal.unmet.into_iter().map(|unmet| unmet.code).collect(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The fields that are wrong.
pub(crate) fn fields<T: std::fmt::Debug>(refused: Result<T, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Invalid(errors)) => errors.into_iter().map(|error| error.at).collect(),
        other => panic!("expected wrong fields, got {other:?}"),
    }
}
