//! Somebody keeps a lot back while somebody else issues of it: whatever comes first, nothing is issued after that.

use std::cell::Cell;

use futures::FutureExt;
use futures::executor::block_on;
use serde_json::json;
use takt_domain::permission::Role;
use takt_records::command::FIRST_PLANT;
use takt_records::command::move_stock::move_stock;
use takt_store::{Driver, DriverError, NativeDriver, Rows, SqliteStore, Store, Value};

use crate::world::World;

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
