//! Every call of the table of routes, for nobody and for every role.

use serde_json::{Value, json};
use takt_api::problem::Problem;
use takt_api::route::{Access, ROUTES, Route};
use takt_domain::flow::Flow;
use takt_domain::permission::{Permission, Role};
use takt_domain::refusal::Unmet;
use takt_tests::client::{Answer, Client, key};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, good};

/// The path of a route about things that are not there, so that a call that is let in changes nothing.
fn path(route: &Route) -> String {
    let filled = route.path.split('/').map(|segment| if segment.starts_with('{') { "none" } else { segment });
    filled.collect::<Vec<_>>().join("/")
}

fn call(client: &Client, route: &Route) -> Answer {
    let body = json!({"no such field": true});
    let (key, body) = if route.method == "GET" { (None, None) } else { (Some(key()), Some(&body)) };
    client.send(route.method, &path(route), key.as_deref(), body)
}

/// What a refusal says about the permission.
fn missing_permission(answer: &Answer) -> Option<Unmet> {
    let problem: Problem = serde_json::from_slice(&answer.body).ok()?;
    problem.unmet.into_iter().find(|unmet| unmet.code == Unmet::PERMISSION)
}

#[test]
fn without_a_token_nothing_but_the_public_calls_answers() {
    let host = Fresh::small();
    let nobody = host.client();
    for route in ROUTES {
        let answer = call(&nobody, route);
        match route.access {
            Access::Public => assert_ne!(answer.status, 401, "{}", route.name),
            _ => drop(answer.expect_problem(401, "unauthorized")),
        }
    }
}

#[test]
fn each_role_is_let_in_where_it_holds_the_permission_and_told_who_does_where_not() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = ledger::check(&people.manager);
    for route in ROUTES {
        let Access::May(permission) = route.access else { continue };
        for role in Role::ALL {
            let answer = call(people.who(role), route);
            let what = format!("{} as {}: {} {}", route.name, role.as_str(), answer.status, answer.text());
            if role.may(permission) {
                assert!(!matches!(answer.status, 401 | 403 | 500..), "{what}");
            } else {
                answer.expect_problem(403, "forbidden");
                assert_eq!(
                    missing_permission(&answer).map(|unmet| unmet.who),
                    Some(permission.holders().to_vec()),
                    "{what}"
                );
            }
        }
    }
    assert_eq!(ledger::check(&people.manager), before);
}

/// Fails unless exactly those with the permission are not told that they lack it.
fn check_decided(people: &People, permission: Permission, what: &str, call: impl Fn(&Client) -> Answer) {
    for role in Role::ALL {
        let answer = call(people.who(role));
        let missing = missing_permission(&answer);
        let said = format!("{what} as {}: {} {}", role.as_str(), answer.status, answer.text());
        assert_eq!(missing.is_none(), role.may(permission), "{said}");
        match missing {
            None => assert!(!matches!(answer.status, 401 | 403 | 500..), "{said}"),
            Some(unmet) => {
                answer.expect_problem(403, "forbidden");
                assert_eq!(unmet.who, permission.holders(), "{said}");
            }
        }
    }
}

#[test]
fn each_action_of_an_order_is_open_to_its_roles_alone() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let body = json!({"reason": "r", "result": "pass"});
    for action in &Flow::builtin().actions {
        let order = people.create(SMALL.product, "1", SMALL.line);
        check_decided(&people, action.permission, &action.name, |client| {
            plant::act(client, &order, &action.name, body.clone())
        });
    }
}

#[test]
fn reports_and_movements_are_open_to_their_roles_alone() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "20", SMALL.line);
    check_decided(&people, Permission::ReportCreate, "report", |client| {
        client.post("/api/v1/reports", good(&order, SMALL.operation, 1))
    });
    let report: Value = people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1)).ok().json();
    let reversal = format!("/api/v1/reports/{}/reversal", report["id"].as_str().expect("a report has an id"));
    check_decided(&people, Permission::ReportReverse, "reversal", |client| {
        client.post(&reversal, json!({"reason": "r"}))
    });
    check_decided(&people, Permission::StockMove, "movement", |client| {
        let body = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1"});
        client.post("/api/v1/movements", body)
    });
    ledger::check(&people.manager);
}

#[test]
fn somebody_else_is_checked_in_only_by_who_sets_resources() {
    let host = Fresh::small();
    let people = People::at(&host);
    let body = json!({"present": true, "line": SMALL.line});
    people.inspector.put("/api/v1/crew/operator/presence", body.clone()).expect_problem(403, "forbidden");
    people.lead.put("/api/v1/crew/operator/presence", body.clone()).ok();
    people.operator.put("/api/v1/crew/operator/presence", body).ok();
}
