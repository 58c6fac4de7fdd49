//! Every change of stock can be traced, and taken back by a linked reversal, never by changing what was booked.

use serde_json::{Value, json};
use takt_api::stock::{Movement, MovementAnswer};
use takt_domain::ledger::MovementKind;
use takt_tests::client::{Raw, key};
use takt_tests::host::Fresh;
use takt_tests::ledger::{self, Ledger};
use takt_tests::plant::{self, People, SMALL, available, good};

fn moved(people: &People, body: Value) -> String {
    people.storekeeper.post("/api/v1/movements", body).expect_status(201).json::<MovementAnswer>().id
}

fn of_movement<'l>(ledger: &'l Ledger, id: &str) -> Vec<&'l Movement> {
    ledger.postings.iter().filter(|posting| posting.movement == id).collect()
}

#[test]
fn the_ledger_says_who_when_from_which_device_by_which_document_and_why() {
    let host = Fresh::small();
    let people = People::at(&host);
    let body = json!({"kind": "receipt", "item": SMALL.material, "lot": "L-7", "to": SMALL.store, "quantity": "5",
        "document": "PO-77", "reason": "delivered late"});
    let headers = vec![
        ("authorization", format!("Bearer {}", people.storekeeper.token())),
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", key()),
        ("takt-device", "scanner-3".to_owned()),
        ("takt-source", "scan".to_owned()),
    ];
    let raw = Raw { method: "POST", path: "/api/v1/movements", headers, body: body.to_string().into_bytes() };
    let answer: MovementAnswer = people.storekeeper.raw(&raw).expect("the host answers").ok().json();
    let ledger = ledger::check(&people.manager);
    let told = of_movement(&ledger, &answer.id);
    assert_eq!(told.len(), 1);
    let told = serde_json::to_value(told[0]).expect("a movement is JSON");
    for (field, expected) in [
        ("by", "storekeeper"),
        ("device", "scanner-3"),
        ("source", "scan"),
        ("document", "PO-77"),
        ("reason", "delivered late"),
        ("lot", "L-7"),
        ("quantity", "5"),
        ("kind", "receipt"),
    ] {
        assert_eq!(told[field], expected, "{field}");
    }
    let booked = ledger.postings.last().expect("there are postings").booked_at;
    assert!(jiff::Timestamp::now().duration_since(booked).as_secs() < 60);
}

#[test]
fn a_movement_is_taken_back_once_by_a_reversal_that_points_at_it() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = available(&people.manager, SMALL.material);
    let receipt = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "5"});
    let id = moved(&people, receipt);
    let path = format!("/api/v1/movements/{id}/reversal");
    people.storekeeper.post(&path, json!({"reason": " "})).expect_problem(422, "invalid");
    let back: MovementAnswer =
        people.storekeeper.post(&path, json!({"reason": "wrong item"})).expect_status(200).json();
    assert_eq!(people.storekeeper.post(&path, json!({"reason": "again"})).unmet(409, "refused"), ["movement.reversed"]);
    let itself = format!("/api/v1/movements/{}/reversal", back.id);
    assert_eq!(people.storekeeper.post(&itself, json!({"reason": "r"})).unmet(409, "refused"), ["movement.kind"]);
    assert_eq!(available(&people.manager, SMALL.material), before);
    let ledger = ledger::check(&people.manager);
    let (first, reversal) = (of_movement(&ledger, &id)[0], of_movement(&ledger, &back.id)[0]);
    assert_eq!(reversal.kind, MovementKind::Reversal);
    assert_eq!((reversal.reverses.as_ref(), first.reversed_by.as_ref()), (Some(&first.id), Some(&reversal.id)));
    assert_eq!((&reversal.from, &reversal.to), (&first.to, &first.from));
    assert_eq!(reversal.reason, "wrong item");
}

#[test]
fn what_has_gone_on_cannot_be_taken_back_until_it_is_there_again() {
    let host = Fresh::small();
    let people = People::at(&host);
    let receipt = json!({"kind": "receipt", "item": SMALL.rare, "to": SMALL.store, "quantity": "3"});
    let id = moved(&people, receipt);
    let issue = json!({"kind": "issue", "item": SMALL.rare, "from": SMALL.store, "to": SMALL.beside, "quantity": "1"});
    moved(&people, issue);
    let path = format!("/api/v1/movements/{id}/reversal");
    assert_eq!(people.storekeeper.post(&path, json!({"reason": "r"})).unmet(409, "refused"), ["stock.short"]);
    let back = json!({"kind": "return", "item": SMALL.rare, "from": SMALL.beside, "to": SMALL.store, "quantity": "1"});
    moved(&people, back);
    people.storekeeper.post(&path, json!({"reason": "r"})).expect_status(200);
    assert_eq!(available(&people.manager, SMALL.rare), 0);
    ledger::check(&people.manager);
}

