//! Webhooks against receivers that behave well and badly: what they get, that it is signed, that nothing is lost and each thing
//! keeps its id.

mod chats;
mod delivery;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::webhooks::{DeadDelivery, Delivery, Webhook, WebhookSecret, WebhookTest};
use takt_tests::client::Client;
use takt_tests::host::{Folder, Fresh, Host};
use takt_tests::plant::{People, SMALL};
use takt_tests::python::python;
use takt_tests::receiver::{Manner, Received, Receiver};
use takt_tests::wait::until;

/// Receivers stand on the loopback, which webhooks may only call because it is named here.
const INSIDE: &[&str] = &["--webhook-inside", "http://127.0.0.1:*"];

/// A plant that may call the loopback.
struct Site {
    host: Host,
    data: Folder,
    people: People,
}

impl Site {
    fn start() -> Self {
        let data = Folder::copy_of(Fresh::small_template());
        let host = Host::start_with(data.path(), INSIDE);
        let people = People::at(&host);
        Self { host, data, people }
    }

    fn webhook(&self, id: &str) -> Webhook {
        let all: Page<Webhook> = self.people.admin.get("/api/v1/webhooks").ok().json();
        all.rows.into_iter().find(|webhook| webhook.id == id).expect("it is there")
    }

    fn secret(&self, id: &str) -> WebhookSecret {
        self.people.admin.get(&format!("/api/v1/webhooks/{id}/secret")).ok().json()
    }

    /// Stock that comes in: an event each.
    fn moves(&self, times: usize) {
        for _ in 0..times {
            self.people.receive(SMALL.material, "1", SMALL.store);
        }
    }
}

/// Makes an endpoint, or changes it.
fn put(admin: &Client, id: &str, more: Value) -> Webhook {
    let known: Page<Webhook> = admin.get("/api/v1/webhooks").ok().json();
    let version = known.rows.iter().find(|webhook| webhook.id == id).map_or(0, |webhook| webhook.version);
    let mut body = json!({
        "version": version, "name": id, "channel": "generic", "events": ["stock.moved"], "lang": "zh", "enabled": true,
    });
    for (name, value) in more.as_object().expect("fields") {
        body[name] = value.clone();
    }
    admin.put(&format!("/api/v1/webhooks/{id}"), body).ok().json()
}

/// What an independent implementation of Standard Webhooks says of requests: true for each that it verifies.
fn verified(python: &Path, secret: &str, received: &[Received]) -> Vec<bool> {
    const SCRIPT: &str = r"
import json, sys
from standardwebhooks.webhooks import Webhook
given = json.load(sys.stdin)
def verifies(one):
    try:
        Webhook(given['secret']).verify(one['body'], one['headers'])
        return True
    except Exception:
        return False
json.dump([verifies(one) for one in given['all']], sys.stdout)
";
    let all: Vec<_> = received.iter().map(|one| json!({"body": one.body, "headers": one.headers})).collect();
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python can be run");
    let given = json!({"secret": secret, "all": all}).to_string();
    child.stdin.take().expect("it was asked for").write_all(given.as_bytes()).expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    serde_json::from_slice(&output.stdout).expect("python answers JSON")
}

