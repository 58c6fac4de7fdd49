//! Purchase, receipt, incoming inspection, put-away, production, sales, pick, shipment and returns over HTTP.

use std::thread;

use serde_json::{Value, json};
use takt_api::stock::MovementAnswer;
use takt_api::supply::{DocumentAnswer, DocumentRow, IncomingAnswer, LineRow, PickList, Receiving, WaitingStep};
use takt_domain::document::DocumentState;
use takt_tests::client::{Answer, Client, key};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, act, available, good};

const PURCHASE: &str = "/api/v1/purchase-orders";
const SALES: &str = "/api/v1/sales-orders";
const MOVEMENTS: &str = "/api/v1/movements";
const INCOMING: &str = "/api/v1/incoming-inspections";

fn document(partner: &str, lines: &[(&str, &str, u8)]) -> Value {
    let lines: Vec<_> = lines
        .iter()
        .map(|(item, quantity, tolerance)| json!({"item": item, "quantity": quantity, "tolerance_percent": tolerance}))
        .collect();
    json!({"partner": partner, "lines": lines})
}

fn ordered(client: &Client, path: &str, body: Value) -> String {
    client.post(path, body).expect_status(201).json::<DocumentAnswer>().id.to_string()
}

fn seen(client: &Client, path: &str, id: &str) -> DocumentRow {
    client.get(&format!("{path}/{id}")).ok().json()
}

fn line(client: &Client, path: &str, id: &str) -> LineRow {
    seen(client, path, id).progress.remove(0)
}

/// A movement that is a step of a document.
fn step(client: &Client, what: (&str, &str, &str), (from, to): (&str, &str), item: &str, quantity: &str) -> Answer {
    let (kind, of, document) = what;
    let mut body = json!({
        "kind": kind, "item": item, "quantity": quantity, "line": {"kind": of, "document": document, "line": 10},
    });
    for (side, place) in [("from", from), ("to", to)] {
        if !place.is_empty() {
            body[side] = json!(place);
        }
    }
    client.post(MOVEMENTS, body)
}

fn inspected(people: &People) {
    let look = json!({"id": "look", "label": {"zh": "外观", "en": "look"}, "measure": {"kind": "yes_no"}});
    let plan = json!({"version": 0, "plan": {"id": "in", "name": "来料", "item": SMALL.material, "kind": "incoming",
        "sampling": {"by": "fixed", "count": 1}, "characteristics": [look]}});
    people.inspector.put("/api/v1/inspection-plans/in", plan).expect_status(201);
}

fn judged(people: &People, purchase: &str, quantity: &str, well: bool) -> Answer {
    let body = json!({
        "line": {"kind": "purchase", "document": purchase, "line": 10}, "location": "Q1", "quantity": quantity,
        "samples": [{"values": {"look": {"yes": well}}}],
    });
    people.inspector.post(INCOMING, body)
}

