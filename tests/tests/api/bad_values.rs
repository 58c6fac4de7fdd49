//! Values that nobody can mean, one fault at a time in an otherwise good request: each is refused with the type and the
//! place that it belongs to, and nothing is written. What is no value at all is in `bad_input`.

use serde_json::{Value, json};
use takt_api::problem::Problem;
use takt_tests::client::{Client, Raw, key};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL};

/// Everything that one of these calls could have changed.
fn state(admin: &Client) -> Value {
    let told = ["orders?limit=200", "users", "plant", "stock?limit=200", "movements?limit=200"];
    told.iter().map(|path| admin.get(&format!("/api/v1/{path}")).ok().json::<Value>()).collect()
}

/// One good request, and how it is spoilt.
struct Kind {
    method: &'static str,
    path: String,
    good: Value,
}

impl Kind {
    /// The request with one field changed; `null` takes it away.
    fn spoilt(&self, field: &str, value: &Value) -> Value {
        let mut body = self.good.clone();
        match value {
            Value::Null => drop(body.as_object_mut().and_then(|body| body.remove(field))),
            value => body[field] = value.clone(),
        }
        body
    }
}

/// Sends each, and compares what it is refused with; for 422 also where the fault is.
fn check(make: impl Fn(&People) -> Kind, cases: &[(&str, Value, u16, &str)]) {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let kind = make(&people);
    let before = state(&people.admin);
    for (field, value, status, expected) in cases {
        let body = kind.spoilt(field, value);
        println!("{} {} {body}", kind.method, kind.path);
        let problem = people.admin.send(kind.method, &kind.path, Some(&key()), Some(&body));
        let problem = problem.expect_problem(*status, expected);
        match status {
            422 => {
                let at: Vec<_> = problem.errors.iter().map(|error| error.at.as_str()).collect();
                assert!(at.iter().all(|at| at.starts_with(field)) && !at.is_empty(), "points at {field}: {at:?}");
            }
            400 => assert!(!problem.detail.is_empty(), "says what is wrong"),
            _ => assert!(!problem.unmet.is_empty(), "says what is not met"),
        }
    }
    assert_eq!(state(&people.admin), before);
    ledger::check(&people.admin);
    let sent = people.admin.send(kind.method, &kind.path, Some(&key()), Some(&kind.good));
    assert!((200..300).contains(&sent.status), "the request was good otherwise: {}", sent.text());
}

/// Whoever asks for English or for nothing at all, and what they read about the same call.
#[test]
fn what_is_wrong_is_told_in_the_readers_language() {
    let host = Fresh::small();
    let people = People::at(&host);
    let told = |language: Option<&str>, method: &str, path: &str, body: &Value| {
        let mut headers = vec![
            ("authorization", format!("Bearer {}", people.admin.token())),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key()),
        ];
        headers.extend(language.map(|language| ("accept-language", language.to_owned())));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = people.admin.raw(&Raw { method, path, headers, body }).expect("the host answers");
        let problem: Problem = answer.json();
        match problem.errors.into_iter().next() {
            Some(error) => format!("{}: {}", error.at, error.detail),
            None => problem.detail,
        }
    };
    let order = |change: Value| {
        let mut body = json!({"item": SMALL.product, "line": SMALL.line, "quantity": "1"});
        body.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
        body
    };
    let (orders, long) = ("/api/v1/orders", "x".repeat(1001));
    let cases = [
        ("POST", orders, order(json!({"item": "none"})), "item: there is no item none", "item: 没有物料 none"),
        (
            "POST",
            orders,
            order(json!({"note": long})),
            "note: expected at most 1000 characters",
            "note: 最多 1000 个字符",
        ),
        (
            "POST",
            orders,
            order(json!({"quantity": "-1"})),
            "quantity: expected a quantity that is not below zero",
            "quantity: 数量不能小于 0",
        ),
        (
            "POST",
            orders,
            json!({"line": "L"}),
            "missing field `item` at line 1 column 12",
            "缺少字段 `item`(第 1 行第 12 列)",
        ),
        (
            "POST",
            orders,
            json!({"item": 5}),
            "invalid type: integer `5`, expected a string at line 1 column 9",
            "类型不对:应为字符串,实为整数 `5`(第 1 行第 9 列)",
        ),
        ("POST", orders, json!([1]), "expected a JSON object", "应为 JSON 对象"),
        (
            "GET",
            "/api/v1/orders?limit=x",
            Value::Null,
            "limit: expected a number from 1 to 200",
            "limit: 应为 1 到 200 的数字",
        ),
        ("GET", "/api/v1/orders?colour=x", Value::Null, "unknown query parameter colour", "未知的查询参数 colour"),
        ("GET", "/api/v1/orders?state=x", Value::Null, "state: there is no state x", "state: 没有状态 x"),
    ];
    for (method, path, body, en, zh) in cases {
        assert_eq!(told(Some("en-GB"), method, path, &body), en);
        assert_eq!(told(Some("zh-CN"), method, path, &body), zh);
        assert_eq!(told(None, method, path, &body), zh);
    }
}