#[test]
fn what_happens_is_told_as_signed_cloud_events_that_an_independent_library_verifies() {
    let site = Site::start();
    let receiver = Receiver::start();
    site.moves(1);
    let made = put(&site.people.admin, "erp", json!({"url": format!("{}/takt", receiver.base)}));
    assert!(made.enabled && made.state.delivered == 0);
    let order = site.people.create(SMALL.product, "1", SMALL.line);
    site.moves(2);
    until("both are told", || (receiver.received().len() == 2).then_some(()));
    let event = receiver.received().remove(0);
    assert_eq!(event.path, "/takt");
    assert_eq!(event.header("content-type"), "application/cloudevents+json");
    let document = event.json();
    assert_eq!(document["specversion"], "1.0");
    assert_eq!(document["type"], "takt.stock.moved.v1");
    assert_eq!(document["source"], "/plants/1");
    assert_eq!(document["id"], event.header("webhook-id"));
    assert!(document["time"].as_str().is_some_and(|time| time.ends_with('Z')));
    assert!(!receiver.received().iter().any(|one| one.body.contains(&order)), "of orders it was not to be told");

    let work = Folder::new();
    let python = python(work.path(), &["standardwebhooks"]);
    let first = site.secret("erp");
    assert_eq!(verified(&python, &first.secret, &receiver.received()), [true, true]);
    let other = format!("whsec_{}", "A".repeat(44));
    assert_eq!(verified(&python, &other, &receiver.received()), [false, false]);

    // After a rotation either secret verifies, so that a receiver has time to take up the new one.
    site.people.admin.post("/api/v1/webhooks/erp/secret", json!({})).ok();
    let second = site.secret("erp");
    assert_ne!(second.secret, first.secret);
    assert_eq!(second.previous.as_ref(), Some(&first.secret));
    site.moves(1);
    until("it is told", || (receiver.received().len() == 3).then_some(()));
    let last = &receiver.received()[2..];
    assert_eq!(verified(&python, &first.secret, last), [true]);
    assert_eq!(verified(&python, &second.secret, last), [true]);
    let state = until("it is written down", || Some(site.webhook("erp").state).filter(|state| state.delivered == 3));
    assert!(state.last_ok_at.is_some() && state.waiting_since.is_none());
}

#[test]
fn an_administrator_tests_sees_attempts_and_secrets_are_shown_to_nobody() {
    let site = Site::start();
    let receiver = Receiver::start();
    let url = format!("{}/hook/0123456789abcdef0123?key=hush", receiver.base);
    let more = json!({"url": url, "authorization": "Bearer hush-hush", "events": ["order.*"]});
    let made = put(&site.people.admin, "erp", more);
    assert_eq!(made.url, format!("{}/hook/…?…", receiver.base));
    assert!(made.has_authorization);
    let tested: WebhookTest = site.people.admin.post("/api/v1/webhooks/erp/test", json!({})).ok().json();
    assert!(tested.ok && tested.status == Some(204), "{tested:?}");
    let test = receiver.received().remove(0);
    assert_eq!(test.json()["type"], "takt.webhook.test.v1");
    assert_eq!(test.header("authorization"), "Bearer hush-hush");
    assert!(test.path.ends_with("?key=hush"));
    receiver.behave(Manner::Says(401, "{}".into()));
    let tested: WebhookTest = site.people.admin.post("/api/v1/webhooks/erp/test", json!({})).ok().json();
    assert_eq!((tested.ok, tested.status, tested.detail.as_str()), (false, Some(401), "HTTP 401"));

    // What is left out of a change stays as it is.
    put(&site.people.admin, "erp", json!({"events": ["*"], "name": "ERP"}));
    receiver.behave(Manner::Takes);
    site.moves(1);
    let attempts = until("an attempt is listed", || {
        let page: Page<Delivery> = site.people.admin.get("/api/v1/webhooks/erp/deliveries").ok().json();
        page.rows.iter().any(|one| one.event_type == "stock.moved.v1" && one.ok).then_some(page.rows)
    });
    assert!(attempts.is_sorted_by(|a, b| a.at >= b.at));
    for path in ["/api/v1/webhooks", "/api/v1/webhooks/erp/deliveries"] {
        let text = site.people.admin.get(path).ok().text();
        assert!(!text.contains("hush"), "{path}: {text}");
    }
    for other in [&site.people.manager, &site.people.operator] {
        other.get("/api/v1/webhooks/erp/secret").expect_problem(403, "forbidden");
    }
    site.people.admin.send("DELETE", "/api/v1/webhooks/erp", Some(&takt_tests::client::key()), None).ok();
    let left: Page<Webhook> = site.people.admin.get("/api/v1/webhooks").ok().json();
    assert!(left.rows.is_empty());
    site.people.admin.get("/api/v1/webhooks/erp/secret").expect_problem(404, "not-found");
    let before = receiver.received().len();
    site.moves(1);
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    assert_eq!(receiver.received().len(), before, "it is told nothing any more");
}

