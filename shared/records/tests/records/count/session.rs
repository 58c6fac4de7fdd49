//! One count from its beginning to its booking, and what is refused on the way.

use futures::executor::block_on;
use takt_api::counts::{CountSettingsDocument, ReviewLine};
use takt_api::watch::{Alert, AlertState};
use takt_domain::count::{CountSettings, CountState, LineState};
use takt_domain::id::CountId;
use takt_domain::lot::Lot;
use takt_records::command::CommandError;
use takt_records::command::count::{put_settings, review};
use takt_records::count::alert;
use takt_records::keep::kind;

use crate::count::world::{World, codes, place};

const S1: &str = r#"{"scope":{"locations":["S1"]}}"#;

fn bolts(quantity: &str) -> String {
    format!(r#"{{"location":"S1","item":"bolt","quantity":"{quantity}"}}"#)
}

#[test]
fn a_difference_is_counted_again_by_somebody_else_approved_and_booked_once() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    assert_eq!(world.enter(&id, "anna", &bolts("90")).unwrap(), "recount");
    assert_eq!(codes(world.enter(&id, "anna", &bolts("91"))), ["count.same_person"]);
    assert_eq!(codes(world.finish(&id, false)), ["count.recount"]);
    world.receive("bolt", "S1", "5");
    assert_eq!(world.enter(&id, "ben", &bolts("95")).unwrap(), "agreed", "five came in between");
    world.moved(r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"30"}"#).unwrap();
    world.finish(&id, false).unwrap();
    assert_eq!(codes(world.post(&world.signing("anna"), &id)), ["permission.missing"], "25.00 is more than 0");
    assert_eq!(codes(world.post(&world.caller("boss"), &id)), ["signature.missing"]);
    let caller = world.signing("boss");
    assert_eq!(world.post(&caller, &id).unwrap(), "posted");
    assert_eq!(world.stock("S1", "bolt"), 65);
    assert_eq!(world.post(&caller, &id).unwrap(), "posted", "the same request again");
    assert_eq!(world.stock("S1", "bolt"), 65);
    assert_eq!(codes(world.post(&world.signing("boss"), &id)), ["count.state"]);
    let summary = world.count(&id).summary.unwrap();
    assert_eq!((summary.different, summary.value.to_string()), (1, "25.00".to_owned()));
    let movement = world.line(&id, "S1", "bolt").movement.unwrap();
    assert_eq!(codes(world.reverse("anna", &movement)), ["permission.missing"]);
    world.reverse("boss", &movement).unwrap();
    assert_eq!(world.stock("S1", "bolt"), 75);
    assert_eq!(codes(world.reverse("boss", &movement)), ["movement.reversed"]);
    world.audit();
}

#[test]
fn what_is_small_whoever_counts_books_alone() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let settings = CountSettings { approval_value: "10".parse().unwrap(), ..CountSettings::default() };
    let given = CountSettingsDocument { version: 0, settings };
    block_on(put_settings(&world.store, &world.caller("boss"), &given)).unwrap();
    assert_eq!(codes(block_on(put_settings(&world.store, &world.caller("boss"), &given))), ["version.stale"]);
    let id = world.start(S1).unwrap();
    assert_eq!(world.enter(&id, "anna", &bolts("98")).unwrap(), "agreed", "two percent is within the rule");
    world.finish(&id, false).unwrap();
    assert_eq!(world.post(&world.caller("anna"), &id).unwrap(), "posted");
    assert_eq!(world.stock("S1", "bolt"), 98);
}

