//! Outbound connections: what `allowed_outbound_hosts` lets through, and where names may lead.

use crate::app::{App, manifest, single};
use crate::http1::Server;
use serde_json::{Value, json};
use std::sync::atomic::Ordering::Relaxed;
use takt_runtime::{Limits, OutboundNetwork};

fn allowing(hosts: &str) -> String {
    single(&format!("allowed_outbound_hosts = [{hosts}]"))
}

fn fetch(app: &App, url: &str) -> Value {
    app.tell("/outbound", url)
}

fn assert_refused(answer: &Value, why: &str) {
    assert!(answer["error"].as_str().is_some_and(|error| error.contains(why)), "{answer}");
}

#[test]
fn http_goes_only_where_it_is_allowed() {
    let (server, other) = (Server::start(), Server::start());
    let app = App::start(&allowing(&format!("\"http://127.0.0.1:{}\"", server.port)));
    let here = json!({ "status": 200, "body": "here" });
    assert_eq!(fetch(&app, &format!("http://127.0.0.1:{}/x", server.port)), here);
    assert_refused(&fetch(&app, &format!("http://127.0.0.1:{}/x", other.port)), "Denied");
    assert_refused(&fetch(&app, &format!("http://localhost:{}/x", server.port)), "Denied");
    assert_refused(&fetch(&app, &format!("https://127.0.0.1:{}/x", server.port)), "Denied");
    assert_eq!(other.connections.load(Relaxed), 0);
}

#[test]
fn a_component_without_allowed_hosts_reaches_nobody() {
    let server = Server::start();
    let app = App::start(&single(""));
    assert_refused(&fetch(&app, &format!("http://127.0.0.1:{}/x", server.port)), "Denied");
    assert_eq!(server.connections.load(Relaxed), 0);
}

#[test]
fn a_wildcard_does_not_lead_into_private_networks_unless_allowed() {
    let server = Server::start();
    let url = format!("http://127.0.0.1:{}/x", server.port);
    let closed = App::start(&allowing("\"http://*:*\""));
    assert_refused(&fetch(&closed, &url), "Prohibited");
    assert_refused(&fetch(&closed, &format!("http://localhost:{}/x", server.port)), "Prohibited");
    assert_eq!(server.connections.load(Relaxed), 0);
    let open = App::with(&allowing("\"http://*:*\""), |options| options.network = OutboundNetwork::Any);
    assert_eq!(fetch(&open, &url)["body"], "here");
    let network = App::start(&allowing("\"http://127.0.0.0/8:*\""));
    assert_eq!(fetch(&network, &url)["body"], "here");
}

#[test]
fn an_allowed_host_may_come_from_a_variable() {
    let server = Server::start();
    let head = format!("[variables]\nport = {{ default = \"{}\" }}", server.port);
    let own = "allowed_outbound_hosts = [\"http://127.0.0.1:{{ port }}\"]";
    let app = App::start(&manifest(&head, &[("guest", "\"/...\"", own)]));
    assert_eq!(fetch(&app, &format!("http://127.0.0.1:{}/x", server.port))["body"], "here");
}

#[test]
fn connections_are_kept() {
    let server = Server::start();
    let text = allowing(&format!("\"http://127.0.0.1:{}\"", server.port));
    let app = App::limited(&text, Limits { threads: Some(1), ..Limits::default() });
    for _ in 0..20 {
        assert_eq!(fetch(&app, &format!("http://127.0.0.1:{}/x", server.port))["body"], "here");
    }
    assert!(server.connections.load(Relaxed) <= 2, "{:?}", server.connections);
}

#[test]
fn redis_and_postgres_go_only_where_they_are_allowed() {
    let app = App::start(&allowing("\"redis://127.0.0.1:1\", \"postgres://127.0.0.1:1\", \"*://*.example:*\""));
    let redis = |address: &str| app.tell("/redis", json!({ "address": address, "commands": [] }));
    let postgres = |address: &str| app.tell("/postgres", json!({ "address": address, "statements": [] }));
    assert_refused(&redis("redis://127.0.0.1:2"), "InvalidAddress");
    assert_refused(&redis("redis://localhost:1"), "InvalidAddress");
    assert_refused(&redis("redis+unix:///run/x"), "only redis://");
    assert_refused(&redis("nonsense"), "InvalidAddress");
    // Allowed, and nobody is there.
    assert_refused(&redis("redis://127.0.0.1:1"), "refused");
    assert_refused(&postgres("postgres://u@127.0.0.1:2/d"), "not permitted");
    assert_refused(&postgres("postgres://u@127.0.0.1:1,127.0.0.1:2/d"), "not permitted");
    assert_refused(&postgres("host=/run user=u"), "only hosts over TCP");
    assert_refused(&postgres("host=127.0.0.1 port=1 hostaddr=127.0.0.2 user=u"), "hostaddr");
    assert_refused(&postgres("\u{0}"), "ConnectionFailed");
    assert_refused(&postgres("postgres://u@127.0.0.1:1/d"), "refused");
}

#[test]
fn wildcards_for_redis_and_postgres_do_not_lead_inside() {
    let app = App::start(&allowing("\"*://*:*\""));
    let redis = app.tell("/redis", json!({ "address": "redis://127.0.0.1:1", "commands": [] }));
    assert_refused(&redis, "private network");
    let postgres = app.tell("/postgres", json!({ "address": "postgres://u@localhost:1/d", "statements": [] }));
    assert_refused(&postgres, "private network");
}

#[test]
fn wildcards_of_databases_alone_do_lead_inside() {
    let app = App::start(&allowing("\"redis://*:*\", \"postgres://*:*\""));
    let redis = app.tell("/redis", json!({ "address": "redis://127.0.0.1:1", "commands": [] }));
    assert_refused(&redis, "refused");
    let postgres = app.tell("/postgres", json!({ "address": "postgres://u@localhost:1/d", "statements": [] }));
    assert_refused(&postgres, "refused");
}
