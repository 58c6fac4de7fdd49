//! Lots come in, and what of them may be used.

use std::thread;

use serde_json::json;
use takt_domain::lot::LotState;
use takt_records::command::CommandError;

use crate::lot::world::{World, codes, day, fields};

#[test]
fn a_receipt_makes_the_lot_with_its_last_day() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-05-01"));
    let lot = world.lot("glue", "A").unwrap();
    assert_eq!((lot.expires, lot.state), (Some(day("2027-05-01")), LotState::Free));
    world.receive("glue", "B", "10", None);
    assert_eq!(world.lot("glue", "B").unwrap().expires, Some(day("2027-04-03")), "thirty days of shelf life");
    let body = json!({"kind": "receipt", "item": "glue", "lot": "C", "to": "S1", "quantity": "1", "made": "2027-03-01",
        "supplier_lot": "77-1"});
    world.moved(body).unwrap();
    let lot = world.lot("glue", "C").unwrap();
    assert_eq!((lot.expires, lot.made), (Some(day("2027-03-31")), Some(day("2027-03-01"))));
    assert_eq!(lot.supplier_lot, "77-1");
    world.receive("bolt", "any", "5", None);
    assert_eq!(world.lot("bolt", "any").unwrap().expires, None, "it never expires");
    world.audit();
}

#[test]
fn a_label_says_when_the_lot_expires() {
    let world = World::new();
    let scan = "]C101069012345678921727063010A";
    let body = json!({"kind": "receipt", "item": "glue", "lot": "A", "to": "S1", "quantity": "1", "scan": scan});
    world.moved(body.clone()).unwrap();
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-06-30")));
    // Of a lot that nobody knows yet the label is all there is to hold it against.
    let mut other = body;
    (other["scan"], other["lot"]) = (json!("]C101069012345678921727063010B"), json!("B"));
    other["expires"] = json!("2027-07-01");
    assert_eq!(fields(world.moved(other.clone())), ["expires"], "the label says something else");
    assert!(world.lot("glue", "B").is_none(), "nothing has come in");
    (other["expires"], other["made"]) = (json!("2027-06-30"), json!("2027-07-01"));
    assert_eq!(fields(world.moved(other)), ["expires"], "before it was made");
}

