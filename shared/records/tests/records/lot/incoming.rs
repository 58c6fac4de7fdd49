//! What an incoming inspection makes of the lot of a delivery, and what the lot and its trace say of it.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_api::supply::PutDocument;
use takt_domain::document::DocumentKind;
use takt_domain::lot::LotState;
use takt_domain::lot::incoming::LotOutcome;
use takt_domain::permission::Role;
use takt_domain::trace::{Node, Way};
use takt_records::command::{Answer, CommandError, FIRST_PLANT, incoming, lot, put_document};
use takt_records::{quality, trace};
use takt_store::{Commit, Store};

use crate::lot::world::{World, codes};

/// Glue is inspected from now on, and a hundred kilograms of it are on order.
pub(crate) fn ordered() -> World {
    let world = World::new();
    let look = json!({"id": "look", "label": {"zh": "外观", "en": "look"}, "measure": {"kind": "yes_no"}});
    let plan = json!({"id": "in", "name": "in", "item": "glue", "kind": "incoming", "active": true,
        "sampling": {"by": "fixed", "count": 1}, "characteristics": [look]});
    let mut commit = Commit::new(FIRST_PLANT, 0);
    commit.records = vec![quality::plan(&serde_json::from_value(plan).unwrap(), 0)];
    block_on(world.store.commit(&commit)).unwrap();
    let given: PutDocument = serde_json::from_value(
        json!({"id": "P1", "partner": "somebody", "lines": [{"item": "glue", "quantity": "100"}]}),
    )
    .unwrap();
    let planner = world.caller(Role::Planner);
    block_on(put_document::create(&world.store, &planner, DocumentKind::Purchase, &given)).unwrap();
    world
}

fn line() -> Value {
    json!({"kind": "purchase", "document": "P1", "line": 10})
}

pub(crate) fn delivered(world: &World, number: &str, quantity: &str) {
    let body =
        json!({"kind": "receipt", "item": "glue", "lot": number, "to": "check", "quantity": quantity, "line": line()});
    world.moved(body).unwrap();
}

pub(crate) fn judged(world: &World, number: &str, quantity: &str, well: bool) -> Value {
    let given = json!({"line": line(), "location": "check", "lot": number, "quantity": quantity,
        "samples": [{"values": {"look": {"yes": well}}}]});
    let given = serde_json::from_value(given).unwrap();
    block_on(incoming::inspect(&world.store, &world.caller(Role::Inspector), &given)).unwrap().body
}

pub(crate) fn decided(world: &World, inspection: &Value, verdict: &str) -> Result<Answer, CommandError> {
    let id = inspection["id"].as_str().unwrap().parse().unwrap();
    let given = serde_json::from_value(json!({"verdict": verdict, "reason": "looked again"})).unwrap();
    block_on(incoming::dispose(&world.store, &world.signing(Role::Manager), &id, &given))
}

/// The state of a lot, and how far its inspection is.
fn state(world: &World, number: &str) -> (LotState, Option<LotOutcome>) {
    let lot = world.lot("glue", number).unwrap();
    (lot.state, lot.inspection.map(|inspection| inspection.outcome))
}

#[test]
fn a_lot_under_inspection_is_in_quarantine_until_it_passes() {
    let world = ordered();
    delivered(&world, "A", "10");
    assert_eq!(state(&world, "A"), (LotState::Quarantine, Some(LotOutcome::Waiting)));
    let split = json!({"item": "glue", "lot": "A", "location": "check", "quantity": "1", "into": "B"});
    let split = serde_json::from_value(split).unwrap();
    let held = block_on(lot::split(&world.store, &world.caller(Role::Storekeeper), &split));
    assert_eq!(codes(held), ["stock.short"], "it is held for its line");
    // The first pass frees it; what still waits of it stays held.
    let first = judged(&world, "A", "4", true);
    assert_eq!(state(&world, "A"), (LotState::Free, Some(LotOutcome::Passed)));
    assert_eq!((world.at("glue", "A", "S1", ""), world.at("glue", "A", "check", "PO:P1/10")), (40, 60));
    world.issue("glue", "A", "4").unwrap();
    let said = world.lot("glue", "A").unwrap().inspection.unwrap();
    assert_eq!(said.id.as_ref().map(|id| id.as_str()), first["id"].as_str());
    assert_eq!(said.line.document.as_str(), "P1");
    world.audit();
}

