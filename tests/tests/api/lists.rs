//! Lists, the board and the scanner: what people look for is found, each thing once.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::orders::{Board, OrderRow};
use takt_api::stock::{ItemStock, Movement};
use takt_tests::client::{Client, Raw};
use takt_tests::host::Fresh;
use takt_tests::ledger::escaped;
use takt_tests::plant::{People, SMALL, act};

/// All rows of a list by pages of `limit`, none of them longer.
fn paged(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<Value> = client.get(&format!("{path}limit={limit}{after}")).ok().json();
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = format!("&after={}", escaped(&next)),
            None => return rows,
        }
    }
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row["id"].as_str()).collect()
}

#[test]
fn orders_are_listed_urgent_first_then_by_due_date_and_each_once_by_any_page_size() {
    let host = Fresh::small();
    let people = People::at(&host);
    let new = |id: &str, line: &str, priority: &str, due: Value, customer: &str| {
        let body = json!({"id": id, "item": SMALL.product, "quantity": "1", "line": line, "priority": priority,
            "due": due, "customer": customer});
        people.planner.post("/api/v1/orders", body).expect_status(201);
    };
    new("A-1", "L1", "normal", json!("2026-12-24"), "Meyer");
    new("A-2", "L2", "urgent", Value::Null, "Müller");
    new("A-3", "L1", "urgent", json!("2026-12-01"), "华为");
    new("A-4", "L2", "low", json!("2026-01-01"), "Meyer");
    new("A-5", "L1", "normal", json!("2026-12-03"), "100%_x");
    new("A-6", "L1", "high", Value::Null, "");
    let expected = ["A-3", "A-2", "A-6", "A-5", "A-1", "A-4"];
    for limit in [1, 2, 4, 200] {
        assert_eq!(ids(&paged(&people.operator, "/api/v1/orders?", limit)), expected, "by {limit}");
    }
    for (query, expected) in [
        ("line=L2", vec!["A-2", "A-4"]),
        ("line=L9", vec![]),
        ("state=approved", vec![]),
        ("state=approved,pending_review&line=L2", vec!["A-2", "A-4"]),
        ("q=meyer", vec!["A-1", "A-4"]),
        ("q=%E5%8D%8E%E4%B8%BA", vec!["A-3"]),
        ("q=%25_", vec!["A-5"]),
        ("q=A-6", vec!["A-6"]),
        ("q=nobody", vec![]),
        ("q=%27%20OR%201=1%20--", vec![]),
    ] {
        assert_eq!(ids(&paged(&people.operator, &format!("/api/v1/orders?{query}&"), 2)), expected, "{query}");
    }
    people.operator.get("/api/v1/orders?state=flying").expect_problem(422, "invalid");
}

#[test]
fn numbers_that_were_given_by_hand_are_passed_over_and_any_number_can_be_asked_for() {
    let host = Fresh::small();
    let people = People::at(&host);
    let given = ["WO-000002", "WO-000003", "A/1 ü#?%2F&"];
    for id in given {
        let body = json!({"id": id, "item": SMALL.product, "quantity": "1", "line": SMALL.line});
        people.planner.post("/api/v1/orders", body).expect_status(201);
        assert_eq!(takt_tests::plant::order(&people.planner, id).order.id.as_str(), id);
        act(&people.planner, id, "submit", json!({})).ok();
    }
    let numbers: Vec<_> = (0..3).map(|_| people.create(SMALL.product, "1", SMALL.line)).collect();
    assert_eq!(numbers, ["WO-000001", "WO-000004", "WO-000005"]);
    for n in 6..30 {
        let body = json!({"id": format!("WO-{n:06}"), "item": SMALL.product, "quantity": "1", "line": SMALL.line});
        people.planner.post("/api/v1/orders", body).expect_status(201);
    }
    assert_eq!(people.create(SMALL.product, "1", SMALL.line), "WO-000030");
}

#[test]
fn the_ledger_is_listed_newest_first_and_can_be_asked_for_an_item_an_order_or_a_kind() {
    let host = Fresh::small();
    let people = People::at(&host);
    for _ in 0..5 {
        people.receive(SMALL.material, "4", SMALL.store);
    }
    let order = people.dispatched(SMALL.product, "2", SMALL.line);
    let all = paged(&people.operator, "/api/v1/movements?", 200);
    for limit in [1, 3] {
        assert_eq!(paged(&people.operator, "/api/v1/movements?", limit), all, "by {limit}");
    }
    let of = |query: &str| -> Vec<Movement> {
        let page: Page<Movement> = people.operator.get(&format!("/api/v1/movements?{query}")).ok().json();
        page.rows
    };
    let newest = of("limit=1");
    assert_eq!(newest[0].order.as_ref().map(ToString::to_string), Some(order.clone()));
    assert_eq!(of(&format!("order={order}")).len(), 1);
    assert_eq!(of("kind=receipt").len(), 5);
    assert_eq!(of(&format!("item={}", SMALL.rare)).len(), 0);
    assert_eq!(of(&format!("item={}", SMALL.material)).len(), all.len());
}

