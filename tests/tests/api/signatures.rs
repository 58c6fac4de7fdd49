//! Electronic signatures: the PIN once more, for one act, once.

use serde_json::{Value, json};
use takt_tests::client::{Answer, Client, key};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, PIN, People, SMALL, act};

const TICKETS: &str = "/api/v1/session/signature";

fn asked(client: &Client, pin: &str, path: &str) -> Answer {
    client.send("POST", TICKETS, None, Some(&json!({"pin": pin, "method": "POST", "path": path})))
}

/// An order that waits for the signature of quality.
fn waiting(people: &People) -> String {
    let order = people.running(SMALL.product, "1", SMALL.line);
    people.operator.post("/api/v1/reports", plant::good(&order, SMALL.operation, 1)).ok();
    act(&people.inspector, &order, "inspect-final", json!({"result": "pass"})).ok();
    order
}

fn sign(order: &str) -> String {
    format!("/api/v1/orders/{order}/actions/sign")
}

#[test]
fn quality_signs_with_the_pin_once_more_and_a_ticket_signs_once() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let (order, other) = (waiting(&people), waiting(&people));
    let inspector = &people.inspector;
    let none = json!({});
    let refused = |ticket: &str, path: &str| {
        let answer = inspector.post_with_ticket(&key(), path, &none, ticket);
        answer.unmet(409, "refused")
    };
    assert_eq!(inspector.post(&sign(&order), none.clone()).unmet(409, "refused"), ["signature.missing"]);
    let ticket = inspector.signature(&sign(&order));
    assert_eq!(refused(&ticket, &sign(&other)), ["signature.other_act"]);
    assert_eq!(refused(&people.admin.signature(&sign(&order)), &sign(&order)), ["signature.other_user"]);
    let again = host.client().sign_in("inspector");
    assert_eq!(refused(&again.signature(&sign(&order)), &sign(&order)), ["signature.other_session"]);
    assert_eq!(refused(inspector.token(), &sign(&order)), ["signature.forged"]);
    assert_eq!(refused(&format!("{ticket}x"), &sign(&order)), ["signature.forged"]);
    assert!(plant::order(inspector, &order).order.signed.is_none(), "nothing was signed");

    let once = key();
    let signed = inspector.post_with_ticket(&once, &sign(&order), &none, &ticket).ok();
    assert!(!signed.text().contains(&ticket));
    let repeated = inspector.post_with_ticket(&once, &sign(&order), &none, &ticket).ok();
    assert_eq!(repeated.json::<Value>(), signed.json::<Value>(), "the same request again is answered the same");
    let fresh = inspector.signature(&sign(&order));
    inspector.post_with_ticket(&once, &sign(&order), &none, &fresh).ok();
    let told = refused(&ticket, &sign(&order));
    assert_eq!(told, ["quality.signed", "signature.used"]);
    act(inspector, &other, "sign", json!({})).ok();
    ledger::check(&people.manager);
}

#[test]
fn wrong_pins_at_signing_lock_the_user_as_those_at_the_sign_in_do() {
    let host = Fresh::small();
    let people = People::at(&host);
    let path = sign("WO-000001");
    for _ in 0..3 {
        asked(&people.inspector, "0000", &path).expect_problem(401, "wrong-pin");
    }
    asked(&people.inspector, PIN, &path).expect_status(201);
    for _ in 0..5 {
        asked(&people.inspector, "0000", &path).expect_problem(401, "wrong-pin");
    }
    asked(&people.inspector, PIN, &path).expect_problem(429, "locked");
    asked(&people.manager, PIN, "/api/v1/orders").expect_status(201);
    asked(&people.manager, PIN, "/api/v1/nothing").expect_problem(422, "invalid");
}
