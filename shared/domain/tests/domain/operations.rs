//! Operations: their machines, moulds and people, pause and resume, rework loops, suppliers, times.

use crate::support;
use std::collections::BTreeMap;

use support::{at, facts, order, passed, quantity};
use takt_domain::decide::{self, Change, Input};
use takt_domain::facts::Facts;
use takt_domain::flow::Flow;
use takt_domain::master::Way;
use takt_domain::operation::{self, OperationState, Step, StepInput};
use takt_domain::order::{InspectionKind, Order};
use takt_domain::permission::Role;
use takt_domain::refusal::Refusal;
use takt_domain::report::{self, BookedReport, NewReport};
use takt_domain::resource::{EquipmentUse, Holder, ResourceChange};

/// An order in production, and everything that was counted.
struct Shop {
    order: Order,
    facts: Facts,
    counters: BTreeMap<String, i64>,
    resources: Vec<ResourceChange>,
}

impl Shop {
    fn new(change: impl FnOnce(&mut Order, &mut Facts)) -> Self {
        let (mut order, mut facts) = (order(), facts(Role::Administrator));
        order.state = "ready".into();
        order.inspections.push(passed(InspectionKind::FirstArticle));
        change(&mut order, &mut facts);
        let mut shop = Self { order, facts, counters: BTreeMap::new(), resources: Vec::new() };
        let started = decide::decide(&shop.order, Flow::builtin(), "start", &Input::default(), &shop.facts).unwrap();
        shop.book(started);
        shop
    }

    fn book(&mut self, change: Change) {
        for counter in &change.counters {
            *self.counters.entry(counter.name.clone()).or_default() += counter.delta;
        }
        for change in &change.resources {
            if let ResourceChange::Hold(held) = change {
                self.facts.uses = vec![EquipmentUse { version: held.version + 1, ..held.clone() }];
            }
        }
        self.resources.extend(change.resources);
        self.facts.progress = report::progress(&self.counters, 0);
        self.order = change.order.unwrap_or_else(|| self.order.clone());
    }

    fn step(&mut self, number: u16, step: Step, pieces: &str) -> Result<(), Vec<String>> {
        let input = StepInput { reason: "because".into(), quantity: pieces.parse().ok() };
        let decided = operation::decide(&self.order, Flow::builtin(), number, step, &input, &self.facts);
        decided.map(|change| self.book(change)).map_err(codes)
    }

    fn report(&mut self, operation: u16, good: &str, change: impl FnOnce(&mut NewReport)) -> Result<(), Vec<String>> {
        let mut given = NewReport {
            order: self.order.id.clone(),
            operation,
            good: quantity(good),
            scrap: Vec::new(),
            rework: None,
            rework_to: None,
            started_at: None,
            ended_at: None,
            equipment: None,
            lot: String::new(),
            note: String::new(),
            custom: Default::default(),
        };
        change(&mut given);
        let decided = report::decide(&self.order, Flow::builtin(), &given, &self.facts);
        decided.map(|change| self.book(change)).map_err(codes)
    }

    fn state(&self, number: u16) -> OperationState {
        operation::state(&self.order, self.order.operation(number).unwrap(), &self.facts)
    }
}

fn codes(refusal: Refusal) -> Vec<String> {
    refusal.unmet.into_iter().map(|unmet| unmet.code).collect()
}

fn one(code: &str) -> Result<(), Vec<String>> {
    Err(vec![code.to_owned()])
}

#[test]
fn a_paused_operation_takes_no_report_and_its_clock_stands_still() {
    let mut shop = Shop::new(|_, _| ());
    shop.step(10, Step::Start, "").unwrap();
    shop.facts.now = at(160);
    shop.step(10, Step::Pause, "").unwrap();
    let before = (shop.order.clone(), shop.counters.clone());
    assert_eq!(shop.report(10, "1", |_| ()), one("operation.paused"));
    assert_eq!((shop.order.clone(), shop.counters.clone()), before, "nothing has changed");
    assert_eq!(shop.state(10), OperationState::Paused);
    shop.facts.now = at(1_000);
    shop.step(10, Step::Resume, "").unwrap();
    assert_eq!(shop.step(10, Step::Resume, ""), one("operation.not_paused"));
    shop.facts.now = at(1_030);
    shop.report(10, "10", |_| ()).unwrap();
    shop.step(10, Step::Finish, "").unwrap();
    shop.facts.now = at(5_000);
    let view = operation::views(&shop.order, Flow::builtin(), &shop.facts).remove(0);
    assert_eq!((view.state, view.actual_s, view.standard_s), (OperationState::Done, 90, 100));
    assert_eq!(operation::percent(&shop.order, &shop.facts.progress), 50);
}