#[test]
fn what_the_system_booked_is_not_taken_back_behind_its_back() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 4)).ok();
    let ledger = ledger::check(&people.manager);
    let booked = [MovementKind::Opening, MovementKind::Reserve, MovementKind::Consume, MovementKind::Produce];
    for kind in booked {
        let posting = ledger.postings.iter().find(|posting| posting.kind == kind);
        let id = &posting.unwrap_or_else(|| panic!("a {kind:?} was booked")).movement;
        let answer = people.storekeeper.post(&format!("/api/v1/movements/{id}/reversal"), json!({"reason": "r"}));
        assert_eq!(answer.unmet(409, "refused"), ["movement.kind"], "{kind:?}");
    }
    assert_eq!(ledger::check(&people.manager), ledger);
}

#[test]
fn production_is_never_refused_for_material_and_the_next_receipt_pays_back_what_the_books_lacked() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "10", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    // Half of the kit is thrown away: the floor found other material, the books did not.
    let scrap = json!({"kind": "scrap", "item": SMALL.material, "from": SMALL.store, "quantity": "12", "order": order,
        "reason": "rusty"});
    moved(&people, scrap);
    let report = people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 10)).expect_status(201);
    let owed = |people: &People| -> Value {
        let stock: Value = people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
        json!([stock["on_hand"], stock["owed"]])
    };
    assert_eq!(owed(&people), json!(["0", "12"]));
    let receipt =
        |quantity: &str| json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": quantity});
    moved(&people, receipt("5"));
    assert_eq!(owed(&people), json!(["0", "7"]));
    let id = moved(&people, receipt("10"));
    assert_eq!(owed(&people), json!(["3", "0"]));
    people.storekeeper.post(&format!("/api/v1/movements/{id}/reversal"), json!({"reason": "not ours"})).ok();
    assert_eq!(
        owed(&people),
        json!(["0", "7"]),
        "a receipt that settled a shortage is taken back with what it settled"
    );
    moved(&people, receipt("8"));
    assert_eq!(owed(&people), json!(["1", "0"]));
    let ledger = ledger::check(&people.manager);
    assert_eq!(ledger.moved(SMALL.material, "@shortage", "@production"), 12);
    let report: Value = report.json();
    let reversal = format!("/api/v1/reports/{}/reversal", report["id"].as_str().expect("a report has an id"));
    people.lead.post(&reversal, json!({"reason": "another order"})).expect_status(200);
    assert_eq!(owed(&people), json!(["21", "0"]), "what was settled and never drawn is there");
    ledger::check(&people.manager);
}

#[test]
fn what_was_taken_to_another_line_for_an_order_is_free_again_too() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "10", SMALL.store);
    let order = people.dispatched(SMALL.product, "5", SMALL.line);
    let astray = json!({"kind": "issue", "item": SMALL.material, "from": SMALL.store, "to": "B2", "quantity": "6", "order": order});
    moved(&people, astray);
    plant::act(&people.planner, &order, "cancel", json!({"reason": "customer went away"})).ok();
    let stock: takt_api::stock::ItemStock =
        people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
    assert!(stock.reserved.is_zero(), "{stock:?}");
    ledger::check(&people.manager);
}

#[test]
fn what_an_order_holds_moves_with_it_and_is_free_again_when_it_is_cancelled() {
    let host = Fresh::small();
    let people = People::at(&host);
    let free = available(&people.manager, SMALL.material);
    people.receive(SMALL.material, "10", SMALL.store);
    let order = people.dispatched(SMALL.product, "5", SMALL.line);
    assert_eq!(available(&people.manager, SMALL.material), free);
    let issue = json!({"kind": "issue", "item": SMALL.material, "from": SMALL.store, "to": SMALL.beside, "quantity": "6", "order": order});
    moved(&people, issue.clone());
    let places = |people: &People| -> Vec<(String, String, String)> {
        let stock: takt_api::stock::ItemStock =
            people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
        let place = |place: takt_api::stock::PlaceStock| {
            (place.location.to_string(), place.on_hand.to_string(), place.reserved.to_string())
        };
        stock.places.into_iter().map(place).collect()
    };
    let at =
        |location: &str, on_hand: i64, reserved: i64| (location.to_owned(), on_hand.to_string(), reserved.to_string());
    assert_eq!(places(&people), [at(SMALL.beside, 6, 6), at(SMALL.store, free + 4, 4)]);
    plant::act(&people.planner, &order, "cancel", json!({"reason": "customer went away"})).ok();
    assert_eq!(places(&people), [at(SMALL.beside, 6, 0), at(SMALL.store, free + 4, 0)]);
    assert_eq!(available(&people.manager, SMALL.material), free + 10);
    let late = people.storekeeper.post("/api/v1/movements", issue).expect_problem(422, "invalid");
    assert_eq!(late.errors[0].at, "order", "an order that is over takes no material");
    ledger::check(&people.manager);
}
