//! The pieces of an import: they survive, replace themselves, and are published once.

use crate::support;
use futures::executor::block_on;
use support::{PINS, Plant};
use takt_api::import::Publish;
use takt_import::command;
use takt_records::command::CommandError;

#[test]
fn pieces_of_one_file_follow_each_other_by_number_in_whatever_order_they_came() {
    let plant = Plant::new();
    let import = plant.open();
    plant.stage(&import, 12, "items.csv", "d B,Part B\n").unwrap();
    plant.stage(&import, 2, "items.csv", "id,name\nA,Wrong\n").unwrap();
    plant.stage(&import, 2, "items.csv", "id,name\nA,Part A\nsecon").unwrap();
    plant.publish(&import, None).unwrap();
    let loaded = plant.load(&[("item", "A"), ("item", "second B")]);
    let name = |id: &str| loaded.record("item", id).unwrap().body["name"].clone();
    assert_eq!((name("A"), name("second B")), ("Part A".into(), "Part B".into()));
}

#[test]
fn what_was_published_takes_no_more_and_is_not_booked_again() {
    let plant = Plant::small();
    let before = (plant.records(), plant.books());
    let import = plant.open();
    plant.stage(&import, 1, "balances.csv", "item,location,quantity\nR,S1,7\n").unwrap();
    let caller = plant.caller_with("publish");
    let publish = || block_on(command::publish(&plant.store, &caller, &import, &Publish::default(), PINS));
    let first = publish().unwrap();
    let second = publish().unwrap();
    assert!(!first.replayed && second.replayed && first.body == second.body);
    assert_eq!(plant.books().0, before.1.0 + 1);
    for refused in [plant.publish(&import, None), plant.stage(&import, 2, "items.csv", "id,name\nX,X\n")] {
        let Err(CommandError::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.unmet[0].code, "import.published");
    }
    assert_eq!(plant.books().0, before.1.0 + 1);
}

#[test]
fn pieces_that_cannot_be_are_refused() {
    let plant = Plant::new();
    let import = plant.open();
    for number in [0, command::PARTS_MAX + 1] {
        let refused = plant.stage(&import, number, "items.csv", "");
        assert!(matches!(refused, Err(CommandError::Invalid(_))), "{number}: {refused:?}");
    }
    for file in ["", "../items.csv", "a/b.csv", "c:items.csv", ".items.csv", " items.csv", "a\nb.csv"] {
        let refused = plant.stage(&import, 1, file, "");
        assert!(matches!(refused, Err(CommandError::Invalid(_))), "{file}: {refused:?}");
    }
    assert!(matches!(plant.stage("nothing", 1, "items.csv", ""), Err(CommandError::NotFound(_))));
    assert!(matches!(plant.publish("nothing", None), Err(CommandError::NotFound(_))));
    assert!(matches!(plant.publish(&import, None), Err(CommandError::Invalid(_))), "nothing was staged");
}

#[test]
fn who_has_a_new_pin_or_new_roles_signs_in_again_and_nobody_else() {
    let plant = Plant::small();
    let hash = |user: &str| {
        let record = plant.load(&[("user", user)]);
        record.record("user", user).unwrap().body["pin_hash"].as_str().unwrap().to_owned()
    };
    let version = |user: &str| plant.load(&[("user", user)]).record("user", user).unwrap().version;
    let before = (version("lead"), version("planner"));
    let users = "user,name,roles,line,pin\nlead,Sun,shift_lead,L1,\nplanner,Zhao,planner,,9876\n";
    plant.import(&[("users.csv".into(), users.into())], None).unwrap();
    assert_eq!(hash("lead"), "hash of 1234");
    assert_eq!(hash("planner"), "hash of 9876");
    assert_eq!((version("lead"), version("planner")), (before.0, before.1 + 1));
}

#[test]
fn the_plants_own_fields_of_items_have_columns() {
    use takt_api::forms::PutForm;
    use takt_domain::field::FormOf;
    let plant = Plant::small();
    let import = |text: &str| plant.import(&[("items.csv".into(), text.into())], None);
    let unknown = import("id,name,custom.drawing\nP,Product,DW-1\n").unwrap_err();
    assert_eq!(unknown, ["items.csv:2:3: custom.drawing: there is no such field on the form"]);
    let form = r#"{"version":0,"fields":[
        {"id":"drawing","label":{"zh":"图号","en":"drawing"},"kind":{"type":"text","max_chars":10}},
        {"id":"weight","label":{"zh":"重量","en":"weight"},"kind":{"type":"number","decimals":2}}]}"#;
    let form: PutForm = serde_json::from_str(form).unwrap();
    block_on(takt_records::command::put_form::put_form(&plant.store, &plant.caller(), FormOf::Item, &form)).unwrap();
    let custom = || plant.load(&[("item", "P")]).record("item", "P").unwrap().body["custom"].clone();
    import("id,name,custom.weight,custom.drawing\nP,Product,1.5,DW-1\n").unwrap();
    assert_eq!(custom(), serde_json::json!({"drawing": "DW-1", "weight": "1.50"}));
    import("id,name\nP,Renamed\n").unwrap();
    import("id,name,custom.weight\nP,Renamed,\n").unwrap();
    assert_eq!(custom(), serde_json::json!({"drawing": "DW-1"}));
    let wrong = import("id,name,custom.weight\nP,Renamed,heavy\n").unwrap_err();
    assert_eq!(wrong, ["items.csv:2:3: custom.weight: expected a number such as 12.5"]);
}

#[test]
fn a_minimum_stays_where_nothing_is_said_of_it_and_goes_with_a_zero() {
    let plant = Plant::small();
    for (cell, kept) in [("5", Some("5")), ("", Some("5")), ("0", None), ("", None)] {
        let text = format!("id,name,unit,minimum\nM,Material,pcs,{cell}\n");
        plant.import(&[("items.csv".to_owned(), text)], None).unwrap();
        let loaded = plant.load(&[("item", "M")]);
        let found = loaded.record("item", "M").unwrap().body["minimum"].as_str().map(str::to_owned);
        assert_eq!(found.as_deref(), kept, "after {cell:?}");
    }
}
