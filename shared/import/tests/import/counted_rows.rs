//! What a counted list of a few rows does beside its entries: who is told, and what is refused.

use crate::support;
use futures::executor::block_on;
use serde_json::{Value, json};
use support::Plant;
use takt_api::counts::{CountSettingsDocument, ListAnswer};
use takt_api::watch::{Alert, AlertState};
use takt_domain::count::{CountSettings, Place};
use takt_domain::facts::Actor;
use takt_domain::id::CountId;
use takt_domain::permission::Role;
use takt_import::count_list;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, count};
use takt_records::count::alert;

fn started(plant: &Plant, scope: Value) -> CountId {
    let given = serde_json::from_value(json!({"scope": scope})).unwrap();
    let answer = block_on(count::start(&plant.store, &plant.caller(), &given)).unwrap();
    serde_json::from_value(answer.body["id"].clone()).unwrap()
}

/// Sends the list `location,item,quantity` and enters it.
fn enter(plant: &Plant, caller: &Caller, id: &CountId, rows: &str) -> Result<Answer, CommandError> {
    let piece = serde_json::from_value(json!({"text": format!("location,item,quantity\n{rows}")})).unwrap();
    block_on(count_list::put_part(&plant.store, &plant.caller(), id, 1, &piece)).unwrap();
    let given = serde_json::from_value(json!({"parts": 1, "absent": "leave"})).unwrap();
    block_on(count_list::enter_list(&plant.store, caller, id, &given))
}

fn told(plant: &Plant, item: &str) -> Option<AlertState> {
    let place = Place { location: "S1".parse().unwrap(), item: item.parse().unwrap(), lot: String::new() };
    let loaded = plant.load(&[("alert", &alert::id(alert::DIFFERENCE, &place))]);
    loaded.records.first().map(|record| record.parse::<Alert>().unwrap().state)
}

fn settings(plant: &Plant, settings: CountSettings) {
    let given = CountSettingsDocument { version: 0, settings };
    block_on(count::put_settings(&plant.store, &plant.caller(), &given)).unwrap();
}

#[test]
fn a_large_difference_in_a_list_is_told_of_like_one_that_is_entered_by_hand() {
    let plant = Plant::small();
    settings(&plant, CountSettings { recount_percent: None, ..CountSettings::default() });
    let everything = || json!({"all": true});
    enter(&plant, &plant.caller(), &started(&plant, everything()), "S1,M,10\n").unwrap();
    assert_eq!(told(&plant, "M"), None, "nothing differs");
    enter(&plant, &plant.caller(), &started(&plant, everything()), "S1,M,4\n").unwrap();
    assert_eq!(told(&plant, "M"), Some(AlertState::Open));
    enter(&plant, &plant.caller(), &started(&plant, everything()), "S1,M,10\n").unwrap();
    assert_eq!(told(&plant, "M"), Some(AlertState::Cleared));
}

#[test]
fn what_has_to_be_counted_again_is_told_of_when_somebody_else_has() {
    let plant = Plant::small();
    let id = started(&plant, json!({"all": true}));
    let first = enter(&plant, &plant.caller(), &id, "S1,M,4\n").unwrap();
    let first: ListAnswer = serde_json::from_value(first.body).unwrap();
    assert_eq!((first.recounts, told(&plant, "M")), (1, None));
    let other = Actor::new("ben".parse().unwrap(), vec![Role::Storekeeper]);
    let second = enter(&plant, &Caller { actor: other, ..plant.caller() }, &id, "S1,M,4\n").unwrap();
    let second: ListAnswer = serde_json::from_value(second.body).unwrap();
    assert_eq!((second.recounts, told(&plant, "M")), (0, Some(AlertState::Open)));
}

#[test]
fn a_row_that_is_not_part_of_the_count_or_stands_there_twice_is_named_and_none_is_entered() {
    let plant = Plant::small();
    let id = started(&plant, json!({"items": ["M"]}));
    let refused = enter(&plant, &plant.caller(), &id, "S1,M,10\nS1,P,1\nS1,M,9\n");
    let Err(CommandError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let at: Vec<_> = errors.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(at, ["balances.csv:3:2", "balances.csv:4:2"], "{errors:?}");
    assert!(!plant.records().iter().any(|(kind, _)| kind == "count_line"));
}

#[test]
fn only_who_counts_enters_a_list() {
    let plant = Plant::small();
    let id = started(&plant, json!({"all": true}));
    let operator = Actor::new("ben".parse().unwrap(), vec![Role::Operator]);
    let refused = enter(&plant, &Caller { actor: operator, ..plant.caller() }, &id, "S1,M,10\n");
    let Err(CommandError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.unmet[0].code, "permission.missing");
    let cancelled = serde_json::from_value(json!({"reason": "r"})).unwrap();
    block_on(count::cancel(&plant.store, &plant.caller(), &id, &cancelled)).unwrap();
    let refused = enter(&plant, &plant.caller(), &id, "S1,M,10\n");
    let Err(CommandError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.unmet[0].code, "count.state");
}
