//! A plant on a file of its own, and the commands as people give them: lamps are made of glue, which is tracked by lot and
//! expires, and of bolts, which nobody tells apart.

use std::cell::Cell;

use futures::executor::block_on;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use takt_api::stock::Source;
use takt_domain::document::DocumentKind;
use takt_domain::facts::Actor;
use takt_domain::id::CountId;
use takt_domain::master::{Bom, Item, Line, Location, LocationKind, Routing};
use takt_domain::permission::Role;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::{
    Answer, CommandError, FIRST_PLANT, count, create_order, first_plant, kanban, lot, move_stock, put_document, report,
    reverse_movement, reverse_report, take_action,
};
use takt_records::keep;
use takt_store::{Commit, Load, NativeDriver, SqliteStore, Store};

/// The beginning, in seconds since 1970: noon where the plant is, on the fourth of March 2027.
const START_S: i64 = 1_804_132_800;

/// Where things stand: two stores, a line, and where goods come in, wait and lie.
pub(crate) const PLACES: [(&str, LocationKind); 6] = [
    ("C", LocationKind::Quarantine),
    ("F", LocationKind::Finished),
    ("L", LocationKind::Line),
    ("R", LocationKind::Receiving),
    ("S1", LocationKind::Store),
    ("S2", LocationKind::Store),
];

/// What there is, with its decimals.
pub(crate) const ITEMS: [(&str, u8); 3] = [("bolt", 0), ("glue", 1), ("lamp", 0)];

/// Units as people write them.
pub(crate) fn text(item: &str, units: i64) -> String {
    if item == "glue" { format!("{}.{}", units / 10, units % 10) } else { units.to_string() }
}

pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) store: SqliteStore<NativeDriver>,
    given: Cell<u32>,
    now_s: Cell<i64>,
}