#[test]
fn a_frozen_location_moves_nothing_until_the_count_is_finished_or_given_up() {
    let world = World::new();
    let receipt = world.receive("bolt", "S1", "10");
    let frozen = r#"{"scope":{"locations":["S1"]},"mode":"frozen"}"#;
    let id = world.start(frozen).unwrap();
    let out = r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"1"}"#;
    let refused = world.moved(out);
    match &refused {
        Err(CommandError::Refused(refusal)) => assert!(refusal.unmet[0].remedy.contains(id.as_str()), "{refusal:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(codes(refused), ["location.frozen"]);
    assert_eq!(codes(world.moved(r#"{"kind":"receipt","item":"bolt","to":"S1","quantity":"1"}"#)), ["location.frozen"]);
    assert_eq!(codes(world.reverse("anna", &receipt)), ["location.frozen"]);
    assert_eq!(codes(world.start(frozen)), ["location.frozen"]);
    world.receive("bolt", "S2", "1");
    world.enter(&id, "anna", &bolts("10")).unwrap();
    world.finish(&id, false).unwrap();
    world.moved(out).unwrap();
    let other = world.start(frozen).unwrap();
    assert_eq!(codes(world.moved(out)), ["location.frozen"]);
    world.cancel(&other).unwrap();
    world.moved(out).unwrap();
    assert_eq!(codes(world.enter(&other, "anna", &bolts("8"))), ["count.state"]);
    assert_eq!((world.stock("S1", "bolt"), world.count(&other).state), (8, CountState::Cancelled));
    world.audit();
}

#[test]
fn what_is_not_counted_is_named_and_what_is_not_part_of_it_is_refused() {
    let world = World::new();
    world.receive("bolt", "S1", "10");
    world.receive("wire", "S1", "2.5");
    let id = world.start(S1).unwrap();
    assert_eq!(codes(world.finish(&id, false)), ["count.empty", "count.uncounted"]);
    let elsewhere = r#"{"location":"S2","item":"bolt","quantity":"1"}"#;
    assert_eq!(codes(world.enter(&id, "anna", elsewhere)), ["count.out_of_scope"]);
    assert_eq!(world.enter(&id, "anna", &bolts("4")).unwrap(), "recount");
    let more = r#"{"location":"S1","item":"bolt","quantity":"6","more":true}"#;
    assert_eq!(world.enter(&id, "ben", more).unwrap(), "agreed", "found in another spot");
    assert_eq!(codes(world.enter(&id, "ben", &bolts("10"))), ["count.counted"]);
    assert_eq!(codes(world.finish(&id, false)), ["count.uncounted"]);
    world.finish(&id, true).unwrap();
    assert_eq!(world.post(&world.caller("anna"), &id).unwrap(), "posted", "nothing differs");
    assert_eq!((world.stock("S1", "bolt"), world.stock("S1", "wire")), (10, 2_500));
}

#[test]
fn an_entry_that_is_sent_later_is_held_against_the_books_of_its_moment() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    let counted_at = world.now();
    world.later(60);
    world.moved(r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"40"}"#).unwrap();
    let body = format!(r#"{{"location":"S1","item":"bolt","quantity":"99","counted_at":"{counted_at}"}}"#);
    assert_eq!(world.enter(&id, "anna", &body).unwrap(), "agreed");
    let line = world.line(&id, "S1", "bolt");
    assert_eq!((line.entries[0].book.units(), line.difference().units()), (100, -1));
    world.finish(&id, false).unwrap();
    world.post(&world.signing("boss"), &id).unwrap();
    assert_eq!(world.stock("S1", "bolt"), 59);
}

#[test]
fn a_line_that_cannot_be_booked_any_more_comes_back_and_the_others_are_booked() {
    let world = World::new();
    world.receive("bolt", "S1", "10");
    world.receive("wire", "S1", "2");
    let id = world.start(S1).unwrap();
    for user in ["anna", "ben"] {
        let _ = world.enter(&id, user, &bolts("4"));
        let _ = world.enter(&id, user, r#"{"location":"S1","item":"wire","quantity":"3"}"#);
    }
    world.finish(&id, false).unwrap();
    world.moved(r#"{"kind":"transfer","item":"bolt","from":"S1","to":"S2","quantity":"8"}"#).unwrap();
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "counted");
    assert_eq!((world.stock("S1", "bolt"), world.stock("S1", "wire")), (2, 3_000));
    assert_eq!(world.line(&id, "S1", "bolt").state, LineState::Recount);
    assert_eq!(codes(world.cancel(&id)), ["count.partly_posted"]);
    assert_eq!(world.enter(&id, "anna", &bolts("0")).unwrap(), "agreed");
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "posted");
    assert_eq!((world.stock("S1", "bolt"), world.stock("S1", "wire")), (0, 3_000));
    world.audit();
}

fn counted(world: &World, quantity: &str) -> CountId {
    let id = world.start(S1).unwrap();
    for user in ["anna", "ben"] {
        if world.enter(&id, user, &bolts(quantity)).unwrap() == "agreed" {
            break;
        }
    }
    world.finish(&id, false).unwrap();
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "posted");
    id
}

#[test]
fn large_differences_and_those_that_come_again_are_told_of() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let told = |code: &str| -> Option<AlertState> {
        world.record::<Alert>(kind::ALERT, &alert::id(code, &place("S1", "bolt"))).map(|alert| alert.state)
    };
    counted(&world, "98");
    assert_eq!((told(alert::DIFFERENCE), told(alert::AGAIN)), (None, None));
    counted(&world, "97");
    assert_eq!(told(alert::AGAIN), None, "two counts on one day are one count day");
    world.later(24 * 3600);
    counted(&world, "80");
    assert_eq!((told(alert::DIFFERENCE), told(alert::AGAIN)), (Some(AlertState::Open), Some(AlertState::Open)));
    // The watch over orders has no say in it.
    block_on(takt_records::watch::look(&world.store, takt_records::command::FIRST_PLANT, world.now())).unwrap();
    assert_eq!(told(alert::AGAIN), Some(AlertState::Open));
    world.later(24 * 3600);
    counted(&world, "80");
    let cleared = Some(AlertState::Cleared);
    assert_eq!((told(alert::DIFFERENCE), told(alert::AGAIN)), (cleared, cleared));
}

#[test]
fn who_approves_has_a_line_counted_again_or_leaves_it() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    let id = world.start(S1).unwrap();
    world.enter(&id, "anna", &bolts("99")).unwrap();
    world.finish(&id, false).unwrap();
    let given = |drop| ReviewLine { place: place("S1", "bolt"), drop, reason: "look behind the door".into() };
    let reviewed = |user: &str, drop| block_on(review(&world.store, &world.caller(user), &id, &given(drop)));
    assert_eq!(codes(reviewed("anna", false)), ["permission.missing"]);
    reviewed("boss", false).unwrap();
    assert_eq!(codes(world.post(&world.signing("boss"), &id)), ["count.recount"]);
    assert_eq!(world.enter(&id, "ben", &bolts("50")).unwrap(), "agreed", "what was asked for decides");
    reviewed("boss", true).unwrap();
    assert_eq!(world.line(&id, "S1", "bolt").state, LineState::Dropped);
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "posted");
    assert_eq!(world.stock("S1", "bolt"), 100);
}

