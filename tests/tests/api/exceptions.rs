//! Exceptions (andon) over HTTP: from the floor to whoever can help, and what they stop meanwhile.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use takt_api::Page;
use takt_api::exceptions::{ExceptionAnswer, ExceptionRow, ExceptionSettingsDocument, Pareto};
use takt_domain::exception::ExceptionState;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, act, good};
use takt_tests::wait::until;

const EXCEPTIONS: &str = "/api/v1/exceptions";

#[test]
fn an_exception_stops_the_operation_until_it_is_closed_and_is_counted_then() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "5", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1)).ok();
    let seen_at = Timestamp::now() - SignedDuration::from_mins(20);
    let mut given = json!({"type": "equipment", "order": order, "operation": SMALL.operation, "equipment": SMALL.equipment,
        "note": "smoke", "stops": true, "occurred_at": Timestamp::now() + SignedDuration::from_hours(1)});
    people.operator.post(EXCEPTIONS, given.clone()).expect_problem(422, "invalid");
    given["occurred_at"] = json!(seen_at);
    let raised: ExceptionAnswer = people.operator.post(EXCEPTIONS, given).expect_status(201).json();
    let report = || people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1));
    assert_eq!(report().unmet(409, "refused"), ["exception.stops"]);
    let detail = plant::order(&people.operator, &order);
    let shown = detail.actions.iter().find(|view| view.action == "report").expect("it is in progress");
    assert_eq!(shown.unmet[0].code, "exception.stops", "the page says why");

    let path = format!("{EXCEPTIONS}/{}", raised.id);
    let acknowledged = people.lead.post(&format!("{path}/acknowledgement"), json!({})).ok();
    assert_eq!(acknowledged.json::<ExceptionAnswer>().state, ExceptionState::Acknowledged.as_str());
    let again = people.manager.post(&format!("{path}/acknowledgement"), json!({}));
    assert_eq!(again.unmet(409, "refused"), ["exception.acknowledged"]);
    people.lead.post(&format!("{path}/closing"), json!({"cause": "", "action": "x"})).expect_problem(422, "invalid");
    people.lead.post(&format!("{path}/closing"), json!({"cause": "worn belt", "action": "belt changed"})).ok();
    report().expect_status(201);

    let row: ExceptionRow = people.planner.get(&path).ok().json();
    assert_eq!(row.exception.occurred_at, Some(seen_at), "it was seen before anybody could be told");
    assert_eq!(row.exception.closed.as_ref().map(|closing| closing.cause.as_str()), Some("worn belt"));
    let listed = |query: &str| people.planner.get(&format!("{EXCEPTIONS}{query}")).ok().json::<Page<ExceptionRow>>();
    assert_eq!(listed(&format!("?order={order}&state=closed")).rows.len(), 1);
    assert_eq!(listed("?state=open,acknowledged").rows.len(), 0);
    let pareto: Pareto = people.manager.get("/api/v1/exception-pareto").ok().json();
    assert_eq!((pareto.rows.len(), pareto.rows[0].count, pareto.rows[0].cause.as_str()), (1, 1, "worn belt"));
    people.operator.post(&format!("{path}/closing"), json!({"cause": "c", "action": "a"})).unmet(403, "forbidden");
    act(&people.operator, &order, "exception", json!({"reason": "too hot"})).ok();
    assert_eq!(listed("?q=too%20hot").rows.len(), 1, "the action of the flow makes one too");
    ledger::check(&people.manager);
}

#[test]
fn what_nobody_acknowledges_is_told_to_the_next_level_by_the_background() {
    let host = Fresh::small();
    let people = People::at(&host);
    let settings = "/api/v1/exception-settings";
    let mut document: ExceptionSettingsDocument = people.manager.get(settings).ok().json();
    document.settings.levels[1].after_s = 1;
    people.manager.put(settings, json!(document)).ok();
    people.manager.put(settings, json!(document)).unmet(409, "refused");
    document.version = 1;
    document.settings.types.clear();
    people.manager.put(settings, json!(document)).expect_problem(422, "invalid");
    let raised: ExceptionAnswer = people.operator.post(EXCEPTIONS, json!({"type": "safety"})).ok().json();
    let level = || {
        let row: Value = people.manager.get(&format!("{EXCEPTIONS}/{}", raised.id)).ok().json();
        row["exception"]["level"].as_u64()
    };
    assert_eq!(level(), Some(0));
    until("the next level is told", || (level() == Some(1)).then_some(()));
}
