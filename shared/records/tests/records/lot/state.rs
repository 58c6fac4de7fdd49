//! Keeping back, releasing and blocking; splitting and merging.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_domain::lot::LotState;
use takt_domain::permission::Role;
use takt_records::command::{Answer, CommandError, lot};

use crate::lot::world::{World, codes, day, fields};

fn set(world: &World, caller: &takt_records::caller::Caller, act: &str) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(json!({"act": act, "reason": "looked"})).unwrap();
    let item = "glue".parse().unwrap();
    block_on(lot::set_state(&world.store, caller, &item, "A", &given))
}

fn split(world: &World, body: Value) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(body).unwrap();
    block_on(lot::split(&world.store, &world.caller(Role::Storekeeper), &given))
}

fn merge(world: &World, body: Value) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(body).unwrap();
    block_on(lot::merge(&world.store, &world.caller(Role::Storekeeper), &given))
}

#[test]
fn quality_releases_with_a_signature_and_a_storekeeper_keeps_back() {
    let world = World::new();
    world.receive("glue", "A", "10", None);
    let none = codes(set(&world, &world.caller(Role::Operator), "quarantine"));
    assert_eq!(none, ["permission.missing"]);
    set(&world, &world.caller(Role::Storekeeper), "quarantine").unwrap();
    assert_eq!(codes(world.issue("glue", "A", "1")), ["lot.quarantine"]);
    let transfer = json!({"kind": "transfer", "item": "glue", "lot": "A", "from": "S1", "to": "S2", "quantity": "1"});
    world.moved(transfer).unwrap();
    assert_eq!(codes(set(&world, &world.caller(Role::Storekeeper), "quarantine")), ["lot.state"]);
    let wrong = codes(set(&world, &world.signing(Role::Storekeeper), "release"));
    assert_eq!(wrong, ["permission.missing"]);
    assert_eq!(codes(set(&world, &world.caller(Role::Inspector), "release")), ["signature.missing"]);
    let signing = world.signing(Role::Inspector);
    set(&world, &signing, "release").unwrap();
    world.issue("glue", "A", "1").unwrap();
    let again = takt_records::caller::Caller { key: world.caller(Role::Inspector).key, ..signing };
    assert_eq!(codes(set(&world, &again, "block")), ["signature.used"]);
    set(&world, &world.signing(Role::Inspector), "block").unwrap();
    assert_eq!(codes(world.issue("glue", "A", "1")), ["lot.blocked"]);
    assert_eq!(codes(set(&world, &world.caller(Role::Storekeeper), "quarantine")), ["lot.state"]);
    assert_eq!(world.lot("glue", "A").unwrap().state, LotState::Blocked);
    world.audit();
}

#[test]
fn what_is_split_is_conserved_and_expires_with_what_it_was_part_of() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-05-01"));
    let body = |into: &str, quantity: &str| json!({"item": "glue", "lot": "A", "location": "S1", "quantity": quantity, "into": into});
    split(&world, body("B", "4")).unwrap();
    assert_eq!((world.at("glue", "A", "S1", ""), world.at("glue", "B", "S1", "")), (60, 40));
    let lot = world.lot("glue", "B").unwrap();
    assert_eq!((lot.expires, lot.parents), (Some(day("2027-05-01")), vec!["A".to_owned()]));
    assert_eq!(world.at("glue", "A", "@lots", "") + world.at("glue", "B", "@lots", ""), 0);
    assert_eq!(codes(split(&world, body("C", "6.1"))), ["stock.short"]);
    assert_eq!(fields(split(&world, body("B", "1"))), ["into"], "it is there already");
    assert_eq!(fields(split(&world, body(" ", "1"))), ["into"]);
    let mut other_day = body("C", "1");
    other_day["expires"] = json!("2028-05-01");
    assert_eq!(fields(split(&world, other_day)), ["expires"], "a part does not last longer than the whole");
    world.quarantine("glue", "A").unwrap();
    split(&world, body("C", "1")).unwrap();
    assert_eq!(world.lot("glue", "C").unwrap().state, LotState::Quarantine, "a part is kept back as the whole");
    world.audit();
}

#[test]
fn what_is_merged_was_made_when_the_first_of_its_parts_was() {
    let world = World::new();
    for (lot, made) in [("A", "2027-03-02"), ("B", "2027-02-20")] {
        let body = json!({"kind": "receipt", "item": "glue", "lot": lot, "to": "S1", "quantity": "1", "made": made});
        world.moved(body).unwrap();
    }
    let parts = json!([{"lot": "A", "location": "S1"}, {"lot": "B", "location": "S1"}]);
    merge(&world, json!({"item": "glue", "parts": parts, "into": "M"})).unwrap();
    assert_eq!(world.lot("glue", "M").unwrap().made, Some(day("2027-02-20")));
}

