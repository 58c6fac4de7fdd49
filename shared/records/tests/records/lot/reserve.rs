//! Until when stock is held for orders that wait, and what of it is let go.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_domain::id::OrderId;
use takt_domain::master::{Location, LocationKind};
use takt_domain::order::Priority;
use takt_domain::permission::Role;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, lot};
use takt_records::lot::watch;
use takt_records::reservation::terms;

use crate::lot::world::{World, codes};

fn set(world: &World, body: Value) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(body).unwrap();
    block_on(lot::put_settings(&world.store, &world.caller(Role::Administrator), &given))
}

fn let_go(world: &World) -> usize {
    block_on(watch::tick(&world.store, FIRST_PLANT, world.now())).unwrap().unwrap().let_go
}

#[test]
fn only_what_is_held_for_long_enough_and_stands_in_a_store_is_let_go() {
    let world = World::new();
    world.receive("glue", "A", "40", Some("2028-01-01"));
    set(&world, json!({"version": 0, "warn_days": 14, "reservation_hours": 48})).unwrap();
    let (old, young) = (world.order("3"), world.order("2"));
    world.act(&old, "dispatch").unwrap();
    let brought = json!({"kind": "issue", "item": "glue", "lot": "A", "from": "S1", "to": "side", "quantity": "1",
        "order": old});
    world.moved(brought).unwrap();
    world.days(2);
    world.act(&young, "dispatch").unwrap();
    let held = |order: &OrderId, place: &str| world.at("glue", "A", place, order.as_str());
    let before = (held(&old, "S1"), held(&old, "side"), held(&young, "S1"));
    assert_eq!((before.1, before.2), (10, 40));
    assert_eq!(let_go(&world), 1);
    assert_eq!((held(&old, "S1"), held(&old, "side"), held(&young, "S1")), (0, 10, 40));
    world.audit();
}

#[test]
fn it_is_said_until_when_stock_is_held_for_an_order_that_waits() {
    let world = World::new();
    world.receive("glue", "A", "40", Some("2028-01-01"));
    let (waits, started) = (world.order("3"), world.order("2"));
    world.act(&waits, "dispatch").unwrap();
    let since = world.now();
    world.act(&started, "dispatch").unwrap();
    world.act(&started, "start").unwrap();
    let caller = world.caller(Role::Storekeeper);
    let found = || block_on(terms(&world.store, &caller, [&waits, &started].into_iter())).unwrap();
    assert!(found().values().all(|terms| terms.until.is_none()), "nobody has set a time");
    set(&world, json!({"version": 0, "warn_days": 14, "reservation_hours": 48})).unwrap();
    assert_eq!(codes(set(&world, json!({"version": 0, "warn_days": 1}))), ["version.stale"]);
    let found = found();
    let until = found[&waits].until.unwrap();
    assert_eq!(until.duration_since(since).as_hours(), 48);
    assert_eq!((found[&started].until, found[&waits].priority), (None, Priority::Normal));
    let place = |id: &str, kind| Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
    let places = [place("S1", LocationKind::Store), place("side", LocationKind::Line)];
    assert_eq!(found[&waits].until_at("S1", &places), Some(until));
    assert_eq!(found[&waits].until_at("side", &places), None, "what was brought beside a line stays");
}
