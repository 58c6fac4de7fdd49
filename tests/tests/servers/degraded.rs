//! One server is away, and comes back.

use serde_json::{Value, json};
use takt_tests::ledger;
use takt_tests::plant::{SMALL, act};
use takt_tests::wait::until;

use crate::site::Site;

#[test]
fn without_the_cache_queries_ask_the_store_and_nothing_else_changes() {
    let mut site = Site::new(1);
    let before: Value = site.stock().ok().json();
    site.cache.kill();
    assert!(site.until_bad(&["cache"]).degraded);
    let receipt = site.report(&site.people.operator, &site.order).expect_status(202);
    site.until_booked(&site.people.operator, &receipt);
    let without = site.stock().ok();
    assert!(without.headers.get("age").is_none());
    assert_ne!(without.json::<Value>()["version"], before["version"], "what was booked is shown");
    site.cache.start_again();
    assert!(!site.until_bad(&[]).degraded);
    site.people.receive(SMALL.material, "7", SMALL.store);
    let now: Value = site.settled();
    assert_eq!(now["on_hand"], json!("1015"), "10 were there, 1000 and 7 received, 2 used: {now}");
    ledger::check(&site.people.manager);
}

#[test]
fn without_the_queue_reports_are_booked_at_once() {
    let mut site = Site::new(1);
    let receipt = site.report(&site.people.operator, &site.order).expect_status(202);
    site.until_booked(&site.people.operator, &receipt);
    site.queues[0].kill();
    assert!(site.until_bad(&["queue"]).degraded);
    // It may wait in the queue, for all that anybody knows.
    let unknown = "/api/v1/reports/018f0000-0000-7000-8000-000000000000";
    site.people.operator.get(unknown).expect_problem(503, "unavailable");
    let booked: Value = site.report(&site.people.operator, &site.order).expect_status(201).json();
    assert_eq!(booked["state"], "booked");
    site.queues[0].start_again();
    site.until_bad(&[]);
    let receipt = until("reports are queued again", || {
        Some(site.report(&site.people.operator, &site.order)).filter(|answer| answer.status == 202)
    });
    site.until_booked(&site.people.operator, &receipt);
    ledger::check(&site.people.manager);
}

#[test]
fn without_the_store_reports_are_accepted_stock_is_shown_with_its_age_and_what_cannot_be_says_so() {
    let mut site = Site::new(1);
    let receipt = site.report(&site.people.operator, &site.order).expect_status(202);
    site.until_booked(&site.people.operator, &receipt);
    site.until_cached();
    let before = site.settled();
    site.postgres.kill();
    site.until_bad(&["store"]);
    let (status, health) = site.health();
    assert_eq!((status, health.ok, health.degraded), (200, true, true), "{health:?}");
    // For half a second it is as fresh as if it had been asked for now.
    let shown =
        until("stock is shown with its age", || Some(site.stock().ok()).filter(|a| a.headers.contains_key("age")));
    let shown: Value = shown.json();
    assert!(shown["as_of"].is_string(), "{shown}");
    assert_eq!(shown["on_hand"], before["on_hand"]);
    let receipts: Vec<_> = (0..5).map(|_| site.report(&site.people.operator, &site.order).expect_status(202)).collect();
    for receipt in &receipts {
        assert_eq!(receipt.json::<Value>()["state"], "queued");
    }
    let pending: Value = site.stock().ok().json();
    assert_eq!(pending["pending"], json!("-10"), "five reports of two pieces each are on their way: {pending}");
    let refused = act(&site.people.lead, &site.order, "pause", json!({"reason": "r"}));
    refused.expect_problem(503, "unavailable");
    assert!(refused.headers.get("retry-after").is_some());
    let body = json!({"kind": "receipt", "item": SMALL.material, "quantity": "1", "to": SMALL.store});
    site.people.storekeeper.post("/api/v1/movements", body).expect_problem(503, "unavailable");
    site.postgres.start_again();
    site.until_bad(&[]);
    for receipt in &receipts {
        site.until_booked(&site.people.operator, receipt);
    }
    let now = site.settled();
    assert!(now.get("as_of").is_none(), "{now}");
    assert_eq!((&now["on_hand"], &now["pending"]), (&json!("998"), &json!("0")), "{now}");
    act(&site.people.lead, &site.order, "pause", json!({"reason": "r"})).ok();
    ledger::check(&site.people.manager);
}
