//! "Why is it stuck": what an order shows of its actions is what happens to whoever takes them, for every role in every
//! state of the flow.

use serde_json::json;
use takt_domain::flow::Flow;
use takt_domain::order::Order;
use takt_domain::permission::Role;
use takt_domain::refusal::Unmet;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, act};

/// Takes an order to a state, by the shortest way.
fn brought_to(people: &People, state: &str) -> String {
    let small = (SMALL.product, "2", SMALL.line);
    let done = || {
        let order = people.running(small.0, small.1, small.2);
        people.operator.post("/api/v1/reports", plant::good(&order, SMALL.operation, 2)).ok();
        order
    };
    let signed = || {
        let order = done();
        act(&people.inspector, &order, "inspect-final", json!({"result": "pass"})).ok();
        act(&people.inspector, &order, "sign", json!({})).ok();
        order
    };
    match state {
        "pending_review" => people.create(small.0, small.1, small.2),
        "approved" => {
            let order = people.create(small.0, small.1, small.2);
            act(&people.planner, &order, "submit", json!({})).ok();
            act(&people.manager, &order, "approve", json!({})).ok();
            order
        }
        "ready" => people.dispatched(small.0, small.1, small.2),
        "in_progress" => people.running(small.0, small.1, small.2),
        "completed" => done(),
        "closed" => {
            let order = signed();
            act(&people.planner, &order, "close", json!({})).ok();
            order
        }
        "archived" => {
            let order = signed();
            act(&people.planner, &order, "archive", json!({})).ok();
            order
        }
        other => panic!("{other} is new here"),
    }
}

fn order_of(people: &People, order: &str) -> Order {
    plant::order(&people.admin, order).order
}

/// What a refusal of an action says; nothing when it is taken.
fn told(people: &People, role: Role, order: &str, action: &str) -> Vec<Unmet> {
    let client = people.who(role);
    let answer = if action == "report" {
        // Nobody has so many: what stands between the actor and reporting is told, and nothing can be booked.
        client.post("/api/v1/reports", plant::good(order, SMALL.operation, 1_000))
    } else {
        act(client, order, action, json!({}))
    };
    if (200..300).contains(&answer.status) {
        return Vec::new();
    }
    let problem: takt_api::problem::Problem = answer.json();
    let lacks_input = |unmet: &Unmet| unmet.code.starts_with("input.") || unmet.code.starts_with("report.over");
    problem.unmet.into_iter().filter(|unmet| !lacks_input(unmet)).collect()
}

#[test]
fn what_an_order_shows_of_its_actions_is_what_happens_to_whoever_takes_them() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    let flow = Flow::builtin();
    for state in &flow.states {
        let order = brought_to(&people, &state.name);
        let mut open = 0;
        for role in Role::ALL {
            let shown = plant::order(people.who(role), &order);
            assert_eq!(shown.order.state, state.name);
            let expected: Vec<_> = flow.actions.iter().filter(|action| action.from.contains(&state.name)).collect();
            assert_eq!(shown.actions.len(), expected.len(), "every action of {}, and no other", state.name);
            for (view, action) in shown.actions.iter().zip(expected) {
                let what = format!("{} as {} in {}", view.action, role.as_str(), state.name);
                assert_eq!(view.action, action.name);
                assert_eq!(view.allowed, view.unmet.is_empty(), "{what}");
                for unmet in &view.unmet {
                    assert!(!unmet.detail.is_empty() && !unmet.remedy.is_empty(), "{what}: {unmet:?}");
                    assert!(!unmet.who.is_empty(), "somebody can mend it: {what}: {unmet:?}");
                }
                if view.allowed {
                    open += 1;
                    assert!(role.may(action.permission), "{what}");
                    continue;
                }
                assert_eq!(told(&people, role, &order, &view.action), view.unmet, "{what}");
                assert_eq!(order_of(&people, &order), shown.order, "{what} was refused and changed nothing");
            }
        }
        assert_eq!(open == 0, state.name == "archived", "{} leads on", state.name);
    }
    ledger::check(&people.admin);
}

#[test]
fn actions_of_other_states_say_where_the_order_stands() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    let flow = Flow::builtin();
    for state in &flow.states {
        let order = brought_to(&people, &state.name);
        let before = order_of(&people, &order);
        for action in flow.actions.iter().filter(|action| !action.from.contains(&state.name)) {
            let unmet = told(&people, Role::Administrator, &order, &action.name);
            assert_eq!(unmet.len(), 1, "{} in {}: {unmet:?}", action.name, state.name);
            assert_eq!(unmet[0].code, "state.wrong");
            assert!(unmet[0].detail.contains(&state.label.en), "{unmet:?}");
        }
        assert_eq!(order_of(&people, &order), before);
    }
}

#[test]
fn reasons_are_told_in_the_readers_language() {
    let host = Fresh::small();
    let people = People::at(&host);
    let order = brought_to(&people, "pending_review");
    let path = format!("/api/v1/orders/{order}/actions/approve");
    for (language, word) in [("zh-CN", "提交"), ("en", "submit")] {
        let headers = vec![
            ("authorization", format!("Bearer {}", people.manager.token())),
            ("idempotency-key", takt_tests::client::key()),
            ("accept-language", language.to_owned()),
        ];
        let raw = takt_tests::client::Raw { method: "POST", path: &path, headers, body: Vec::new() };
        let problem = people.manager.raw(&raw).expect("the host answers").expect_problem(409, "refused");
        assert!(problem.unmet[0].detail.contains(word), "{problem:?}");
    }
}