/// Texts that look like quantities and are none.
fn no_quantities(field: &'static str) -> Vec<(&'static str, Value, u16, &'static str)> {
    let texts = [
        "", " ", "1 ", " 1", "+1", "1.", ".5", "1,5", "1e3", "0x10", "NaN", "Infinity", "--1", "１２", "1.0.0", "1_000",
    ];
    let mut cases: Vec<_> = texts.into_iter().map(|text| (field, json!(text), 400, "bad-request")).collect();
    for value in [json!(1), json!(1.5), json!(true), json!([]), json!({})] {
        cases.push((field, value, 400, "bad-request"));
    }
    cases.push((field, json!("1.0000000001"), 400, "bad-request"));
    cases.push((field, json!("10000000000000000"), 400, "bad-request"));
    cases.push((field, json!("99999999999999999999999999"), 400, "bad-request"));
    cases.push((field, json!("-0.5"), 422, "invalid"));
    cases.push((field, json!("-1"), 422, "invalid"));
    cases.push((field, json!("1.5"), 422, "invalid"));
    cases
}

/// Texts that no number or name can be.
fn no_ids(field: &'static str) -> Vec<(&'static str, Value, u16, &'static str)> {
    let texts = ["", " ", " a", "a ", "a\tb", "a\nb", "a\u{0}b", "@supplier"].map(str::to_owned);
    let all = texts.into_iter().chain(["x".repeat(97)]);
    all.map(|text| (field, json!(text), 400, "bad-request")).collect()
}

fn long(chars: usize) -> Value {
    json!("长".repeat(chars))
}

#[test]
fn movements_with_a_value_that_cannot_be_are_refused() {
    let mut cases = no_quantities("quantity");
    cases.extend(no_ids("item"));
    cases.extend([
        ("kind", Value::Null, 400, "bad-request"),
        ("kind", json!("reserve"), 409, "refused"),
        ("kind", json!("settle"), 409, "refused"),
        ("item", Value::Null, 400, "bad-request"),
        ("item", json!("M2"), 422, "invalid"),
        ("order", json!("WO-999999"), 422, "invalid"),
        ("lot", long(65), 422, "invalid"),
        ("document", long(201), 422, "invalid"),
        ("reason", long(1001), 422, "invalid"),
        ("reason", json!("a\u{0}b"), 400, "bad-request"),
        ("to", Value::Null, 409, "refused"),
        ("to", json!("Q1"), 409, "refused"),
        ("to", json!("@customer"), 409, "refused"),
        ("from", json!("S1"), 409, "refused"),
        ("quantity", json!("0"), 409, "refused"),
        ("quantity", json!("-0"), 409, "refused"),
    ]);
    let receipt = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1", "reason": "长".repeat(1000)});
    check(|_| Kind { method: "POST", path: "/api/v1/movements".into(), good: receipt.clone() }, &cases);
    let issue =
        json!({"kind": "issue", "item": SMALL.material, "from": SMALL.store, "to": SMALL.beside, "quantity": "110"});
    let cases = [
        ("quantity", json!("111"), 409, "refused"),
        ("quantity", json!("900000000000000"), 409, "refused"),
        ("from", json!(SMALL.beside), 409, "refused"),
        ("to", json!(SMALL.store), 409, "refused"),
        ("lot", json!("another"), 409, "refused"),
    ];
    check(|_| Kind { method: "POST", path: "/api/v1/movements".into(), good: issue.clone() }, &cases);
}

