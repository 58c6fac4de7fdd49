//! Operations: start, pause with reason, resume, finish; supplier; rework; times.

use serde_json::{Value, json};
use takt_api::orders::OrderDetail;
use takt_domain::operation::OperationState;
use takt_tests::client::{Answer, Client};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, good};

fn step(client: &Client, order: &str, step: &str, body: Value) -> Answer {
    client.post(&format!("/api/v1/orders/{order}/operations/{}/{step}", SMALL.operation), body)
}

#[test]
fn a_report_on_a_paused_operation_is_refused_with_the_reason_and_nothing_changes() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    let report = || people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1));
    report().ok();
    assert_eq!(step(&people.operator, &order, "pause", json!({})).unmet(409, "refused"), ["input.reason"]);
    step(&people.inspector, &order, "pause", json!({"reason": "r"})).expect_problem(403, "forbidden");
    step(&people.lead, &order, "pause", json!({"reason": "no screws"})).ok();
    let before = (ledger::check(&people.manager), plant::order(&people.planner, &order).order);
    assert_eq!(before.1.operations[0].stopped.as_ref().map(|mark| mark.reason.as_str()), Some("no screws"));
    let refused = report().expect_problem(409, "refused");
    assert_eq!(refused.unmet[0].code, "operation.paused");
    assert!(refused.unmet[0].detail.contains("no screws") && refused.unmet[0].detail.contains("lead"), "{refused:?}");
    assert_eq!((ledger::check(&people.manager), plant::order(&people.planner, &order).order), before);
    step(&people.operator, &order, "resume", json!({})).ok();
    report().ok();
    let detail: OrderDetail = plant::order(&people.operator, &order);
    assert_eq!((detail.percent, detail.operations[0].state), (20, OperationState::Running));
}

#[test]
fn an_operation_that_is_started_and_finished_by_hand_has_an_actual_time() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    step(&people.operator, &order, "start", json!({})).ok();
    assert_eq!(step(&people.operator, &order, "start", json!({})).unmet(409, "refused"), ["operation.started"]);
    assert_eq!(step(&people.operator, &order, "finish", json!({})).unmet(409, "refused"), ["report.none"]);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 4)).ok();
    step(&people.operator, &order, "finish", json!({})).ok();
    let detail = plant::order(&people.operator, &order);
    assert_eq!((detail.operations[0].state, detail.operations[0].standard_s), (OperationState::Done, 300));
    let sent = step(&people.storekeeper, &order, "send", json!({"quantity": "1"})).unmet(409, "refused");
    assert_eq!(sent, ["operation.not_outsourced"]);
    step(&people.operator, &order, "turn", json!({})).expect_problem(404, "not-found");
}
