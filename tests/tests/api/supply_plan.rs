//! Kanban, material beyond the bill of material, the shortage list and costs over HTTP.

use std::thread;

use serde_json::{Value, json};
use takt_api::supply::{CallAnswer, ExtraAnswer, Loops, Shortages};
use takt_domain::cost::OrderCost;
use takt_domain::extra_issue::ExtraState;
use takt_domain::kanban::CallState;
use takt_tests::client::{Answer, Client};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, available};

const CALLS: &str = "/api/v1/kanban-calls";
const EXTRA: &str = "/api/v1/extra-issues";

fn kanban(people: &People, cards: u16) {
    let body = json!({
        "version": 0, "item": SMALL.material, "from": SMALL.store, "to": SMALL.beside, "per_card": "10", "cards": cards,
    });
    people.planner.put("/api/v1/kanban/K1", body).expect_status(201);
}

fn called(client: &Client) -> Answer {
    client.post("/api/v1/kanban/K1/calls", json!({}))
}

#[test]
fn a_line_calls_and_the_storekeeper_brings_it_once() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "15", SMALL.store);
    let wrong = json!({"version": 0, "item": SMALL.material, "from": "S1", "to": "Q1", "per_card": "0", "cards": 0});
    people.planner.put("/api/v1/kanban/K1", wrong).expect_problem(422, "invalid");
    people.operator.post("/api/v1/kanban/K1/calls", json!({})).expect_problem(404, "not-found");
    kanban(&people, 2);
    let first: CallAnswer = called(&people.operator).expect_status(201).json();
    let second: CallAnswer = called(&people.operator).expect_status(201).json();
    assert_eq!(called(&people.operator).unmet(409, "refused"), ["kanban.all_out"]);
    let listed: Value = people.storekeeper.get(&format!("{CALLS}?state=open")).ok().json();
    assert_eq!(listed["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!(listed["rows"][0]["late"], json!(false));

    let path = format!("{CALLS}/{}/fulfilment", first.id);
    people.operator.post(&path, json!({})).expect_problem(403, "forbidden");
    let clients: Vec<Client> = (0..3).map(|_| host.client().sign_in("storekeeper")).collect();
    let brought: usize = thread::scope(|scope| {
        let runs: Vec<_> = clients
            .iter()
            .map(|client| scope.spawn(|| usize::from(client.post(&path, json!({})).status == 200)))
            .collect();
        runs.into_iter().map(|run| run.join().expect("a storekeeper")).sum()
    });
    assert_eq!(brought, 1);
    assert_eq!(people.storekeeper.post(&path, json!({})).unmet(409, "refused"), ["kanban.over"]);
    let loops: Loops = people.operator.get("/api/v1/kanban").ok().json();
    let row = &loops.rows[0];
    assert_eq!((row.out, row.available.to_string(), row.there.to_string()), (1, "15".to_owned(), "10".to_owned()));

    let cancel = format!("{CALLS}/{}/cancellation", second.id);
    people.operator.post(&cancel, json!({"reason": ""})).expect_problem(422, "invalid");
    let ended: CallAnswer = people.operator.post(&cancel, json!({"reason": "enough"})).expect_status(200).json();
    assert_eq!(ended.state, CallState::Cancelled);
    // More than there is: nothing moves, and the call stays.
    let third: CallAnswer = called(&people.operator).expect_status(201).json();
    let path = format!("{CALLS}/{}/fulfilment", third.id);
    assert_eq!(people.storekeeper.post(&path, json!({"quantity": "16"})).unmet(409, "refused"), ["stock.short"]);
    people.storekeeper.post(&path, json!({"quantity": "15"})).expect_status(200);
    ledger::check(&people.manager);
}

#[test]
fn material_beyond_the_bill_takes_a_reason_and_beyond_the_limit_a_signature() {
    let host = Fresh::small();
    let people = People::at(&host);
    let keeper = &people.storekeeper;
    people.receive(SMALL.material, "90", SMALL.store);
    let settings = json!({"version": 0, "settings": {"extra_percent": 10}});
    keeper.put("/api/v1/supply-settings", settings.clone()).expect_problem(403, "forbidden");
    people.planner.put("/api/v1/supply-settings", settings).expect_status(200);
    let order = people.dispatched(SMALL.product, "10", SMALL.line);
    let issue = |quantity: &str, reason: &str| {
        json!({"kind": "issue", "item": SMALL.material, "from": SMALL.store, "to": SMALL.beside, "quantity": quantity,
            "order": order, "reason": reason})
    };
    // All 20 are held for it: issuing them is no extra.
    keeper.post("/api/v1/movements", issue("20", "")).expect_status(201);
    assert_eq!(keeper.post("/api/v1/movements", issue("1", "")).unmet(409, "refused"), ["issue.extra_reason"]);
    keeper.post("/api/v1/movements", issue("2", "dropped")).expect_status(201);
    assert_eq!(keeper.post("/api/v1/movements", issue("1", "dropped")).unmet(409, "refused"), ["issue.extra_approval"]);
    keeper.post(EXTRA, issue("1", "")).expect_problem(422, "invalid");
    let asked: ExtraAnswer = keeper.post(EXTRA, issue("4", "a box fell")).expect_status(201).json();
    assert_eq!((asked.state, asked.need.extra.to_string()), (ExtraState::Waiting, "6".to_owned()));
    assert_eq!(available(keeper, SMALL.material), 78, "nothing is booked yet");

    let path = format!("{EXTRA}/{}/decision", asked.id);
    let agree = json!({"agree": true});
    keeper.post(&path, agree.clone()).expect_problem(403, "forbidden");
    assert_eq!(people.lead.post(&path, agree.clone()).unmet(409, "refused"), ["signature.missing"]);
    assert_eq!(people.lead.post(&path, json!({"agree": false})).unmet(409, "refused"), ["input.reason"]);
    let booked: ExtraAnswer = people.lead.post_signed(&path, &agree).expect_status(200).json();
    assert_eq!(booked.state, ExtraState::Booked);
    assert_eq!(available(keeper, SMALL.material), 74);
    assert_eq!(people.lead.post_signed(&path, &agree).unmet(409, "refused"), ["issue.decided"]);

    let asked: ExtraAnswer = keeper.post(EXTRA, issue("500", "more")).expect_status(201).json();
    let path = format!("{EXTRA}/{}/decision", asked.id);
    assert_eq!(people.lead.post_signed(&path, &agree).unmet(409, "refused"), ["stock.short"]);
    people.lead.post(&path, json!({"agree": false, "comment": "no"})).expect_status(200);
    ledger::check(&people.manager);
}

#[test]
fn the_shortage_list_says_what_is_short_what_comes_and_which_orders_wait() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "15", SMALL.store);
    let first = people.dispatched(SMALL.product, "10", SMALL.line);
    let second = people.create(SMALL.product, "10", SMALL.line);
    let purchase =
        json!({"partner": "华强", "lines": [{"item": SMALL.material, "quantity": "8", "due": "2030-01-15"}]});
    people.planner.post("/api/v1/purchase-orders", purchase).expect_status(201);
    let found: Shortages = people.planner.get("/api/v1/shortages").ok().json();
    assert_eq!(found.orders.len(), 2);
    let row = found.rows.iter().find(|row| row.item.as_str() == SMALL.material).expect("the material");
    // 20 are held for the first order; the second needs 20, 5 are free, 8 come.
    let numbers = [row.need, row.available, row.coming[0].quantity, row.short].map(|quantity| quantity.to_string());
    assert_eq!(numbers, ["20", "5", "8", "7"]);
    assert_eq!(row.waiting.len(), 1);
    assert_eq!(row.waiting[0].order.to_string(), second);
    let csv = people.planner.get("/api/v1/shortages.csv").ok().text();
    assert!(csv.contains(&format!("{},", SMALL.material)) && csv.contains(&second), "{csv}");
    let one: Shortages = people.planner.get(&format!("/api/v1/shortages?orders={first}")).ok().json();
    assert!(one.rows.iter().all(|row| row.short.is_zero()), "{one:?}");
    people.planner.get("/api/v1/shortages?orders=none").expect_problem(422, "invalid");
    people.planner.get("/api/v1/shortages?until=tomorrow").expect_problem(422, "invalid");
}

