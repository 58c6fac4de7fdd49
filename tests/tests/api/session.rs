//! Signing in, and what ends it.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::identity::Device;
use takt_tests::client::{Answer, Client, Raw};
use takt_tests::host::Fresh;
use takt_tests::ledger::escaped;
use takt_tests::plant::{PIN, People, SMALL};
use takt_tests::wait::until;

fn try_pin(client: &Client, user: &str, pin: &str) -> Answer {
    client.send("POST", "/api/v1/session", None, Some(&json!({"user": user, "pin": pin})))
}

fn retry_after_s(answer: &Answer) -> u64 {
    answer.expect_problem(429, "locked");
    let header = answer.headers.get("retry-after").expect("a lock says when to come again");
    header.to_str().ok().and_then(|text| text.parse().ok()).expect("in seconds")
}

#[test]
fn five_wrong_pins_lock_the_user_for_a_growing_time_and_nobody_else() {
    let host = Fresh::small();
    let client = host.client();
    for _ in 0..5 {
        try_pin(&client, "operator", "0000").expect_problem(401, "wrong-pin");
    }
    let first = retry_after_s(&try_pin(&client, "operator", PIN));
    assert!((20..=30).contains(&first), "{first}");
    client.sign_in("planner");
    until("the lock ends", || (try_pin(&client, "operator", "0000").status == 401).then_some(()));
    let second = retry_after_s(&try_pin(&client, "operator", PIN));
    assert!(second > first, "{first} s, then {second} s");
}

#[test]
fn an_unknown_user_is_answered_as_a_wrong_pin_is() {
    let host = Fresh::small();
    let known = try_pin(&host.client(), "operator", "0000").expect_problem(401, "wrong-pin");
    let unknown = try_pin(&host.client(), "nobody", "0000").expect_problem(401, "wrong-pin");
    assert_eq!(known, unknown);
}

#[test]
fn the_right_pin_forgets_the_wrong_ones_before_it() {
    let host = Fresh::small();
    let client = host.client();
    for _ in 0..3 {
        for _ in 0..4 {
            try_pin(&client, "operator", "0000").expect_problem(401, "wrong-pin");
        }
        client.sign_in("operator");
    }
}

/// Writes are refused at once, reads within seconds.
fn check_ended(client: &Client) {
    let body = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1"});
    client.post("/api/v1/movements", body).expect_problem(401, "unauthorized");
    let start = std::time::Instant::now();
    until("reads are refused", || (client.get("/api/v1/session").status == 401).then_some(()));
    assert!(start.elapsed().as_secs() < 7, "reads are refused within 5 s: {:?}", start.elapsed());
}

#[test]
fn a_session_that_was_ended_is_refused() {
    let host = Fresh::small();
    let client = host.client().sign_in("storekeeper");
    client.get("/api/v1/session").expect_status(200);
    client.send("DELETE", "/api/v1/session", Some(&takt_tests::client::key()), None).ok();
    check_ended(&client);
    host.client().sign_in("storekeeper").get("/api/v1/session").expect_status(200);
}

#[test]
fn changed_roles_end_the_sessions_of_the_user() {
    let host = Fresh::small();
    let people = People::at(&host);
    let change = json!({"name": "Wang", "roles": ["storekeeper", "inspector"]});
    people.admin.put("/api/v1/users/storekeeper", change).ok();
    check_ended(&people.storekeeper);
    let session: Value = host.client().sign_in("storekeeper").get("/api/v1/session").ok().json();
    assert_eq!(session["roles"], json!(["storekeeper", "inspector"]));
    people.planner.get("/api/v1/session").expect_status(200);
}

#[test]
fn a_user_who_may_not_sign_in_any_more_cannot_and_is_out() {
    let host = Fresh::small();
    let people = People::at(&host);
    let change = json!({"name": "Wang", "roles": ["storekeeper"], "active": false});
    people.admin.put("/api/v1/users/storekeeper", change).ok();
    try_pin(&host.client(), "storekeeper", PIN).expect_problem(401, "wrong-pin");
    check_ended(&people.storekeeper);
}

/// A sign-in as a phone makes it, which says which device it is.
fn sign_in_from(host: &Fresh, device: &str, user: &str) -> Answer {
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("takt-device", device.to_owned()),
        ("user-agent", "Mozilla/5.0 (Linux; Android 13) Chrome/131".to_owned()),
    ];
    let body = json!({"user": user, "pin": PIN}).to_string().into_bytes();
    let raw = Raw { method: "POST", path: "/api/v1/session", headers, body };
    host.client().raw(&raw).expect("the host answers")
}