#[test]
fn orders_with_a_value_that_cannot_be_are_refused() {
    let mut cases = no_quantities("quantity");
    cases.extend(no_ids("id"));
    cases.extend(no_ids("line"));
    let many: Value = (0..51).map(|n| (format!("f{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    cases.extend([
        ("quantity", json!("0"), 422, "invalid"),
        ("item", json!("M"), 422, "invalid"),
        ("item", json!("none"), 422, "invalid"),
        ("line", json!("L9"), 422, "invalid"),
        ("priority", json!("asap"), 400, "bad-request"),
        ("priority", json!(1), 400, "bad-request"),
        ("due", json!("2026-02-30"), 400, "bad-request"),
        ("due", json!("30.11.2026"), 400, "bad-request"),
        ("due", json!(20261130), 400, "bad-request"),
        ("customer", long(201), 422, "invalid"),
        ("note", long(1001), 422, "invalid"),
        ("custom", many, 422, "invalid"),
        ("custom", json!({"f": 1}), 400, "bad-request"),
        ("custom", json!({"f": "a\u{0}b"}), 400, "bad-request"),
        ("custom", json!({"f": "长".repeat(1001)}), 422, "invalid"),
        ("id", json!("WO-000001"), 422, "invalid"),
    ]);
    let make = |people: &People| {
        people.create(SMALL.product, "1", SMALL.line);
        let good = json!({"id": "MY-1", "item": SMALL.product, "line": SMALL.line, "quantity": "1", "priority": "urgent",
            "due": "2026-11-30", "customer": "Müller & Söhne 株式会社", "custom": {"colour": "red"}});
        Kind { method: "POST", path: "/api/v1/orders".into(), good }
    };
    check(make, &cases);
}

#[test]
fn reports_with_a_value_that_cannot_be_are_refused() {
    let mut cases = no_quantities("good");
    cases.extend(no_quantities("rework").into_iter().filter(|(_, value, ..)| *value != json!("0")));
    let scrap = |reason: &str, quantity: &str| json!([{"reason": reason, "quantity": quantity}]);
    let many: Vec<_> = (0..21).map(|n| json!({"reason": format!("r{n}"), "quantity": "0"})).collect();
    cases.extend([
        ("order", json!("none"), 422, "invalid"),
        ("order", Value::Null, 400, "bad-request"),
        ("operation", json!(99), 409, "refused"),
        ("operation", json!(-1), 400, "bad-request"),
        ("operation", json!(70_000), 400, "bad-request"),
        ("operation", json!("10"), 400, "bad-request"),
        ("good", json!("11"), 409, "refused"),
        ("good", json!("900000000000000"), 409, "refused"),
        ("good", Value::Null, 400, "bad-request"),
        ("rework", json!("10"), 409, "refused"),
        ("rework", json!("900000000000000"), 409, "refused"),
        ("scrap", scrap("bent", "10"), 409, "refused"),
        ("scrap", scrap("bent", "-1"), 422, "invalid"),
        ("scrap", scrap("bent", "0.5"), 422, "invalid"),
        ("scrap", scrap(" ", "1"), 422, "invalid"),
        ("scrap", scrap(&"长".repeat(101), "1"), 422, "invalid"),
        ("scrap", json!(many), 422, "invalid"),
        ("scrap", json!([{"quantity": "1"}]), 400, "bad-request"),
        ("scrap", json!([{"reason": "bent", "quantity": "1", "colour": "red"}]), 400, "bad-request"),
        ("equipment", json!("none"), 422, "invalid"),
        ("ended_at", json!("2026-11-23T07:00:00+08:00"), 422, "invalid"),
        ("ended_at", json!("2026-11-23 09:00"), 400, "bad-request"),
        ("ended_at", json!("yesterday"), 400, "bad-request"),
        ("note", long(1001), 422, "invalid"),
    ]);
    let make = |people: &People| {
        let order = people.running(SMALL.product, "10", SMALL.line);
        let mut good = plant::good(&order, SMALL.operation, 1);
        good["equipment"] = json!(SMALL.equipment);
        good["started_at"] = json!("2026-11-23T08:00:00+08:00");
        good["ended_at"] = json!("2026-11-23T09:00:00+08:00");
        Kind { method: "POST", path: "/api/v1/reports".into(), good }
    };
    check(make, &cases);
}

#[test]
fn users_with_a_value_that_cannot_be_are_refused() {
    let cases = [
        ("name", json!(""), 422, "invalid"),
        ("name", json!(" "), 422, "invalid"),
        ("name", long(101), 422, "invalid"),
        ("roles", json!([]), 422, "invalid"),
        ("roles", json!(["boss"]), 400, "bad-request"),
        ("roles", json!("operator"), 400, "bad-request"),
        ("roles", Value::Null, 400, "bad-request"),
        ("line", json!("L9"), 422, "invalid"),
        ("pin", Value::Null, 422, "invalid"),
        ("pin", json!("123"), 422, "invalid"),
        ("pin", json!("1234567890123"), 422, "invalid"),
        ("pin", json!("12a4"), 422, "invalid"),
        ("pin", json!("１２３４"), 422, "invalid"),
        ("pin", json!(1234), 400, "bad-request"),
        ("active", json!("yes"), 400, "bad-request"),
    ];
    let good = json!({"name": "New", "roles": ["operator"], "line": SMALL.line, "pin": "4321"});
    check(|_| Kind { method: "PUT", path: "/api/v1/users/new".into(), good: good.clone() }, &cases);
    let cases = [("active", json!(false), 409, "refused"), ("roles", json!(["operator"]), 409, "refused")];
    let good = json!({"name": "Wu", "roles": ["administrator"], "active": true});
    check(|_| Kind { method: "PUT", path: "/api/v1/users/admin".into(), good: good.clone() }, &cases);
}

#[test]
fn resources_with_a_value_that_cannot_be_are_refused() {
    let cases = [
        ("status", json!("broken"), 400, "bad-request"),
        ("status", json!(true), 400, "bad-request"),
        ("status", Value::Null, 400, "bad-request"),
    ];
    let path = format!("/api/v1/equipment/{}/status", SMALL.equipment);
    check(|_| Kind { method: "PUT", path: path.clone(), good: json!({"status": "down"}) }, &cases);
    let cases = [("usable", json!("no"), 400, "bad-request"), ("usable", Value::Null, 400, "bad-request")];
    let path = format!("/api/v1/moulds/{}/status", SMALL.mould);
    check(|_| Kind { method: "PUT", path: path.clone(), good: json!({"usable": false}) }, &cases);
    let cases = [
        ("present", json!(1), 400, "bad-request"),
        ("present", Value::Null, 400, "bad-request"),
        ("line", json!("L9"), 422, "invalid"),
    ];
    let good = json!({"present": true, "line": SMALL.line});
    check(|_| Kind { method: "PUT", path: "/api/v1/crew/operator/presence".into(), good: good.clone() }, &cases);
}

#[test]
fn a_plant_with_a_value_that_cannot_be_is_refused() {
    let day = json!({"name": "day", "start": "08:00", "end": "20:00", "weekdays": [1, 2, 3, 4, 5]});
    let with = |field: &str, value: Value| {
        let mut shift = day.clone();
        shift[field] = value;
        json!([shift])
    };
    let cases = [
        ("name", json!(" "), 422, "invalid"),
        ("name", long(101), 422, "invalid"),
        ("time_zone", json!("Mars/Olympus"), 422, "invalid"),
        ("time_zone", json!(""), 422, "invalid"),
        ("time_zone", json!("../../etc/passwd"), 422, "invalid"),
        ("shifts", json!([]), 422, "invalid"),
        ("shifts", json!(vec![day.clone(); 25]), 422, "invalid"),
        ("shifts", with("start", json!("8:00")), 422, "invalid"),
        ("shifts", with("start", json!("24:00")), 422, "invalid"),
        ("shifts", with("end", json!("08:00")), 422, "invalid"),
        ("shifts", with("name", json!("")), 422, "invalid"),
        ("shifts", with("weekdays", json!([])), 422, "invalid"),
        ("shifts", with("weekdays", json!([0])), 422, "invalid"),
        ("shifts", with("weekdays", json!([8])), 422, "invalid"),
        ("shifts", with("weekdays", json!([1, 1])), 422, "invalid"),
        ("shifts", with("weekdays", json!(["Monday"])), 400, "bad-request"),
        ("shifts", with("colour", json!("red")), 400, "bad-request"),
    ];
    let good = json!({"name": "工厂", "time_zone": "Europe/Berlin", "shifts": [day]});
    check(|_| Kind { method: "PUT", path: "/api/v1/plant".into(), good: good.clone() }, &cases);
}

#[test]
fn actions_with_a_value_that_cannot_be_are_refused() {
    let cases = [
        ("reason", long(1001), 422, "invalid"),
        ("reason", json!(""), 409, "refused"),
        ("reason", json!("  "), 409, "refused"),
        ("reason", Value::Null, 409, "refused"),
        ("reason", json!(1), 400, "bad-request"),
        ("result", json!("maybe"), 400, "bad-request"),
    ];
    let make = |people: &People| {
        let order = people.running(SMALL.product, "1", SMALL.line);
        Kind { method: "POST", path: format!("/api/v1/orders/{order}/actions/pause"), good: json!({"reason": "tea"}) }
    };
    check(make, &cases);
    let cases = [("result", Value::Null, 409, "refused"), ("result", json!("passed"), 400, "bad-request")];
    let make = |people: &People| {
        let order = people.running(SMALL.product, "1", SMALL.line);
        let path = format!("/api/v1/orders/{order}/actions/inspect-first-article");
        Kind { method: "POST", path, good: json!({"result": "fail"}) }
    };
    check(make, &cases);
}

#[test]
fn a_sign_in_with_a_value_that_cannot_be_is_refused_without_counting_as_a_try() {
    let host = Fresh::small();
    let client = host.client();
    let cases = [
        (json!({}), 400, "bad-request"),
        (json!({"user": "operator"}), 400, "bad-request"),
        (json!({"user": "operator", "pin": 1234}), 400, "bad-request"),
        (json!({"user": "operator", "pin": "1234", "colour": "red"}), 400, "bad-request"),
        (json!({"user": "", "pin": "1234"}), 400, "bad-request"),
        (json!({"user": "operator", "pin": "1234", "plant": 7}), 401, "wrong-pin"),
        (json!({"user": "operator", "pin": "1234", "plant": -1}), 400, "bad-request"),
    ];
    for (body, status, kind) in &cases {
        for _ in 0..6 {
            client.send("POST", "/api/v1/session", None, Some(body)).expect_problem(*status, kind);
        }
    }
    client.sign_in("operator");
}
