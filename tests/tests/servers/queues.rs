//! Several servers of the queue, and what an operator does with what could not be booked.

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_api::identity::Claims;
use takt_domain::permission::Role;
use takt_queue::{Accept, Queue};
use takt_redis::NativeRedis;
use takt_test_servers::Redis;
use takt_tests::client::Client;
use takt_tests::host::run;
use takt_tests::ledger;
use takt_tests::plant::{SMALL, act};
use takt_tests::wait::until;

use crate::site::Site;

/// Somebody of another plant who may do everything there.
fn everybody_of(site: &Site, plant: u32) -> Client {
    let key = std::fs::read_to_string(site.data.path().join("token.key")).expect("the data folder has a key");
    let claims = Claims {
        plant,
        user: "everybody".parse().expect("a user's name"),
        roles: vec![
            Role::Operator,
            Role::Inspector,
            Role::Storekeeper,
            Role::Planner,
            Role::ShiftLead,
            Role::Manager,
            Role::Administrator,
        ],
        session: "local".into(),
        exp: Timestamp::now().as_second() + 600,
        scopes: None,
    };
    site.host.client().with_token(&takt_web::token::sign(&claims, key.trim().as_bytes()))
}

/// A second plant beside the first, with an order that takes reports.
fn second_plant(site: &Site) -> (Client, String) {
    let client = everybody_of(site, 2);
    client.put("/api/v1/plant", json!({"name": "Second", "time_zone": "UTC", "shifts": [{"name": "Day", "start": "08:00", "end": "16:00", "weekdays": [1]}]})).ok();
    let opened: Value = client.post("/api/v1/imports", json!({})).ok().json();
    let import = opened["id"].as_str().expect("an import has an id").to_owned();
    let files = [
        ("items.csv", "id,name,unit,scale,kind\nP,Product,pcs,0,product\nM,Material,pcs,0,material\n"),
        ("lines.csv", "id,name\nL1,Line 1\n"),
        (
            "locations.csv",
            "id,name,kind,line\nS1,Store,store,\nB1,Beside,line,L1\nQ1,Quarantine,quarantine,\nF1,Done,finished,\n",
        ),
        ("boms.csv", "parent,component,quantity,operation\nP,M,2,10\n"),
        (
            "routings.csv",
            "item,operation,name,released,tolerance_percent,crew_min,standard_s\nP,10,Assemble,yes,0,0,30\n",
        ),
        ("balances.csv", "item,location,quantity\nM,S1,1000\n"),
    ];
    for (number, (file, text)) in files.iter().enumerate() {
        let path = format!("/api/v1/imports/{import}/parts/{}", number + 1);
        client.put(&path, json!({"file": file, "text": text})).ok();
    }
    client.post(&format!("/api/v1/imports/{import}/publish"), json!({})).ok();
    let made: Value = client.post("/api/v1/orders", json!({"item": "P", "quantity": "400", "line": "L1"})).ok().json();
    let order = made["id"].as_str().expect("an order has a number").to_owned();
    for (action, body) in [
        ("submit", json!({})),
        ("approve", json!({})),
        ("dispatch", json!({})),
        ("start", json!({})),
        ("inspect-first-article", json!({"result": "pass"})),
    ] {
        act(&client, &order, action, body).ok();
    }
    (client, order)
}

/// Whether reports of a plant were there.
fn holds(server: &Redis, plant: u32) -> bool {
    server.ask(&format!("KEYS {{{plant}}}:reports*")).is_some_and(|answer| !answer.starts_with("*0"))
}

#[test]
fn plants_are_spread_over_two_servers_and_one_that_is_away_stops_only_its_own() {
    let mut site = Site::new(2);
    let (client, order) = second_plant(&site);
    let first = site.report(&site.people.operator, &site.order).expect_status(202);
    let second = site.report(&client, &order).expect_status(202);
    site.until_booked(&site.people.operator, &first);
    site.until_booked(&client, &second);
    let where_they_are: Vec<_> = site.queues.iter().map(|server| (holds(server, 1), holds(server, 2))).collect();
    assert_eq!(where_they_are, [(false, true), (true, false)], "each plant is on one server");
    // That of the second plant.
    site.queues[0].kill();
    site.until_bad(&["queue"]);
    let queued = site.report(&site.people.operator, &site.order).expect_status(202);
    site.until_booked(&site.people.operator, &queued);
    site.report(&client, &order).expect_status(201);
    site.queues[0].start_again();
    site.until_bad(&[]);
    let again = until("it queues again", || Some(site.report(&client, &order)).filter(|answer| answer.status == 202));
    site.until_booked(&client, &again);
    ledger::check(&site.people.manager);
    ledger::check(&client);
}

#[test]
fn what_can_be_neither_booked_nor_refused_is_listed_and_put_back_by_an_operator() {
    let site = Site::new(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let queue = Queue::new(NativeRedis::new(&site.queues[0].url()).expect("an address"), 1);
    // As a newer version might write it, which this one cannot read.
    let poison = Accept {
        id: "poison",
        fingerprint: "f",
        session: "s",
        order: &site.order,
        operation: SMALL.operation,
        good: "1",
        scrap: "0",
        rework: "0",
        body: r#"{"version": 999}"#,
        ..Accept::default()
    };
    runtime.block_on(queue.accept(&poison, false)).expect("the queue takes it");
    let behind = site.report(&site.people.operator, &site.order).expect_status(202);
    site.until_booked(&site.people.operator, &behind);
    let pin = [("TAKT_PIN", "1234")];
    let takt = |arguments: &[&str]| {
        let target = ["--target", &site.host.base, "--user", "admin"];
        let output = run(&[&["queue"], arguments, &target].concat(), &pin);
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let listed = until("the dead letter is listed", || {
        Some(takt(&["dead"])).filter(|text| text.contains("queue: 1 dead letters"))
    });
    let letter = listed.split_whitespace().next().expect("a line").to_owned();
    assert!(listed.contains("unreadable"), "{listed}");
    site.until_bad(&["queue"]);
    let said = takt(&["replay", &letter]);
    assert!(said.contains("1 letters wait to be booked again"), "{said}");
    // It is as broken as before, so it ends where it was, under another number.
    let again = until("it is buried again", || {
        Some(takt(&["dead"])).filter(|text| text.contains("queue: 1 dead letters") && !text.starts_with(&letter))
    });
    assert!(again.contains("unreadable"), "{again}");
    let said = takt(&["replay", "0-0-0"]);
    assert!(said.contains("error"), "{said}");
    assert!(takt(&["status"]).contains("1 dead letters"));
    // The letter was accepted, and is still neither booked nor refused.
    ledger::check_beside(&site.people.manager, &["queue"]);
}
