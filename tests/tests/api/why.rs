//! What an order waits for, over HTTP: at every step it names the act, and the act that it names moves it on.

use serde_json::{Value, json};
use takt_domain::permission::Role;
use takt_domain::why::Why;
use takt_tests::host::Fresh;
use takt_tests::ledger::{self, escaped};
use takt_tests::plant::{People, SMALL, good};

fn why(people: &People, order: &str) -> Why {
    people.operator.get(&format!("/api/v1/orders/{}/why", escaped(order))).ok().json()
}

#[test]
fn whoever_does_what_an_order_waits_for_brings_it_to_its_end() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    people.check_in(SMALL.line);
    let order = people.create(SMALL.product, "2", SMALL.line);
    let mut acts = Vec::new();
    let over =
        loop {
            let told = why(&people, &order);
            let Some(wait) = told.waits.first() else { break told };
            assert!(wait.open && !told.blocked, "{told:?}");
            let role = wait.who[0];
            let actor = people.who(role);
            assert!(wait.people.iter().any(|person| Role::from_name(person.user.as_str()) == Some(role)
            || person.user.as_str() == "lead"), "{role:?} is named: {:?}", wait.people);
            let body = match wait.action.as_str() {
                "report" => good(&order, SMALL.operation, 2),
                _ => json!({"reason": "r", "result": "pass"}),
            };
            assert_eq!(wait.act.method, "POST");
            match wait.action.as_str() {
                "sign" => actor.post_signed(&wait.act.path, &body).ok(),
                _ => actor.post(&wait.act.path, body).ok(),
            };
            acts.push(wait.action.clone());
            assert!(acts.len() < 20, "it comes to an end: {acts:?}");
        };
    assert!(over.over, "{over:?}");
    let way =
        ["submit", "approve", "dispatch", "start", "inspect-first-article", "report", "inspect-final", "sign", "close"];
    assert_eq!(acts, way);
    ledger::check(&people.manager);
}

#[test]
fn what_blocks_an_order_is_named_with_where_it_is_mended() {
    let host = Fresh::small();
    let people = People::at(&host);
    // There is material for five.
    let order = people.create(SMALL.product, "20", SMALL.line);
    people.planner.post(&format!("/api/v1/orders/{order}/actions/submit"), json!({})).ok();
    people.manager.post(&format!("/api/v1/orders/{order}/actions/approve"), json!({})).ok();
    let told = why(&people, &order);
    assert!(told.blocked && told.waits[0].reasons[0].unmet.code == "kit.short", "{told:?}");
    let act = told.waits[0].reasons[0].act.as_ref().expect("a place");
    assert_eq!(act.page, format!("/stock/{}", SMALL.material));
    let receipt = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "100"});
    people.storekeeper.post(&act.path, receipt).ok();
    assert!(!why(&people, &order).blocked);
    let morning: Value = people.operator.get("/api/v1/morning").ok().json();
    assert_eq!((morning["open"].as_u64(), morning["hanging"].as_u64()), (Some(1), Some(0)));
    people.operator.get("/api/v1/orders/none/why").expect_problem(404, "not-found");
}

#[test]
fn who_can_act_is_named_however_many_people_a_plant_has() {
    let host = Fresh::small();
    let people = People::at(&host);
    for n in 0..205 {
        let body = json!({"name": format!("A {n}"), "roles": ["operator"], "pin": "4711"});
        people.admin.put(&format!("/api/v1/users/a{n:03}"), body).ok();
    }
    let order = people.create(SMALL.product, "2", SMALL.line);
    // Only the planner and the manager submit; both stand behind the first 200 in a list of all.
    let told = why(&people, &order);
    let named: Vec<_> = told.waits[0].people.iter().map(|person| person.user.as_str()).collect();
    assert!(named.contains(&"planner"), "{named:?}");
}