#[test]
fn an_order_says_what_it_cost_and_finance_reads_it_as_csv() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    people.planner.put(&format!("/api/v1/prices/{}", SMALL.material), json!({"price": "1.5"})).expect_status(200);
    people.planner.put("/api/v1/prices/none", json!({"price": "1"})).expect_problem(404, "not-found");
    people
        .planner
        .put(&format!("/api/v1/prices/{}", SMALL.material), json!({"price": "-1"}))
        .expect_problem(422, "invalid");
    let settings = json!({"version": 0, "settings": {"labour_rate": "36"}});
    people.planner.put("/api/v1/supply-settings", settings).expect_status(200);
    let order = people.running(SMALL.product, "5", SMALL.line);
    let report = json!({"order": order, "operation": SMALL.operation, "good": "4", "scrap": [{"reason": "bent", "quantity": "1"}],
        "started_at": "2026-09-01T08:00:00+08:00", "ended_at": "2026-09-01T08:10:00+08:00"});
    people.operator.post("/api/v1/reports", report).expect_status(201);
    people.operator.get(&format!("/api/v1/orders/{order}/cost")).expect_problem(403, "forbidden");
    let cost: OrderCost = people.planner.get(&format!("/api/v1/orders/{order}/cost")).ok().json();
    let material = &cost.materials[0];
    assert_eq!((material.standard.to_string(), material.actual.to_string()), ("8".to_owned(), "10".to_owned()));
    let text =
        |amount: Option<takt_domain::quantity::Quantity>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    assert_eq!((text(cost.material.standard), text(cost.material.actual)), ("12.00".to_owned(), "15.00".to_owned()));
    assert_eq!((cost.operations[0].labour_s, text(cost.labour.actual)), (600, "6.00".to_owned()));
    assert_eq!((cost.machine.actual, cost.total.actual), (None, None), "no rate of machines is set");
    let all: Value = people.manager.get("/api/v1/costs").ok().json();
    assert_eq!(all["rows"].as_array().map(Vec::len), Some(1));
    let none: Value = people.manager.get("/api/v1/costs?to=2020-01-01").ok().json();
    assert_eq!(none["rows"].as_array().map(Vec::len), Some(0));
    let csv = people.manager.get("/api/v1/costs.csv").ok().text();
    assert!(csv.contains("15.00") && csv.lines().count() > 5, "{csv}");
    // What is taken back costs nothing.
    let reports: Value = people.planner.get(&format!("/api/v1/reports?order={order}")).ok().json();
    let id = reports["rows"][0]["id"].as_str().expect("a report").to_owned();
    let reversal = format!("/api/v1/reports/{id}/reversal");
    people.lead.post(&reversal, json!({"reason": "wrong order"})).ok();
    let cost: OrderCost = people.planner.get(&format!("/api/v1/orders/{order}/cost")).ok().json();
    assert_eq!((cost.materials[0].actual.to_string(), cost.operations[0].labour_s), ("0".to_owned(), 0));
}
