//! Exceptions: raised, escalated, acknowledged, closed, and what they stop meanwhile.

use futures::executor::block_on;
use takt_api::exceptions::{AcknowledgeException, CloseException, ExceptionSettingsDocument, RaiseException};
use takt_domain::exception::{Exception, ExceptionSettings, ExceptionState};
use takt_domain::id::{ExceptionId, OrderId};
use takt_domain::permission::Role;
use takt_records::command::exception::{acknowledge, close, escalate, put_settings, raise};
use takt_records::command::{Answer, CommandError, FIRST_PLANT};
use takt_records::keep::kind;

use crate::quality::world::{World, codes, fields};

fn raised(world: &World, given: RaiseException) -> Result<ExceptionId, CommandError> {
    let answer = block_on(raise(&world.store, &world.caller(Role::Operator), &given))?;
    Ok(answer.body["id"].as_str().unwrap().parse().unwrap())
}

fn stop(order: &OrderId, operation: Option<u16>) -> RaiseException {
    let (order, note) = (Some(order.clone()), "smoke".to_owned());
    RaiseException { kind: "equipment".into(), order, operation, note, stops: true, ..RaiseException::default() }
}

fn closed(world: &World, id: &ExceptionId) -> Result<Answer, CommandError> {
    let given = CloseException { cause: "worn belt".into(), action: "belt changed".into() };
    block_on(close(&world.store, &world.caller(Role::ShiftLead), id, &given))
}

fn now(world: &World, id: &ExceptionId) -> Exception {
    world.record(kind::EXCEPTION, id.as_str()).unwrap()
}

#[test]
fn an_exception_that_stops_an_operation_stops_reports_there_until_it_is_closed() {
    let world = World::new();
    let order = world.running();
    world.report(&order, 10, 2).unwrap();
    let id = raised(&world, stop(&order, Some(20))).unwrap();
    assert_eq!(codes(world.report(&order, 20, 1)), ["exception.stops"]);
    world.report(&order, 10, 1).unwrap();
    let whole = raised(&world, stop(&order, None)).unwrap();
    assert_eq!(codes(world.report(&order, 10, 1)), ["exception.stops"]);
    closed(&world, &whole).unwrap();
    world.report(&order, 10, 1).unwrap();
    assert_eq!(codes(world.report(&order, 20, 1)), ["exception.stops"]);
    closed(&world, &id).unwrap();
    world.report(&order, 20, 1).unwrap();
    let kept = now(&world, &id);
    assert_eq!(kept.state(), ExceptionState::Closed);
    assert_eq!(kept.line.unwrap().as_str(), "L1", "the line is the order's");
    assert_eq!(kept.closed.unwrap().cause, "worn belt");
    let order = world.order(&order);
    assert_eq!((order.stops.len(), order.exceptions.len()), (0, 2));
}

#[test]
fn nobody_acknowledges_so_the_next_level_is_told_each_once() {
    let world = World::new();
    let id = raised(&world, RaiseException { kind: "material".into(), ..RaiseException::default() }).unwrap();
    let other = raised(&world, RaiseException { kind: "safety".into(), ..RaiseException::default() }).unwrap();
    let sweep = |world: &World| block_on(escalate(&world.store, FIRST_PLANT, world.now())).unwrap();
    assert_eq!(sweep(&world), 0);
    world.later(9 * 60);
    assert_eq!(sweep(&world), 0);
    let given = AcknowledgeException { note: "on my way".into() };
    block_on(acknowledge(&world.store, &world.caller(Role::ShiftLead), &other, &given)).unwrap();
    world.later(60);
    assert_eq!((sweep(&world), sweep(&world)), (1, 0));
    assert_eq!(now(&world, &id).told(&ExceptionSettings::default()), [Role::Planner, Role::ShiftLead, Role::Manager]);
    world.later(60 * 60);
    assert_eq!((sweep(&world), sweep(&world)), (1, 0));
    assert_eq!((now(&world, &id).level, now(&world, &other).level), (2, 0), "who has it is left alone");
    let told = world.events("exception.escalated.v1");
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|stored| stored.event.subject == id.as_str()));
}

