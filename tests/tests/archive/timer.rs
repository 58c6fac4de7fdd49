//! `takt serve --archive`: every plant of the store, each in its own hour.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use takt_api::Page;
use takt_api::archive::ArchivedOrder;
use takt_api::identity::Claims;
use takt_domain::permission::Role;
use takt_tests::client::Client;
use takt_tests::host::{Folder, Fresh, Host};
use takt_tests::wait::until;

use crate::old::{Old, text};

/// Somebody of a plant who may do everything there.
fn everybody_of(host: &Host, data: &Folder, plant: u32) -> Client {
    let key = std::fs::read_to_string(data.path().join("token.key")).expect("the data folder has a key");
    let claims = Claims {
        plant,
        user: "everybody".parse().expect("a user's name"),
        roles: vec![Role::Planner, Role::Manager, Role::Administrator],
        session: "local".into(),
        exp: Timestamp::now().as_second() + 600,
        scopes: None,
    };
    host.client().with_token(&takt_web::token::sign(&claims, key.trim().as_bytes()))
}

/// Another plant of the store, with an order that was cancelled.
fn another_plant(client: &Client) -> String {
    let shift = json!({"name": "Day", "start": "08:00", "end": "16:00", "weekdays": [1]});
    client.put("/api/v1/plant", json!({"name": "Other", "time_zone": "UTC", "shifts": [shift]})).ok();
    let opened: Value = client.post("/api/v1/imports", json!({})).ok().json();
    let import = opened["id"].as_str().expect("an import has an id").to_owned();
    let files = [
        ("items.csv", "id,name,unit,scale,kind\nP,Product,pcs,0,product\nM,Material,pcs,0,material\n"),
        ("lines.csv", "id,name\nL1,Line 1\n"),
        ("locations.csv", "id,name,kind,line\nS1,Store,store,\nB1,Beside,line,L1\nF1,Done,finished,\n"),
        ("boms.csv", "parent,component,quantity,operation\nP,M,2,10\n"),
        (
            "routings.csv",
            "item,operation,name,released,tolerance_percent,crew_min,standard_s\nP,10,Assemble,yes,0,0,30\n",
        ),
    ];
    for (number, (file, text)) in files.iter().enumerate() {
        let path = format!("/api/v1/imports/{import}/parts/{}", number + 1);
        client.put(&path, json!({"file": file, "text": text})).ok();
    }
    client.post(&format!("/api/v1/imports/{import}/publish"), json!({})).ok();
    let made: Value = client.post("/api/v1/orders", json!({"item": "P", "quantity": "4", "line": "L1"})).ok().json();
    let order = made["id"].as_str().expect("an order has a number").to_owned();
    client.post(&format!("/api/v1/orders/{order}/actions/cancel"), json!({"reason": "not needed"})).ok();
    order
}

fn gone(client: &Client) -> Vec<String> {
    let page: Page<ArchivedOrder> = client.get("/api/v1/archive/orders").ok().json();
    page.rows.iter().map(|row| row.order.to_string()).collect()
}

/// The hour of the plant's day, and not at its very end.
fn hour(client: &Client) -> i8 {
    let plant: Value = client.get("/api/v1/plant").ok().json();
    let zone = TimeZone::get(plant["time_zone"].as_str().unwrap_or("UTC")).expect("a time zone");
    until("the hour does not end soon", || {
        let now = Timestamp::now().to_zoned(zone.clone());
        (now.minute() < 59 || now.second() < 20).then(|| now.hour())
    })
}

#[test]
fn the_timer_fills_the_archive_of_each_plant_in_its_hour_and_of_none_at_another() {
    let mut others = Vec::new();
    let old = Old::with(1, |fresh: &Fresh, _: &[String]| {
        others.extend([2, 3].map(|number| another_plant(&everybody_of(&fresh.host, &fresh.data, number))));
    });
    // The first and the third are at work: whoever has looked at the second looked at the first before.
    for (number, later) in [(1, 12), (2, 0), (3, 12)] {
        let client = everybody_of(&old.host, &old.data, number);
        let given = json!({"hour": (hour(&client) + later) % 24});
        client.put("/api/v1/archive/settings", given).ok();
    }
    let archive = Folder::new();
    let old = old.stopped(&["--archive", text(archive.path())], |_| {});
    let clients = [1, 2, 3].map(|number| everybody_of(&old.host, &old.data, number));
    until("the second plant is archived", || (!gone(&clients[1]).is_empty()).then_some(()));
    assert_eq!(clients.each_ref().map(gone), [vec![], vec![others[0].clone()], vec![]]);
    let folders: Vec<_> = std::fs::read_dir(archive.path()).expect("it is there").flatten().collect();
    assert_eq!(folders.iter().map(|entry| entry.file_name()).collect::<Vec<_>>(), ["plant-2"]);

    // Now it is the first one's hour and the third one's.
    for client in [&clients[0], &clients[2]] {
        client.put("/api/v1/archive/settings", json!({"hour": hour(client)})).ok();
    }
    let old = old.stopped(&["--archive", text(archive.path())], |_| {});
    until("the third plant is archived", || {
        (gone(&everybody_of(&old.host, &old.data, 3)) == [others[1].clone()]).then_some(())
    });
    assert_eq!(old.is_whole(), 1);
}