#[test]
fn pieces_that_fail_become_a_blocked_lot_of_their_own_and_the_good_ones_can_be_used() {
    let world = ordered();
    delivered(&world, "A", "10");
    let bad = judged(&world, "A", "3", false);
    assert_eq!(bad["lot"], "A-NC-000001");
    assert_eq!(state(&world, "A-NC-000001"), (LotState::Blocked, Some(LotOutcome::Failed)));
    assert_eq!(state(&world, "A"), (LotState::Quarantine, Some(LotOutcome::Waiting)), "the rest still waits");
    judged(&world, "A", "7", true);
    assert_eq!(world.at("glue", "A", "S1", ""), 70);
    assert_eq!(world.at("glue", "A-NC-000001", "check", "PO:P1/10"), 30);
    // Of a lot that is in use more is delivered, and fails: what is in use stays so.
    delivered(&world, "A", "5");
    assert_eq!(state(&world, "A"), (LotState::Free, Some(LotOutcome::Passed)));
    let worse = judged(&world, "A", "5", false);
    world.issue("glue", "A", "7").unwrap();
    decided(&world, &worse, "scrap").unwrap();
    assert_eq!(world.at("glue", "A-NC-000002", "@scrap", ""), 50);
    assert_eq!(state(&world, "A-NC-000002").0, LotState::Blocked);
    decided(&world, &bad, "accept").unwrap();
    assert_eq!(state(&world, "A-NC-000001"), (LotState::Free, Some(LotOutcome::Accepted)));
    world.issue("glue", "A-NC-000001", "3").unwrap();

    // The trace of the failed pieces leads to the whole, to the supplier, and says which inspection it was.
    let start = Node::Lot { item: "glue".parse().unwrap(), lot: "A-NC-000001".into() };
    let caller = world.caller(Role::Operator);
    let found = block_on(trace::trace(&world.store, &caller, &start, Way::From, 20)).unwrap().unwrap();
    let said: Vec<_> = found.nodes.iter().map(|node| (node.lot.as_str(), node.inspection.as_ref())).collect();
    let outcome =
        |lot: &str| said.iter().find(|(number, _)| *number == lot).and_then(|(_, said)| said.map(|one| one.outcome));
    assert_eq!(outcome("A-NC-000001"), Some(LotOutcome::Accepted));
    assert_eq!(outcome("A"), Some(LotOutcome::Passed));
    let accepted = found.nodes[found.start as usize].inspection.as_ref().unwrap();
    assert_eq!(accepted.nonconformance.as_ref().unwrap().as_str(), "NC-000001");
    assert!(found.nodes.iter().any(|node| node.ordered_by == "P1"), "{:?}", found.nodes);
    world.audit();
}

#[test]
fn a_lot_that_fails_as_a_whole_is_blocked_and_begins_anew_when_it_is_delivered_again() {
    let world = ordered();
    delivered(&world, "A", "10");
    let bad = judged(&world, "A", "10", false);
    assert_eq!(bad["lot"], "A");
    assert_eq!(state(&world, "A"), (LotState::Blocked, Some(LotOutcome::Failed)));
    decided(&world, &bad, "send_back").unwrap();
    delivered(&world, "A", "10");
    assert_eq!(state(&world, "A"), (LotState::Quarantine, Some(LotOutcome::Waiting)));
    judged(&world, "A", "10", true);
    assert_eq!(state(&world, "A").0, LotState::Free);
    world.audit();
}

