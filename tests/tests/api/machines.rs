//! Systems that call by themselves: what their tokens allow and when they end, and many rows in one call.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use takt_api::Page;
use takt_api::bulk::BulkAnswer;
use takt_api::identity::{Claims, Session};
use takt_api::import::OpenedImport;
use takt_api::machines::{Machine, MadeMachineToken};
use takt_api::stock::Movement;
use takt_domain::permission::Permission;
use takt_tests::client::Client;
use takt_tests::host::{Fresh, Host};
use takt_tests::plant::{People, SMALL, available};
use takt_tests::wait::until;

fn erp(people: &People, scopes: &[&str]) {
    let body = json!({"name": "ERP", "scopes": scopes, "late_after_min": 30});
    people.admin.put("/api/v1/machines/erp", body).ok();
}

fn token(people: &People) -> MadeMachineToken {
    people.admin.post("/api/v1/machines/erp/tokens", json!({"days": 30})).expect_status(201).json()
}

fn with(host: &Host, token: &MadeMachineToken) -> Client {
    host.client().with_token(&token.token)
}

fn machine(people: &People) -> Machine {
    people.admin.get("/api/v1/machines").ok().json::<Page<Machine>>().rows.remove(0)
}

fn receipt(quantity: &str) -> Value {
    json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": quantity})
}

#[test]
fn a_token_allows_what_it_names_and_nothing_else() {
    let host = Fresh::small();
    let people = People::at(&host);
    erp(&people, &["stock.view", "stock.move"]);
    let made = token(&people);
    let erp = with(&host, &made);
    let session: Session = erp.get("/api/v1/session").ok().json();
    assert_eq!((session.name.as_str(), session.roles.len()), ("erp", 0));
    assert_eq!(session.permissions, [Permission::StockView, Permission::StockMove]);
    assert_eq!(session.expires_at, made.expires_at);
    erp.post("/api/v1/movements", receipt("3")).ok();
    let moved = erp.get(&format!("/api/v1/movements?item={}", SMALL.material)).ok().json::<Page<Movement>>();
    let first = moved.rows.first().expect("a movement");
    assert_eq!((first.by.as_str(), serde_json::to_value(first.source).unwrap()), ("erp", json!("interface")));
    for (path, body) in [
        ("/api/v1/orders", None),
        ("/api/v1/users", None),
        ("/api/v1/orders", Some(json!({"item": SMALL.product, "quantity": "1", "line": SMALL.line}))),
    ] {
        let answer = match body {
            None => erp.get(path),
            Some(body) => erp.post(path, body),
        };
        answer.expect_problem(403, "forbidden");
    }
}

#[test]
fn a_token_is_shown_once_and_kept_nowhere_and_a_repeat_gets_the_same() {
    let host = Fresh::small();
    let people = People::at(&host);
    erp(&people, &["stock.view"]);
    let body = json!({"days": 1});
    let made: MadeMachineToken = people.admin.post_with("\"k1\"", "/api/v1/machines/erp/tokens", &body).ok().json();
    let again: MadeMachineToken = people.admin.post_with("\"k1\"", "/api/v1/machines/erp/tokens", &body).ok().json();
    assert_eq!(made, again);
    let listed = people.admin.get("/api/v1/machines").ok();
    assert_eq!(listed.json::<Page<Machine>>().rows[0].tokens.len(), 1);
    assert!(!listed.text().contains(&made.token) && listed.text().contains(&made.id));
    let (content, _) = made.token.split_once('.').expect("two parts");
    for file in std::fs::read_dir(host.data.path()).expect("a folder").flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        let holds = bytes.windows(content.len()).any(|window| window == content.as_bytes());
        assert!(!holds, "{:?} holds the token", file.file_name());
    }
}

#[test]
fn a_token_ends_when_it_is_ended_and_all_end_with_what_they_may_do() {
    let host = Fresh::small();
    let people = People::at(&host);
    erp(&people, &["stock.view"]);
    let (one, other) = (token(&people), token(&people));
    with(&host, &one).get("/api/v1/stock").ok();
    let end = |made: &MadeMachineToken| {
        people.admin.send(
            "DELETE",
            &format!("/api/v1/machines/erp/tokens/{}", made.id),
            Some("\"e\""),
            Some(&json!({})),
        )
    };
    end(&one).ok();
    let is_over = |made: &MadeMachineToken| {
        let client = with(&host, made);
        until("the token works no more", || (client.get("/api/v1/stock").status == 401).then_some(()));
    };
    is_over(&one);
    with(&host, &other).get("/api/v1/stock").ok();
    assert_eq!(machine(&people).tokens.len(), 1);
    erp(&people, &["stock.view", "order.view"]);
    assert_eq!(machine(&people).tokens, []);
    is_over(&other);
    let third = token(&people);
    with(&host, &third).get("/api/v1/orders").ok();
    let off = json!({"name": "ERP", "scopes": ["stock.view", "order.view"], "active": false});
    people.admin.put("/api/v1/machines/erp", off).ok();
    is_over(&third);
    let refused = people.admin.post("/api/v1/machines/erp/tokens", json!({"days": 1}));
    assert_eq!(refused.unmet(409, "refused"), ["machine.off"]);
}

