//! What no client should send: each a problem document with the right status and type, and nothing is written.

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_api::Page;
use takt_api::identity::Claims;
use takt_api::orders::OrderRow;
use takt_api::problem::{Problem, ProblemType};
use takt_domain::permission::Role;
use takt_tests::client::{Client, Raw, key};
use takt_tests::host::Fresh;
use takt_tests::ledger::{self, Ledger};
use takt_tests::plant::{self, People, SMALL};

/// Everything that a write could have changed.
#[derive(Debug, PartialEq)]
struct Books {
    ledger: Ledger,
    orders: Vec<OrderRow>,
    users: Value,
    plant: Value,
}

fn books(admin: &Client) -> Books {
    let orders: Page<OrderRow> = admin.get("/api/v1/orders?limit=200").ok().json();
    Books {
        ledger: ledger::check(admin),
        orders: orders.rows,
        users: admin.get("/api/v1/users").ok().json(),
        plant: admin.get("/api/v1/plant").ok().json(),
    }
}

/// A well-formed receipt, with some of it changed.
fn receipt(change: Value) -> Value {
    let mut body = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1"});
    for (name, value) in change.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// A well-formed order, with some of it changed.
fn order(change: Value) -> Value {
    let mut body = json!({"item": SMALL.product, "line": SMALL.line, "quantity": "1"});
    for (name, value) in change.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn bodies_that_are_wrong_are_refused_and_nothing_is_written() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let running = people.running(SMALL.product, "10", SMALL.line);
    let before = books(&people.admin);
    let report = |change: Value| {
        let mut body = plant::good(&running, SMALL.operation, 1);
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    };
    let long = "x".repeat(1001);
    let (movements, orders, reports) = ("/api/v1/movements", "/api/v1/orders", "/api/v1/reports");
    let act = |action: &str| format!("/api/v1/orders/{running}/actions/{action}");
    let (pause, unknown_action) = (act("pause"), act("fly"));
    let cases: Vec<(&str, &str, Value, u16, &str)> = vec![
        ("an unknown field", movements, receipt(json!({"colour": "red"})), 400, "bad-request"),
        ("an unknown field", orders, order(json!({"colour": "red"})), 400, "bad-request"),
        ("an unknown field", reports, report(json!({"colour": "red"})), 400, "bad-request"),
        ("an unknown field", &pause, json!({"reason": "r", "colour": "red"}), 400, "bad-request"),
        ("a number for a quantity", movements, receipt(json!({"quantity": 1})), 400, "bad-request"),
        ("a missing field", movements, json!({"kind": "receipt"}), 400, "bad-request"),
        ("a list for an object", orders, json!([1, 2]), 400, "bad-request"),
        ("an unknown kind", movements, receipt(json!({"kind": "theft"})), 400, "bad-request"),
        ("no decimal", movements, receipt(json!({"quantity": "ten"})), 400, "bad-request"),
        ("an endless number", movements, receipt(json!({"quantity": "9".repeat(30)})), 400, "bad-request"),
        ("an id with blanks", movements, receipt(json!({"item": " M"})), 400, "bad-request"),
        ("no date", orders, order(json!({"due": "tomorrow"})), 400, "bad-request"),
        ("a negative quantity", movements, receipt(json!({"quantity": "-1"})), 422, "invalid"),
        ("a negative quantity", orders, order(json!({"quantity": "-1"})), 422, "invalid"),
        ("a negative quantity", reports, report(json!({"good": "-1"})), 422, "invalid"),
        ("an over-precise quantity", movements, receipt(json!({"quantity": "1.5"})), 422, "invalid"),
        ("an over-precise quantity", orders, order(json!({"quantity": "1.5"})), 422, "invalid"),
        ("an over-precise quantity", reports, report(json!({"good": "0.5"})), 422, "invalid"),
        ("nothing to make", orders, order(json!({"quantity": "0"})), 422, "invalid"),
        ("an unknown item", movements, receipt(json!({"item": "none"})), 422, "invalid"),
        ("an unknown item", orders, order(json!({"item": "none"})), 422, "invalid"),
        ("an unknown line", orders, order(json!({"line": "none"})), 422, "invalid"),
        ("an unknown order", reports, report(json!({"order": "none"})), 422, "invalid"),
        ("too long a text", movements, receipt(json!({"reason": long})), 422, "invalid"),
        ("too long a text", orders, order(json!({"note": long})), 422, "invalid"),
        ("too long a text", reports, report(json!({"note": long})), 422, "invalid"),
        ("nothing moved", movements, receipt(json!({"quantity": "0"})), 409, "refused"),
        ("an unknown location", movements, receipt(json!({"to": "none"})), 409, "refused"),
        ("a virtual location", movements, receipt(json!({"to": "@adjustment"})), 409, "refused"),
        ("a kind of the system's own", movements, receipt(json!({"kind": "opening"})), 409, "refused"),
        ("no reason", &pause, json!({}), 409, "refused"),
        ("an unknown operation", reports, report(json!({"operation": 99})), 409, "refused"),
        ("nothing reported", reports, report(json!({"good": "0"})), 409, "refused"),
        ("an unknown action", &unknown_action, json!({}), 409, "refused"),
        ("an unknown order", "/api/v1/orders/none/actions/pause", json!({"reason": "r"}), 404, "not-found"),
        ("an unknown movement", "/api/v1/movements/none/reversal", json!({"reason": "r"}), 404, "not-found"),
        ("an unknown report", "/api/v1/reports/none/reversal", json!({"reason": "r"}), 404, "not-found"),
    ];
    for (what, path, body, status, kind) in cases {
        println!("{what}: POST {path} {body}");
        let problem = people.admin.post(path, body).expect_problem(status, kind);
        assert_eq!(problem.errors.is_empty(), status != 422, "values that are wrong are pointed at: {problem:?}");
        assert_eq!(problem.unmet.is_empty(), status != 409, "refusals say why: {problem:?}");
    }
    assert_eq!(books(&people.admin), before);
}

#[test]
fn requests_that_are_wrong_are_refused_and_nothing_is_written() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = books(&people.admin);
    let bearer = format!("Bearer {}", people.admin.token());
    let body = receipt(json!({})).to_string().into_bytes();
    let good = || Raw {
        method: "POST",
        path: "/api/v1/movements",
        headers: vec![
            ("authorization", bearer.clone()),
            ("content-type", "application/json".into()),
            ("idempotency-key", key()),
        ],
        body: body.clone(),
    };
    let without = |name: &str| {
        let mut raw = good();
        raw.headers.retain(|(header, _)| *header != name);
        raw
    };
    let with_key = |key: &str| {
        let mut raw = without("idempotency-key");
        raw.headers.push(("idempotency-key", key.to_owned()));
        raw
    };
    let with_body = |body: &[u8]| Raw { body: body.to_vec(), ..good() };
    let get = |path| Raw { method: "GET", path, headers: vec![("authorization", bearer.clone())], body: Vec::new() };
    let padded = receipt(json!({"reason": "x".repeat(300 * 1024)})).to_string().into_bytes();
    let deep = "[".repeat(100_000).into_bytes();
    let mut plain_text = without("content-type");
    plain_text.headers.push(("content-type", "text/plain".into()));
    let cases: Vec<(&str, Raw<'_>, u16, &str)> = vec![
        ("half an object", with_body(b"{\"kind\":"), 400, "bad-request"),
        ("no JSON", with_body(b"kind=receipt"), 400, "bad-request"),
        ("no UTF-8", with_body(b"{\"kind\":\"\xff\"}"), 400, "bad-request"),
        ("two objects", with_body(b"{}{}"), 400, "bad-request"),
        ("deep nesting", with_body(&deep), 400, "bad-request"),
        ("too large a body", with_body(&padded), 413, "too-large"),
        ("a body beyond all limits", with_body(&[b' '; 3 * 1024 * 1024]), 413, "too-large"),
        ("no content type", without("content-type"), 415, "unsupported-media-type"),
        ("another content type", plain_text, 415, "unsupported-media-type"),
        ("no key", without("idempotency-key"), 400, "missing-idempotency-key"),
        ("a key without quotes", with_key("abc"), 400, "bad-request"),
        ("an empty key", with_key("\"\""), 400, "bad-request"),
        ("a quote inside the key", with_key("\"a\"b\""), 400, "bad-request"),
        ("too long a key", with_key(&format!("\"{}\"", "k".repeat(129))), 400, "bad-request"),
        ("no token", without("authorization"), 401, "unauthorized"),
        ("an unknown path", get("/api/v1/nothing"), 404, "not-found"),
        ("an unknown path below one", get("/api/v1/orders/x/y/z"), 404, "not-found"),
        ("an empty segment", get("/api/v1/stock//"), 404, "not-found"),
        ("an unknown thing", get("/api/v1/orders/none"), 404, "not-found"),
        ("an unknown item", get("/api/v1/stock/none"), 404, "not-found"),
        ("an unknown code", get("/api/v1/scan?code=none"), 404, "not-found"),
        ("a wrong method", Raw { method: "DELETE", path: "/api/v1/orders", ..good() }, 405, "method-not-allowed"),
        ("a wrong method", Raw { path: "/api/v1/board", ..good() }, 405, "method-not-allowed"),
        ("a bad cursor", get("/api/v1/movements?after=nonsense"), 422, "invalid"),
        ("a bad cursor", get("/api/v1/orders?after=nonsense"), 422, "invalid"),
        ("a bad cursor", get("/api/v1/stock?after=nonsense"), 422, "invalid"),
        ("a huge limit", get("/api/v1/movements?limit=100000"), 422, "invalid"),
        ("no limit at all", get("/api/v1/orders?limit=0"), 422, "invalid"),
        ("a limit that is no number", get("/api/v1/orders?limit=many"), 422, "invalid"),
        ("an unknown parameter", get("/api/v1/movements?colour=red"), 400, "bad-request"),
        ("an unknown kind", get("/api/v1/movements?kind=theft"), 422, "invalid"),
    ];
    for (what, raw, status, kind) in cases {
        println!("{what}: {} {}", raw.method, raw.path);
        let answer = host.client().raw(&raw).unwrap_or_else(|error| panic!("{what}: {error}"));
        answer.expect_problem(status, kind);
    }
    assert_eq!(books(&people.admin), before);
}

