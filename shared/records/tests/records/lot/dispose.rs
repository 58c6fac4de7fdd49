//! What is refused of inspections of deliveries and of what becomes of pieces that failed, and what they pay back.

use futures::executor::block_on;
use serde_json::json;
use takt_domain::permission::Role;
use takt_records::caller::Caller;
use takt_records::command::{CommandError, count, incoming};

use crate::lot::incoming::{decided, delivered, judged, ordered};
use crate::lot::world::{codes, fields};

#[test]
fn a_decision_is_made_once_with_a_reason_and_a_signature_of_its_own() {
    let world = ordered();
    let bad = ["A", "B"].map(|number| {
        delivered(&world, number, "5");
        judged(&world, number, "5", false)
    });
    let accept = |caller: &Caller, n: usize, reason: &str| -> Result<_, CommandError> {
        let id = bad[n]["id"].as_str().unwrap().parse().unwrap();
        let given = serde_json::from_value(json!({"verdict": "accept", "reason": reason})).unwrap();
        block_on(incoming::dispose(&world.store, caller, &id, &given))
    };
    assert_eq!(fields(accept(&world.signing(Role::Manager), 0, " ")), ["reason"]);
    assert_eq!(codes(accept(&world.caller(Role::Manager), 0, "good enough")), ["signature.missing"]);
    let signing = world.signing(Role::Manager);
    accept(&signing, 0, "good enough").unwrap();
    let again = Caller { key: world.caller(Role::Manager).key, ..signing };
    assert_eq!(codes(accept(&again, 1, "good enough")), ["signature.used"]);
    assert_eq!(codes(decided(&world, &bad[0], "scrap")), ["nonconformance.decided"]);
    decided(&world, &bad[1], "scrap").unwrap();
    world.audit();
}

#[test]
fn nothing_leaves_quarantine_while_it_is_counted_and_kept_still() {
    let world = ordered();
    delivered(&world, "A", "5");
    delivered(&world, "B", "5");
    let bad = judged(&world, "B", "5", false);
    let given = serde_json::from_value(json!({"scope": {"locations": ["check"]}, "mode": "frozen"})).unwrap();
    block_on(count::start(&world.store, &world.caller(Role::Storekeeper), &given)).unwrap();
    let line = json!({"kind": "purchase", "document": "P1", "line": 10});
    let given = json!({"line": line, "location": "check", "lot": "A", "quantity": "5",
        "samples": [{"values": {"look": {"yes": true}}}]});
    let given = serde_json::from_value(given).unwrap();
    let passed = block_on(incoming::inspect(&world.store, &world.caller(Role::Inspector), &given));
    assert_eq!(codes(passed), ["location.frozen"]);
    assert_eq!(codes(decided(&world, &bad, "scrap")), ["location.frozen"]);
    world.audit();
}

#[test]
fn what_was_thrown_away_before_is_no_other_piece_of_a_lot() {
    let world = ordered();
    delivered(&world, "A", "10");
    let first = judged(&world, "A", "10", false);
    decided(&world, &first, "scrap").unwrap();
    delivered(&world, "A", "5");
    assert_eq!(judged(&world, "A", "5", false)["lot"], "A", "that is all there is of it");
    world.audit();
}

#[test]
fn what_passes_pays_back_what_production_drew_beyond_the_books() {
    let world = ordered();
    world.receive("glue", "old", "2", Some("2027-09-01"));
    let order = world.order("1");
    for action in ["dispatch", "start", "inspect-first-article"] {
        world.act(&order, action).unwrap();
    }
    world.quarantine("glue", "old").unwrap();
    world.report(json!({"order": order, "operation": 10, "good": "1"})).unwrap();
    let owed = || -> i64 {
        world.balances("glue").iter().filter(|one| one.location == "@shortage").map(|one| one.quantity).sum()
    };
    assert_eq!(owed(), -20);
    delivered(&world, "A", "10");
    assert_eq!(owed(), -20, "what waits pays nothing");
    judged(&world, "A", "10", true);
    assert_eq!((owed(), world.at("glue", "A", "S1", "")), (0, 80));
    world.audit();
}