#[test]
fn what_makes_no_sense_is_told_and_people_keep_the_keys() {
    let host = Fresh::small();
    let people = People::at(&host);
    let put = |id: &str, body: Value| people.admin.put(&format!("/api/v1/machines/{id}"), body);
    let at = |id: &str, body: Value| put(id, body).expect_problem(422, "invalid").errors.remove(0).at;
    assert_eq!(at("erp", json!({"name": " ", "scopes": ["stock.view"]})), "name");
    assert_eq!(at("erp", json!({"name": "ERP", "scopes": []})), "scopes");
    assert_eq!(at("erp", json!({"name": "ERP", "scopes": ["user.manage"]})), "scopes");
    assert_eq!(at("erp", json!({"name": "ERP", "scopes": ["machine.manage"]})), "scopes");
    assert_eq!(at("erp", json!({"name": "ERP", "scopes": ["stock.view"], "late_after_min": 0})), "late_after_min");
    assert_eq!(at("operator", json!({"name": "ERP", "scopes": ["stock.view"]})), "machine");
    put("erp", json!({"name": "ERP", "scopes": ["stock.fly"]})).expect_problem(400, "bad-request");
    erp(&people, &["stock.view"]);
    let user = json!({"name": "E", "roles": ["operator"], "pin": "123456"});
    assert_eq!(people.admin.put("/api/v1/users/erp", user).expect_problem(422, "invalid").errors[0].at, "user");
    for days in [0, 731] {
        let answer = people.admin.post("/api/v1/machines/erp/tokens", json!({"days": days}));
        assert_eq!(answer.expect_problem(422, "invalid").errors[0].at, "days");
    }
    people.manager.get("/api/v1/machines").expect_problem(403, "forbidden");
    // Scopes that somebody writes into a token of their own are worth nothing.
    let claims = Claims {
        plant: 1,
        user: "erp".parse().unwrap(),
        roles: Vec::new(),
        session: "s".into(),
        exp: i64::MAX,
        scopes: Some(Permission::ALL.to_vec()),
    };
    let forged = takt_web::token::sign(&claims, b"a key that is not the key of this plant");
    host.client().with_token(&forged).get("/api/v1/users").expect_problem(401, "unauthorized");
}

#[test]
fn each_row_is_booked_or_refused_by_itself_and_a_repeat_books_nothing_twice() {
    let host = Fresh::small();
    let people = People::at(&host);
    erp(&people, &["stock.view", "stock.move", "order.create", "order.view", "master.import", "master.view"]);
    let erp = with(&host, &token(&people));
    let items = json!({"rows": [
        {"id": "E-1", "name": "外壳", "unit": "pcs"},
        {"id": "E-2", "name": "Wire", "unit": "m", "scale": 3, "units": [{"unit": "roll", "factor": "100"}]},
        {"id": "E-3", "name": ""},
        {"id": "E-4", "name": "Nut", "colour": "red"},
    ]});
    let told: BulkAnswer = erp.post("/api/v1/bulk/items", items).expect_status(200).json();
    let statuses: Vec<_> = told.rows.iter().map(|row| (row.row, row.status)).collect();
    assert_eq!(statuses, [(1, 200), (2, 200), (3, 422), (4, 400)]);
    assert_eq!((told.booked, told.refused), (2, 2));
    assert_eq!(told.rows[2].problem.as_ref().expect("a problem").errors[0].at, "name");
    let wire: Value = erp.get("/api/v1/items/E-2").ok().json();
    assert_eq!(wire["item"]["units"], json!([{"unit": "roll", "factor": "100"}]), "{wire}");

    let boms = json!({"rows": [
        {"id": "E-1", "lines": [{"component": "E-2", "quantity": "0.25"}, {"component": SMALL.material, "quantity": "1"}]},
        {"id": "E-2", "lines": [{"component": "E-1", "quantity": "1"}]},
        {"id": "E-1", "lines": [{"component": "E-2", "quantity": "1"}, {"component": "NONE", "quantity": "1"}]},
    ]});
    let told: BulkAnswer = erp.post("/api/v1/bulk/boms", boms).expect_status(200).json();
    let statuses: Vec<_> = told.rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [200, 422, 422], "a row sees what those before it have booked: {told:?}");
    assert_eq!(told.rows[2].problem.as_ref().expect("a problem").errors[0].at, "lines[1].component");
    assert_eq!(erp.get("/api/v1/items/E-1").ok().json::<Value>()["bom"]["lines"].as_array().map(Vec::len), Some(2));

    let orders = json!({"rows": [
        {"id": "ERP-1", "item": SMALL.product, "quantity": "5", "line": SMALL.line},
        {"id": "ERP-1", "item": SMALL.product, "quantity": "6", "line": SMALL.line},
        {"item": SMALL.product, "quantity": "0", "line": SMALL.line},
    ]});
    let told: BulkAnswer = erp.post("/api/v1/bulk/orders", orders).expect_status(200).json();
    assert_eq!(told.rows.iter().map(|row| row.status).collect::<Vec<_>>(), [201, 422, 422], "{told:?}");
    assert_eq!(told.rows[0].id.as_deref(), Some("ERP-1"));

    let receipts = json!({"rows": [receipt("2"), receipt("-2"), receipt("3"), {"kind": "scrap", "item": SMALL.material,
        "from": SMALL.store, "quantity": "99"}]});
    let before = available(&people.admin, SMALL.material);
    let told: BulkAnswer = erp.post_with("\"same\"", "/api/v1/bulk/movements", &receipts).expect_status(200).json();
    assert_eq!(told.rows.iter().map(|row| row.status).collect::<Vec<_>>(), [201, 422, 201, 409], "{told:?}");
    let again: BulkAnswer = erp.post_with("\"same\"", "/api/v1/bulk/movements", &receipts).expect_status(200).json();
    assert_eq!(again, told);
    let other = json!({"rows": [receipt("9")]});
    erp.post_with("\"same\"", "/api/v1/bulk/movements", &other).expect_problem(422, "idempotency-key-reused");
    assert_eq!(available(&people.admin, SMALL.material), before + 5);
}

