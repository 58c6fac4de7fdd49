//! Somebody keeps a lot back while somebody else issues of it: whatever comes first, nothing is issued after that.

use std::cell::Cell;

use futures::FutureExt;
use futures::executor::block_on;
use serde_json::json;
use takt_api::orders::TakeAction;
use takt_domain::master::{Location, LocationKind};
use takt_domain::permission::Role;
use takt_records::command::move_stock::move_stock;
use takt_records::command::take_action::take_action;
use takt_records::command::{FIRST_PLANT, count};
use takt_records::keep;
use takt_store::{Commit, Driver, DriverError, NativeDriver, Rows, SqliteStore, Store, Value};

use crate::lot::world::{World, codes};

/// Before the statement with a number somebody else does something.
struct Interrupted<'w> {
    inner: NativeDriver,
    left: Cell<i32>,
    meanwhile: &'w dyn Fn(),
}

impl Driver for Interrupted<'_> {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        self.left.set(self.left.get() - 1);
        if self.left.get() == -1 {
            (self.meanwhile)();
        }
        self.inner.query(sql, params).await
    }
}

/// Says whether the issue had a statement with that number.
fn check(at: i32) -> bool {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-09-01"));
    let given = serde_json::from_value(
        json!({"kind": "issue", "item": "glue", "lot": "A", "from": "S1", "to": "side", "quantity": "1"}),
    )
    .unwrap();
    let caller = world.caller(Role::Storekeeper);
    let meanwhile = || drop(world.quarantine("glue", "A").unwrap());
    let inner = NativeDriver::open(world.file()).unwrap();
    let store = SqliteStore::new(Interrupted { inner, left: Cell::new(at), meanwhile: &meanwhile });
    // Not by an executor: what happens meanwhile has one of its own.
    let issued = move_stock(&store, &caller, &given).now_or_never().unwrap();
    let was_there = store.driver().left.get() < 0;
    let told = block_on(world.store.journal(FIRST_PLANT, None, 1000)).unwrap().events;
    let kept_back = told.iter().position(|told| told.event.event_type == "lot.quarantined.v1");
    let moved = told.iter().rposition(|told| told.event.event_type == "stock.moved.v1");
    if was_there {
        assert!(moved < kept_back, "before statement {at}: {issued:?}");
        assert_eq!(world.at("glue", "A", "side", ""), i64::from(issued.is_ok()) * 10);
    }
    was_there
}

#[test]
fn nothing_is_issued_of_a_lot_after_somebody_has_kept_it_back() {
    let mut at = 0;
    while check(at) {
        at += 1;
    }
    assert!(at >= 2, "an issue looks, and then books: {at}");
}

/// Somebody is at the locations whenever anything is booked.
struct Restless<'w> {
    inner: NativeDriver,
    changes: &'w dyn Fn(),
}

impl Driver for Restless<'_> {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        if sql.contains("commit_in") {
            (self.changes)();
        }
        self.inner.query(sql, params).await
    }
}

#[test]
fn stock_is_held_for_an_order_whatever_is_done_to_its_location_meanwhile() {
    let world = World::new();
    world.receive("glue", "A", "40", Some("2028-01-01"));
    let order = world.order("3");
    let (caller, count) = (world.signing(Role::Administrator), world.caller(Role::Storekeeper));
    let given = serde_json::from_value(json!({"scope": {"locations": ["S1"]}, "mode": "frozen"})).unwrap();
    block_on(count::start(&world.store, &count, &given)).unwrap();
    let changes = || {
        let mut commit = Commit::new(FIRST_PLANT, world.now().as_millisecond());
        let name = String::from("another name");
        let place = Location { id: "S1".parse().unwrap(), name, kind: LocationKind::Store, line: None };
        commit.records.push(keep::location(&place, None));
        block_on(world.store.commit(&commit)).unwrap();
    };
    let store = SqliteStore::new(Restless { inner: NativeDriver::open(world.file()).unwrap(), changes: &changes });
    take_action(&store, &caller, &order, "dispatch", &TakeAction::default()).now_or_never().unwrap().unwrap();
    assert!(world.at("glue", "A", "S1", order.as_str()) > 0);
    world.audit();
}

/// Says whether the signature had a statement with that number.
fn signs(at: i32) -> bool {
    let world = World::new();
    world.receive("glue", "A", "40", Some("2028-01-01"));
    let order = world.order("1");
    for action in ["dispatch", "start", "inspect-first-article"] {
        world.act(&order, action).unwrap();
    }
    world.report(json!({"order": order, "operation": 10, "good": "1"})).unwrap();
    world.act(&order, "inspect-final").unwrap();
    let (caller, counts) = (world.signing(Role::Administrator), world.caller(Role::Storekeeper));
    let meanwhile = || {
        let given = serde_json::from_value(json!({"scope": {"locations": ["check"]}, "mode": "frozen"})).unwrap();
        drop(block_on(count::start(&world.store, &counts, &given)).unwrap());
    };
    let inner = NativeDriver::open(world.file()).unwrap();
    let store = SqliteStore::new(Interrupted { inner, left: Cell::new(at), meanwhile: &meanwhile });
    let signed = take_action(&store, &caller, &order, "sign", &TakeAction::default()).now_or_never().unwrap();
    let was_there = store.driver().left.get() < 0;
    if was_there {
        assert_eq!(codes(signed), ["location.frozen"], "before statement {at}");
        assert_eq!(world.at("lamp", order.as_str(), "check", order.as_str()), 1);
    } else {
        signed.unwrap();
        assert_eq!(world.at("lamp", order.as_str(), "check", order.as_str()), 0, "else it goes out");
    }
    was_there
}

#[test]
fn goods_do_not_leave_quarantine_by_a_signature_after_somebody_keeps_it_still() {
    let statements = (0..).take_while(|at| signs(*at)).count();
    assert!(statements >= 2, "{statements}");
}
