//! Where a lot came from and where it went: as the ledger has it, through production, without what was taken back.

use serde_json::{Value, json};
use takt_api::reports::Report;
use takt_api::stock::MovementAnswer;
use takt_api::trace::{Trace, TraceKind, TraceNode};
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, good};

fn moved(people: &People, body: Value) -> String {
    people.storekeeper.post("/api/v1/movements", body).expect_status(201).json::<MovementAnswer>().id
}

/// So much material of a lot beside the line, from a delivery.
fn delivered(people: &People, lot: &str, quantity: &str, document: &str) -> String {
    let receipt = json!({"kind": "receipt", "item": SMALL.material, "lot": lot, "to": SMALL.store, "quantity": quantity,
        "document": document});
    let id = moved(people, receipt);
    let issue = json!({"kind": "issue", "item": SMALL.material, "lot": lot, "from": SMALL.store, "to": SMALL.beside,
        "quantity": quantity});
    moved(people, issue);
    id
}

fn trace(client: &Client, query: &str) -> Trace {
    client.get(&format!("/api/v1/trace?{query}")).ok().json()
}

fn of_lot(lot: &str) -> String {
    format!("item={}&lot={lot}", SMALL.material)
}

fn name(node: &TraceNode) -> String {
    match node.kind {
        TraceKind::Lot => node.lot.clone(),
        TraceKind::NoLot => format!("no lot of {}", node.item.as_ref().map_or("", |item| item.as_str())),
        TraceKind::Order => "order".to_owned(),
        TraceKind::Supplier | TraceKind::Customer => node.document.clone(),
        kind => format!("{kind:?}"),
    }
}

/// The flows in words.
fn flows(trace: &Trace) -> Vec<String> {
    let end = |at: u32| name(&trace.nodes[at as usize]);
    let told = trace.edges.iter().map(|edge| format!("{} > {}: {}", end(edge.from), end(edge.to), edge.quantity));
    let mut told: Vec<_> = told.collect();
    told.sort();
    told
}

#[test]
fn a_lot_is_followed_both_ways_through_production() {
    let host = Fresh::small();
    let people = People::at(&host);
    delivered(&people, "LA", "6", "DN-1");
    delivered(&people, "LB", "9", "DN-2");
    let order = people.running(SMALL.product, "5", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 5)).expect_status(201);
    moved(
        &people,
        json!({"kind": "return", "item": SMALL.material, "lot": "LB", "from": SMALL.beside, "to": SMALL.store, "quantity": "5"}),
    );
    moved(
        &people,
        json!({"kind": "scrap", "item": SMALL.material, "lot": "LB", "from": SMALL.store, "quantity": "2", "reason": "rust"}),
    );

    let both = trace(&people.storekeeper, &of_lot("LB"));
    let all = ["DN-2 > LB: 9", "LB > Scrap: 2", "LB > order: 4", "order > no lot of P: 5"];
    assert_eq!(flows(&both), all);
    let start = &both.nodes[both.start as usize];
    assert_eq!((start.lot.as_str(), start.on_hand.map(|units| units.to_string())), ("LB", Some("3".to_owned())));
    assert!(!both.truncated);
    let layer = |what: &str| both.nodes.iter().find(|node| name(node) == what).map(|node| node.layer);
    assert!(layer("DN-2") < layer("LB") && layer("LB") < layer("order") && layer("order") < layer("no lot of P"));

    assert_eq!(flows(&trace(&people.manager, &(of_lot("LA") + "&direction=from"))), ["DN-1 > LA: 6"]);
    let used = trace(&people.manager, &(of_lot("LA") + "&direction=used"));
    assert_eq!(flows(&used), ["LA > order: 6", "order > no lot of P: 5"]);
    let near = trace(&people.manager, &(of_lot("LA") + "&direction=used&depth=1"));
    assert_eq!((flows(&near), near.truncated), (vec!["LA > order: 6".to_owned()], true));
    assert!(near.nodes.iter().any(|node| node.kind == TraceKind::Order && node.open));

    let whole = trace(&people.planner, &format!("order={order}"));
    let all = ["DN-1 > LA: 6", "DN-2 > LB: 9", "LA > order: 6", "LB > order: 4", "order > no lot of P: 5"];
    assert_eq!(flows(&whole), all);
    let made = whole.nodes.iter().find(|node| node.kind == TraceKind::Order).expect("the order is a node");
    assert_eq!(made.order.as_ref().map(ToString::to_string), Some(order));

    let csv = people.storekeeper.get(&format!("/api/v1/trace.csv?{}&bom=true", of_lot("LB"))).ok();
    let text = csv.text();
    assert!(text.starts_with('\u{feff}'), "{text}");
    assert_eq!(text.lines().count(), 5, "a head and a row for each flow: {text}");
    assert!(text.contains("DN-2") && text.contains("LB"), "{text}");
    ledger::check(&people.manager);
}

