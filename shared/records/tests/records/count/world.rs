//! A plant on a file of its own: two stores and a line, two items, two storekeepers and a manager.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use takt_api::counts::{CancelCount, EnterLine, FinishCount, PostCount, StartCount};
use takt_api::stock::Source;
use takt_domain::count::{Count, CountLine, Place};
use takt_domain::facts::Actor;
use takt_domain::id::{CountId, LocationId};
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::master::{Item, Location, LocationKind};
use takt_domain::movement::{NewMovement, OWED_SCOPE};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::move_stock::move_stock;
use takt_records::command::reverse_movement::reverse_movement;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, count, first_plant};
use takt_records::count::line_id;
use takt_records::keep::{self, kind};
use takt_store::{BalanceFilter, Commit, Load, NativeDriver, PageRequest, RecordWrite, SqliteStore, Store};

/// The beginning, in seconds since 1970: noon where the plant is.
const START_S: i64 = 1_795_406_400;

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
        let name = format!("takt-count-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let store = SqliteStore::new(NativeDriver::open(folder.join("takt.db")).unwrap());
        block_on(store.ensure_schema()).unwrap();
        block_on(store.put_plant(&first_plant(START_S * 1000))).unwrap();
        let mut commit = Commit::new(FIRST_PLANT, START_S * 1000);
        for (id, kind) in [("S1", LocationKind::Store), ("S2", LocationKind::Store), ("L1", LocationKind::Line)] {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        for (id, scale, price) in [("bolt", 0, Some("2.50")), ("wire", 3, None)] {
            let item = Item {
                id: id.parse().unwrap(),
                name: id.into(),
                unit: "pcs".into(),
                scale,
                kind: String::new(),
                barcode: None,
                tracking: Default::default(),
                shelf_life_days: None,
                units: Vec::new(),
                minimum: None,
                custom: BTreeMap::new(),
            };
            commit.records.push(keep::item(&item, false, None));
            if let Some(price) = price {
                let body = serde_json::json!({"item": id, "price": price});
                commit.records.push(RecordWrite::new(kind::PRICE, id, None, body));
            }
        }
        block_on(store.commit(&commit)).unwrap();
        Self { folder, store, given: Cell::new(0), now_s: Cell::new(START_S) }
    }

    /// The file that the plant is kept in.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("takt.db")
    }

    /// Time goes on.
    pub(crate) fn later(&self, seconds: i64) {
        self.now_s.set(self.now_s.get() + seconds);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now_s.get()).unwrap()
    }

    /// Somebody with a fresh key, and without a signature.
    pub(crate) fn caller(&self, user: &str) -> Caller {
        self.given.set(self.given.get() + 1);
        self.later(1);
        let role = if user == "boss" { Role::Manager } else { Role::Storekeeper };
        Caller {
            plant: FIRST_PLANT,
            actor: Actor::new(user.parse().unwrap(), vec![role]),
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
    pub(crate) fn signing(&self, user: &str) -> Caller {
        let caller = self.caller(user);
        let ticket = format!("ticket-{}", self.given.get());
        Caller { signature: Signature::Given(ticket), ..caller }
    }

    pub(crate) fn moved(&self, body: &str) -> Result<Answer, CommandError> {
        let given: NewMovement = serde_json::from_str(body).unwrap();
        block_on(move_stock(&self.store, &self.caller("anna"), &given))
    }

    pub(crate) fn receive(&self, item: &str, to: &str, quantity: &str) -> String {
        let body = format!(r#"{{"kind":"receipt","item":"{item}","to":"{to}","quantity":"{quantity}"}}"#);
        self.moved(&body).unwrap().body["id"].as_str().unwrap().to_owned()
    }

    /// Production uses up what the books do not have.
    pub(crate) fn draw_beyond_the_books(&self, item: &str, units: i64) {
        let posting = Posting {
            kind: MovementKind::Consume,
            item: item.parse().unwrap(),
            lot: String::new(),
            from: Account::free(LocationId::shortage()),
            to: Account::free(LocationId::production()),
            quantity: Quantity::from_units(units, 0),
            reverses: None,
        };
        let caller = self.caller("anna");
        let mut commit = Commit::new(FIRST_PLANT, self.now_s.get() * 1000);
        let head = keep::MovementHead { id: format!("draw-{}", self.now_s.get()), ..keep::MovementHead::default() };
        commit.postings = keep::postings(std::slice::from_ref(&posting), &head, &caller);
        commit.counters = keep::owed(&[posting]);
        block_on(self.store.commit(&commit)).unwrap();
    }

    /// What production has drawn beyond the books and nobody has settled.
    pub(crate) fn owed(&self, item: &str) -> i64 {
        let counters = block_on(self.store.counters(FIRST_PLANT, OWED_SCOPE)).unwrap();
        counters.iter().find(|counter| counter.name == item).map_or(0, |counter| counter.value)
    }

    pub(crate) fn reverse(&self, user: &str, movement: &str) -> Result<Answer, CommandError> {
        block_on(reverse_movement(&self.store, &self.caller(user), movement, "wrong"))
    }

    pub(crate) fn start(&self, body: &str) -> Result<CountId, CommandError> {
        let given: StartCount = serde_json::from_str(body).unwrap();
        let answer = block_on(count::start(&self.store, &self.caller("anna"), &given))?;
        Ok(answer.body["id"].as_str().unwrap().parse().unwrap())
    }

    /// The state of the line afterwards.
    pub(crate) fn enter(&self, id: &CountId, user: &str, body: &str) -> Result<String, CommandError> {
        let given: EnterLine = serde_json::from_str(body).unwrap();
        let answer = block_on(count::enter(&self.store, &self.caller(user), id, &given))?;
        Ok(answer.body["state"].as_str().unwrap().to_owned())
    }

    pub(crate) fn finish(&self, id: &CountId, leave: bool) -> Result<Answer, CommandError> {
        block_on(count::finish(&self.store, &self.caller("anna"), id, &FinishCount { leave }))
    }

    pub(crate) fn cancel(&self, id: &CountId) -> Result<Answer, CommandError> {
        let given = CancelCount { reason: "no time".into() };
        block_on(count::cancel(&self.store, &self.caller("anna"), id, &given))
    }

    /// The state of the count afterwards.
    pub(crate) fn post(&self, caller: &Caller, id: &CountId) -> Result<String, CommandError> {
        let answer = block_on(count::post(&self.store, caller, id, &PostCount::default()))?;
        Ok(answer.body["state"].as_str().unwrap().to_owned())
    }

    pub(crate) fn record<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Option<T> {
        let mut load = Load::new(FIRST_PLANT, 0);
        load.records = vec![(kind.to_owned(), id.to_owned())];
        let loaded = block_on(self.store.load(&load)).unwrap();
        loaded.record(kind, id).map(|record| record.parse().unwrap())
    }

    pub(crate) fn count(&self, id: &CountId) -> Count {
        self.record(kind::COUNT, id.as_str()).unwrap()
    }

    pub(crate) fn line(&self, id: &CountId, location: &str, item: &str) -> CountLine {
        self.record(kind::COUNT_LINE, &line_id(id.as_str(), &place(location, item))).unwrap()
    }

    /// What the books have there, held or free, in units.
    pub(crate) fn stock(&self, location: &str, item: &str) -> i64 {
        let filter = BalanceFilter {
            location: Some(location.to_owned()),
            items: vec![item.to_owned()],
            ..BalanceFilter::default()
        };
        let page = block_on(self.store.balances(FIRST_PLANT, &filter, &PageRequest::first(200))).unwrap();
        page.items.iter().map(|balance| balance.quantity).sum()
    }

    pub(crate) fn audit(&self) {
        let report = block_on(self.store.audit(FIRST_PLANT, None, u32::MAX)).unwrap();
        assert!(report.is_clean(), "{report:?}");
    }
}

pub(crate) fn place(location: &str, item: &str) -> Place {
    Place { location: location.parse().unwrap(), item: item.parse().unwrap(), lot: String::new() }
}

/// The codes of what is not met.
pub(crate) fn codes<T: std::fmt::Debug>(refused: Result<T, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Refused(refusal)) => refusal.unmet.into_iter().map(|unmet| unmet.code).collect(),
        other => panic!("not refused: {other:?}"),
    }
}