#[test]
fn what_cannot_be_an_endpoint_is_refused_field_by_field() {
    let site = Site::start();
    let check = |id: &str, more: Value, at: &str| {
        let mut body = json!({
            "version": 0, "name": "E", "channel": "generic", "url": "https://e.example/x", "events": ["*"], "enabled": true,
        });
        for (name, value) in more.as_object().expect("fields") {
            body[name] = value.clone();
        }
        let refused = site.people.admin.put(&format!("/api/v1/webhooks/{id}"), body).expect_problem(422, "invalid");
        let found: Vec<_> = refused.errors.iter().map(|error| error.at.as_str()).collect();
        assert_eq!(found, [at], "{more}");
    };
    check("Not%20Plain", json!({}), "webhook");
    check("e", json!({"name": " "}), "name");
    check("e", json!({"url": "ftp://e.example"}), "url");
    check("e", json!({"url": "https://user:pass@e.example"}), "url");
    check("e", json!({"events": []}), "events");
    check("e", json!({"events": ["Order*"]}), "events");
    check("e", json!({"template": "[1]"}), "template");
    check("e", json!({"template": "{"}), "template");
    check("e", json!({"channel": "wecom", "template": "{}"}), "template");
    check("e", json!({"authorization": "a\nb"}), "authorization");
    put(&site.people.admin, "e", json!({"url": "https://e.example/x"}));
    let stale = json!({"version": 0, "name": "E", "channel": "generic", "events": ["*"], "enabled": true});
    assert_eq!(site.people.admin.put("/api/v1/webhooks/e", stale).unmet(409, "refused"), ["webhook.changed"]);
    let phone = |phone: &str| site.people.admin.put("/api/v1/contacts/operator", json!({"phone": phone}));
    for wrong in ["12", "call me", "+", "1380000000012345678"] {
        phone(wrong).expect_problem(422, "invalid");
    }
    phone("+8613800000000").ok();
    site.people.admin.put("/api/v1/contacts/nobody", json!({"phone": "13800000000"})).expect_problem(404, "not-found");
}

#[test]
fn an_address_inside_is_not_called_unless_it_is_named_and_a_redirect_leads_nowhere() {
    let host = Fresh::small();
    let people = People::at(&host);
    let receiver = Receiver::start();
    put(&people.admin, "inside", json!({"url": receiver.base}));
    let tested: WebhookTest = people.admin.post("/api/v1/webhooks/inside/test", json!({})).ok().json();
    assert!(!tested.ok && tested.detail.contains("private network"), "{tested:?}");
    for name in ["http://localhost", "http://169.254.169.254", "http://[::1]", "http://0.0.0.0"] {
        put(
            &people.admin,
            "inside",
            json!({"url": format!("{name}:{}", receiver.base.rsplit(':').next().unwrap_or(""))}),
        );
        let tested: WebhookTest = people.admin.post("/api/v1/webhooks/inside/test", json!({})).ok().json();
        assert!(!tested.ok, "{name}: {tested:?}");
    }
    assert!(receiver.received().is_empty());

    let site = Site::start();
    let (door, treasure) = (Receiver::start(), Receiver::start());
    door.behave(Manner::LeadsTo(treasure.base.clone()));
    put(&site.people.admin, "door", json!({"url": door.base}));
    let tested: WebhookTest = site.people.admin.post("/api/v1/webhooks/door/test", json!({})).ok().json();
    assert_eq!((tested.ok, tested.status), (false, Some(302)));
    assert!(treasure.received().is_empty());
}

/// The dead letters of an endpoint.
fn dead(admin: &Client, id: &str) -> Vec<DeadDelivery> {
    admin.get(&format!("/api/v1/webhooks/{id}/dead-letters")).ok().json::<Page<DeadDelivery>>().rows
}
