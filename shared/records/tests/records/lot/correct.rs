//! The last day of a lot is corrected, and units of an item are set.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_domain::document::{Document, DocumentKind};
use takt_domain::permission::Role;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, lot_expiry, put_document, put_units};
use takt_records::keep::kind;
use takt_store::{Load, Store};

use crate::lot::world::{World, codes, day, fields};

fn correct(world: &World, caller: &Caller, expires: &str) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(json!({"expires": expires, "reason": "misread"})).unwrap();
    block_on(lot_expiry::set_expiry(&world.store, caller, &"glue".parse().unwrap(), "A", &given))
}

#[test]
fn quality_corrects_the_last_day_of_a_lot_while_something_of_it_is_left() {
    let world = World::new();
    let made =
        json!({"kind": "receipt", "item": "glue", "lot": "A", "to": "S1", "quantity": "10", "made": "2027-01-01"});
    world.moved(made).unwrap();
    assert_eq!(codes(world.issue("glue", "A", "1")), ["lot.expired"], "thirty days after it was made");
    let keeper = correct(&world, &world.signing(Role::Storekeeper), "2027-12-31");
    assert_eq!(codes(keeper), ["permission.missing"]);
    assert_eq!(codes(correct(&world, &world.caller(Role::Inspector), "2027-12-31")), ["signature.missing"]);
    assert_eq!(codes(correct(&world, &world.signing(Role::Inspector), "2026-12-31")), ["lot.before_made"]);
    assert_eq!(codes(correct(&world, &world.signing(Role::Inspector), "2027-01-31")), ["lot.same_day"]);
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-01-31")), "nothing has changed");
    correct(&world, &world.signing(Role::Inspector), "2027-01-01").unwrap();
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-01-01")), "the day on which it was made");
    correct(&world, &world.signing(Role::Inspector), "2027-12-31").unwrap();
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-12-31")));
    world.issue("glue", "A", "10").unwrap();
    let gone = json!({"kind": "scrap", "item": "glue", "lot": "A", "from": "side", "quantity": "10", "reason": "r"});
    world.moved(gone).unwrap();
    assert_eq!(codes(correct(&world, &world.signing(Role::Inspector), "2028-01-01")), ["lot.gone"]);
    world.audit();
}

#[test]
fn a_correction_says_why() {
    let world = World::new();
    world.receive("glue", "A", "10", Some("2027-05-01"));
    let given = serde_json::from_value(json!({"expires": "2027-06-01", "reason": "  "})).unwrap();
    let (caller, glue) = (world.signing(Role::Inspector), "glue".parse().unwrap());
    assert_eq!(fields(block_on(lot_expiry::set_expiry(&world.store, &caller, &glue, "A", &given))), ["reason"]);
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-05-01")));
}

fn units(world: &World, units: Value) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(json!({"units": units})).unwrap();
    block_on(put_units::put_units(&world.store, &world.caller(Role::Storekeeper), &"bolt".parse().unwrap(), &given))
}

#[test]
fn a_box_holds_what_is_set_from_then_on() {
    let world = World::new();
    let receive = |quantity: &str, unit: &str| {
        world.moved(json!({"kind": "receipt", "item": "bolt", "to": "S1", "quantity": quantity, "unit": unit}))
    };
    assert_eq!(fields(receive("2", "box")), ["unit"]);
    units(&world, json!([{"unit": "box", "factor": "12"}])).unwrap();
    receive("2", "box").unwrap();
    units(&world, json!([{"unit": "box", "factor": "10"}, {"unit": "bag", "factor": "0.5"}])).unwrap();
    receive("2", "box").unwrap();
    assert_eq!(world.at("bolt", "", "S1", ""), 44, "what was booked stays");
    assert_eq!(fields(receive("1", "bag")), ["quantity"], "half a bolt");
    for (wrong, at) in [
        (json!([{"unit": "pcs", "factor": "1"}]), "units[0].unit"),
        (json!([{"unit": "box", "factor": "1"}, {"unit": "box", "factor": "2"}]), "units[1].unit"),
        (json!([{"unit": " ", "factor": "1"}]), "units[0].unit"),
        (json!([{"unit": "box", "factor": "0"}]), "units[0].factor"),
        (json!([{"unit": "box", "factor": "-1"}]), "units[0].factor"),
        (json!([{"unit": "a".repeat(17), "factor": "1"}]), "units[0].unit"),
    ] {
        assert_eq!(fields(units(&world, wrong)), [at]);
    }
    let many = |count: usize| (0..count).map(|n| json!({"unit": format!("u{n}"), "factor": "1"})).collect::<Vec<_>>();
    assert_eq!(fields(units(&world, many(21).into())), ["units"]);
    units(&world, many(20).into()).unwrap();
    world.audit();
}

#[test]
fn what_is_too_much_in_the_own_unit_is_refused_and_not_cut_off() {
    let world = World::new();
    units(&world, json!([{"unit": "ship", "factor": "900000000000000"}])).unwrap();
    let body =
        |quantity: &str| json!({"kind": "receipt", "item": "bolt", "to": "S1", "quantity": quantity, "unit": "ship"});
    for quantity in ["2000", "900000000000000"] {
        assert_eq!(fields(world.moved(body(quantity))), ["quantity"], "{quantity}");
    }
    assert_eq!(world.at("bolt", "", "S1", ""), 0);
    world.audit();
}

#[test]
fn a_line_of_a_document_in_another_unit_is_ordered_in_the_own_one() {
    let world = World::new();
    let create = |unit: &str, quantity: &str| {
        let lines = json!([{"item": "glue", "unit": unit, "quantity": quantity}]);
        let given = serde_json::from_value(json!({"partner": "somebody", "lines": lines})).unwrap();
        block_on(put_document::create(&world.store, &world.caller(Role::Planner), DocumentKind::Purchase, &given))
    };
    assert_eq!(fields(create("bottle", "1")), ["lines[0].unit"]);
    assert_eq!(fields(create("gram", "1")), ["lines[0].quantity"], "less than the decimals of the item");
    let id = create("drum", "2").unwrap().body["id"].as_str().unwrap().to_owned();
    let mut load = Load::new(FIRST_PLANT, 0);
    load.records = vec![(kind::PURCHASE_ORDER.to_owned(), id)];
    let loaded = block_on(world.store.load(&load)).unwrap();
    let document: Document = loaded.records[0].parse().unwrap();
    assert_eq!(document.lines[0].quantity.to_string(), "25.0");
}
