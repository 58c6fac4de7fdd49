//! A plant on a real file beside a real Redis 7.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use takt_api::orders::{CreateOrder, TakeAction};
use takt_api::reports::Report;
use takt_api::stock::Source;
use takt_booking::{Acceptance, Progress, accept, book, receipt};
use takt_domain::facts::Actor;
use takt_domain::id::OrderId;
use takt_domain::ledger::MovementKind;
use takt_domain::master::{Bom, BomLine, Item, Line, Location, LocationKind, Routing, RoutingOperation};
use takt_domain::movement::NewMovement;
use takt_domain::order::{InspectionResult, Priority};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::report::NewReport;
use takt_domain::text::Lang;
use takt_queue::Queue;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::create_order::create_order;
use takt_records::command::move_stock::move_stock;
use takt_records::command::take_action::take_action;
use takt_records::command::{CommandError, first_plant};
use takt_records::keep::{self, kind};
use takt_redis::NativeRedis;
use takt_store::{BalanceFilter, Commit, ListFilter, NativeDriver, PageRequest, PlantNumber, SqliteStore, Store};
use takt_test_servers::Redis;

pub(crate) const PLANT: PlantNumber = PlantNumber(1);

pub(crate) type NativeStore = SqliteStore<NativeDriver>;

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) redis: Redis,
    pub(crate) store: NativeStore,
    pub(crate) queue: Queue<NativeRedis>,
    given: AtomicU64,
}

fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("well-formed")
}

pub(crate) fn pieces(units: i64) -> Quantity {
    Quantity::from_units(units, 0)
}

