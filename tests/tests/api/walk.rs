//! A random walk over HTTP against a model of the state table: 500 steps, with machines, moulds, people and stock failing in
//! between.

#[path = "../../../shared/domain/tests/domain/model/mod.rs"]
mod model;

use model::{Act, Dice, Model, QUANTITY, World};
use serde_json::{Value, json};
use takt_api::stock::ItemStock;
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

/// What an order takes of the material.
const KIT: u32 = QUANTITY * SMALL.per;

/// The free material as the walk keeps it: no answer of the server but the movements' and the acts' goes into it.
struct Stock {
    free: u32,
}

impl Stock {
    /// All of it is thrown away, or enough is delivered.
    fn set(&mut self, people: &People, there: bool) {
        let body = match (there, self.free) {
            (true, free) if free < KIT => {
                self.free += 1000;
                json!({"kind": "receipt", "item": SMALL.material, "quantity": "1000", "to": SMALL.store})
            }
            (false, free @ 1..) => {
                self.free = 0;
                json!({
                    "kind": "scrap", "item": SMALL.material, "quantity": free.to_string(), "from": SMALL.store,
                    "reason": "walked",
                })
            }
            _ => return,
        };
        people.storekeeper.post("/api/v1/movements", body).expect_status(201);
    }

    /// What an act has done to it: a kit is held for an order, and what an order does not need any more is free again.
    fn follow(&mut self, act: Act, before: &Model, after: &Model) {
        match act {
            Act::Dispatch => self.free -= KIT,
            Act::Cancel if before.state == "ready" => self.free += KIT,
            Act::Complete => self.free += (QUANTITY - after.reported) * SMALL.per,
            _ => {}
        }
    }

    fn check(&self, people: &People) {
        let now: ItemStock = people.admin.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
        assert_eq!(now.available.to_string(), self.free.to_string(), "the material that is free");
    }
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
    // What stood there when the plant began.
    let mut stock = Stock { free: 10 };
    stock.set(&people, true);
    let mut short = 0;
    let mut dice = Dice::new(7);
    let mut world = World::GOOD;
    set(&people, world);
    let new = || (people.create(SMALL.product, &QUANTITY.to_string(), SMALL.line), Model::new());
    let (mut order, mut model) = new();
    let mut trace = Vec::new();
    let mut step = |order: &str, model: &mut Model, act: Act, stock: &mut Stock, world: World| {
        trace.push(format!("{order} {act:?}"));
        let world = World { material: stock.free >= KIT, ..world };
        short += usize::from(act == Act::Dispatch && model.state == "approved" && !world.material);
        let expected = model.after(act, world);
        let done = attempt(&people, order, act);
        assert_eq!(done, expected.is_some(), "{act:?} with {world:?} on {model:?} after {trace:#?}");
        if let Some(after) = expected {
            stock.follow(act, model, &after);
            *model = after;
        }
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
            match dice.roll(4) {
                0 => world.equipment = well,
                1 => world.crew = well,
                2 => world.mould = well,
                _ => stock.set(&people, well),
            }
            stock.check(&people);
            set(&people, world);
            continue;
        }
        step(&order, &mut model, dice.act(), &mut stock, world);
        if n % 83 == 0 || model.state == "archived" {
            world = World::GOOD;
            set(&people, world);
            stock.set(&people, true);
            while let Some(act) = model.forward() {
                assert!(model.after(act, world).is_some(), "{act:?} on {model:?}");
                step(&order, &mut model, act, &mut stock, world);
            }
            (order, model) = new();
        }
    }
    stock.check(&people);
    assert!(short > 0, "no order was refused for want of material");
}
