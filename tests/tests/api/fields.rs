//! The plant's own fields: made in one call, filled in everywhere, searched, exported.

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::forms::{CustomState, FormState, Forms};
use takt_api::orders::OrderRow;
use takt_api::reports::Report;
use takt_domain::master::Item;
use takt_domain::order::InspectionResult;
use takt_tests::client::{Answer, Client, Raw};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, good, order};

fn label(en: &str) -> Value {
    json!({"zh": format!("中{en}"), "en": en})
}

fn drawing() -> Value {
    json!({"id": "drawing", "label": label("drawing"), "kind": {"type": "text", "max_chars": 20}, "required": true})
}

/// An inspection item: 80 to 90 degrees.
fn temperature() -> Value {
    let kind = json!({"type": "number", "decimals": 1, "min": "80", "max": "90", "unit": "°C"});
    json!({"id": "temperature", "label": label("temperature"), "kind": kind, "inspection": true})
}

fn put(client: &Client, form: &str, version: u64, fields: &Value) -> Answer {
    client.put(&format!("/api/v1/forms/{form}"), json!({"version": version, "fields": fields}))
}

fn csv(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path).ok();
    assert!(answer.headers["content-type"].to_str().is_ok_and(|media| media.starts_with("text/csv")));
    answer.text().lines().map(str::to_owned).collect()
}

fn temperatures(order: &str, value: &str) -> Value {
    let mut body = good(order, SMALL.operation, 1);
    body["custom"] = json!({"temperature": value});
    body
}

#[test]
fn forms_are_versioned_and_a_page_that_has_them_is_told_nothing_new() {
    let host = Fresh::small();
    let people = People::at(&host);
    let first = people.operator.get("/api/v1/forms").ok();
    assert!(first.json::<Forms>().forms.iter().all(|state| state.version == 0 && state.form.fields.is_empty()));
    let made: FormState = put(&people.manager, "report", 0, &json!([temperature()])).ok().json();
    assert_eq!(made.version, 1);
    assert_eq!(put(&people.manager, "report", 0, &json!([])).unmet(409, "refused"), ["form.changed"]);
    let second = people.operator.get("/api/v1/forms").ok();
    let tag = second.headers["etag"].to_str().expect("a tag is text").to_owned();
    assert_ne!(first.headers["etag"], second.headers["etag"]);
    let headers = vec![("authorization", format!("Bearer {}", people.operator.token())), ("if-none-match", tag)];
    let raw = Raw { method: "GET", path: "/api/v1/forms", headers, ..Raw::default() };
    assert_eq!(people.operator.raw(&raw).expect("it answers").status, 304);
    let upside_down =
        json!([{"id": "t", "label": label("t"), "kind": {"type": "number", "decimals": 0, "min": "9", "max": "8"}}]);
    let problem = put(&people.manager, "report", 1, &upside_down).expect_problem(422, "invalid");
    assert_eq!(problem.errors[0].at, "fields[0].kind.max");
    put(&people.manager, "nothing", 0, &json!([])).expect_problem(404, "not-found");
}

#[test]
fn orders_operations_and_items_are_filled_in_searched_and_exported() {
    let host = Fresh::small();
    let people = People::at(&host);
    let free = json!({"item": SMALL.product, "quantity": "5", "line": SMALL.line, "custom": {"from_erp": "4711"}});
    people.planner.post("/api/v1/orders", free.clone()).expect_status(201);
    put(&people.manager, "order", 0, &json!([drawing()])).ok();
    put(&people.manager, "operation", 0, &json!([temperature()])).ok();
    put(&people.manager, "item", 0, &json!([drawing()])).ok();
    let problem = people.planner.post("/api/v1/orders", free.clone()).expect_problem(422, "invalid");
    let at: Vec<_> = problem.errors.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(at, ["custom.from_erp", "custom.drawing"]);
    let mut drawn = free;
    drawn["custom"] = json!({"drawing": " =DW-7 "});
    let made: Value = people.planner.post("/api/v1/orders", drawn).expect_status(201).json();
    let id = made["id"].as_str().expect("an order has a number");
    let path = |rest: &str| format!("/api/v1/orders/{id}/{rest}");
    let filled = json!({"custom": {"temperature": "91"}});
    let state: CustomState =
        people.operator.put(&path(&format!("operations/{}/custom", SMALL.operation)), filled.clone()).ok().json();
    assert_eq!((state.custom["temperature"].as_str(), state.version), ("91.0", 2));
    people.operator.put(&path("operations/99/custom"), filled).expect_problem(404, "not-found");
    people.operator.put(&path("custom"), json!({"custom": {}})).expect_problem(422, "invalid");
    people
        .storekeeper
        .put(&format!("/api/v1/items/{}/custom", SMALL.material), json!({"custom": {"drawing": "M-1"}}))
        .ok();
    assert_eq!(order(&people.operator, id).order.operations[0].custom["temperature"], "91.0");
    for query in ["field=drawing:%3DDW-7", "q=dw-7", "field=temperature:91.0"] {
        let found: Page<OrderRow> = people.planner.get(&format!("/api/v1/orders?{query}")).ok().json();
        let found: Vec<_> = found.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(found, [id], "{query}");
    }
    let found: Page<Item> = people.planner.get("/api/v1/items?field=drawing:M-1").ok().json();
    assert_eq!(found.rows.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), [SMALL.material]);
    let choice = json!({"version": 0, "columns": ["custom.drawing", "id", "operation.temperature"]});
    people.manager.put("/api/v1/columns/orders", choice).ok();
    let lines = csv(&people.planner, "/api/v1/orders.csv?q=dw-7");
    assert_eq!(lines, ["drawing,order,operation:temperature", &format!("'=DW-7,{id},10: 91.0")]);
    let other = csv(&people.planner, "/api/v1/orders.csv?q=dw-7&columns=unit,id");
    assert_eq!(other[0], "unit,order");
    people.planner.get("/api/v1/orders.csv?columns=colour").expect_problem(422, "invalid");
    let all = csv(&people.planner, "/api/v1/orders.csv?limit=1");
    assert_eq!(all.len(), 2, "a piece has a header and its rows");
    assert!(people.planner.get("/api/v1/orders.csv?limit=1").headers.contains_key("takt-next"));
    assert!(people.planner.get("/api/v1/items.csv?bom=true").ok().body.starts_with(b"\xef\xbb\xbf"));
}