#[test]
fn a_device_that_is_blocked_signs_everybody_out_and_nobody_in_until_it_is_let_in_again() {
    let host = Fresh::small();
    let people = People::at(&host);
    let token = |answer: Answer| answer.ok().json::<Value>()["token"].as_str().expect("a token").to_owned();
    let on_lost = host.client().with_token(&token(sign_in_from(&host, "web-lost", "storekeeper")));
    sign_in_from(&host, "web-kept", "operator").ok();
    let elsewhere = host.client().sign_in("storekeeper");
    let devices: Page<Device> = people.admin.get("/api/v1/devices").ok().json();
    let lost = devices.rows.iter().find(|device| device.device == "web-lost").expect("it is known");
    assert_eq!((lost.user.as_str(), lost.blocked, lost.name.as_str()), ("storekeeper", false, ""));
    assert!(lost.agent.contains("Android"), "{lost:?}");
    assert_eq!(devices.rows.len(), 2, "who does not say which device it is has none: {devices:?}");

    let name = json!({"name": "tablet of line 1", "blocked": true});
    let put: Device = people.admin.put("/api/v1/devices/web-lost", name).ok().json();
    assert!(put.blocked);
    check_ended(&on_lost);
    let refused = sign_in_from(&host, "web-lost", "storekeeper").expect_problem(403, "forbidden");
    assert_eq!(refused.unmet[0].code, "device.blocked");
    assert!(refused.unmet[0].detail.contains("终端"), "Chinese first: {refused:?}");
    sign_in_from(&host, "web-lost", "operator").expect_problem(403, "forbidden");
    elsewhere.get("/api/v1/session").expect_status(200);
    sign_in_from(&host, "web-kept", "operator").ok();

    people.admin.put("/api/v1/devices/web-lost", json!({"name": "tablet of line 1", "blocked": false})).ok();
    sign_in_from(&host, "web-lost", "operator").ok();
    let found: Page<Device> = people.admin.get("/api/v1/devices?q=operator").ok().json();
    let lost = found.rows.iter().find(|device| device.device == "web-lost").expect("the operator was there last");
    assert_eq!((lost.name.as_str(), lost.blocked), ("tablet of line 1", false));
    people.lead.get("/api/v1/devices").expect_problem(403, "forbidden");
    people.admin.put("/api/v1/devices/nowhere", json!({"name": "x"})).expect_problem(404, "not-found");
}

#[test]
fn guessing_in_parallel_gets_no_more_tries() {
    let host = Fresh::small();
    let start = Barrier::new(24);
    let judged: usize = thread::scope(|scope| {
        let guess = || {
            let client = host.client();
            start.wait();
            let answer = try_pin(&client, "operator", "0000");
            assert!(matches!(answer.status, 401 | 429), "{}", answer.text());
            usize::from(answer.status == 401)
        };
        let threads: Vec<_> = (0..24).map(|_| scope.spawn(guess)).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).sum()
    });
    assert!((1..=5).contains(&judged), "{judged} guesses were judged");
}

#[test]
fn a_new_pin_from_the_administrator_ends_the_lock_and_the_sessions_of_before() {
    let host = Fresh::small();
    let people = People::at(&host);
    for _ in 0..5 {
        try_pin(&host.client(), "storekeeper", "0000").expect_problem(401, "wrong-pin");
    }
    retry_after_s(&try_pin(&host.client(), "storekeeper", PIN));
    let change = json!({"name": "Wang", "roles": ["storekeeper"], "pin": "987654"});
    people.admin.put("/api/v1/users/storekeeper", change).ok();
    try_pin(&host.client(), "storekeeper", PIN).expect_problem(401, "wrong-pin");
    try_pin(&host.client(), "storekeeper", "987654").expect_status(201);
    check_ended(&people.storekeeper);
}

#[test]
fn nothing_that_is_told_or_kept_gives_a_pin_away() {
    let host = Fresh::small();
    let people = People::at(&host);
    let told = people.admin.put("/api/v1/users/new", json!({"name": "N", "roles": ["operator"], "pin": "80414"})).ok();
    let listed = people.admin.get("/api/v1/users").ok();
    for text in [told.text(), listed.text()] {
        assert!(!text.contains("80414") && !text.contains("argon2") && !text.contains("pin"), "{text}");
    }
    try_pin(&host.client(), "new", "80414").expect_status(201);
    for entry in std::fs::read_dir(host.data.path()).expect("the data folder is readable").flatten() {
        let bytes =
            if entry.path().is_file() { std::fs::read(entry.path()).expect("its files are") } else { Vec::new() };
        assert!(!bytes.windows(5).any(|window| window == b"80414"), "{} holds the PIN", entry.path().display());
    }
}

#[test]
fn what_people_are_called_is_told_to_everybody_and_nothing_else_of_them() {
    let host = Fresh::small();
    let people = People::at(&host);
    let told = people.operator.get("/api/v1/people").ok();
    let named: Value = told.json();
    let rows = named["rows"].as_array().expect("rows");
    assert!(rows.iter().any(|row| row["user"] == "storekeeper" && row["name"] != ""), "{named}");
    let fields = |row: &Value| row.as_object().is_some_and(|row| row.keys().eq(["name", "user"]));
    assert!(rows.iter().all(fields), "{named}");
    let first: Value = people.operator.get("/api/v1/people?limit=1").ok().json();
    let after = first["next"].as_str().expect("there are more");
    let second: Value = people.operator.get(&format!("/api/v1/people?limit=1&after={}", escaped(after))).ok().json();
    assert_ne!(first["rows"], second["rows"]);
    host.client().get("/api/v1/people").expect_problem(401, "unauthorized");
}

#[test]
fn the_key_that_signs_tokens_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let host = Fresh::small();
    let key = std::fs::metadata(host.data.path().join("token.key")).expect("the data folder has a key");
    assert_eq!(key.permissions().mode() & 0o077, 0, "nobody else may read it");
}
