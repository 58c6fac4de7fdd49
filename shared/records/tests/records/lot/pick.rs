//! What the system takes by itself: what expires first, and nothing that is kept back.

use serde_json::json;

use crate::lot::world::World;

#[test]
fn dispatch_holds_what_expires_first_and_nothing_that_is_kept_back() {
    let world = World::new();
    world.receive("glue", "late", "10", Some("2027-09-01"));
    world.receive("glue", "early", "10", Some("2027-05-01"));
    world.receive("glue", "over", "10", Some("2027-03-04"));
    world.receive("glue", "held", "10", Some("2027-04-01"));
    world.quarantine("glue", "held").unwrap();
    world.days(1);
    let order = world.order("6");
    world.act(&order, "dispatch").unwrap();
    let held = |lot: &str| world.at("glue", lot, "S1", order.as_str());
    assert_eq!((held("early"), held("late"), held("over"), held("held")), (100, 20, 0, 0));
    world.audit();
}

#[test]
fn of_lots_that_expire_at_once_or_never_the_oldest_goes_first() {
    let world = World::new();
    for (lot, expires) in [("z", "2027-09-01"), ("a", "2027-09-01")] {
        world.receive("glue", lot, "10", Some(expires));
    }
    let order = world.order("3");
    world.act(&order, "dispatch").unwrap();
    assert_eq!((world.at("glue", "z", "S1", order.as_str()), world.at("glue", "a", "S1", order.as_str())), (60, 0));
}

#[test]
fn a_report_consumes_what_is_held_and_takes_nothing_that_has_expired_since() {
    let world = World::new();
    world.receive("glue", "short", "6", Some("2027-03-08"));
    world.receive("glue", "long", "20", Some("2027-09-01"));
    let order = world.order("4");
    world.act(&order, "dispatch").unwrap();
    world.act(&order, "start").unwrap();
    world.act(&order, "inspect-first-article").unwrap();
    let report = |lot: &str| {
        let mut body = json!({"order": order, "operation": 10, "good": "1"});
        if !lot.is_empty() {
            body["lot"] = json!(lot);
        }
        world.report(body).unwrap()
    };
    report("");
    assert_eq!(world.at("glue", "short", "S1", order.as_str()), 40);
    world.days(5);
    report("");
    assert_eq!(world.at("glue", "short", "S1", order.as_str()), 40, "it expired");
    assert_eq!(world.at("glue", "long", "S1", order.as_str()), 0);
    report("");
    assert_eq!(world.at("glue", "long", "S1", ""), 160, "what is held of the other is gone, so it is taken freely");
    world.audit();
}

#[test]
fn what_production_lacks_comes_from_the_shortage_and_not_from_a_lot_that_is_kept_back() {
    let world = World::new();
    world.receive("glue", "A", "20", Some("2027-09-01"));
    let order = world.order("2");
    world.act(&order, "dispatch").unwrap();
    world.act(&order, "start").unwrap();
    world.act(&order, "inspect-first-article").unwrap();
    world.quarantine("glue", "A").unwrap();
    world.report(json!({"order": order, "operation": 10, "good": "1"})).unwrap();
    assert_eq!(world.at("glue", "A", "S1", order.as_str()), 40);
    assert_eq!(world.at("glue", "", "@shortage", ""), -20);
    world.audit();
}