#[test]
fn a_pause_needs_a_reason_and_a_report_alone_says_that_an_operation_runs() {
    let mut shop = Shop::new(|_, _| ());
    let nothing = StepInput::default();
    let decided = operation::decide(&shop.order, Flow::builtin(), 10, Step::Pause, &nothing, &shop.facts);
    assert_eq!(decided.map(|_| ()).map_err(codes), one("input.reason"));
    assert_eq!(shop.state(10), OperationState::Waiting);
    shop.report(10, "3", |given| (given.started_at, given.ended_at) = (Some(at(0)), Some(at(40)))).unwrap();
    assert_eq!(shop.state(10), OperationState::Running);
    let view = operation::views(&shop.order, Flow::builtin(), &shop.facts).remove(0);
    assert_eq!((view.actual_s, view.percent), (40, 30));
}

#[test]
fn an_operation_in_sequence_waits_until_the_one_before_it_is_done() {
    let mut shop = Shop::new(|order, _| order.operations[1].way = Way::Sequence);
    shop.report(10, "4", |_| ()).unwrap();
    assert_eq!(shop.report(20, "1", |_| ()), one("operation.before_not_done"));
    assert_eq!(shop.step(20, Step::Start, ""), one("operation.before_not_done"));
    shop.step(10, Step::Finish, "").unwrap();
    shop.step(20, Step::Start, "").unwrap();
    shop.report(20, "1", |_| ()).unwrap();
}

#[test]
fn a_machine_for_one_order_is_taken_at_start_and_free_when_the_operation_is_finished() {
    let other = Holder { order: "WO-9".parse().unwrap(), operation: 10, by: "li".parse().unwrap(), at: at(0) };
    let held = EquipmentUse { equipment: "press".parse().unwrap(), holder: Some(other), version: 3 };
    let (mut order, mut facts) = (order(), facts(Role::Administrator));
    order.state = "ready".into();
    facts.equipment[0].exclusive = true;
    facts.uses = vec![held];
    let decided = decide::decide(&order, Flow::builtin(), "start", &Input::default(), &facts);
    let refusal = decided.unwrap_err();
    assert!(refusal.unmet[0].detail.contains("WO-9"), "{refusal:?}");
    assert_eq!(codes(refusal), ["equipment.in_use"]);

    let mut shop = Shop::new(|_, facts| facts.equipment[0].exclusive = true);
    let holder = shop.facts.uses[0].holder.clone().unwrap();
    assert_eq!((holder.order.as_str(), holder.operation), ("WO-1", 10));
    assert_eq!(shop.report(20, "1", |_| ()).unwrap_err(), ["report.before_previous", "operation.not_started"]);
    shop.report(10, "10", |_| ()).unwrap();
    shop.step(10, Step::Finish, "").unwrap();
    assert_eq!(shop.facts.uses[0].holder, None, "the machine is free");
    shop.step(20, Step::Start, "").unwrap();
    shop.report(20, "10", |_| ()).unwrap();
    assert_eq!((shop.order.state.as_str(), &shop.facts.uses[0].holder), ("completed", &None));
    let used: i64 =
        shop.resources.iter().map(|change| if let ResourceChange::Use { by, .. } = change { *by } else { 0 }).sum();
    assert_eq!(used, 0, "what was taken was given back");
}

#[test]
fn the_report_that_completes_an_operation_frees_its_machine_and_leaves_the_order_alone() {
    let mut shop = Shop::new(|_, facts| facts.equipment[0].exclusive = true);
    let used = |shop: &Shop| -> i64 {
        let by = |change: &ResourceChange| if let ResourceChange::Use { by, .. } = change { *by } else { 0 };
        shop.resources.iter().map(by).sum()
    };
    shop.report(10, "9", |_| ()).unwrap();
    assert!(shop.facts.uses[0].holder.is_some(), "one piece is still to be made");
    let before = shop.order.clone();
    shop.report(10, "1", |_| ()).unwrap();
    assert_eq!(shop.order, before, "a report does not touch its order");
    assert_eq!((&shop.facts.uses[0].holder, used(&shop)), (&None, 0));

    // Another order has it meanwhile; what is done needs it no more.
    let by = "operator".parse().unwrap();
    let other = Holder { order: "WO-9".parse().unwrap(), operation: 10, by, at: at(0) };
    shop.facts.uses[0].holder = Some(other.clone());
    shop.step(10, Step::Finish, "").unwrap();
    assert_eq!((shop.facts.uses[0].holder.as_ref(), used(&shop)), (Some(&other), 0), "it is given back once");
    assert_eq!(shop.counters["10.freed"], 0);
    assert_eq!(shop.step(20, Step::Start, ""), one("equipment.in_use"));
    shop.facts.uses[0].holder = None;
    shop.step(20, Step::Start, "").unwrap();
    shop.report(20, "10", |_| ()).unwrap();
    assert_eq!((shop.order.state.as_str(), &shop.facts.uses[0].holder, used(&shop)), ("completed", &None, 0));
}

