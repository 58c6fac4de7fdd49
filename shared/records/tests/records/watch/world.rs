//! A plant on a real file: P is made of 2 M on line L.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::json;
use takt_api::orders::{CreateOrder, TakeAction};
use takt_api::stock::Source;
use takt_api::watch::Alert;
use takt_domain::facts::Actor;
use takt_domain::id::OrderId;
use takt_domain::order::{InspectionResult, Priority};
use takt_domain::permission::Role;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::create_order::create_order;
use takt_records::command::first_plant;
use takt_records::command::take_action::take_action;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_store::{Commit, Event, ListFilter, NativeDriver, PageRequest, PlantNumber, RecordWrite, SqliteStore, Store};

pub(crate) const PLANT: PlantNumber = PlantNumber(1);

pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) store: SqliteStore<NativeDriver>,
    given: AtomicU64,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::new(NativeDriver::open(folder.path().join("takt.db")).unwrap());
        store.ensure_schema().await.unwrap();
        store.put_plant(&first_plant(0)).await.unwrap();
        let mut commit = Commit::new(PLANT, 0);
        let item = json!({"id": "P", "name": "P", "unit": "pcs", "scale": 0});
        let operation = json!({"number": 10, "name": "op", "tolerance_percent": 0, "crew_min": 0, "standard_s": 1});
        for (kind, id, body) in [
            (kind::LINE, "L", json!({"id": "L", "name": "L"})),
            (kind::ITEM, "P", item),
            (kind::ROUTING, "P", json!({"item": "P", "released": true, "operations": [operation]})),
        ] {
            commit.records.push(RecordWrite::new(kind, id, None, body));
        }
        for (id, sort) in [("Q", "quarantine"), ("S", "store"), ("B", "line")] {
            let place = RecordWrite::new(kind::LOCATION, id, None, json!({"id": id, "name": id, "kind": sort}));
            commit.records.push(RecordWrite { parent: Some(PLANT_PARENT.into()), ..place });
        }
        store.commit(&commit).await.unwrap();
        Self { _folder: folder, store, given: AtomicU64::new(0) }
    }

    /// Somebody with a new key.
    pub(crate) fn caller(&self) -> Caller {
        let given = self.given.fetch_add(1, Ordering::SeqCst);
        Caller {
            plant: PLANT,
            actor: Actor::new("li".parse().unwrap(), vec![Role::Administrator]),
            session: LOCAL_SESSION.into(),
            expires_s: i64::MAX,
            key: Some(Key { key: given.to_string(), fingerprint: "f".into() }),
            device: String::new(),
            source: Source::Hand,
            now: Timestamp::now(),
            accepted_at: None,
            signature: takt_domain::signature::Signature::Given(format!("{:?}", std::time::Instant::now())),
            lang: Lang::En,
        }
    }

    pub(crate) async fn order(&self, priority: Priority) -> OrderId {
        let given = json!({"item": "P", "quantity": "3", "line": "L", "priority": priority});
        let given: CreateOrder = serde_json::from_value(given).unwrap();
        let answer = create_order(&self.store, &self.caller(), &given).await.unwrap();
        answer.body["id"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) async fn act(&self, order: &OrderId, action: &str) {
        let given =
            TakeAction { reason: "because".into(), result: Some(InspectionResult::Pass), ..TakeAction::default() };
        take_action(&self.store, &self.caller(), order, action, &given).await.unwrap();
    }

    /// All alerts, the most severe first.
    pub(crate) async fn alerts(&self) -> Vec<Alert> {
        let found =
            self.store.list(PLANT, kind::ALERT, &ListFilter::default(), &PageRequest::first(200)).await.unwrap();
        found.items.iter().map(|record| record.parse().unwrap()).collect()
    }

    pub(crate) async fn events(&self) -> Vec<Event> {
        let page = self.store.journal(PLANT, None, 1000).await.unwrap();
        page.events.into_iter().map(|stored| stored.event).collect()
    }
}