#[test]
fn who_keeps_a_lot_back_says_why() {
    let world = World::new();
    world.receive("glue", "A", "10", None);
    let given = serde_json::from_value(json!({"act": "quarantine", "reason": " "})).unwrap();
    let (caller, glue) = (world.caller(Role::Storekeeper), "glue".parse().unwrap());
    assert_eq!(fields(block_on(lot::set_state(&world.store, &caller, &glue, "A", &given))), ["reason"]);
    assert_eq!(world.lot("glue", "A").unwrap().state, LotState::Free);
}

#[test]
fn a_serial_number_is_one_piece_which_is_neither_split_nor_merged() {
    let world = World::new();
    world.receive("pump", "A", "1", None);
    world.receive("pump", "B", "1", None);
    let body = |lot: &str, quantity: &str| json!({"item": "pump", "lot": lot, "location": "S1", "quantity": quantity, "into": "C"});
    assert_eq!(codes(split(&world, body("A", "1"))), ["lot.serial_split"]);
    assert_eq!(codes(split(&world, body("", "2"))), ["lot.serial_split"], "one number is no number of two pieces");
    assert_eq!(codes(split(&world, body("", "1"))), ["stock.short"], "a piece without a number would be given one");
    let parts = json!([{"lot": "A", "location": "S1"}, {"lot": "B", "location": "S1"}]);
    assert_eq!(codes(merge(&world, json!({"item": "pump", "parts": parts, "into": "C"}))), ["lot.serial_merge"]);
    assert_eq!((world.at("pump", "A", "S1", ""), world.at("pump", "B", "S1", "")), (1, 1));
    world.audit();
}

#[test]
fn stock_without_a_lot_becomes_one() {
    let world = World::new();
    world.receive("bolt", "", "10", None);
    let body = json!({"item": "bolt", "location": "S1", "quantity": "10", "into": "first", "expires": "2028-01-01"});
    split(&world, body).unwrap();
    assert_eq!(world.lot("bolt", "first").unwrap().expires, Some(day("2028-01-01")));
    assert_eq!(world.at("bolt", "first", "S1", ""), 10);
    world.audit();
}

#[test]
fn what_is_merged_expires_with_the_first_of_its_parts() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-05-01"));
    world.receive("glue", "B", "10", Some("2027-04-01"));
    world.receive("glue", "C", "10", Some("2027-06-01"));
    let parts = |numbers: &[&str]| -> Vec<Value> {
        numbers.iter().map(|number| json!({"lot": number, "location": "S1"})).collect()
    };
    merge(&world, json!({"item": "glue", "parts": parts(&["A", "B"]), "into": "M"})).unwrap();
    let lot = world.lot("glue", "M").unwrap();
    assert_eq!((lot.expires, lot.parents), (Some(day("2027-04-01")), vec!["A".to_owned(), "B".to_owned()]));
    assert_eq!((world.at("glue", "M", "S1", ""), world.at("glue", "A", "S1", "")), (200, 0));
    merge(&world, json!({"item": "glue", "parts": parts(&["M"]), "into": "C"})).unwrap();
    assert_eq!(world.lot("glue", "C").unwrap().expires, Some(day("2027-04-01")));
    assert_eq!(world.at("glue", "C", "S1", ""), 300);
    world.receive("glue", "D", "10", Some("2027-06-01"));
    world.quarantine("glue", "D").unwrap();
    let twice = json!({"item": "glue", "parts": parts(&["C", "C"]), "into": "N"});
    assert_eq!(fields(merge(&world, twice)), ["parts[1]"], "each lot at a place once");
    let held = merge(&world, json!({"item": "glue", "parts": parts(&["D"]), "into": "C"}));
    assert_eq!(codes(held), ["lot.quarantine"], "what is kept back is not hidden in another lot");
    let into_held = merge(&world, json!({"item": "glue", "parts": parts(&["C"]), "into": "D"}));
    assert_eq!(codes(into_held), ["lot.quarantine"]);
    assert_eq!(fields(merge(&world, json!({"item": "glue", "parts": parts(&["C"]), "into": "C"}))), ["parts[0].lot"]);
    let gone = merge(&world, json!({"item": "glue", "parts": parts(&["A"]), "into": "C"}));
    assert_eq!(codes(gone), ["stock.short"]);
    world.audit();
}