#[test]
fn tokens_that_are_forged_or_expired_open_nothing() {
    let host = Fresh::small();
    let admin = host.client().sign_in("admin");
    let key = std::fs::read_to_string(host.data.path().join("token.key")).expect("the data folder has a key");
    let claims = |exp| Claims {
        plant: 1,
        user: "admin".parse().expect("a user's name"),
        roles: vec![Role::Administrator],
        session: "local".into(),
        exp,
        scopes: None,
    };
    let now_s = Timestamp::now().as_second();
    let expired = takt_web::token::sign(&claims(now_s - 1), key.trim().as_bytes());
    let guessed = takt_web::token::sign(&claims(now_s + 600), b"00000000000000000000000000000000");
    let payload = guessed.split('.').next().unwrap_or_default();
    let (_, signature) = admin.token().split_once('.').expect("a token has two parts");
    let swapped = format!("{payload}.{signature}");
    let cut = &admin.token()[..admin.token().len() - 2];
    let endless = "x".repeat(10_000);
    for token in [expired.as_str(), &guessed, &swapped, cut, &format!("{payload}."), &endless, ".", ""] {
        host.client().with_token(token).get("/api/v1/users").expect_problem(401, "unauthorized");
        let client = host.client().with_token(token);
        client.post("/api/v1/orders", order(json!({}))).expect_problem(401, "unauthorized");
    }
    let valid = takt_web::token::sign(&claims(now_s + 600), key.trim().as_bytes());
    host.client().with_token(&valid).get("/api/v1/users").expect_status(200);
}

#[test]
fn every_problem_is_told_in_the_readers_language() {
    let host = Fresh::small();
    let mut raw = Raw { method: "GET", path: "/api/v1/orders", ..Raw::default() };
    for (languages, title) in [("zh-CN,zh;q=0.9,en;q=0.8", "请先登录"), ("en-GB", "sign in first"), ("fr", "请先登录")]
    {
        raw.headers = vec![("accept-language", languages.to_owned())];
        let problem: Problem = host.client().raw(&raw).expect("the host answers").json();
        assert_eq!((problem.kind.as_str(), problem.title.as_str()), (ProblemType::Unauthorized.uri(), title));
    }
}
