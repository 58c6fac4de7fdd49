//! A gateway that loses the answer after the host has booked: the case behind "the scan said success and the balance
//! did not change", and its opposite.

use serde_json::{Value, json};
use takt_tests::client::{Client, key};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, good};
use takt_tests::proxy::{Fate, Proxy};

/// Sends a write through a gateway that loses its answer, then again directly: the second answer must be the one that
/// was lost.
fn check(host: &str, client: &Client, path: &str, body: &Value, fate: Fate) {
    let proxy = Proxy::before(host);
    let key = key();
    proxy.set(fate);
    let lost = client.at(&proxy.base).try_send("POST", path, Some(&key), Some(body));
    match fate {
        Fate::TimedOut => assert_eq!(lost.expect("the gateway answers").status, 504),
        _ => assert!(lost.is_err(), "the connection breaks: {lost:?}"),
    }
    let first = proxy.last_answer();
    let again = client.post_with(&key, path, body).ok();
    assert!(again.headers.contains_key("idempotency-replayed"), "{again:?}");
    if first.starts_with("HTTP/1.1 202") {
        // The lost answer was a receipt, which has become a booking since.
        let id = again.json::<Value>()["id"].to_string();
        assert!(first.contains(&id), "the answer that was lost: {first}\nthe second one: {}", again.text());
    } else {
        assert!(first.starts_with(&format!("HTTP/1.1 {}", again.status)), "{first}");
        assert!(first.ends_with(&again.text()), "the answer that was lost: {first}\nthe second one: {}", again.text());
    }
    proxy.set(Fate::Passed);
    let third = client.at(&proxy.base).post_with(&key, path, body).ok();
    assert_eq!(third.body, again.body);
}

#[test]
fn a_receipt_whose_answer_a_gateway_lost_is_booked_once_and_answered_as_the_first_time() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = plant::available(&people.storekeeper, SMALL.material);
    let body = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "5"});
    for fate in [Fate::TimedOut, Fate::Cut] {
        check(&host.base, &people.storekeeper, "/api/v1/movements", &body, fate);
    }
    assert_eq!(plant::available(&people.storekeeper, SMALL.material), before + 10);
    ledger::check(&people.manager);
}

#[test]
fn a_report_and_an_action_whose_answers_a_gateway_lost_count_once() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "200", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    check(&host.base, &people.operator, "/api/v1/reports", &good(&order, SMALL.operation, 4), Fate::TimedOut);
    let pause = format!("/api/v1/orders/{order}/actions/pause");
    check(&host.base, &people.operator, &pause, &json!({"reason": "tea"}), Fate::Cut);
    let detail = plant::order(&people.planner, &order);
    assert_eq!(detail.facts.progress[&SMALL.operation].good.to_string(), "4");
    assert_eq!(detail.order.history.iter().filter(|entry| entry.action == "pause").count(), 1);
    ledger::check(&people.manager);
}
