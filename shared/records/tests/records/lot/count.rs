//! A count of what is tracked names the lot, and the piece.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_domain::permission::Role;
use takt_records::command::{Answer, CommandError, count};

use crate::lot::world::{World, fields};

#[test]
fn what_is_counted_of_a_tracked_item_names_its_lot_and_a_serial_number_is_one_piece() {
    let world = World::new();
    world.receive("glue", "A", "10", None);
    let given = serde_json::from_value(json!({"scope": {"all": true}})).unwrap();
    let begun = block_on(count::start(&world.store, &world.caller(Role::Storekeeper), &given)).unwrap();
    let id = begun.body["id"].as_str().unwrap().parse().unwrap();
    let enter = |body: Value| -> Result<Answer, CommandError> {
        let given = serde_json::from_value(body).unwrap();
        block_on(count::enter(&world.store, &world.caller(Role::Storekeeper), &id, &given))
    };
    assert_eq!(fields(enter(json!({"location": "S1", "item": "glue", "quantity": "10"}))), ["lot"]);
    assert_eq!(fields(enter(json!({"location": "S1", "item": "pump", "lot": "7", "quantity": "2"}))), ["quantity"]);
    enter(json!({"location": "S1", "item": "glue", "quantity": "0"})).unwrap();
    enter(json!({"location": "S1", "item": "glue", "lot": "A", "quantity": "10"})).unwrap();
}
