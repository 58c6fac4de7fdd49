//! 工序排程, and split and merge.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use takt_api::orders::{OrderAnswer, SplitAnswer};
use takt_api::schedule::{Planned, Schedule, ScheduledOrder};
use takt_domain::schedule::Slot;
use takt_tests::client::{Answer, Client};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, act, available};

fn board(client: &Client) -> Vec<ScheduledOrder> {
    client.get("/api/v1/schedule").ok().json::<Schedule>().orders
}

fn slot(client: &Client, order: &str) -> Option<Slot> {
    let found = board(client).into_iter().find(|row| row.id.as_str() == order);
    found.and_then(|row| row.operations.into_iter().next()?.slot)
}

fn drag(client: &Client, order: &str, body: Value) -> Answer {
    client.put(&format!("/api/v1/orders/{order}/operations/{}/plan", SMALL.operation), body)
}

#[test]
fn orders_are_planned_one_after_another_and_a_planner_drags_one_before_the_other() {
    let host = Fresh::small();
    let people = People::at(&host);
    let first = people.create(SMALL.product, "100", SMALL.line);
    let second = people.create(SMALL.product, "200", SMALL.line);
    let plan = |preview: bool| -> Planned {
        let body = json!({"direction": "forward", "preview": preview});
        people.planner.post("/api/v1/schedule", body).ok().json()
    };
    people.operator.post("/api/v1/schedule", json!({"direction": "forward"})).expect_problem(403, "forbidden");
    assert_eq!(plan(true).moved.len(), 2);
    assert_eq!(slot(&people.planner, &first), None, "a preview books nothing");
    assert_eq!(plan(false).moved.len(), 2);
    let (a, b) = (slot(&people.planner, &first).expect("a place"), slot(&people.planner, &second).expect("a place"));
    assert!(a.finish <= b.start || b.finish <= a.start, "one machine: {a:?} {b:?}");
    assert_eq!(plant::order(&people.planner, &first).plan, std::slice::from_ref(&a), "the order says when");

    let later = Timestamp::now() + SignedDuration::from_hours(48);
    let moved: Planned = drag(&people.planner, &first, json!({"start": later})).ok().json();
    assert!(moved.moved.iter().any(|moved| moved.order.as_str() == first), "{moved:?}");
    let pinned = slot(&people.planner, &first).expect("a place");
    assert!(pinned.pinned && pinned.start >= later - SignedDuration::from_secs(1), "{pinned:?}");
    plan(false);
    assert_eq!(slot(&people.planner, &first), Some(pinned.clone()), "scheduling lets it stay");
    let onto = json!({"start": pinned.start + SignedDuration::from_secs(60)});
    assert_eq!(drag(&people.planner, &second, onto).unmet(409, "refused"), ["schedule.taken"]);
    drag(&people.planner, &second, json!({"equipment": "none"})).expect_problem(422, "invalid");
    drag(&people.planner, &first, json!({"unpin": true, "crew": ["operator"]})).ok();
    assert!(!slot(&people.planner, &first).expect("a place").pinned);
    let crew = plant::order(&people.planner, &first).order.operations.remove(0).crew;
    assert_eq!(crew.iter().map(ToString::to_string).collect::<Vec<_>>(), ["operator"]);
}

#[test]
fn an_order_that_cannot_be_done_in_time_is_told_with_by_how_much() {
    let host = Fresh::small();
    let people = People::at(&host);
    let body = json!({"item": SMALL.product, "quantity": "5", "line": SMALL.line, "due": "2020-01-01"});
    let order: OrderAnswer = people.planner.post("/api/v1/orders", body).expect_status(201).json();
    let body = json!({"direction": "backward", "orders": [order.id]});
    let planned: Planned = people.planner.post("/api/v1/schedule", body).ok().json();
    assert!(planned.late[0].order == order.id && planned.late[0].by_s > 86_400, "{planned:?}");
    assert!(board(&people.planner)[0].late_s.is_some_and(|late| late > 0));
    let unknown = json!({"direction": "forward", "orders": ["none"]});
    people.planner.post("/api/v1/schedule", unknown).expect_problem(422, "invalid");
}

#[test]
fn a_split_divides_an_order_and_its_material_and_a_merge_puts_them_together() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let free = available(&people.planner, SMALL.material);
    let order = people.dispatched(SMALL.product, "10", SMALL.line);
    let split =
        |quantity: &str| people.planner.post(&format!("/api/v1/orders/{order}/split"), json!({"quantity": quantity}));
    assert_eq!(split("10").unmet(409, "refused"), ["split.quantity"]);
    people
        .operator
        .post(&format!("/api/v1/orders/{order}/split"), json!({"quantity": "1"}))
        .expect_problem(403, "forbidden");
    let halves: SplitAnswer = split("4").expect_status(201).json();
    let new = plant::order(&people.planner, halves.new.as_str());
    assert_eq!((new.order.quantity.units(), new.order.state.as_str()), (4, "ready"));
    assert_eq!(new.order.split_from.as_ref().map(ToString::to_string), Some(order.clone()));
    assert_eq!(available(&people.planner, SMALL.material), free - 20, "what was held is held");
    act(&people.planner, halves.new.as_str(), "cancel", json!({"reason": "r"})).ok();
    assert_eq!(available(&people.planner, SMALL.material), free - 12, "eight were held for the new one");

    let other = people.dispatched(SMALL.product, "5", SMALL.line);
    let merge =
        |orders: Value| people.planner.post(&format!("/api/v1/orders/{order}/merge"), json!({"orders": orders}));
    people.planner.post("/api/v1/schedule", json!({"direction": "forward"})).ok();
    assert!([&order, &other].iter().all(|id| !plant::order(&people.planner, id).plan.is_empty()), "both are planned");
    merge(json!([order])).expect_problem(422, "invalid");
    assert_eq!(merge(json!([halves.new])).unmet(409, "refused")[0], "merge.begun");
    merge(json!([other])).ok();
    let merged = plant::order(&people.planner, &other).order;
    assert_eq!((merged.state.as_str(), merged.merged_into.map(|id| id.to_string())), ("closed", Some(order.clone())));
    assert_eq!(plant::order(&people.planner, &order).order.quantity.units(), 11);
    let places = |id: &str| plant::order(&people.planner, id).plan.len();
    assert_eq!((places(&other), places(&order)), (0, 0), "what is over takes no place, nor does what has grown");
    act(&people.planner, &order, "cancel", json!({"reason": "r"})).ok();
    assert_eq!(available(&people.planner, SMALL.material), free, "nothing got lost");
    ledger::check(&people.manager);
}
