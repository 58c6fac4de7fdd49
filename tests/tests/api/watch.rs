//! The watch over HTTP: it finds, tells whom it concerns, once, and takes back what is over.

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::watch::{Alert, AlertState, Morning};
use takt_domain::watch::Severity;
use takt_tests::client::{Client, key};
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL, act};
use takt_tests::wait::until;

fn alerts(client: &Client, query: &str) -> Vec<Alert> {
    client.get(&format!("/api/v1/alerts{query}")).ok().json::<Page<Alert>>().rows
}

fn set(people: &People, body: &Value) {
    people.planner.put("/api/v1/watch", body.clone()).ok();
}

#[test]
fn an_urgent_order_that_nobody_dispatches_is_told_of_once_and_taken_back() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let body = json!({"item": SMALL.product, "quantity": "2", "line": SMALL.line, "priority": "urgent"});
    let order: Value = people.planner.post("/api/v1/orders", body).ok().json();
    let order = order["id"].as_str().expect("an id");
    people.create(SMALL.product, "2", SMALL.line);
    assert_eq!(alerts(&people.planner, ""), []);
    set(&people, &json!({"urgent_dispatch_min": 0}));
    let found = until("the watch has found it", || alerts(&people.planner, "").pop());
    assert_eq!((found.code.as_str(), found.severity), ("urgent.not_dispatched", Severity::Critical));
    assert_eq!((found.order.as_ref().map(|id| id.as_str()), found.state), (Some(order), AlertState::Open));
    assert_eq!(alerts(&people.inspector, ""), [], "it does not concern inspectors");
    let path = format!("/api/v1/alerts/{}/acknowledgement", found.id);
    people.inspector.post(&path, json!({})).expect_problem(404, "not-found");

    // The same request again says the same, and is one acknowledgement.
    let key = key();
    let note = json!({"note": "I call them"});
    let first = people.planner.post_with(&key, &path, &note).ok();
    assert_eq!(people.planner.post_with(&key, &path, &note).ok().body, first.body);
    let acknowledged = first.json::<Alert>();
    assert_eq!(acknowledged.acknowledged.map(|mark| mark.reason).as_deref(), Some("I call them"));
    assert_eq!(alerts(&people.planner, "?state=open"), []);

    let morning: Morning = people.operator.get("/api/v1/morning").ok().json();
    assert_eq!((morning.open, morning.hanging), (2, 1));
    assert_eq!((morning.rows[0].id.as_str(), morning.rows[0].severity), (order, Severity::Critical));
    assert!(morning.rows[0].reason.en.starts_with("waits for planner"), "{:?}", morning.rows[0]);

    act(&people.planner, order, "submit", json!({})).ok();
    act(&people.manager, order, "approve", json!({})).ok();
    act(&people.planner, order, "dispatch", json!({})).ok();
    set(&people, &json!({"urgent_dispatch_min": 0, "limits": []}));
    let cleared = until("the watch has seen that it is over", || alerts(&people.planner, "?state=cleared").pop());
    assert_eq!((cleared.id, cleared.times), (found.id, 1));
    assert_eq!(alerts(&people.manager, &format!("?order={order}")), []);
}

#[test]
fn limits_that_cannot_be_are_refused_and_change_nothing() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before: Value = people.operator.get("/api/v1/watch").ok().json();
    let limits = json!([{"state": "nowhere", "limit_min": 1}, {"state": "ready", "limit_min": 99_999_999}]);
    let body = json!({"urgent_dispatch_min": 30, "limits": limits});
    let problem = people.planner.put("/api/v1/watch", body).expect_problem(422, "invalid");
    let at: Vec<_> = problem.errors.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(at, ["limits.0.state", "limits.1.limit_min"]);
    people.operator.put("/api/v1/watch", json!({"urgent_dispatch_min": 30})).expect_problem(403, "forbidden");
    assert_eq!(people.operator.get("/api/v1/watch").ok().json::<Value>(), before);
    people.planner.get("/api/v1/alerts?state=nowhere").expect_problem(422, "invalid");
}
