//! A counted list of a whole warehouse: entered as one, or not at all.

use crate::support;
use std::fmt::Write;

use futures::executor::block_on;
use serde_json::json;
use support::Plant;
use takt_api::counts::ListAnswer;
use takt_domain::id::CountId;
use takt_import::count_list;
use takt_records::command::{Answer, CommandError, count};

/// As many as the limit: were the cost of a commit to grow faster than its rows, this would take minutes.
const ROWS: usize = 50_000;

/// What one call may carry.
const PIECE: usize = 40_000;

fn warehouse() -> Plant {
    let plant = Plant::small();
    let mut items = String::from("id,name\n");
    for n in 0..ROWS {
        writeln!(items, "N{n:05},Part {n}").unwrap();
    }
    plant.import(&[("items.csv".into(), items)], None).unwrap();
    plant
}

fn list(rows: usize) -> String {
    let mut list = String::from("location,item,quantity\n");
    for n in 0..rows {
        writeln!(list, "S1,N{n:05},{}", n % 7).unwrap();
    }
    list
}

/// Starts a count of everything and enters the list in it.
fn enter(plant: &Plant, list: &str) -> (CountId, Result<Answer, CommandError>) {
    let everything = serde_json::from_value(json!({"scope": {"all": true}})).unwrap();
    let started = block_on(count::start(&plant.store, &plant.caller(), &everything)).unwrap();
    let id: CountId = serde_json::from_value(started.body["id"].clone()).unwrap();
    let mut parts = 0;
    for piece in list.as_bytes().chunks(PIECE) {
        parts += 1;
        let piece = serde_json::from_value(json!({"text": std::str::from_utf8(piece).unwrap()})).unwrap();
        block_on(count_list::put_part(&plant.store, &plant.caller(), &id, parts, &piece)).unwrap();
    }
    let given = serde_json::from_value(json!({"parts": parts, "absent": "leave"})).unwrap();
    let entered = block_on(count_list::enter_list(&plant.store, &plant.caller(), &id, &given));
    (id, entered)
}

fn lines(plant: &Plant) -> u64 {
    plant.records().into_iter().find(|(kind, _)| kind == "count_line").map_or(0, |(_, count)| count)
}

#[test]
fn a_list_of_a_whole_warehouse_is_entered_as_one() {
    let plant = warehouse();
    let (_, refused) = enter(&plant, &(list(ROWS - 1) + "S1,nothing,1\n"));
    let Err(CommandError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.len(), 1);
    assert!(errors[0].at.contains(&format!(":{}:", ROWS + 1)), "{errors:?}");
    assert_eq!(lines(&plant), 0, "none of the rows is entered");
    let (_, refused) = enter(&plant, &(list(ROWS) + "S1,R,1\n"));
    assert!(matches!(refused, Err(CommandError::Invalid(_))), "{refused:?}");
    assert_eq!(lines(&plant), 0);
    let (id, entered) = enter(&plant, &list(ROWS));
    let answer: ListAnswer = serde_json::from_value(entered.unwrap().body).unwrap();
    assert_eq!(answer.rows as usize, ROWS);
    assert_eq!(lines(&plant), ROWS as u64);
    let line = plant.load(&[("count_line", &format!("{id}/S1/N{:05}/", ROWS - 1))]);
    assert_eq!(line.records.len(), 1, "{line:?}");
}