#[test]
fn a_call_of_too_many_rows_books_nothing() {
    let host = Fresh::small();
    let people = People::at(&host);
    let rows = |n: usize| json!({"rows": vec![receipt("1"); n]});
    for n in [0, 201] {
        let refused = people.storekeeper.post("/api/v1/bulk/movements", rows(n)).expect_problem(422, "invalid");
        assert_eq!(refused.errors[0].at, "rows");
    }
    let told: BulkAnswer = people.storekeeper.post("/api/v1/bulk/movements", rows(200)).expect_status(200).json();
    assert_eq!((told.booked, told.refused), (200, 0));
}

#[test]
fn one_that_delivers_in_late_batches_is_marked() {
    let host = Fresh::small();
    let people = People::at(&host);
    erp(&people, &["stock.move"]);
    let erp = with(&host, &token(&people));
    assert_eq!(machine(&people).exchange.called_at, None);
    let happened = Timestamp::now() - SignedDuration::from_hours(2);
    let mut late = receipt("1");
    late["occurred_at"] = json!(happened);
    let told: BulkAnswer = erp.post("/api/v1/bulk/movements", json!({"rows": vec![late; 6]})).ok().json();
    assert_eq!(told.booked, 6, "{told:?}");
    let seen = until("what it booked is counted", || {
        Some(machine(&people).exchange).filter(|exchange| exchange.booked == 6 && exchange.called_at.is_some())
    });
    assert!(seen.late && seen.lag_s.is_some_and(|lag| (7_200..7_500).contains(&lag)), "{seen:?}");
    assert!(seen.booked_at.is_some_and(|at| at > happened), "{seen:?}");
    let mut prompt = receipt("1");
    prompt["occurred_at"] = json!(Timestamp::now());
    erp.post("/api/v1/bulk/movements", json!({"rows": vec![prompt; 10]})).ok();
    let seen = until("the prompt ones are counted too", || {
        Some(machine(&people).exchange).filter(|exchange| exchange.booked == 16)
    });
    assert!(!seen.late, "{seen:?}");
}

#[test]
fn an_import_makes_nobody_who_has_the_name_of_a_machine() {
    let host = Fresh::small();
    let people = People::at(&host);
    erp(&people, &["stock.view"]);
    let opened: OpenedImport = people.admin.post("/api/v1/imports", json!({})).ok().json();
    let base = format!("/api/v1/imports/{}", opened.id);
    let text = "user,name,roles,pin\nerp,N,planner,1234\n";
    people.admin.put(&format!("{base}/parts/1"), json!({"file": "users.csv", "text": text})).ok();
    let refused = people.admin.post(&format!("{base}/publish"), json!({})).expect_problem(422, "invalid");
    assert_eq!(refused.errors[0].at, "users.csv:2:1");
    assert!(refused.errors[0].detail.contains("erp"), "{refused:?}");
}