#[test]
fn of_reports_that_complete_an_operation_at_once_one_is_booked() {
    let mut shop = Shop::new(|_, facts| facts.equipment[0].exclusive = true);
    shop.report(10, "4", |_| ()).unwrap();
    let total = |good: &str, shop: &Shop| {
        let given = NewReport { good: quantity(good), ..report_of(shop) };
        let change = report::decide(&shop.order, Flow::builtin(), &given, &shop.facts).unwrap();
        change.counters.into_iter().find(|counter| counter.name == "10.total").unwrap()
    };
    // Neither of two that add up to the whole may be booked behind the other without being decided again.
    assert_eq!(total("3", &shop).max_after, Some(9));
    assert_eq!((total("6", &shop).min_after, total("6", &shop).max_after), (Some(10), Some(10)));
}

/// Books a change as the store does: none of it where a bound does not hold after it.
fn booked(counters: &mut BTreeMap<String, i64>, change: &Change) -> bool {
    let mut after = counters.clone();
    for counter in &change.counters {
        *after.entry(counter.name.clone()).or_default() += counter.delta;
    }
    let holds = change.counters.iter().all(|counter| {
        let now = after[&counter.name];
        counter.min_after.is_none_or(|min| now >= min) && counter.max_after.is_none_or(|max| now <= max)
    });
    if holds {
        *counters = after;
    }
    holds
}

#[test]
fn of_a_reversal_and_a_report_that_rests_on_it_one_is_booked_whichever_comes_first() {
    let mut shop = Shop::new(|_, _| ());
    shop.report(10, "5", |_| ()).unwrap();
    shop.report(20, "2", |_| ()).unwrap();
    let taken_back = NewReport { good: quantity("5"), ..report_of(&shop) };
    let by = "operator".parse().unwrap();
    let reversal = |shop: &Shop, good: &str| {
        let report = NewReport { good: quantity(good), ..taken_back.clone() };
        let booked = BookedReport { report: &report, by: &by, at: at(90), posted: &[], redone: 0 };
        report::decide_reversal(&shop.order, Flow::builtin(), booked, "wrong", &BTreeMap::new(), &shop.facts)
    };
    assert_eq!(reversal(&shop, "5").map(|_| ()).map_err(codes), one("report.rested_on"));
    // Both are decided on the same facts: five good pieces, of which two are used.
    let reversal = reversal(&shop, "3").unwrap();
    let given = NewReport { operation: 20, good: quantity("1"), ..report_of(&shop) };
    let rests = report::decide(&shop.order, Flow::builtin(), &given, &shop.facts).unwrap();
    for (first, second) in [(&reversal, &rests), (&rests, &reversal)] {
        let mut counters = shop.counters.clone();
        assert!(booked(&mut counters, first));
        let before = counters.clone();
        assert!(!booked(&mut counters, second), "it has to be decided again");
        assert_eq!(counters, before);
    }
}

#[test]
fn an_overdue_calibration_and_a_worn_mould_keep_an_operation_from_starting() {
    let mut shop = Shop::new(|_, _| ());
    shop.facts.today = Some("2026-11-26".parse().unwrap());
    shop.facts.equipment[0].calibrated_until = Some("2026-11-26".parse().unwrap());
    shop.step(10, Step::Start, "").unwrap();
    shop.facts.equipment[0].calibrated_until = Some("2026-11-25".parse().unwrap());
    shop.facts.moulds[0].shots = 100;
    assert_eq!(shop.step(20, Step::Start, "").unwrap_err(), ["equipment.calibration", "mould.unusable"]);
}