#[test]
fn material_goes_from_the_purchase_order_to_the_customer_and_back_and_each_step_moves_the_next_ones_open_quantity() {
    let host = Fresh::small();
    let people = People::at(&host);
    let keeper = &people.storekeeper;
    inspected(&people);
    let purchase = ordered(&people.planner, PURCHASE, document("华强", &[(SMALL.material, "40", 0)]));
    let told = step(keeper, ("receipt", "purchase", &purchase), ("", SMALL.store), SMALL.material, "40");
    assert_eq!(told.unmet(409, "refused"), ["document.inspect_first"]);
    step(keeper, ("receipt", "purchase", &purchase), ("", "Q1"), SMALL.material, "30").expect_status(201);
    let told = step(keeper, ("receipt", "purchase", &purchase), ("", "Q1"), SMALL.material, "11");
    assert_eq!(told.unmet(409, "refused"), ["document.over_delivery"]);
    let at = line(&people.planner, PURCHASE, &purchase).progress;
    assert_eq!(
        (at.open.to_string(), at.to_inspect.to_string(), at.to_put_away.to_string()),
        ("10".into(), "30".into(), "0".into())
    );
    assert_eq!(available(keeper, SMALL.material), 10, "what the plant began with");

    judged(&people, &purchase, "31", true).unmet(409, "refused");
    let passed: IncomingAnswer = judged(&people, &purchase, "24", true).expect_status(201).json();
    assert_eq!(passed.state, "passed");
    let failed: IncomingAnswer = judged(&people, &purchase, "6", false).expect_status(201).json();
    assert_eq!(failed.state, "open");
    assert!(failed.nonconformance.is_some());
    let decide = format!("{INCOMING}/{}/disposition", failed.id);
    let accept = json!({"verdict": "accept", "reason": "urgent"});
    assert_eq!(people.manager.post(&decide, accept).unmet(409, "refused"), ["signature.missing"]);
    let back = json!({"verdict": "send_back", "reason": "scratched"});
    people.operator.post(&decide, back.clone()).expect_problem(403, "forbidden");
    people.inspector.post(&decide, back.clone()).expect_status(200);
    assert_eq!(people.inspector.post(&decide, back).unmet(409, "refused"), ["nonconformance.decided"]);

    let waiting: Receiving = keeper.get("/api/v1/receiving").ok().json();
    assert_eq!(waiting.rows.len(), 1);
    assert_eq!((waiting.rows[0].step, waiting.rows[0].quantity.to_string()), (WaitingStep::PutAway, "24".to_owned()));
    assert_eq!(waiting.rows[0].proposal.as_ref().map(ToString::to_string), Some(SMALL.store.to_owned()));
    let told = step(keeper, ("transfer", "purchase", &purchase), ("RCV", SMALL.store), SMALL.material, "25");
    assert_eq!(told.unmet(409, "refused"), ["stock.short"]);
    step(keeper, ("transfer", "purchase", &purchase), ("RCV", SMALL.store), SMALL.material, "24").expect_status(201);
    let at = line(&people.planner, PURCHASE, &purchase).progress;
    let numbers = [at.open, at.received, at.put_away, at.returned].map(|quantity| quantity.to_string());
    assert_eq!(numbers, ["16", "24", "24", "6"]);
    assert_eq!(available(keeper, SMALL.material), 34);

    let order = people.running(SMALL.product, "10", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 10)).expect_status(201);
    act(&people.inspector, &order, "inspect-final", json!({"result": "pass"})).ok();
    act(&people.inspector, &order, "sign", json!({})).ok();
    assert_eq!(available(keeper, SMALL.product), 10);

    let sales = ordered(&people.planner, SALES, document("客户甲", &[(SMALL.product, "8", 0)]));
    let list: PickList = keeper.get(&format!("{SALES}/{sales}/pick")).ok().json();
    assert_eq!((list.pick.len(), list.pick[0].quantity.to_string(), list.ship.len()), (1, "8".to_owned(), 0));
    let pick: MovementAnswer =
        step(keeper, ("transfer", "sales", &sales), ("F1", "F1"), SMALL.product, "8").expect_status(201).json();
    let told = step(keeper, ("transfer", "sales", &sales), ("F1", "F1"), SMALL.product, "1");
    assert_eq!(told.unmet(409, "refused"), ["document.over_delivery"]);
    assert_eq!(available(keeper, SMALL.product), 2);
    let list: PickList = keeper.get(&format!("{SALES}/{sales}/pick")).ok().json();
    assert_eq!((list.pick.len(), list.ship[0].quantity.to_string()), (0, "8".to_owned()));
    let ship: MovementAnswer =
        step(keeper, ("shipment", "sales", &sales), ("F1", ""), SMALL.product, "8").expect_status(201).json();
    assert_eq!(seen(keeper, SALES, &sales).document.state, DocumentState::Fulfilled);
    keeper.post(&format!("{MOVEMENTS}/{}/reversal", pick.id), json!({"reason": "wrong"})).unmet(409, "refused");
    step(keeper, ("return", "sales", &sales), ("@customer", "Q1"), SMALL.product, "1").expect_status(201);
    let told = step(keeper, ("return", "sales", &sales), ("@customer", "F1"), SMALL.product, "8");
    assert_eq!(told.unmet(409, "refused"), ["document.short", "document.short"]);
    let row = seen(keeper, SALES, &sales);
    assert_eq!((row.document.state, row.progress[0].progress.open.to_string()), (DocumentState::Open, "1".to_owned()));
    let body = json!({
        "line": {"kind": "sales", "document": sales, "line": 10}, "location": "Q1", "quantity": "1", "result": "pass",
    });
    people.inspector.post(INCOMING, body).expect_status(201);
    assert_eq!(available(keeper, SMALL.product), 3);
    keeper.post(&format!("{MOVEMENTS}/{}/reversal", ship.id), json!({"reason": "wrong"})).unmet(409, "refused");

    step(keeper, ("return", "purchase", &purchase), (SMALL.store, "@supplier"), SMALL.material, "4").expect_status(201);
    let at = line(&people.planner, PURCHASE, &purchase).progress;
    assert_eq!((at.open.to_string(), at.returned.to_string()), ("20".to_owned(), "10".to_owned()));
    ledger::check(&people.manager);
}

