//! Which component answers, and what it is told of the request.

use crate::app::{App, assert_problem, manifest, request, seen};
use futures::executor::block_on;
use serde_json::json;

/// Each component says its own name.
fn named() -> App {
    App::start(&manifest(
        "",
        &[
            ("all", "\"/...\"", "environment = { NAME = \"all\" }"),
            ("deep", "\"/environment/deep/...\"", "environment = { NAME = \"deep\" }"),
            ("exact", "\"/environment/deep/exact\"", "environment = { NAME = \"exact\" }"),
            ("one", "\"/environment/:id/one\"", "environment = { NAME = \"one\" }"),
            ("hidden", "{ private = true }", "environment = { NAME = \"hidden\" }"),
        ],
    ))
}

#[test]
fn the_longest_route_answers() {
    let app = named();
    for (path, name) in [
        ("/environment", "all"),
        ("/environment/other", "all"),
        ("/environment/deep", "deep"),
        ("/environment/deep/", "deep"),
        ("/environment/deep/er/still", "deep"),
        ("/environment/deep/exact", "exact"),
        ("/environment/deep/exact/more", "deep"),
        ("/environment/deeper", "all"),
        ("/environment/7/one", "one"),
    ] {
        assert_eq!(app.tell(path, ""), json!([["NAME", name]]), "{path}");
    }
}

#[test]
fn a_path_without_a_route_is_a_problem_document() {
    let app = App::start(&manifest("", &[("a", "\"/fixed\"", "")]));
    assert_eq!(&app.send("/fixed", "").body()[..], b"hello");
    assert_problem(&app.send("/fixed/more", ""), 404, "not-found");
    assert_problem(&app.send("/", ""), 404, "not-found");
}

#[test]
fn two_components_cannot_share_a_route() {
    let text = manifest("", &[("a", "\"/x\"", ""), ("b", "\"/x\"", "")]);
    let error = App::try_with(&text, |_| {}).err().unwrap().to_string();
    assert!(error.contains("spin.toml:11: ") && error.contains("`/x`"), "{error}");
}

#[test]
fn a_private_component_answers_other_components_alone() {
    let app = App::start(&manifest(
        "",
        &[
            ("front", "\"/...\"", "allowed_outbound_hosts = [\"http://hidden.spin.internal\"]"),
            ("stranger", "\"/stranger/...\"", ""),
            ("hidden", "{ private = true }", "environment = { NAME = \"hidden\" }"),
        ],
    ));
    let url = "http://hidden.spin.internal/environment";
    let answer = app.tell("/outbound", url);
    assert_eq!(answer, json!({ "status": 200, "body": "[[\"NAME\",\"hidden\"]]" }));
    // The host's name in a request from outside opens nothing.
    let forged = http::Request::get("http://hidden.spin.internal/environment").body(bytes::Bytes::new()).unwrap();
    assert_eq!(seen(&block_on(app.application.call(forged))).1, json!([]));
    let direct = block_on(app.application.call_component("hidden", request("/environment", "")));
    assert_eq!(seen(&direct).1, json!([["NAME", "hidden"]]));
    let unknown = block_on(app.application.call_component("nobody", request("/", "")));
    assert_problem(&unknown, 404, "not-found");
}

#[test]
fn a_component_calls_only_those_that_it_may() {
    let app = App::start(&manifest(
        "",
        &[
            ("guest", "\"/...\"", "allowed_outbound_hosts = [\"http://friend.spin.internal\"]"),
            ("friend", "{ private = true }", ""),
            ("other", "{ private = true }", ""),
        ],
    ));
    assert_eq!(app.tell("/outbound", "http://friend.spin.internal/fixed")["body"], "hello");
    let refused = app.tell("/outbound", "http://other.spin.internal/fixed");
    assert!(refused["error"].as_str().is_some_and(|error| error.contains("Denied")), "{refused}");
}

#[test]
fn components_that_call_each_other_in_a_circle_end() {
    let allowed = "allowed_outbound_hosts = [\"http://*.spin.internal\"]";
    let text = manifest("[application.tool.takt.limits]\nrequests = 4\n", &[("a", "\"/...\"", allowed)]);
    let app = App::start(&text);
    // Each call answers the next one's question for the same; the body shrinks by nothing, so only the limit ends it.
    let answer = app.tell("/circle", "http://a.spin.internal/circle");
    assert!(answer.to_string().contains("overloaded"), "{answer}");
    assert_eq!(&app.send("/fixed", "").body()[..], b"hello");
}

#[test]
fn a_component_sees_the_headers_that_spin_sets_and_no_forged_ones() {
    let app = App::start(&manifest("", &[("guest", "\"/echo/:id/...\"", "")]));
    let request = http::Request::get("/echo/7/rest?q=1")
        .header("host", "plant.example")
        .header("spin-client-addr", "6.6.6.6")
        .header("spin-made-up", "x")
        .header("x-request-id", "mine-1");
    let response = block_on(app.application.call(request.body(bytes::Bytes::new()).unwrap()));
    assert_eq!(response.headers()["x-request-id"], "mine-1");
    let (_, echo) = seen(&response);
    let headers = &echo["headers"];
    assert_eq!(headers["spin-path-info"], "/rest");
    assert_eq!(headers["spin-matched-route"], "/echo/:id/...");
    assert_eq!(headers["spin-component-route"], "/echo/:id");
    assert_eq!(headers["spin-base-path"], "/");
    assert_eq!(headers["spin-path-match-id"], "7");
    assert_eq!(headers["spin-full-url"], "http://plant.example/echo/7/rest?q=1");
    assert_eq!(headers["spin-client-addr"], "127.0.0.1:0");
    assert!(headers.get("spin-made-up").is_none(), "{headers}");
}