#[test]
fn a_report_counts_the_shots_of_its_mould_and_tells_when_the_limit_is_reached() {
    let mut shop = Shop::new(|_, facts| {
        facts.moulds[0].shots = 95;
        facts.moulds[0].cavities = Some(2);
    });
    shop.resources.clear();
    shop.report(10, "9", |_| ()).unwrap();
    assert_eq!(shop.resources, [ResourceChange::Shots { mould: "mould".parse().unwrap(), by: 5 }]);
    shop.facts.moulds[0].shots = 99;
    let given = NewReport { good: quantity("1"), ..report_of(&shop) };
    let change = report::decide(&shop.order, Flow::builtin(), &given, &shop.facts).unwrap();
    assert!(change.events.iter().any(|event| event.kind == "mould.limit_reached.v1"));
}

fn report_of(shop: &Shop) -> NewReport {
    NewReport {
        order: shop.order.id.clone(),
        operation: 10,
        good: quantity("0"),
        scrap: Vec::new(),
        rework: None,
        rework_to: None,
        started_at: None,
        ended_at: None,
        equipment: None,
        lot: String::new(),
        note: String::new(),
        custom: Default::default(),
    }
}

#[test]
fn where_a_qualification_is_asked_for_only_the_qualified_start_and_report() {
    let mut shop = Shop::new(|order, _| order.operations[1].qualification = Some("welding".into()));
    shop.report(10, "5", |_| ()).unwrap();
    assert_eq!(shop.report(20, "1", |_| ()), one("crew.unqualified"));
    assert_eq!(shop.step(20, Step::Start, ""), one("crew.unqualified"));
    shop.facts.crew[0].user = shop.facts.actor.user.clone();
    shop.facts.crew[0].qualifications = vec!["welding".into()];
    shop.step(20, Step::Start, "").unwrap();
    shop.report(20, "1", |_| ()).unwrap();
    shop.order.operations[1].crew = vec!["somebody".parse().unwrap()];
    shop.order.operations[1].started = None;
    assert_eq!(shop.step(20, Step::Start, ""), one("crew.planned_absent"));
}

#[test]
fn pieces_for_rework_pass_the_earlier_operation_again_and_count_once() {
    let mut shop = Shop::new(|_, _| ());
    shop.report(10, "7", |_| ()).unwrap();
    let back = |given: &mut NewReport| (given.rework, given.rework_to) = (Some(quantity("3")), Some(10));
    assert_eq!(shop.report(10, "0", back), one("report.rework_to"));
    shop.report(10, "3", |_| ()).unwrap();
    shop.report(20, "6", back).unwrap();
    let count = |shop: &Shop, name: &str| shop.counters.get(name).copied().unwrap_or(0);
    assert_eq!((count(&shop, "10.good"), count(&shop, "10.redo"), count(&shop, "20.good")), (7, 3, 6));
    assert_eq!(shop.order.history.last().unwrap().action, "rework");
    assert_eq!(shop.report(20, "2", |_| ()), one("report.before_previous"), "they are not there yet");
    shop.report(10, "3", |_| ()).unwrap();
    assert_eq!((count(&shop, "10.good"), count(&shop, "10.redo")), (10, 0));
    shop.report(20, "4", |_| ()).unwrap();
    assert_eq!(shop.order.state, "completed");
}

#[test]
fn pieces_at_a_supplier_are_reported_when_they_are_back() {
    let mut shop = Shop::new(|order, _| order.operations[1].supplier = Some("Anodize Ltd".into()));
    shop.report(10, "6", |_| ()).unwrap();
    assert_eq!(shop.step(20, Step::Start, ""), one("operation.outsourced"));
    assert_eq!(shop.step(20, Step::Send, "7"), one("operation.not_so_many"));
    assert_eq!(shop.step(10, Step::Send, "1"), one("operation.not_outsourced"));
    shop.step(20, Step::Send, "6").unwrap();
    assert_eq!(shop.report(20, "1", |_| ()), one("operation.not_received"));
    assert_eq!(shop.step(20, Step::Receive, "7"), one("operation.not_so_many"));
    shop.step(20, Step::Receive, "4").unwrap();
    let view = operation::views(&shop.order, Flow::builtin(), &shop.facts).remove(1);
    assert_eq!(view.outside, quantity("2"));
    shop.report(20, "4", |_| ()).unwrap();
    assert_eq!(shop.report(20, "1", |_| ()), one("operation.not_received"));
}
