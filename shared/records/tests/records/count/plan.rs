//! What is due: by class, by the last count, and once a day.

use futures::executor::block_on;
use takt_api::counts::StartCount;
use takt_records::command::FIRST_PLANT;
use takt_records::command::count::start;
use takt_records::count::plan::{tick, today};

use crate::count::world::World;

fn due(world: &World) -> Vec<String> {
    let list = block_on(today(&world.store, &world.caller("anna"))).unwrap();
    assert!(list.complete);
    list.rows.iter().map(|row| format!("{}:{}", row.place.item, row.class.as_str())).collect()
}

#[test]
fn what_is_consumed_most_is_counted_most_often() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    world.receive("wire", "S1", "100");
    let ship = r#"{"kind":"shipment","item":"bolt","from":"S1","quantity":"40"}"#;
    world.moved(ship).unwrap();
    assert_eq!(due(&world), ["bolt:a", "wire:c"]);
    let (caller, given) = (world.caller("anna"), StartCount { due: true, ..StartCount::default() });
    let begun = block_on(start(&world.store, &caller, &given)).unwrap();
    let again = block_on(start(&world.store, &caller, &given)).unwrap();
    assert_eq!((again.replayed, &again.body), (true, &begun.body), "the same request again");
    let id = begun.body["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(due(&world), Vec::<String>::new(), "they are being counted");
    world.enter(&id, "anna", r#"{"location":"S1","item":"bolt","quantity":"60"}"#).unwrap();
    world.enter(&id, "anna", r#"{"location":"S1","item":"wire","quantity":"100"}"#).unwrap();
    world.finish(&id, false).unwrap();
    assert_eq!(world.post(&world.caller("anna"), &id).unwrap(), "posted");
    assert_eq!(due(&world), Vec::<String>::new(), "they are counted");
    world.later(31 * 24 * 3600);
    assert!(block_on(tick(&world.store, FIRST_PLANT, world.now())).unwrap());
    assert!(!block_on(tick(&world.store, FIRST_PLANT, world.now())).unwrap(), "once a day");
    assert_eq!(due(&world), ["bolt:a"]);
    world.later(150 * 24 * 3600);
    assert_eq!(due(&world), ["bolt:c", "wire:c"], "nothing was consumed for long");
}
