//! Somebody gives a count up or keeps a location still while somebody else enters a line or moves stock: whatever comes first,
//! nothing is entered or moved after that.

use std::cell::Cell;

use futures::FutureExt;
use futures::executor::block_on;
use takt_domain::movement::NewMovement;
use takt_records::command::move_stock::move_stock;
use takt_records::command::{FIRST_PLANT, count};
use takt_store::{Driver, DriverError, NativeDriver, Rows, SqliteStore, Store, Value};

use crate::count::world::World;

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

fn position(world: &World, event: &str) -> Option<usize> {
    let told = block_on(world.store.journal(FIRST_PLANT, None, 1000)).unwrap().events;
    told.iter().rposition(|told| told.event.event_type == event)
}

fn interrupted<'w>(world: &World, at: i32, meanwhile: &'w dyn Fn()) -> SqliteStore<Interrupted<'w>> {
    let inner = NativeDriver::open(world.file()).unwrap();
    SqliteStore::new(Interrupted { inner, left: Cell::new(at), meanwhile })
}

#[test]
fn nothing_is_entered_in_a_count_after_it_was_given_up() {
    let enters = |at: i32| {
        let world = World::new();
        world.receive("bolt", "S1", "10");
        let id = world.start(r#"{"scope":{"locations":["S1"]}}"#).unwrap();
        let given = serde_json::from_str(r#"{"location":"S1","item":"bolt","quantity":"10"}"#).unwrap();
        let caller = world.caller("ben");
        let meanwhile = || drop(world.cancel(&id).unwrap());
        let store = interrupted(&world, at, &meanwhile);
        // Not by an executor: what happens meanwhile has one of its own.
        let _ = count::enter(&store, &caller, &id, &given).now_or_never().unwrap();
        let was_there = store.driver().left.get() < 0;
        if was_there {
            let (entered, over) = (position(&world, "count.entered.v1"), position(&world, "count.cancelled.v1"));
            assert!(entered < over, "interrupted before statement {at}");
        }
        was_there
    };
    let statements = (0..).take_while(|at| enters(*at)).count();
    assert!(statements >= 2, "{statements}");
}

#[test]
fn nothing_moves_at_a_location_after_it_was_frozen() {
    let moves = |at: i32| {
        let world = World::new();
        world.receive("bolt", "S1", "10");
        let given: NewMovement =
            serde_json::from_str(r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"1"}"#).unwrap();
        let caller = world.caller("ben");
        let meanwhile = || drop(world.start(r#"{"scope":{"locations":["S1"]},"mode":"frozen"}"#).unwrap());
        let store = interrupted(&world, at, &meanwhile);
        let _ = move_stock(&store, &caller, &given).now_or_never().unwrap();
        let was_there = store.driver().left.get() < 0;
        if was_there {
            let (moved, frozen) = (position(&world, "stock.moved.v1"), position(&world, "count.started.v1"));
            assert!(moved < frozen, "interrupted before statement {at}");
        }
        was_there
    };
    let statements = (0..).take_while(|at| moves(*at)).count();
    assert!(statements >= 2, "{statements}");
}