#[test]
fn what_was_taken_back_is_in_no_trace() {
    let host = Fresh::small();
    let people = People::at(&host);
    delivered(&people, "LA", "10", "DN-1");
    let order = people.running(SMALL.product, "5", SMALL.line);
    let report = |pieces: u32| -> String {
        let report: Report = people.operator.post("/api/v1/reports", good(&order, SMALL.operation, pieces)).ok().json();
        format!("/api/v1/reports/{}/reversal", report.id)
    };
    let (first, second) = (report(1), report(2));
    assert_eq!(flows(&trace(&people.manager, &of_lot("LA")))[1..], ["LA > order: 6", "order > no lot of P: 3"]);
    people.lead.post(&second, json!({"reason": "miscounted"})).expect_status(200);
    assert_eq!(flows(&trace(&people.manager, &of_lot("LA")))[1..], ["LA > order: 2", "order > no lot of P: 1"]);
    people.lead.post(&first, json!({"reason": "miscounted"})).expect_status(200);
    assert_eq!(flows(&trace(&people.manager, &of_lot("LA"))), ["DN-1 > LA: 10"]);
    let nothing = trace(&people.manager, &format!("order={order}"));
    assert!(nothing.edges.is_empty() && nothing.nodes.len() == 1, "{nothing:?}");
}

#[test]
fn a_delivery_and_a_shipment_name_their_documents_and_partners() {
    let host = Fresh::small();
    let people = People::at(&host);
    let lines = json!([{"item": SMALL.material, "quantity": "5"}]);
    let document = |id: &str, partner: &str| json!({"id": id, "partner": partner, "lines": lines});
    people.planner.post("/api/v1/purchase-orders", document("PO-1", "North Steel")).ok();
    people.planner.post("/api/v1/sales-orders", document("SO-1", "South Works")).ok();
    let step = |kind: &str, of: &str, id: &str| {
        json!({"kind": kind, "item": SMALL.material, "lot": "LC", "quantity": "5", "document": format!("{kind} note"),
            "line": {"kind": of, "document": id, "line": 10}})
    };
    let mut receipt = step("receipt", "purchase", "PO-1");
    receipt["to"] = json!(SMALL.store);
    moved(&people, receipt);
    let mut shipment = step("shipment", "sales", "SO-1");
    shipment["from"] = json!(SMALL.store);
    moved(&people, shipment);
    let found = trace(&people.storekeeper, &of_lot("LC"));
    assert_eq!(flows(&found), ["LC > shipment note: 5", "receipt note > LC: 5"]);
    for (kind, ordered_by, partner, inward) in
        [(TraceKind::Supplier, "PO-1", "North Steel", true), (TraceKind::Customer, "SO-1", "South Works", false)]
    {
        let node = found.nodes.iter().find(|node| node.kind == kind).expect("a node for each document");
        let told = (node.ordered_by.as_str(), node.partner.as_str(), node.inward);
        assert_eq!(told, (ordered_by, partner, inward));
    }
    let lot = &found.nodes[found.start as usize];
    assert_eq!(lot.on_hand.map(|units| units.units()), Some(0));
}

#[test]
fn what_cannot_be_traced_says_why() {
    let host = Fresh::small();
    let people = People::at(&host);
    delivered(&people, "LA", "6", "DN-1");
    let known = of_lot("LA");
    for (query, at) in [
        ("", "item"),
        ("item=M", "lot"),
        ("lot=LA", "item"),
        (&format!("{known}&order=WO-1"), "order"),
        (&format!("{known}&direction=up"), "direction"),
        (&format!("{known}&depth=0"), "depth"),
        (&format!("{known}&depth=21"), "depth"),
        (&format!("{known}&depth=many"), "depth"),
    ] {
        for path in ["trace", "trace.csv"] {
            let problem = people.storekeeper.get(&format!("/api/v1/{path}?{query}")).expect_problem(422, "invalid");
            assert_eq!(problem.errors[0].at, at, "{path}?{query}: {problem:?}");
        }
    }
    for query in
        ["item=M&lot=none", "item=none&lot=LA", "item=P&lot=LA", "order=none", "order=%40x", "item=%40x&lot=LA"]
    {
        people.storekeeper.get(&format!("/api/v1/trace?{query}")).expect_problem(404, "not-found");
    }
    people.storekeeper.get("/api/v1/trace?item=M&lot=%00").expect_problem(422, "invalid");
}
