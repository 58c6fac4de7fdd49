//! The last day of a lot is corrected, and units of an item are set.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_domain::permission::Role;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, lot_expiry, put_units};

use crate::world::{World, codes, day, fields};

fn correct(world: &World, caller: &Caller, expires: &str) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(json!({"expires": expires, "reason": "misread"})).unwrap();
    block_on(lot_expiry::set_expiry(&world.store, caller, &"glue".parse().unwrap(), "A", &given))
}

#[test]
fn quality_corrects_the_last_day_of_a_lot_while_something_of_it_is_left() {
    let world = World::new();
    let made =
        json!({"kind": "receipt", "item": "glue", "lot": "A", "to": "S1", "quantity": "10", "made": "2027-01-01"});
    world.moved(made).unwrap();
    assert_eq!(codes(world.issue("glue", "A", "1")), ["lot.expired"], "thirty days after it was made");
    let keeper = correct(&world, &world.signing(Role::Storekeeper), "2027-12-31");
    assert_eq!(codes(keeper), ["permission.missing"]);
    assert_eq!(codes(correct(&world, &world.caller(Role::Inspector), "2027-12-31")), ["signature.missing"]);
    assert_eq!(codes(correct(&world, &world.signing(Role::Inspector), "2026-12-31")), ["lot.before_made"]);
    assert_eq!(codes(correct(&world, &world.signing(Role::Inspector), "2027-01-31")), ["lot.same_day"]);
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-01-31")), "nothing has changed");
    correct(&world, &world.signing(Role::Inspector), "2027-12-31").unwrap();
    assert_eq!(world.lot("glue", "A").unwrap().expires, Some(day("2027-12-31")));
    world.issue("glue", "A", "10").unwrap();
    let gone = json!({"kind": "scrap", "item": "glue", "lot": "A", "from": "side", "quantity": "10", "reason": "r"});
    world.moved(gone).unwrap();
    assert_eq!(codes(correct(&world, &world.signing(Role::Inspector), "2028-01-01")), ["lot.gone"]);
    world.audit();
}

fn units(world: &World, units: Value) -> Result<Answer, CommandError> {
    let given = serde_json::from_value(json!({"units": units})).unwrap();
    block_on(put_units::put_units(&world.store, &world.caller(Role::Storekeeper), &"bolt".parse().unwrap(), &given))
}

#[test]
fn a_box_holds_what_is_set_from_then_on() {
    let world = World::new();
    let receive = |quantity: &str, unit: &str| {
        world.moved(json!({"kind": "receipt", "item": "bolt", "to": "S1", "quantity": quantity, "unit": unit}))
    };
    assert_eq!(fields(receive("2", "box")), ["unit"]);
    units(&world, json!([{"unit": "box", "factor": "12"}])).unwrap();
    receive("2", "box").unwrap();
    units(&world, json!([{"unit": "box", "factor": "10"}, {"unit": "bag", "factor": "0.5"}])).unwrap();
    receive("2", "box").unwrap();
    assert_eq!(world.at("bolt", "", "S1", ""), 44, "what was booked stays");
    assert_eq!(fields(receive("1", "bag")), ["quantity"], "half a bolt");
    for (wrong, at) in [
        (json!([{"unit": "pcs", "factor": "1"}]), "units[0].unit"),
        (json!([{"unit": "box", "factor": "1"}, {"unit": "box", "factor": "2"}]), "units[1].unit"),
        (json!([{"unit": " ", "factor": "1"}]), "units[0].unit"),
        (json!([{"unit": "box", "factor": "0"}]), "units[0].factor"),
        (json!([{"unit": "box", "factor": "-1"}]), "units[0].factor"),
    ] {
        assert_eq!(fields(units(&world, wrong)), [at]);
    }
    world.audit();
}
