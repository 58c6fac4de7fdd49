//! Why rows of another system's list differ, over a real file: what moved since explains, and nothing else does.

use crate::support;
use futures::executor::block_on;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use support::Plant;
use takt_api::comparison::{ComparedRow, Comparison};
use takt_api::watch::{Alert, AlertState};
use takt_domain::compare::Cause;
use takt_import::compare::{open, put_mapping};
use takt_records::caller::Caller;
use takt_records::command::move_stock::move_stock;
use takt_records::command::{Answer, CommandError, FIRST_PLANT};
use takt_records::keep::kind;
use takt_records::watch::alert_id;
use takt_store::{ListFilter, PageRequest, Store};

/// Somebody so many minutes after the plant began.
fn at(plant: &Plant, minutes: i64) -> Caller {
    let caller = plant.caller();
    Caller { now: caller.now + SignedDuration::from_mins(minutes), ..caller }
}

fn moment(plant: &Plant, minutes: i64) -> Timestamp {
    at(plant, minutes).now
}

fn moved(plant: &Plant, minutes: i64, body: Value) {
    let given = serde_json::from_value(body).unwrap();
    block_on(move_stock(&plant.store, &at(plant, minutes), &given)).unwrap();
}

fn receive(plant: &Plant, minutes: i64, item: &str, lot: &str, quantity: &str) {
    moved(plant, minutes, json!({"kind": "receipt", "item": item, "lot": lot, "to": "S1", "quantity": quantity}));
}

fn compare(plant: &Plant, body: Value) -> Result<Answer, CommandError> {
    block_on(open(&plant.store, &at(plant, 60), &serde_json::from_value(body).unwrap()))
}

/// Compares a list of a moment, and says what differs: item, lot, cause.
fn check(plant: &Plant, minutes: i64, text: &str, expected: &[(&str, &str, Cause)]) -> Comparison {
    let answer = compare(plant, json!({"source": "s", "as_of": moment(plant, minutes), "text": text})).unwrap();
    let found: Comparison = serde_json::from_value(answer.body).unwrap();
    let filter = ListFilter { parent: Some(found.id.clone()), ..ListFilter::default() };
    let rows = block_on(plant.store.list(FIRST_PLANT, kind::COMPARISON_ROW, &filter, &PageRequest::first(50))).unwrap();
    let rows: Vec<ComparedRow> = rows.items.iter().map(|record| record.parse().unwrap()).collect();
    let told: Vec<_> = rows.iter().map(|row| (row.item.as_str(), row.lot.as_str(), row.cause)).collect();
    assert_eq!(told, expected, "{text}");
    found
}

#[test]
fn lines_of_one_row_are_added_up_and_so_are_places_that_the_list_does_not_tell_apart() {
    let plant = Plant::small();
    moved(&plant, 1, json!({"kind": "issue", "item": "M", "from": "S1", "to": "B1", "quantity": "3"}));
    check(&plant, 30, "item,quantity\nM,10\n", &[]);
    check(&plant, 30, "item,location,quantity\nM,S1,4\nM,S1,3\nM,B1,3\n", &[]);
    let found = check(
        &plant,
        30,
        "item,location,quantity\nM,S1,10\n",
        &[("M", "", Cause::MissingThere), ("M", "", Cause::Quantity)],
    );
    assert_eq!(found.rows, 2);
}

#[test]
fn what_came_since_explains_and_what_was_there_before_does_not() {
    let plant = Plant::small();
    receive(&plant, 5, "R", "", "5");
    receive(&plant, 40, "M", "", "7");
    check(&plant, 30, "item,quantity\nM,10\n", &[("M", "", Cause::Timing), ("R", "", Cause::MissingThere)]);
    check(&plant, 30, "item,quantity\nM,9\nR,5\n", &[("M", "", Cause::Quantity)]);
}

#[test]
fn what_moved_of_another_lot_explains_nothing() {
    let plant = Plant::small();
    receive(&plant, 1, "R", "A", "5");
    receive(&plant, 40, "R", "B", "3");
    let list = "item,lot,quantity\nM,,10\nR,A,2\n";
    check(&plant, 30, list, &[("R", "A", Cause::Quantity), ("R", "B", Cause::Timing)]);
}

#[test]
fn an_alert_is_raised_above_the_limit_by_what_nothing_explains() {
    let plant = Plant::small();
    receive(&plant, 1, "R", "", "5");
    receive(&plant, 40, "M", "", "7");
    let mapping = serde_json::from_value(json!({"alert_over_percent": 50})).unwrap();
    block_on(put_mapping(&plant.store, &plant.caller(), "erp", &mapping)).unwrap();
    let stands = |text: &str| {
        let body = json!({"source": "s", "as_of": moment(&plant, 30), "mapping_name": "erp", "text": text});
        compare(&plant, body).unwrap();
        let loaded = plant.load(&[(kind::ALERT, &alert_id("comparison.erp", None))]);
        loaded.records.iter().any(|record| record.parse::<Alert>().unwrap().state != AlertState::Cleared)
    };
    assert!(!stands("item,quantity\nM,10\nR,4\n"), "one of two rows is explained, and half is not above half");
    assert!(stands("item,quantity\nM,9\nR,4\n"));
    assert!(!stands("item,quantity\nM,17\nR,5\n"));
}

#[test]
fn a_list_is_not_of_a_time_to_come() {
    let plant = Plant::small();
    let refused = compare(&plant, json!({"source": "s", "as_of": moment(&plant, 61), "text": "item,quantity\nM,10\n"}));
    let Err(CommandError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors[0].at, "as_of");
}
