//! What the background does: it tells of lots that expire, and lets go what orders hold that do not start.

use futures::executor::block_on;
use serde_json::json;
use takt_api::watch::{Alert, AlertState};
use takt_domain::permission::Role;
use takt_records::command::{FIRST_PLANT, lot as command};
use takt_records::keep::kind;
use takt_records::lot::watch::{Looked, tick};
use takt_store::{ListFilter, PageRequest, Store};

use crate::lot::world::World;

fn look(world: &World) -> Option<Looked> {
    block_on(tick(&world.store, FIRST_PLANT, world.now())).unwrap()
}

fn alerts(world: &World) -> Vec<Alert> {
    let page = PageRequest::first(50);
    let found = block_on(world.store.list(FIRST_PLANT, kind::ALERT, &ListFilter::default(), &page)).unwrap();
    found.items.iter().map(|record| record.parse().unwrap()).collect()
}

fn set(world: &World, body: serde_json::Value) {
    let given = serde_json::from_value(body).unwrap();
    block_on(command::put_settings(&world.store, &world.caller(Role::Manager), &given)).unwrap();
}

#[test]
fn a_lot_that_expires_soon_is_told_of_once_until_nothing_is_left_of_it() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-03-20"));
    world.receive("glue", "B", "10", Some("2027-05-20"));
    assert_eq!(look(&world).unwrap().raised, 0, "sixteen days are left");
    world.days(2);
    assert_eq!(look(&world).unwrap().raised, 1);
    assert_eq!(look(&world), None, "not twice within an hour");
    world.days(1);
    assert_eq!(look(&world), Some(Looked::default()));
    let told = alerts(&world);
    assert_eq!(told.len(), 1);
    assert!(told[0].detail.en.contains("2027-03-20"), "{:?}", told[0]);
    let body = json!({"kind": "scrap", "item": "glue", "lot": "A", "from": "S1", "quantity": "10", "reason": "old"});
    world.moved(body).unwrap();
    world.days(1);
    assert_eq!(look(&world).unwrap().cleared, 1);
    assert_eq!(alerts(&world)[0].state, AlertState::Cleared);
    set(&world, json!({"version": 0, "warn_days": 100}));
    assert_eq!(look(&world).unwrap().raised, 1, "new settings are looked at at once");
    world.audit();
}

#[test]
fn what_is_held_for_an_order_that_does_not_start_is_let_go() {
    let world = World::new();
    world.receive("glue", "A", "40", Some("2028-01-01"));
    let (waits, started) = (world.order("3"), world.order("2"));
    for order in [&waits, &started] {
        world.act(order, "dispatch").unwrap();
    }
    world.act(&started, "start").unwrap();
    world.days(3);
    assert_eq!(look(&world).unwrap().let_go, 0, "nobody has set a time");
    set(&world, json!({"version": 0, "warn_days": 14, "reservation_hours": 48}));
    assert_eq!(look(&world).unwrap().let_go, 1);
    assert_eq!(world.at("glue", "A", "S1", waits.as_str()), 0);
    assert_eq!(world.at("glue", "A", "S1", started.as_str()), 40, "it has started");
    assert_eq!(world.at("glue", "A", "S1", ""), 360);
    world.days(1);
    assert_eq!(look(&world).unwrap().let_go, 0, "nothing is left to let go");
    world.audit();
}
