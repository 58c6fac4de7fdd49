//! A plant that makes lamps of bolts and wire, in lots, where things happen by chance.

use std::cell::Cell;

use futures::executor::block_on;
use jiff::Timestamp;
use serde_json::Value;
use takt_api::lots::SplitLot;
use takt_api::orders::{CreateOrder, TakeAction};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::master::{Bom, Item, Line, Location, LocationKind, Routing};
use takt_domain::movement::NewMovement;
use takt_domain::order::InspectionResult;
use takt_domain::permission::Role;
use takt_domain::report::NewReport;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_records::audit::{Place, Slice, slice};
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::create_order::create_order;
use takt_records::command::lot::split;
use takt_records::command::move_stock::move_stock;
use takt_records::command::report::report;
use takt_records::command::reverse_movement::reverse_movement;
use takt_records::command::reverse_report::reverse_report;
use takt_records::command::take_action::take_action;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, first_plant};
use takt_records::keep;
use takt_records::seal::{ChainSlice, seal, verify};
use takt_store::{Balance, BalanceFilter, Commit, LedgerRow, PageRequest, Store};

use crate::archive::database::Database;

/// The beginning, in seconds since 1970: 2026-11-23.
const START_S: i64 = 1_795_384_800;

/// Numbers that look like chance and are the same each time.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below this.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn of<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let n = self.below(from.len().max(1) as u64);
        from.get(usize::try_from(n).unwrap())
    }
}

pub(crate) struct World<D: Database> {
    pub(crate) database: D,
    pub(crate) store: D::Store,
    given: Cell<u32>,
    now_s: Cell<i64>,
    pub(crate) orders: Vec<String>,
    pub(crate) reports: Vec<String>,
    pub(crate) movements: Vec<String>,
    /// Of bolts.
    pub(crate) lots: Vec<String>,
}

impl<D: Database> World<D> {
    pub(crate) fn new() -> Self {
        let database = D::fresh();
        let store = database.store();
        block_on(store.put_plant(&first_plant(START_S * 1000))).unwrap();
        let mut commit = Commit::new(FIRST_PLANT, START_S * 1000);
        commit.records.push(keep::line(&Line { id: "L1".parse().unwrap(), name: "L1".into() }, None));
        for (id, kind) in [
            ("S1", LocationKind::Store),
            ("S2", LocationKind::Store),
            ("check", LocationKind::Quarantine),
            ("goods", LocationKind::Finished),
        ] {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        for (id, scale) in [("lamp", 0), ("bolt", 0), ("wire", 3)] {
            let item = serde_json::json!({"id": id, "name": id, "unit": "pcs", "scale": scale});
            let item: Item = serde_json::from_value(item).unwrap();
            commit.records.push(keep::item(&item, id == "lamp", None));
        }
        let bom: Bom = serde_json::from_str(
            r#"{"item":"lamp","lines":[{"component":"bolt","per":"2","operation":10},{"component":"wire","per":"0.5","operation":20}]}"#,
        )
        .unwrap();
        commit.records.push(keep::bom(&bom, None));
        let routing: Routing = serde_json::from_str(
            r#"{"item":"lamp","released":true,"operations":[{"number":10,"name":"a"},{"number":20,"name":"b"}]}"#,
        )
        .unwrap();
        commit.records.push(keep::routing(&routing, None));
        block_on(store.commit(&commit)).unwrap();
        let world = Self {
            database,
            store,
            given: Cell::new(0),
            now_s: Cell::new(START_S),
            orders: Vec::new(),
            reports: Vec::new(),
            movements: Vec::new(),
            lots: vec!["B1".into(), "B2".into()],
        };
        for (item, lot, quantity) in [("bolt", "B1", "400"), ("bolt", "B2", "400"), ("wire", "", "300.5")] {
            world.receive(item, lot, quantity).unwrap();
        }
        world
    }

    pub(crate) fn later_days(&self, days: i64) {
        self.now_s.set(self.now_s.get() + days * 24 * 3600);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now_s.get()).unwrap()
    }