#[test]
fn what_is_said_of_a_lot_must_be_what_is_known_of_it() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-05-01"));
    world.receive("glue", "A", "10", Some("2027-05-01"));
    let receipt = |more: serde_json::Value| {
        let mut body = json!({"kind": "receipt", "item": "glue", "lot": "A", "to": "S1", "quantity": "1"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.moved(body)
    };
    assert_eq!(fields(receipt(json!({"expires": "2027-05-02"}))), ["expires"]);
    assert_eq!(fields(receipt(json!({"made": "2027-01-01"}))), ["made"]);
    let lot = json!({"kind": "issue", "item": "glue", "lot": "A", "from": "S1", "to": "side", "quantity": "1",
        "expires": "2027-05-01"});
    assert_eq!(fields(world.moved(lot)), ["expires"], "nothing comes in");
    assert_eq!(world.at("glue", "A", "S1", ""), 200);
}

#[test]
fn a_tracked_item_needs_its_lot_and_a_serial_number_moves_one_piece() {
    let world = World::new();
    let receipt = |item: &str, lot: &str, quantity: &str| {
        world.moved(json!({"kind": "receipt", "item": item, "lot": lot, "to": "S1", "quantity": quantity}))
    };
    assert_eq!(fields(receipt("glue", "", "1")), ["lot"]);
    assert_eq!(fields(receipt("glue", " ", "1")), ["lot"]);
    assert_eq!(fields(receipt("glue", "@x", "1")), ["lot"]);
    assert_eq!(fields(receipt("pump", "", "1")), ["lot"]);
    assert_eq!(fields(receipt("pump", "P1", "2")), ["quantity"]);
    receipt("bolt", "", "1").unwrap();
    receipt("pump", "P1", "1").unwrap();
    assert_eq!(codes(receipt("pump", "P1", "1")), ["lot.serial_there"]);
    world.issue("pump", "P1", "1").unwrap();
    assert_eq!(codes(receipt("pump", "P1", "1")), ["lot.serial_there"], "beside the line it is there too");
    let body =
        json!({"kind": "scrap", "item": "pump", "lot": "P1", "from": "side", "quantity": "1", "reason": "broken"});
    let scrapped = world.moved(body).unwrap();
    receipt("pump", "P1", "1").unwrap();
    let back = world.reverse(scrapped.body["id"].as_str().unwrap());
    assert_eq!(codes(back), ["lot.serial_there"], "it came in again meanwhile");
    world.audit();
}

#[test]
fn of_one_serial_number_that_comes_in_many_times_at_once_there_is_one() {
    let world = World::new();
    world.receive("pump", "P1", "1", None);
    let out = json!({"kind": "shipment", "item": "pump", "lot": "P1", "from": "S1", "quantity": "1"});
    world.moved(out).unwrap();
    let file = world.file();
    let callers: Vec<_> = (0..6).map(|_| world.caller(takt_domain::permission::Role::Storekeeper)).collect();
    let threads: Vec<_> = callers
        .into_iter()
        .map(|caller| {
            let file = file.clone();
            thread::spawn(move || {
                let store = takt_store::SqliteStore::new(takt_store::NativeDriver::open(file).unwrap());
                let body = json!({"kind": "receipt", "item": "pump", "lot": "P1", "to": "S2", "quantity": "1"});
                let given = serde_json::from_value(body).unwrap();
                let moved = takt_records::command::move_stock::move_stock(&store, &caller, &given);
                futures::executor::block_on(moved).is_ok()
            })
        })
        .collect();
    let booked = threads.into_iter().map(|thread| thread.join().unwrap()).filter(|booked| *booked).count();
    assert_eq!((booked, world.at("pump", "P1", "S2", "")), (1, 1));
    world.audit();
}

#[test]
fn what_has_expired_is_not_issued_and_may_go_elsewhere() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-03-10"));
    world.days(6);
    world.issue("glue", "A", "1").unwrap();
    world.days(1);
    assert_eq!(codes(world.issue("glue", "A", "1")), ["lot.expired"]);
    let ship = json!({"kind": "shipment", "item": "glue", "lot": "A", "from": "S1", "quantity": "1"});
    assert_eq!(codes(world.moved(ship)), ["lot.expired"]);
    let refused = world.issue("glue", "A", "1").unwrap_err();
    let CommandError::Refused(refusal) = refused else { panic!("{refused:?}") };
    assert!(refusal.unmet[0].detail.contains("2027-03-10") && !refusal.unmet[0].remedy.is_empty());
    assert!(!refusal.unmet[0].who.is_empty());
    world
        .moved(json!({"kind": "transfer", "item": "glue", "lot": "A", "from": "S1", "to": "S2", "quantity": "2"}))
        .unwrap();
    let scrap = json!({"kind": "scrap", "item": "glue", "lot": "A", "from": "S2", "quantity": "2", "reason": "old"});
    world.moved(scrap).unwrap();
    world
        .moved(json!({"kind": "return", "item": "glue", "lot": "A", "from": "side", "to": "S1", "quantity": "1"}))
        .unwrap();
    assert_eq!(world.at("glue", "A", "S1", ""), 80);
    world.audit();
}

#[test]
fn a_quantity_in_another_unit_is_converted_exactly_or_refused() {
    let world = World::new();
    let receipt = |quantity: &str, unit: &str| {
        let body =
            json!({"kind": "receipt", "item": "glue", "lot": "A", "to": "S1", "quantity": quantity, "unit": unit});
        world.moved(body)
    };
    let answer = receipt("2", "drum").unwrap();
    assert_eq!(answer.body["entered"], json!({"quantity": "2", "unit": "drum", "base": "25.0", "base_unit": "kg"}));
    assert_eq!(world.at("glue", "A", "S1", ""), 250);
    receipt("300", "gram").unwrap();
    assert_eq!(world.at("glue", "A", "S1", ""), 253);
    assert_eq!(fields(receipt("350", "gram")), ["quantity"], "a tenth of a kilogram is the least");
    assert_eq!(fields(receipt("1", "box")), ["unit"]);
    assert_eq!(receipt("1", "kg").unwrap().body["entered"]["base"], "1.0");
    assert!(receipt("1", "").unwrap().body.get("entered").is_none());
}
