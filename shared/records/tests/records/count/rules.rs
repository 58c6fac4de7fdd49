//! What of an entry, a review and a booking is refused or decides, each by the rule that says so.

use futures::executor::block_on;
use takt_api::counts::{CountSettingsDocument, ReviewLine};
use takt_api::watch::Alert;
use takt_domain::count::{CountSettings, CountState, LineState};
use takt_records::command::CommandError;
use takt_records::command::count::{put_settings, review};
use takt_records::count::alert;
use takt_records::keep::kind;

use crate::count::world::{World, codes, place};

const S1: &str = r#"{"scope":{"locations":["S1"]}}"#;

fn bolts(quantity: &str) -> String {
    format!(r#"{{"location":"S1","item":"bolt","quantity":"{quantity}"}}"#)
}

fn fields<T: std::fmt::Debug>(refused: Result<T, CommandError>) -> Vec<String> {
    match refused {
        Err(CommandError::Invalid(errors)) => errors.into_iter().map(|error| error.at).collect(),
        other => panic!("expected wrong fields, got {other:?}"),
    }
}

fn settings(world: &World, settings: CountSettings) {
    let given = CountSettingsDocument { version: 0, settings };
    block_on(put_settings(&world.store, &world.caller("boss"), &given)).unwrap();
}

#[test]
fn an_entry_is_of_a_place_on_the_floor_and_of_the_last_day() {
    let world = World::new();
    world.receive("bolt", "S1", "10");
    let id = world.start(r#"{"scope":{"all":true}}"#).unwrap();
    let nowhere = r#"{"location":"@scrap","item":"bolt","quantity":"1"}"#;
    assert_eq!(fields(world.enter(&id, "anna", nowhere)), ["location"]);
    world.later(2 * 24 * 3600);
    let at = |seconds: i64, more: &str| {
        let moment = jiff::Timestamp::from_second(world.now().as_second() + seconds).unwrap();
        format!(r#"{{"location":"S1","item":"bolt","quantity":"10","counted_at":"{moment}"{more}}}"#)
    };
    for body in [at(3600, ""), at(-25 * 3600, ""), at(-60, r#","more":true"#)] {
        assert_eq!(fields(world.enter(&id, "anna", &body)), ["counted_at"], "{body}");
    }
    assert_eq!(world.enter(&id, "anna", &at(-23 * 3600, "")).unwrap(), "agreed");
}

#[test]
fn what_was_booked_at_the_very_moment_of_an_entry_is_in_the_books_that_it_is_held_against() {
    let world = World::new();
    let id = world.start(S1).unwrap();
    world.receive("bolt", "S1", "10");
    let counted_at = world.now();
    world.later(60);
    world.receive("bolt", "S1", "5");
    let body = format!(r#"{{"location":"S1","item":"bolt","quantity":"10","counted_at":"{counted_at}"}}"#);
    assert_eq!(world.enter(&id, "anna", &body).unwrap(), "agreed");
    assert_eq!(world.line(&id, "S1", "bolt").entries[0].book.units(), 10);
}

#[test]
fn a_difference_that_has_to_be_counted_again_is_told_of_only_when_it_holds() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    let told = || world.record::<Alert>(kind::ALERT, &alert::id(alert::DIFFERENCE, &place("S1", "bolt")));
    assert_eq!(world.enter(&id, "anna", &bolts("50")).unwrap(), "recount");
    assert!(told().is_none());
    assert_eq!(world.enter(&id, "ben", &bolts("50")).unwrap(), "agreed");
    assert!(told().is_some());
}

#[test]
fn a_difference_that_is_worth_much_is_counted_again_whatever_part_of_the_stock_it_is() {
    let world = World::new();
    settings(&world, CountSettings { recount_value: Some("20".parse().unwrap()), ..CountSettings::default() });
    world.receive("bolt", "S1", "1000");
    let id = world.start(S1).unwrap();
    assert_eq!(world.enter(&id, "anna", &bolts("991")).unwrap(), "recount", "22.50 is more than 20");
    assert_eq!(world.enter(&id, "ben", &bolts("992")).unwrap(), "agreed", "20.00 is not");
}

#[test]
fn the_second_count_holds_where_it_says_the_same_and_else_the_third_decides() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    assert_eq!(world.enter(&id, "anna", &bolts("50")).unwrap(), "recount");
    assert_eq!(world.enter(&id, "ben", &bolts("60")).unwrap(), "recount");
    assert_eq!(world.enter(&id, "anna", &bolts("70")).unwrap(), "agreed");
    assert_eq!(world.line(&id, "S1", "bolt").difference().units(), -30);
}

#[test]
fn what_has_no_price_is_approved_however_much_whoever_counts_may_book() {
    let world = World::new();
    settings(&world, CountSettings { approval_value: "1000".parse().unwrap(), ..CountSettings::default() });
    world.receive("wire", "S1", "100");
    let id = world.start(S1).unwrap();
    world.enter(&id, "anna", r#"{"location":"S1","item":"wire","quantity":"99"}"#).unwrap();
    world.finish(&id, false).unwrap();
    assert_eq!(codes(world.post(&world.signing("anna"), &id)), ["permission.missing"]);
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "posted");
}

#[test]
fn what_is_worth_just_the_limit_whoever_counts_books_alone() {
    let world = World::new();
    settings(&world, CountSettings { approval_value: "5.00".parse().unwrap(), ..CountSettings::default() });
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    world.enter(&id, "anna", &bolts("98")).unwrap();
    world.finish(&id, false).unwrap();
    assert_eq!(world.post(&world.caller("anna"), &id).unwrap(), "posted");
}

#[test]
fn what_is_found_beside_does_not_decide_what_was_to_be_counted_again_or_was_dropped() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    world.enter(&id, "anna", &bolts("99")).unwrap();
    let reviewed = |drop: bool, reason: &str| {
        let given = ReviewLine { place: place("S1", "bolt"), drop, reason: reason.into() };
        block_on(review(&world.store, &world.caller("boss"), &id, &given))
    };
    assert_eq!(fields(reviewed(false, " ")), ["reason"]);
    reviewed(false, "look behind the door").unwrap();
    let more = r#"{"location":"S1","item":"bolt","quantity":"1","more":true}"#;
    assert_eq!(world.enter(&id, "ben", more).unwrap(), "recount", "who approves still wants it to be counted");
    reviewed(true, "left as it is").unwrap();
    assert_eq!(codes(world.enter(&id, "ben", more)), ["count.counted"]);
    assert_eq!(world.line(&id, "S1", "bolt").state, LineState::Dropped);
}

#[test]
fn the_next_entry_decides_of_a_line_that_could_not_be_booked() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    assert_eq!(world.enter(&id, "anna", &bolts("98")).unwrap(), "agreed");
    world.finish(&id, false).unwrap();
    world.moved(r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"99"}"#).unwrap();
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "counted");
    assert_eq!(world.enter(&id, "ben", &bolts("0")).unwrap(), "agreed", "all that is there is missing");
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "posted");
    assert_eq!((world.stock("S1", "bolt"), world.count(&id).state), (0, CountState::Posted));
    world.audit();
}