fn by_hand(world: &World, number: &str, act: &str) {
    let given = serde_json::from_value(json!({"act": act, "reason": "looked"})).unwrap();
    let glue = "glue".parse().unwrap();
    block_on(lot::set_state(&world.store, &world.signing(Role::Inspector), &glue, number, &given)).unwrap();
}

#[test]
fn what_quality_has_blocked_by_hand_stays_so_when_it_is_delivered_again() {
    let world = ordered();
    delivered(&world, "A", "10");
    let bad = judged(&world, "A", "10", false);
    by_hand(&world, "A", "release");
    by_hand(&world, "A", "block");
    decided(&world, &bad, "scrap").unwrap();
    // The failure is not what blocks it any more, and an inspection of what comes now does not free it.
    delivered(&world, "A", "10");
    assert_eq!(state(&world, "A"), (LotState::Blocked, Some(LotOutcome::Failed)));
    judged(&world, "A", "10", true);
    assert_eq!(state(&world, "A").0, LotState::Blocked);
    world.audit();
}

#[test]
fn accepting_pieces_frees_their_lot_only_where_their_failure_blocks_it() {
    let world = ordered();
    delivered(&world, "A", "10");
    let first = judged(&world, "A", "10", false);
    delivered(&world, "A", "5");
    judged(&world, "A", "15", false);
    decided(&world, &first, "accept").unwrap();
    assert_eq!(state(&world, "A"), (LotState::Blocked, Some(LotOutcome::Failed)), "the second has failed as well");
    for (number, act, stays) in [("B", "quarantine", LotState::Quarantine), ("C", "block", LotState::Blocked)] {
        delivered(&world, number, "10");
        let bad = judged(&world, number, "10", false);
        by_hand(&world, number, "release");
        by_hand(&world, number, act);
        decided(&world, &bad, "accept").unwrap();
        assert_eq!(state(&world, number).0, stays, "somebody has kept it back since, for another reason");
    }
    world.audit();
}

#[test]
fn what_is_kept_back_by_hand_while_it_waits_no_inspection_frees() {
    let world = ordered();
    delivered(&world, "A", "10");
    by_hand(&world, "A", "release");
    by_hand(&world, "A", "quarantine");
    judged(&world, "A", "10", true);
    assert_eq!(state(&world, "A"), (LotState::Quarantine, Some(LotOutcome::Passed)));
    world.audit();
}

#[test]
fn a_part_of_a_lot_that_was_inspected_says_so_and_the_failed_part_of_a_long_number_fits() {
    let world = ordered();
    let long = "L".repeat(64);
    delivered(&world, &long, "10");
    let bad = judged(&world, &long, "1", false);
    let number = bad["lot"].as_str().unwrap();
    assert_eq!((number.chars().count(), number.ends_with("-NC-000001")), (64, true), "{number}");
    judged(&world, &long, "9", true);
    let split = json!({"item": "glue", "lot": long, "location": "S1", "quantity": "1", "into": "B"});
    let split = serde_json::from_value(split).unwrap();
    block_on(lot::split(&world.store, &world.caller(Role::Storekeeper), &split)).unwrap();
    assert_eq!(state(&world, "B"), (LotState::Free, Some(LotOutcome::Passed)));
    world.audit();
}

#[test]
fn what_quality_has_blocked_by_hand_no_inspection_frees() {
    let world = ordered();
    delivered(&world, "A", "10");
    let block = serde_json::from_value(json!({"act": "block", "reason": "recalled"})).unwrap();
    let glue = "glue".parse().unwrap();
    block_on(lot::set_state(&world.store, &world.signing(Role::Inspector), &glue, "A", &block)).unwrap();
    judged(&world, "A", "10", true);
    assert_eq!(state(&world, "A"), (LotState::Blocked, Some(LotOutcome::Passed)));
    assert_eq!(codes(world.issue("glue", "A", "1")), ["lot.blocked"]);
    world.audit();
}