#[test]
fn what_is_acknowledged_or_closed_says_so_to_whoever_comes_second() {
    let world = World::new();
    let id = raised(&world, RaiseException { kind: "other".into(), ..RaiseException::default() }).unwrap();
    let have_it = || {
        let given = AcknowledgeException::default();
        block_on(acknowledge(&world.store, &world.caller(Role::Planner), &id, &given))
    };
    have_it().unwrap();
    assert_eq!(codes(have_it()), ["exception.acknowledged"]);
    let nothing = CloseException { cause: " ".into(), action: "none".into() };
    assert_eq!(fields(block_on(close(&world.store, &world.caller(Role::Planner), &id, &nothing))), ["cause"]);
    closed(&world, &id).unwrap();
    assert_eq!(codes(have_it()), ["exception.closed"]);
    assert_eq!(codes(closed(&world, &id)), ["exception.closed"]);
}

#[test]
fn what_cannot_be_is_refused_with_the_field() {
    let world = World::new();
    let order = world.made();
    let check = |given: RaiseException, field: &str| {
        let answer = block_on(raise(&world.store, &world.caller(Role::Operator), &given));
        assert_eq!(fields(answer), [field]);
    };
    let other = || RaiseException { kind: "other".into(), ..RaiseException::default() };
    check(RaiseException { kind: "weather".into(), ..other() }, "type");
    check(RaiseException { stops: true, ..other() }, "stops");
    check(RaiseException { operation: Some(10), ..other() }, "operation");
    check(RaiseException { order: Some("none".parse().unwrap()), ..other() }, "order");
    check(RaiseException { line: Some("none".parse().unwrap()), ..other() }, "line");
    check(RaiseException { equipment: Some("none".parse().unwrap()), ..other() }, "equipment");
    check(RaiseException { order: Some(order.clone()), operation: Some(11), ..other() }, "operation");
    check(stop(&order, None), "stops");
    assert_eq!(world.events("exception.").len(), 0);
}

#[test]
fn the_action_of_the_flow_makes_an_exception_too() {
    let world = World::new();
    let order = world.running();
    world.act(&world.caller(Role::Operator), &order, "exception").unwrap();
    let kept: Exception = world.record(kind::EXCEPTION, "EX-000001").unwrap();
    assert_eq!((kept.kind.as_str(), kept.note.as_str(), kept.order), ("other", "because", Some(order.clone())));
    assert_eq!(world.order(&order).exceptions.len(), 1);
    let told: Vec<_> = world.events("").into_iter().map(|stored| stored.event.event_type).collect();
    assert_eq!(told[told.len() - 2..], ["order.exception_logged.v1", "exception.raised.v1"]);
}

#[test]
fn settings_are_put_under_the_version_that_was_read() {
    let world = World::new();
    let mut settings = ExceptionSettings::default();
    settings.levels[1].after_s = 60;
    let put = |version, settings: &ExceptionSettings| {
        let given = ExceptionSettingsDocument { version, settings: settings.clone() };
        block_on(put_settings(&world.store, &world.caller(Role::Manager), &given))
    };
    put(0, &settings).unwrap();
    assert_eq!(codes(put(0, &settings)), ["version.stale"]);
    let id = raised(&world, RaiseException { kind: "material".into(), ..RaiseException::default() }).unwrap();
    world.later(61);
    assert_eq!(block_on(escalate(&world.store, FIRST_PLANT, world.now())).unwrap(), 1);
    assert_eq!(now(&world, &id).level, 1);
    settings.levels[1].after_s = 0;
    settings.types[1].id = settings.types[0].id.clone();
    settings.levels[2].roles.clear();
    let wrong = ["settings.types[1].id", "settings.levels[1].after_s", "settings.levels[2].roles"];
    assert_eq!(fields(put(1, &settings)), wrong);
}