#[test]
fn an_inspection_item_is_measured_with_a_report_and_found_in_the_export() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    let send = |body: Value| people.operator.post("/api/v1/reports", body);
    send(temperatures(&order, "85")).expect_problem(422, "invalid");
    put(&people.manager, "report", 0, &json!([temperature()])).ok();
    let problem = send(temperatures(&order, "warm")).expect_problem(422, "invalid");
    assert_eq!(problem.errors[0].at, "custom.temperature");
    let failed: Report = send(temperatures(&order, "91.5")).ok().json();
    let passed: Report = send(temperatures(&order, "85")).ok().json();
    assert_eq!(failed.checks.get("temperature"), Some(&InspectionResult::Fail));
    assert_eq!(passed.checks.get("temperature"), Some(&InspectionResult::Pass));
    assert_eq!(passed.report.custom["temperature"], "85.0");
    send(good(&order, SMALL.operation, 1)).ok();
    let found: Page<Report> = people.manager.get("/api/v1/reports?field=temperature.check:fail").ok().json();
    assert_eq!(found.rows.iter().map(|report| &report.id).collect::<Vec<_>>(), [&failed.id]);
    let choice = json!({"version": 0, "columns": ["order", "custom.temperature", "check.temperature"]});
    people.manager.put("/api/v1/columns/reports", choice).ok();
    let lines = csv(&people.manager, &format!("/api/v1/reports.csv?order={order}"));
    let row = |rest: &str| format!("{order},{rest}");
    assert_eq!(lines, ["order,temperature,temperature result", &row("91.5,fail"), &row("85.0,pass"), &row(",")]);
    assert_eq!(csv(&people.manager, "/api/v1/reports.csv?from=2100-01-01T00:00:00Z").len(), 1);
    assert_eq!(csv(&people.manager, "/api/v1/reports.csv?to=2000-01-01T00:00:00Z").len(), 1);
    let required =
        json!([temperature(), {"id": "seen", "label": label("seen"), "kind": {"type": "yes_no"}, "required": true}]);
    put(&people.manager, "report", 1, &required).ok();
    let refused = send(good(&order, SMALL.operation, 1));
    assert!(matches!(refused.status, 409 | 422), "{}", refused.text());
    assert!(refused.text().contains("custom.seen"), "{}", refused.text());
    ledger::check(&people.manager);
}

#[test]
fn a_field_of_another_operation_is_neither_asked_for_nor_taken() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "3", SMALL.line);
    let limited = |operation: u16| {
        let mut field = temperature();
        field["required"] = json!(true);
        field["operations"] = json!([operation]);
        json!([field])
    };
    put(&people.manager, "order", 0, &limited(SMALL.operation)).expect_problem(422, "invalid");
    put(&people.manager, "report", 0, &limited(SMALL.operation + 10)).ok();
    let problem = people.operator.post("/api/v1/reports", temperatures(&order, "85")).expect_problem(422, "invalid");
    assert_eq!(problem.errors[0].at, "custom.temperature");
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1)).ok();
    put(&people.manager, "report", 1, &limited(SMALL.operation)).ok();
    let answer = people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1));
    // What a queue took with nothing filled in is refused in its receipt.
    if takt_tests::servers::are_used() {
        assert_eq!(answer.unmet(409, "refused"), ["input.invalid"]);
    } else {
        assert_eq!(answer.expect_problem(422, "invalid").errors[0].at, "custom.temperature");
    }
    people.operator.post("/api/v1/reports", temperatures(&order, "85")).ok();
}