#[test]
fn of_two_who_receive_or_ship_the_last_pieces_at_once_exactly_one_books() {
    let host = Fresh::small();
    let people = People::at(&host);
    for _ in 0..6 {
        let purchase = ordered(&people.planner, PURCHASE, document("华强", &[(SMALL.material, "5", 0)]));
        let clients: Vec<Client> = (0..4).map(|_| host.client().sign_in("storekeeper")).collect();
        let booked: usize = thread::scope(|scope| {
            let runs: Vec<_> = clients
                .iter()
                .map(|client| {
                    scope.spawn(|| {
                        let what = ("receipt", "purchase", purchase.as_str());
                        let answer = step(client, what, ("", "RCV"), SMALL.material, "5");
                        assert!(matches!(answer.status, 201 | 409), "{}", answer.text());
                        usize::from(answer.status == 201)
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().expect("a storekeeper")).sum()
        });
        assert_eq!(booked, 1);
        let row = seen(&people.planner, PURCHASE, &purchase);
        assert_eq!(
            (row.document.state, row.progress[0].progress.to_put_away.to_string()),
            (DocumentState::Fulfilled, "5".to_owned())
        );
    }
    ledger::check(&people.manager);
}

#[test]
fn the_same_receipt_again_answers_the_same_and_a_receipt_that_is_taken_back_is_open_again() {
    let host = Fresh::small();
    let people = People::at(&host);
    let purchase = ordered(&people.planner, PURCHASE, document("华强", &[(SMALL.material, "20", 10)]));
    let body = json!({
        "kind": "receipt", "item": SMALL.material, "quantity": "22", "to": SMALL.store,
        "line": {"kind": "purchase", "document": purchase, "line": 10},
    });
    let key = key();
    let first: MovementAnswer = people.storekeeper.post_with(&key, MOVEMENTS, &body).expect_status(201).json();
    let again: MovementAnswer = people.storekeeper.post_with(&key, MOVEMENTS, &body).expect_status(201).json();
    assert_eq!(first, again);
    let at = line(&people.planner, PURCHASE, &purchase).progress;
    assert_eq!((at.received.to_string(), at.open.to_string()), ("22".to_owned(), "0".to_owned()));
    let reversal = format!("{MOVEMENTS}/{}/reversal", first.id);
    people.storekeeper.post(&reversal, json!({"reason": "another order"})).expect_status(200);
    let row = seen(&people.planner, PURCHASE, &purchase);
    let at = row.progress[0].progress;
    assert_eq!(
        (at.received.to_string(), at.returned.to_string(), at.open.to_string()),
        ("0".into(), "0".into(), "20".into())
    );
    assert_eq!(row.document.state, DocumentState::Open);
    people.storekeeper.post(&reversal, json!({"reason": "again"})).unmet(409, "refused");
    ledger::check(&people.manager);
}

#[test]
fn documents_are_changed_and_ended_within_what_was_booked() {
    let host = Fresh::small();
    let people = People::at(&host);
    let (planner, keeper) = (&people.planner, &people.storekeeper);
    let mut given = document("华强", &[(SMALL.material, "20", 0), (SMALL.rare, "5", 0)]);
    given["id"] = json!("PO/2026 1");
    people.operator.post(PURCHASE, given.clone()).expect_problem(403, "forbidden");
    planner.post(PURCHASE, given.clone()).expect_status(201);
    planner.post(PURCHASE, given).expect_problem(422, "invalid");
    let path = format!("{PURCHASE}/PO%2F2026%201");
    step(keeper, ("receipt", "purchase", "PO/2026 1"), ("", "RCV"), SMALL.material, "12").expect_status(201);
    let row: DocumentRow = planner.get(&path).ok().json();
    let mut less = document("华强", &[(SMALL.material, "11", 0)]);
    less["version"] = json!(row.version);
    assert_eq!(planner.put(&path, less.clone()).unmet(409, "refused"), ["document.below_booked"]);
    less["lines"][0]["quantity"] = json!("12");
    planner.put(&path, less.clone()).expect_status(200);
    assert_eq!(planner.put(&path, less).unmet(409, "refused"), ["document.changed"]);
    let end = |state: &str| planner.post(&format!("{path}/state"), json!({"state": state, "reason": "r"}));
    assert_eq!(end("closed").unmet(409, "refused"), ["document.waiting"]);
    step(keeper, ("transfer", "purchase", "PO/2026 1"), ("RCV", SMALL.store), SMALL.material, "12").expect_status(201);
    assert_eq!(end("cancelled").unmet(409, "refused"), ["document.begun"]);
    end("closed").expect_status(200);
    let told = step(keeper, ("receipt", "purchase", "PO/2026 1"), ("", "RCV"), SMALL.material, "1");
    assert_eq!(told.unmet(409, "refused"), ["document.over"]);
    end("open").expect_status(200);

    let sales = ordered(planner, SALES, document("客户甲", &[(SMALL.material, "5", 0)]));
    step(keeper, ("transfer", "sales", &sales), (SMALL.store, SMALL.store), SMALL.material, "5").expect_status(201);
    assert_eq!(available(keeper, SMALL.material), 17);
    let body = json!({"state": "cancelled", "reason": "r"});
    assert_eq!(planner.post(&format!("{SALES}/{sales}/state"), body).unmet(409, "refused"), ["document.begun"]);
    planner.post(&format!("{SALES}/{sales}/state"), json!({"state": "closed", "reason": "r"})).expect_status(200);
    assert_eq!(available(keeper, SMALL.material), 22);
    assert_eq!(line(planner, SALES, &sales).progress.picked.to_string(), "0");
    ledger::check(&people.manager);
}

#[test]
fn what_is_wrong_with_a_document_or_a_step_of_it_is_said_and_changes_nothing() {
    let host = Fresh::small();
    let people = People::at(&host);
    let (planner, keeper) = (&people.planner, &people.storekeeper);
    for wrong in [
        document("", &[(SMALL.material, "1", 0)]),
        document("华强", &[]),
        document("华强", &[(SMALL.material, "0", 0)]),
        document("华强", &[(SMALL.material, "-1", 0)]),
        document("华强", &[("no such item", "1", 0)]),
        document("华强", &[(SMALL.material, "1", 101)]),
        json!({"partner": "华强", "lines": [{"item": SMALL.material, "quantity": "1", "line": 10}, {"item": SMALL.material, "quantity": "1", "line": 10}]}),
        json!({"partner": "华强", "id": "x".repeat(65), "lines": [{"item": SMALL.material, "quantity": "1"}]}),
    ] {
        planner.post(PURCHASE, wrong).expect_problem(422, "invalid");
    }
    let huge = document("华强", &[(SMALL.material, "9223372036854775807", 100)]);
    planner.post(PURCHASE, huge).expect_problem(400, "bad-request");
    let purchase = ordered(planner, PURCHASE, document("华强", &[(SMALL.material, "5", 0)]));
    let sales = ordered(planner, SALES, document("客户甲", &[(SMALL.material, "5", 0)]));
    let receipt = ("receipt", "purchase", purchase.as_str());
    step(keeper, ("receipt", "purchase", "none"), ("", "RCV"), SMALL.material, "1").expect_problem(422, "invalid");
    step(keeper, receipt, ("", "RCV"), SMALL.rare, "1").expect_problem(422, "invalid");
    assert_eq!(
        step(keeper, receipt, ("", "Q1"), SMALL.material, "1").unmet(409, "refused"),
        ["document.no_incoming_plan"]
    );
    step(keeper, ("issue", "purchase", &purchase), (SMALL.store, SMALL.beside), SMALL.material, "1")
        .unmet(409, "refused");
    step(keeper, ("shipment", "purchase", &purchase), (SMALL.store, ""), SMALL.material, "1").unmet(409, "refused");
    step(keeper, ("receipt", "sales", &sales), ("", "RCV"), SMALL.material, "1").unmet(409, "refused");
    let both = json!({
        "kind": "receipt", "item": SMALL.material, "quantity": "1", "to": "RCV", "order": "PO:x/1",
        "line": {"kind": "purchase", "document": purchase, "line": 10},
    });
    keeper.post(MOVEMENTS, both).expect_problem(422, "invalid");
    let order = json!({"id": "SO:1/10", "item": SMALL.product, "quantity": "1", "line": SMALL.line});
    planner.post("/api/v1/orders", order).expect_problem(422, "invalid");
    assert_eq!(available(keeper, SMALL.material), 10);
    ledger::check(&people.manager);
}
