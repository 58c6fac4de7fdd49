//! Plants do not see each other. One factory never notices; a token that names another plant must not either.

use jiff::Timestamp;
use serde_json::json;
use takt_api::Page;
use takt_api::identity::Claims;
use takt_api::orders::OrderRow;
use takt_api::stock::Movement;
use takt_domain::permission::Role;
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL};

/// An administrator of another plant, with a token that this installation has signed.
fn stranger(host: &Fresh) -> Client {
    let key = std::fs::read_to_string(host.data.path().join("token.key")).expect("the data folder has a key");
    let claims = Claims {
        plant: 2,
        user: "stranger".parse().expect("a user's name"),
        roles: vec![Role::Administrator],
        session: "local".into(),
        exp: Timestamp::now().as_second() + 600,
        scopes: None,
    };
    host.client().with_token(&takt_web::token::sign(&claims, key.trim().as_bytes()))
}

#[test]
fn an_administrator_of_another_plant_sees_and_changes_nothing_of_this_one() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.dispatched(SMALL.product, "1", SMALL.line);
    let before = ledger::check(&people.manager);
    let stranger = stranger(&host);
    let orders = stranger.get("/api/v1/orders");
    if orders.status == 200 {
        assert!(orders.json::<Page<OrderRow>>().rows.is_empty());
    }
    let movements = stranger.get("/api/v1/movements");
    if movements.status == 200 {
        assert!(movements.json::<Page<Movement>>().rows.is_empty());
    }
    for path in [
        format!("/api/v1/orders/{order}"),
        format!("/api/v1/items/{}", SMALL.product),
        format!("/api/v1/stock/{}", SMALL.material),
    ] {
        let answer = stranger.get(&path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.text());
    }
    let scan = stranger.get(&format!("/api/v1/scan?code={order}"));
    assert!((400..500).contains(&scan.status), "{}", scan.text());
    for (path, body) in [
        (format!("/api/v1/orders/{order}/actions/cancel"), json!({"reason": "r"})),
        (
            "/api/v1/movements".into(),
            json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1"}),
        ),
        ("/api/v1/orders".into(), json!({"item": SMALL.product, "line": SMALL.line, "quantity": "1"})),
        (format!("/api/v1/movements/{}/reversal", before.postings[0].movement), json!({"reason": "r"})),
    ] {
        let answer = stranger.post(&path, body);
        assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
    }
    assert_eq!(ledger::check(&people.manager), before);
    assert_eq!(takt_tests::plant::order(&people.manager, &order).order.state, "ready");
}