#[test]
fn stock_is_found_by_number_name_and_place() {
    let host = Fresh::small();
    let people = People::at(&host);
    let found = |query: &str| -> BTreeSet<String> {
        let page: Page<ItemStock> = people.operator.get(&format!("/api/v1/stock?{query}")).ok().json();
        page.rows.into_iter().map(|row| row.item.to_string()).collect()
    };
    assert_eq!(found("").len(), 4);
    assert_eq!(found("q=rare"), BTreeSet::from(["R".to_owned()]));
    assert_eq!(found("q=690123456789"), BTreeSet::from(["M".to_owned()]));
    people.receive(SMALL.material, "7", SMALL.beside);
    let stock = |query: &str| -> (String, String) {
        let stock: ItemStock = people.operator.get(&format!("/api/v1/stock/{}{query}", SMALL.material)).ok().json();
        (stock.on_hand.to_string(), stock.available.to_string())
    };
    assert_eq!(stock("?location=B1"), ("7".into(), "7".into()));
    assert_eq!(stock("?location=nowhere"), ("0".into(), "0".into()));
    assert_eq!(stock("?lot=none"), ("0".into(), "0".into()));
    assert_eq!(stock(""), ("17".into(), "17".into()));
}

#[test]
fn the_version_of_stock_grows_with_every_change_and_with_nothing_else() {
    let host = Fresh::small();
    let people = People::at(&host);
    let version = |item: &str| people.operator.get(&format!("/api/v1/stock/{item}")).ok().json::<ItemStock>().version;
    let (before, other) = (version(SMALL.material), version(SMALL.rare));
    assert_eq!(version(SMALL.material), before);
    people.receive(SMALL.material, "1", SMALL.store);
    assert!(version(SMALL.material) > before);
    assert_eq!(version(SMALL.rare), other);
}

#[test]
fn a_board_that_has_not_changed_is_not_sent_again() {
    let host = Fresh::small();
    let people = People::at(&host);
    let order = people.create(SMALL.product, "1", SMALL.line);
    let first = people.operator.get("/api/v1/board").ok();
    let tag = first.headers["etag"].to_str().expect("an ETag is text").to_owned();
    let again = |tag: &str| {
        let headers = vec![
            ("authorization", format!("Bearer {}", people.operator.token())),
            ("accept-language", "en".to_owned()),
            ("if-none-match", tag.to_owned()),
        ];
        let raw = Raw { method: "GET", path: "/api/v1/board", headers, body: Vec::new() };
        host.client().raw(&raw).expect("the host answers")
    };
    let same = again(&tag);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(again("\"another\"").status, 200);
    act(&people.planner, &order, "submit", json!({})).ok();
    let changed = again(&tag).expect_status(200);
    let board: Board = changed.json();
    let row: &OrderRow = &board.columns[0].orders[0];
    assert!(row.review_requested && row.id.as_str() == order);
    assert_eq!(board.columns.len(), 5, "closed and archived orders are on no board");
}

#[test]
fn a_scanned_code_is_an_item_an_order_or_a_place() {
    let host = Fresh::small();
    let people = People::at(&host);
    let order = people.create(SMALL.product, "1", SMALL.line);
    let scan = |code: &str| -> Value { people.operator.get(&format!("/api/v1/scan?code={code}")).ok().json() };
    assert_eq!(scan(SMALL.material)["item"]["id"], SMALL.material);
    assert_eq!(scan("690000000001")["item"]["id"], SMALL.product, "by its barcode");
    assert_eq!(scan(&order)["order"], order.as_str());
    assert_eq!(scan(SMALL.store)["location"]["id"], SMALL.store);
    assert_eq!(scan("%20S1%0D")["location"]["id"], SMALL.store, "scanners add blanks and line ends");
    people.operator.get("/api/v1/scan?code=").expect_problem(422, "invalid");
    people.operator.get("/api/v1/scan").expect_problem(422, "invalid");
}
