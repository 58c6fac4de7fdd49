//! A random walk over HTTP against a model of the state table: 500 steps, with machines, moulds and people failing in between.

#[path = "../../../shared/domain/tests/model/mod.rs"]
mod model;

use model::{Act, Dice, Model, QUANTITY, World};
use serde_json::{Value, json};
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL, act as take, good};
use takt_tests::wait::until;

/// Tries an act as who may do everything; true when it was done.
fn attempt(people: &People, order: &str, act: Act) -> bool {
    let admin = &people.admin;
    let body = json!({"reason": "walked"});
    let answer = match act {
        Act::Report(pieces) => return report(people, order, pieces),
        Act::InspectFirst(pass) | Act::InspectFinal(pass) => {
            let result = if pass { "pass" } else { "fail" };
            take(admin, order, act.name(), json!({"reason": "walked", "result": result}))
        }
        Act::Sign => admin.post_signed(&format!("/api/v1/orders/{order}/actions/sign"), &body),
        _ => take(admin, order, act.name(), body),
    };
    let done = answer.status == 200;
    assert!(done || answer.status == 409, "{act:?}: {} {}", answer.status, answer.text());
    done
}

/// A report that waits in a queue has been done when it is booked.
fn report(people: &People, order: &str, pieces: u32) -> bool {
    let answer = people.admin.post("/api/v1/reports", good(order, SMALL.operation, pieces));
    if answer.status != 202 {
        assert!(matches!(answer.status, 201 | 409), "report: {} {}", answer.status, answer.text());
        return answer.status == 201;
    }
    let receipt: Value = answer.json();
    let path = format!("/api/v1/reports/{}", receipt["id"].as_str().expect("an id"));
    until("the report is booked or refused", || {
        let state = people.admin.get(&path).ok().json::<Value>()["state"].clone();
        (state != "queued").then(|| state == "booked")
    })
}

fn set(people: &People, world: World) {
    let status = if world.equipment { "available" } else { "down" };
    let admin = &people.admin;
    admin.put(&format!("/api/v1/equipment/{}/status", SMALL.equipment), json!({"status": status})).ok();
    admin.put(&format!("/api/v1/moulds/{}/status", SMALL.mould), json!({"usable": world.mould})).ok();
    for user in ["operator", "lead"] {
        let body = json!({"present": world.crew, "line": SMALL.line});
        admin.put(&format!("/api/v1/crew/{user}/presence"), body).ok();
    }
}

#[test]
fn five_hundred_steps_over_http_find_no_forbidden_transition_and_no_dead_end() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100000", SMALL.store);
    let mut dice = Dice::new(7);
    let mut world = World::GOOD;
    set(&people, world);
    let new = || (people.create(SMALL.product, &QUANTITY.to_string(), SMALL.line), Model::new());
    let (mut order, mut model) = new();
    let mut trace = Vec::new();
    let mut step = |order: &str, model: &mut Model, act: Act, world: World| {
        trace.push(format!("{order} {act:?}"));
        let expected = model.after(act, world);
        let done = attempt(&people, order, act);
        assert_eq!(done, expected.is_some(), "{act:?} with {world:?} on {model:?} after {trace:#?}");
        *model = expected.unwrap_or_else(|| model.clone());
        let now: Value = people.admin.get(&format!("/api/v1/orders/{order}")).ok().json();
        assert_eq!(now["order"]["state"], model.state, "after {trace:#?}");
        let open = |view: &&Value| view["allowed"] == true;
        let shown = now["actions"].as_array().expect("actions").iter().filter(open);
        for view in shown.filter(|view| view["action"] == act.name()) {
            assert!(model.after(act, world).is_some() || act == Act::Report(4), "{view} after {trace:#?}");
        }
    };
    for n in 1..=500 {
        if dice.roll(5) == 0 {
            let well = dice.roll(2) == 0;
            match dice.roll(3) {
                0 => world.equipment = well,
                1 => world.crew = well,
                _ => world.mould = well,
            }
            set(&people, world);
            continue;
        }
        step(&order, &mut model, dice.act(), world);
        if n % 83 == 0 || model.state == "archived" {
            world = World::GOOD;
            set(&people, world);
            while let Some(act) = model.forward() {
                assert!(model.after(act, world).is_some(), "{act:?} on {model:?}");
                step(&order, &mut model, act, world);
            }
            (order, model) = new();
        }
    }
}