pub(crate) type Outcome = Result<Answer, CommandError>;

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::new(NativeDriver::open(folder.path().join("takt.db")).unwrap());
        block_on(store.ensure_schema()).unwrap();
        block_on(store.put_plant(&first_plant(START_S * 1000))).unwrap();
        let world = Self { _folder: folder, store, given: Cell::new(0), now_s: Cell::new(START_S) };
        world.master_data();
        world
    }

    fn master_data(&self) {
        let mut commit = Commit::new(FIRST_PLANT, START_S * 1000);
        commit.records.push(keep::line(&Line { id: "L1".parse().unwrap(), name: "L1".into() }, None));
        for (id, kind) in PLACES {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        for item in [
            json!({"id": "bolt", "name": "bolt", "unit": "pcs", "scale": 0}),
            json!({"id": "glue", "name": "glue", "unit": "kg", "scale": 1, "tracking": "lot"}),
            json!({"id": "lamp", "name": "lamp", "unit": "pcs", "scale": 0, "tracking": "lot", "shelf_life_days": 100}),
        ] {
            let item: Item = read(item);
            commit.records.push(keep::item(&item, item.id.as_str() == "lamp", None));
        }
        let lines = json!([
            {"component": "glue", "per": "0.5", "operation": 10},
            {"component": "bolt", "per": "2", "operation": 20},
        ]);
        let bom: Bom = read(json!({"item": "lamp", "lines": lines}));
        commit.records.push(keep::bom(&bom, None));
        let operations = json!([{"number": 10, "name": "glueing"}, {"number": 20, "name": "screwing"}]);
        let routing: Routing = read(json!({"item": "lamp", "released": true, "operations": operations}));
        commit.records.push(keep::routing(&routing, None));
        block_on(self.store.commit(&commit)).unwrap();
        for (id, item, per_card) in [("KB", "bolt", "4"), ("KG", "glue", "1.5")] {
            let given = json!({"item": item, "from": "S1", "to": "L", "per_card": per_card, "cards": 2, "active": true, "version": 0});
            let id = id.parse().unwrap();
            block_on(kanban::put_loop(&self.store, &self.caller(), &id, &read(given))).unwrap();
        }
    }

    pub(crate) fn later_days(&self, days: i64) {
        self.now_s.set(self.now_s.get() + days * 24 * 3600);
    }

    /// The moment of the last command.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now_s.get()).unwrap()
    }

    /// The plant's own day.
    pub(crate) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::get("Asia/Shanghai").unwrap()).date()
    }

    /// Somebody who may do everything, has entered the PIN once more, and has a fresh key.
    pub(crate) fn caller(&self) -> Caller {
        self.caller_as("boss")
    }

    fn caller_as(&self, user: &str) -> Caller {
        self.given.set(self.given.get() + 1);
        self.now_s.set(self.now_s.get() + 1);
        let given = self.given.get().to_string();
        Caller {
            plant: FIRST_PLANT,
            actor: Actor::new(user.parse().unwrap(), vec![Role::Administrator]),
            session: LOCAL_SESSION.into(),
            expires_s: i64::MAX,
            key: Some(Key { key: given.clone(), fingerprint: "f".into() }),
            device: String::new(),
            source: Source::Hand,
            now: self.now(),
            accepted_at: None,
            signature: Signature::Given(format!("ticket-{given}")),
            lang: Lang::En,
        }
    }

    pub(crate) fn moved(&self, body: Value) -> Outcome {
        block_on(move_stock::move_stock(&self.store, &self.caller(), &read(body)))
    }

    pub(crate) fn reverse_movement(&self, id: &str) -> Outcome {
        block_on(reverse_movement::reverse_movement(&self.store, &self.caller(), id, "wrong"))
    }

    pub(crate) fn document(&self, kind: DocumentKind, item: &str, units: i64) -> String {
        let lines = json!([{"line": 10, "item": item, "quantity": text(item, units), "tolerance_percent": 0}]);
        let given = read(json!({"partner": "somebody", "lines": lines}));
        let answer = block_on(put_document::create(&self.store, &self.caller(), kind, &given)).unwrap();
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn create_order(&self, quantity: i64) -> String {
        let given = read(json!({"item": "lamp", "quantity": quantity.to_string(), "line": "L1"}));
        let answer = block_on(create_order::create_order(&self.store, &self.caller(), &given)).unwrap();
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn act(&self, order: &str, action: &str) -> Outcome {
        let given = read(json!({"reason": "because", "result": "pass"}));
        block_on(take_action::take_action(&self.store, &self.caller(), &order.parse().unwrap(), action, &given))
    }

    /// `back` pieces go back to the first operation.
    pub(crate) fn report(
        &self,
        order: &str,
        operation: u16,
        (good, scrap, back): (i64, i64, i64),
        queued: bool,
    ) -> Outcome {
        let mut body = json!({"order": order, "operation": operation, "good": good.to_string()});
        if scrap > 0 {
            body["scrap"] = json!([{"reason": "bent", "quantity": scrap.to_string()}]);
        }
        if back > 0 {
            body["rework"] = json!(back.to_string());
            body["rework_to"] = json!(10);
        }
        let caller = self.caller();
        let caller = Caller { accepted_at: queued.then_some(caller.now), ..caller };
        block_on(report::report(&self.store, &caller, &read(body)))
    }

    pub(crate) fn reverse_report(&self, id: &str) -> Outcome {
        block_on(reverse_report::reverse_report(&self.store, &self.caller(), id, "wrong"))
    }

    pub(crate) fn call(&self, of: &str) -> Outcome {
        block_on(kanban::call(&self.store, &self.caller(), &of.parse().unwrap()))
    }

    pub(crate) fn fulfil(&self, call: &str) -> Outcome {
        block_on(kanban::fulfil(&self.store, &self.caller(), call, &read(json!({}))))
    }

    pub(crate) fn split(&self, body: Value) -> Outcome {
        block_on(lot::split(&self.store, &self.caller(), &read(body)))
    }

    pub(crate) fn merge(&self, body: Value) -> Outcome {
        block_on(lot::merge(&self.store, &self.caller(), &read(body)))
    }

    pub(crate) fn set_lot(&self, item: &str, number: &str, act: &str) -> Outcome {
        let given = read(json!({"act": act, "reason": "looked at"}));
        block_on(lot::set_state(&self.store, &self.caller(), &item.parse().unwrap(), number, &given))
    }

    pub(crate) fn start_count(&self, location: &str, frozen: bool) -> Outcome {
        let mode = if frozen { "frozen" } else { "moving" };
        let given = read(json!({"scope": {"locations": [location]}, "mode": mode}));
        block_on(count::start(&self.store, &self.caller(), &given))
    }

    pub(crate) fn enter(&self, id: &CountId, user: &str, place: (&str, &str, &str), units: i64) -> Outcome {
        let (location, item, lot) = place;
        let given = read(json!({"location": location, "item": item, "lot": lot, "quantity": text(item, units)}));
        block_on(count::enter(&self.store, &self.caller_as(user), id, &given))
    }

    pub(crate) fn finish_count(&self, id: &CountId) -> Outcome {
        block_on(count::finish(&self.store, &self.caller(), id, &read(json!({"leave": true}))))
    }

    pub(crate) fn cancel_count(&self, id: &CountId) -> Outcome {
        block_on(count::cancel(&self.store, &self.caller(), id, &read(json!({"reason": "no time"}))))
    }

    pub(crate) fn post_count(&self, id: &CountId) -> Outcome {
        block_on(count::post(&self.store, &self.caller(), id, &read(json!({}))))
    }

    pub(crate) fn record<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Option<T> {
        let mut load = Load::new(FIRST_PLANT, 0);
        load.records = vec![(kind.to_owned(), id.to_owned())];
        let loaded = block_on(self.store.load(&load)).unwrap();
        loaded.record(kind, id).map(|record| record.parse().unwrap())
    }
}

/// What a command came to: booked, or refused with these codes, sorted. A wrong value is `invalid:` and its field.
pub(crate) fn codes(outcome: &Outcome) -> Result<(), Vec<String>> {
    let mut codes: Vec<String> = match outcome {
        Ok(_) => return Ok(()),
        Err(CommandError::Refused(refusal)) => refusal.unmet.iter().map(|unmet| unmet.code.clone()).collect(),
        Err(CommandError::Invalid(errors)) => errors.iter().map(|error| format!("invalid:{}", error.at)).collect(),
        Err(other) => vec![format!("{other:?}")],
    };
    codes.sort();
    codes.dedup();
    Err(codes)
}