impl World {
    /// P is made in operations 10, which uses 2 of M, and 20. There are 10,000 of M.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let redis = Redis::start(&["--appendonly", "yes", "--appendfsync", "always"]);
        let queue = Queue::new(NativeRedis::new(&redis.url()).expect("an address"), PLANT.0);
        let store = SqliteStore::new(NativeDriver::open(folder.path().join("takt.db")).expect("a file"));
        store.ensure_schema().await.expect("a schema");
        store.put_plant(&first_plant(0)).await.expect("a plant");
        let world = Self { folder, redis, store, queue, given: AtomicU64::new(0) };
        world.master_data().await;
        world
    }

    /// Another store on the same file.
    pub(crate) fn another_store(&self) -> NativeStore {
        SqliteStore::new(NativeDriver::open(self.folder.path().join("takt.db")).expect("a file"))
    }

    async fn master_data(&self) {
        let mut commit = Commit::new(PLANT, 0);
        commit.records.push(keep::line(&Line { id: parse("L"), name: "L".into() }, None));
        for (id, kind) in
            [("check", LocationKind::Quarantine), ("goods", LocationKind::Finished), ("store", LocationKind::Store)]
        {
            let location = Location { id: parse(id), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        for id in ["P", "M"] {
            let (name, unit) = (id.to_owned(), "pcs".to_owned());
            let item = Item {
                id: parse(id),
                name,
                unit,
                scale: 0,
                kind: String::new(),
                barcode: None,
                tracking: Default::default(),
                shelf_life_days: None,
                units: Vec::new(),
                minimum: None,
                custom: BTreeMap::new(),
            };
            commit.records.push(keep::item(&item, id == "P", None));
        }
        let operation = |number| RoutingOperation {
            number,
            name: number.to_string(),
            tolerance_percent: 0,
            equipment: None,
            mould: None,
            crew_min: 0,
            standard_s: 1,
            ..RoutingOperation::default()
        };
        let routing = Routing { item: parse("P"), released: true, operations: vec![operation(10), operation(20)] };
        commit.records.push(keep::routing(&routing, None));
        let line = BomLine {
            component: parse("M"),
            per: Some(pieces(2)),
            optional: false,
            phantom: false,
            operation: Some(10),
            note: String::new(),
        };
        commit.records.push(keep::bom(&Bom { item: parse("P"), lines: vec![line] }, None));
        self.store.commit(&commit).await.expect("master data");
        let given = NewMovement {
            kind: MovementKind::Receipt,
            item: parse("M"),
            lot: String::new(),
            from: None,
            to: Some(parse("store")),
            quantity: pieces(10_000),
            order: None,
            document: String::new(),
            line: None,
            reason: String::new(),
            scan: String::new(),
            occurred_at: None,
            expires: None,
            made: None,
            supplier_lot: String::new(),
            unit: String::new(),
        };
        move_stock(&self.store, &self.caller(), &given).await.expect("a receipt");
    }

    /// Somebody with a new key.
    pub(crate) fn caller(&self) -> Caller {
        let given = self.given.fetch_add(1, Ordering::SeqCst);
        Caller {
            plant: PLANT,
            actor: Actor::new(parse("li"), vec![Role::Administrator]),
            session: LOCAL_SESSION.into(),
            expires_s: i64::MAX,
            key: Some(Key { key: given.to_string(), fingerprint: "f".into() }),
            device: "phone 7".into(),
            source: Source::Scan,
            now: Timestamp::now(),
            accepted_at: None,
            signature: takt_domain::signature::Signature::Missing,
            lang: Lang::En,
        }
    }

    pub(crate) async fn act(&self, order: &OrderId, action: &str) -> Result<(), CommandError> {
        let given =
            TakeAction { reason: "because".into(), result: Some(InspectionResult::Pass), ..TakeAction::default() };
        take_action(&self.store, &self.caller(), order, action, &given).await.map(|_| ())
    }

    /// An order that takes reports.
    pub(crate) async fn order(&self, quantity: i64) -> OrderId {
        let given = CreateOrder {
            id: None,
            item: parse("P"),
            quantity: pieces(quantity),
            line: parse("L"),
            priority: Priority::Normal,
            due: None,
            customer: String::new(),
            note: String::new(),
            lot: String::new(),
            custom: BTreeMap::new(),
            flow: None,
        };
        let answer = create_order(&self.store, &self.caller(), &given).await.expect("an order");
        let id: OrderId = parse(answer.body["id"].as_str().expect("an id"));
        for action in ["submit", "approve", "dispatch", "start", "inspect-first-article"] {
            self.act(&id, action).await.expect(action);
        }
        id
    }

    /// Sends a report of good pieces to the queue.
    pub(crate) async fn send(&self, caller: &Caller, order: &OrderId, operation: u16, good: i64) -> Acceptance {
        accept(&self.store, &self.queue, caller, &report(order, operation, good)).await.expect("an answer")
    }

    /// The same for one that is queued; its receipt.
    pub(crate) async fn queued(&self, order: &OrderId, operation: u16, good: i64) -> String {
        match self.send(&self.caller(), order, operation, good).await {
            Acceptance::Queued { receipt, .. } => receipt.id,
            Acceptance::AtStore => panic!("it is queued"),
        }
    }

    /// Books all that waits.
    pub(crate) async fn book(&self) -> Progress {
        let until = Timestamp::now() + SignedDuration::from_secs(60);
        book(&self.store, &self.queue, PLANT, "booker", Timestamp::now, until).await.expect("the queue answers")
    }

    pub(crate) async fn receipt(&self, id: &str) -> Option<Report> {
        receipt(&self.store, Some(&self.queue), &self.caller(), id).await.expect("an answer")
    }

    /// What is in the ledger, by the id of the report.
    pub(crate) async fn booked(&self) -> BTreeMap<String, Report> {
        let page = PageRequest { after: None, limit: 200 };
        let found = self.store.list(PLANT, kind::REPORT, &ListFilter::default(), &page).await.expect("a page");
        assert!(found.next.is_none(), "one page is enough here");
        let report = |record: &takt_store::Record| Report::deserialize(&record.body).expect("a report");
        found.items.iter().map(report).map(|report| (report.id.clone(), report)).collect()
    }

    /// All of an item that stands in physical places.
    pub(crate) async fn stock(&self, item: &str) -> i64 {
        let filter = BalanceFilter { items: vec![item.into()], ..BalanceFilter::default() };
        let page = self.store.balances(PLANT, &filter, &PageRequest { after: None, limit: 200 }).await.expect("a page");
        page.items.iter().filter(|balance| balance.bounded).map(|balance| balance.quantity).sum()
    }

    /// The state of an order.
    pub(crate) async fn state(&self, order: &OrderId) -> String {
        let load = takt_records::load::order(&self.store, &self.caller(), order, Vec::new()).await.expect("an order");
        load.order.state
    }
}

pub(crate) fn report(order: &OrderId, operation: u16, good: i64) -> NewReport {
    NewReport {
        order: order.clone(),
        operation,
        good: pieces(good),
        scrap: Vec::new(),
        rework: None,
        rework_to: None,
        started_at: None,
        ended_at: None,
        equipment: None,
        lot: String::new(),
        note: String::new(),
        custom: Default::default(),
    }
}