#[test]
fn what_a_count_is_of_must_be_there_and_is_either_named_or_due() {
    let world = World::new();
    world.receive("bolt", "S1", "10");
    let refused = [
        (r#"{"scope":{"locations":["NOWHERE"]}}"#, "scope.locations[0]"),
        (r#"{"scope":{"items":["ghost"]}}"#, "scope.items[0]"),
        (r#"{"scope":{"places":[{"location":"S1","item":"ghost"}]}}"#, "scope.places[0].item"),
        (r#"{"scope":{"locations":["@scrap"]}}"#, "scope.locations"),
        (r#"{"scope":{"all":true},"due":true}"#, "scope"),
        (r#"{"scope":{}}"#, "scope"),
    ];
    for (body, at) in refused {
        assert_eq!(fields(world.start(body)), [at], "{body}");
    }
}

#[test]
fn a_frozen_count_of_an_item_keeps_every_location_still() {
    let world = World::new();
    world.receive("bolt", "S1", "10");
    let id = world.start(r#"{"scope":{"items":["bolt"]},"mode":"frozen"}"#).unwrap();
    let out = r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"1"}"#;
    assert_eq!(codes(world.moved(out)), ["location.frozen", "location.frozen"]);
    world.cancel(&id).unwrap();
    world.moved(out).unwrap();
}