#[test]
fn what_is_found_beyond_the_books_pays_back_what_production_drew_beyond_them() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    world.draw_beyond_the_books("bolt", 6);
    let id = world.start(r#"{"scope":{"items":["bolt"]}}"#).unwrap();
    for user in ["anna", "ben"] {
        world.enter(&id, user, &bolts("104")).unwrap();
        world.enter(&id, user, r#"{"location":"S2","item":"bolt","quantity":"3"}"#).unwrap();
    }
    world.finish(&id, false).unwrap();
    assert_eq!(world.post(&world.signing("boss"), &id).unwrap(), "posted");
    assert_eq!((world.stock("S1", "bolt"), world.stock("S2", "bolt")), (104, 3), "as it was counted");
    assert_eq!(world.owed("bolt"), 0, "seven were found and six were owed");
    world.receive("bolt", "S1", "10");
    assert_eq!(world.stock("S1", "bolt"), 114, "nothing is left to be paid back");
    let movement = world.line(&id, "S1", "bolt").movement.unwrap();
    world.reverse("boss", &movement).unwrap();
    assert_eq!((world.stock("S1", "bolt"), world.owed("bolt")), (110, 4));
    world.audit();
}

#[test]
fn a_lot_that_is_found_is_known_from_then_on() {
    let world = World::new();
    let id = world.start(S1).unwrap();
    let found = r#"{"location":"S1","item":"bolt","lot":"F","quantity":"3"}"#;
    for user in ["anna", "ben"] {
        world.enter(&id, user, found).unwrap();
    }
    world.finish(&id, false).unwrap();
    world.post(&world.signing("boss"), &id).unwrap();
    let lot: Lot = world.record(kind::LOT, &takt_domain::lot::key("bolt", "F")).unwrap();
    assert_eq!((lot.number.as_str(), lot.expires), ("F", None));
    world.audit();
}

#[test]
fn a_difference_below_the_books_pays_nothing() {
    let world = World::new();
    world.receive("bolt", "S1", "100");
    world.draw_beyond_the_books("bolt", 6);
    let id = world.start(S1).unwrap();
    for user in ["anna", "ben"] {
        world.enter(&id, user, &bolts("90")).unwrap();
    }
    world.finish(&id, false).unwrap();
    world.post(&world.signing("boss"), &id).unwrap();
    assert_eq!((world.stock("S1", "bolt"), world.owed("bolt")), (90, 6));
    world.audit();
}