    pub(crate) fn caller(&self) -> Caller {
        self.given.set(self.given.get() + 1);
        self.now_s.set(self.now_s.get() + 1);
        let given = self.given.get().to_string();
        Caller {
            plant: FIRST_PLANT,
            actor: Actor::new("anna".parse().unwrap(), vec![Role::Administrator]),
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

    fn moved(&self, body: &str) -> Result<Answer, CommandError> {
        let given: NewMovement = serde_json::from_str(body).unwrap();
        block_on(move_stock(&self.store, &self.caller(), &given))
    }

    pub(crate) fn receive(&self, item: &str, lot: &str, quantity: &str) -> Result<Answer, CommandError> {
        self.moved(&format!(r#"{{"kind":"receipt","item":"{item}","lot":"{lot}","to":"S1","quantity":"{quantity}"}}"#))
    }

    pub(crate) fn create(&self, id: Option<&str>, quantity: u64) -> Result<Answer, CommandError> {
        let given = serde_json::json!({"id": id, "item": "lamp", "quantity": quantity.to_string(), "line": "L1"});
        let given: CreateOrder = serde_json::from_value(given).unwrap();
        block_on(create_order(&self.store, &self.caller(), &given))
    }

    /// An order for so many lamps, in production.
    pub(crate) fn running(&mut self, quantity: u64) -> String {
        let id = self.create(None, quantity).unwrap().body["id"].as_str().unwrap().to_owned();
        for action in ["submit", "approve", "dispatch", "start", "inspect-first-article"] {
            self.act(&id, action).unwrap_or_else(|error| panic!("{action}: {error:?}"));
        }
        self.orders.push(id.clone());
        id
    }

    pub(crate) fn act(&self, order: &str, action: &str) -> Result<Answer, CommandError> {
        let given =
            TakeAction { reason: "because".into(), result: Some(InspectionResult::Pass), ..TakeAction::default() };
        block_on(take_action(&self.store, &self.caller(), &order.parse().unwrap(), action, &given))
    }

    pub(crate) fn report(
        &mut self,
        order: &str,
        operation: u16,
        good: u64,
        queued: bool,
    ) -> Result<Answer, CommandError> {
        let text = format!(r#"{{"order":"{order}","operation":{operation},"good":"{good}"}}"#);
        let given: NewReport = serde_json::from_str(&text).unwrap();
        let caller = self.caller();
        let caller = Caller { accepted_at: queued.then_some(caller.now), ..caller };
        let answer = block_on(report(&self.store, &caller, &given))?;
        self.reports.push(answer.body["id"].as_str().unwrap().to_owned());
        Ok(answer)
    }

    pub(crate) fn reverse_report(&self, id: &str) -> Result<Answer, CommandError> {
        block_on(reverse_report(&self.store, &self.caller(), id, "wrong"))
    }

    pub(crate) fn reverse_movement(&self, id: &str) -> Result<Answer, CommandError> {
        block_on(reverse_movement(&self.store, &self.caller(), id, "wrong"))
    }

    /// Takes an order to its end, with a piece at least.
    pub(crate) fn close(&mut self, order: &str) {
        for operation in [10, 20] {
            let _refused_or_not = self.report(order, operation, 1, false);
        }
        for action in ["complete", "inspect-final", "sign", "close", "cancel"] {
            let _refused_or_not = self.act(order, action);
        }
    }

    /// Something happens; what the rules refuse does not.
    pub(crate) fn happen(&mut self, chance: &mut Chance) {
        match chance.below(13) {
            0 | 1 => drop(self.running(1 + chance.below(6))),
            2..=6 => {
                let Some(order) = chance.of(&self.orders).cloned() else { return };
                let operation = if chance.below(2) == 0 { 10 } else { 20 };
                let (good, queued) = (1 + chance.below(3), chance.below(3) == 0);
                let _refused_or_not = self.report(&order, operation, good, queued);
            }
            7 => {
                let Some(report) = chance.of(&self.reports).cloned() else { return };
                let _refused_or_not = self.reverse_report(&report);
            }
            8 => {
                let Some(order) = chance.of(&self.orders).cloned() else { return };
                self.close(&order);
            }
            9 => {
                let lot = if chance.below(2) == 0 { "B1" } else { "B2" };
                let answer = self.receive("bolt", lot, &(1 + chance.below(20)).to_string()).unwrap();
                self.movements.push(answer.body["id"].as_str().unwrap().to_owned());
            }
            10 => {
                let body = format!(
                    r#"{{"kind":"transfer","item":"bolt","lot":"B1","from":"S1","to":"S2","quantity":"{}"}}"#,
                    1 + chance.below(5)
                );
                if let Ok(answer) = self.moved(&body) {
                    self.movements.push(answer.body["id"].as_str().unwrap().to_owned());
                }
            }
            11 => self.divide(chance),
            _ => {
                let Some(movement) = chance.of(&self.movements).cloned() else { return };
                let _refused_or_not = self.reverse_movement(&movement);
            }
        }
    }

    /// A part of a lot becomes another one, of which orders are made afterwards.
    fn divide(&mut self, chance: &mut Chance) {
        let Some(lot) = chance.of(&self.lots) else { return };
        let into = format!("{lot}-{}", self.lots.len());
        let given = serde_json::json!({"item": "bolt", "lot": lot, "location": "S1", "into": into,
            "quantity": (1 + chance.below(60)).to_string(), "reason": "divided"});
        let given: SplitLot = serde_json::from_value(given).unwrap();
        if block_on(split(&self.store, &self.caller(), &given)).is_ok() {
            self.lots.push(into);
        }
    }

    /// Seals all that is due.
    pub(crate) fn seal(&self) {
        self.database.settle();
        while block_on(seal(&self.store, &first_plant(0), self.now())).unwrap().is_some() {}
    }

    /// The whole audit: what it added up and what it found.
    pub(crate) fn audit(&self) -> Slice {
        let mut all = Slice::default();
        let mut at = Place::default();
        loop {
            let found = block_on(slice(&self.store, FIRST_PLANT, &at)).unwrap();
            all.postings += found.postings;
            all.balances += found.balances;
            all.counters += found.counters;
            all.receipts += found.receipts;
            all.count += found.count;
            all.differences.extend(found.differences);
            match found.next {
                Some(next) => at = next,
                None => return all,
            }
        }
    }

    pub(crate) fn chain(&self) -> ChainSlice {
        let mut all = ChainSlice::default();
        let mut after = 0;
        loop {
            let found = block_on(verify(&self.store, FIRST_PLANT, after)).unwrap();
            all.seals += found.seals;
            all.postings += found.postings;
            all.archived += found.archived;
            all.broken = found.broken;
            match found.next {
                Some(next) if all.broken.is_none() => after = next,
                _ => return all,
            }
        }
    }

    pub(crate) fn balances(&self) -> Vec<Balance> {
        let mut all = Vec::new();
        let mut page = PageRequest::first(200);
        loop {
            let found = block_on(self.store.balances(FIRST_PLANT, &BalanceFilter::default(), &page)).unwrap();
            all.extend(found.items);
            match found.next {
                Some(next) => page.after = Some(next),
                None => return all,
            }
        }
    }

    pub(crate) fn ledger(&self) -> Vec<LedgerRow> {
        let mut all: Vec<LedgerRow> = Vec::new();
        self.database.settle();
        loop {
            let after = all.last().map_or(String::new(), |row| row.place.clone());
            let rows = block_on(self.store.ledger(FIRST_PLANT, &after, None, 5000)).unwrap();
            if rows.is_empty() {
                return all;
            }
            all.extend(rows);
        }
    }
}

/// The codes of what is not met.
pub(crate) fn codes<T: std::fmt::Debug>(refused: Result<T, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Refused(refusal)) => refusal.unmet.into_iter().map(|unmet| unmet.code).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

/// What travelled as JSON and was read again.
pub(crate) fn travelled<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_value(serde_json::from_str::<Value>(&text).unwrap()).unwrap()
}
