//! The lots of what production makes.

use serde_json::{Value, json};
use takt_domain::id::OrderId;

use crate::lot::world::{World, day, fields};

fn running(world: &World, pieces: &str) -> OrderId {
    let order = world.order(pieces);
    for action in ["dispatch", "start", "inspect-first-article"] {
        world.act(&order, action).unwrap();
    }
    order
}

fn good(order: &OrderId, more: Value) -> Value {
    let mut body = json!({"order": order, "operation": 10, "good": "1"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn what_is_made_is_of_the_lot_that_the_report_names_else_of_the_one_that_is_called_as_its_order() {
    let world = World::new();
    world.receive("glue", "A", "100", Some("2028-01-01"));
    let order = running(&world, "4");
    world.report(good(&order, json!({}))).unwrap();
    world.days(2);
    world.report(good(&order, json!({}))).unwrap();
    let lot = world.lot("lamp", order.as_str()).unwrap();
    assert_eq!((lot.made, lot.expires), (Some(day("2027-03-04")), Some(day("2027-06-12"))), "from its first piece on");
    world.report(good(&order, json!({"lot": " shift-2 "}))).unwrap();
    assert_eq!(world.lot("lamp", "shift-2").unwrap().made, Some(day("2027-03-06")));
    let at = |lot: &str| world.at("lamp", lot, "check", order.as_str());
    assert_eq!((at(order.as_str()), at("shift-2"), at("")), (2, 1, 0));
    let scrap = json!({"order": order, "operation": 10, "good": "0", "lot": "none",
        "scrap": [{"reason": "bent", "quantity": "1"}]});
    assert_eq!(fields(world.report(scrap)), ["lot"], "nothing is made");
    world.audit();
}
