//! What the watch finds, and that it finds nothing where nothing is wrong.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use jiff::SignedDuration;
use support::{balance, facts, mark, order, passed, quantity};
use takt_domain::decide::{self, Input};
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::Flow;
use takt_domain::order::{InspectionKind, InspectionResult, Order, Priority};
use takt_domain::permission::Role;
use takt_domain::watch::{Severity, StateLimit, WatchSettings, watch};

fn codes(order: &Order, facts: &Facts, settings: &WatchSettings) -> Vec<String> {
    let watched = watch(order, Flow::builtin(), facts, settings);
    for finding in &watched.findings {
        assert!(!finding.roles.is_empty() && !finding.remedy.zh.is_empty() && !finding.detail.en.is_empty());
    }
    watched.findings.into_iter().map(|finding| finding.code).collect()
}

fn after(minutes: i64) -> Facts {
    let mut facts = facts(Role::Administrator);
    facts.now = support::at(0) + SignedDuration::from_mins(minutes);
    facts
}

#[test]
fn nothing_is_found_on_the_way_that_orders_go() {
    let settings = WatchSettings::default();
    let mut order = order();
    let mut facts = facts(Role::Administrator);
    let way = ["submit", "approve", "dispatch", "start", "inspect-first-article", "pause", "resume"];
    let signature = takt_domain::signature::Signature::Given("s".into());
    let input = Input { reason: "because".into(), result: Some(InspectionResult::Pass), signature, ..Input::default() };
    let take = |order: &mut Order, facts: &Facts, action: &str| {
        *order = decide::decide(order, Flow::builtin(), action, &input, facts).unwrap().order.unwrap();
        assert_eq!(codes(order, facts, &settings), [""; 0], "{action}");
    };
    way.iter().for_each(|action| take(&mut order, &facts, action));
    let done = Progress { good: quantity("5"), ..Progress::none(0) };
    facts.progress.extend([(10, done), (20, done)]);
    ["complete", "inspect-final", "sign", "close", "archive"]
        .iter()
        .for_each(|action| take(&mut order, &facts, action));
}

#[test]
fn an_order_that_stays_in_its_state_is_told_of() {
    let (order, defaults) = (order(), WatchSettings::default());
    assert_eq!(codes(&order, &after(8 * 60 - 1), &defaults), [""; 0]);
    assert_eq!(codes(&order, &after(8 * 60), &defaults), ["state.over_limit"]);
    let severity = |minutes| watch(&order, Flow::builtin(), &after(minutes), &defaults).findings[0].severity;
    assert_eq!((severity(8 * 60), severity(16 * 60)), (Severity::Warning, Severity::Critical));
    let limit = |priority, limit_min| StateLimit { state: "pending_review".into(), priority, limit_min };
    let limits = vec![limit(None, 10), limit(Some(Priority::Low), 20)];
    let own = WatchSettings { limits, ..WatchSettings::default() };
    assert_eq!(codes(&order, &after(10), &own), ["state.over_limit"]);
    let low = Order { priority: Priority::Low, ..order.clone() };
    assert_eq!(codes(&low, &after(19), &own), [""; 0]);
    assert_eq!(codes(&low, &after(20), &own), ["state.over_limit"]);
    let over = Order { state: "archived".into(), ..order };
    assert_eq!(codes(&over, &after(1_000_000), &defaults), [""; 0], "what is over may lie for ever");
}

#[test]
fn an_urgent_order_that_is_not_dispatched_is_told_of_whatever_its_state_allows() {
    let urgent = Order { priority: Priority::Urgent, ..order() };
    let settings = WatchSettings::default();
    assert_eq!(codes(&urgent, &after(29), &settings), [""; 0]);
    assert_eq!(codes(&urgent, &after(30), &settings), ["urgent.not_dispatched"]);
    // It was approved just now, and that is no reason to wait another half hour.
    let approved = Order { state: "approved".into(), state_since: after(30).now, ..urgent.clone() };
    assert_eq!(codes(&approved, &after(30), &settings), ["urgent.not_dispatched"]);
    let ready = Order { state: "ready".into(), state_since: after(30).now, ..urgent.clone() };
    assert_eq!(codes(&ready, &after(31), &settings), [""; 0]);
    let found = &watch(&urgent, Flow::builtin(), &after(30), &settings).findings[0];
    assert_eq!((found.severity, found.since), (Severity::Critical, support::at(0)));
    assert!(found.roles.contains(&Role::Planner) && found.detail.zh.contains("等"), "{found:?}");
}

#[test]
fn facts_that_do_not_go_together_are_told_of() {
    let settings = WatchSettings::default();
    let check = |state: &str, code: &str, change: &dyn Fn(&mut Order, &mut Facts)| {
        let (mut order, mut facts) = (order(), after(1));
        order.state = state.to_owned();
        if state == "completed" || state == "closed" {
            order.completed = Some(mark());
        }
        assert_eq!(codes(&order, &facts, &settings), [""; 0], "{state}");
        change(&mut order, &mut facts);
        assert_eq!(codes(&order, &facts, &settings), [code], "{state}");
    };
    let done = |good: &str| Progress { good: quantity(good), ..Progress::none(0) };
    check("in_progress", "facts.completed_not_done", &|order, _| order.completed = Some(mark()));
    check("completed", "facts.done_not_completed", &|order, _| order.completed = None);
    check("closed", "facts.paused_after_end", &|order, _| order.paused = Some(mark()));
    check("in_progress", "facts.over_quantity", &|_, facts| facts.progress.extend([(10, done("11"))]));
    check("in_progress", "facts.before_previous", &|_, facts| {
        facts.progress.extend([(10, done("3")), (20, done("4"))])
    });
    let held = |item: &str| balance(item, "store", Some("WO-1"), quantity("1"));
    check("completed", "facts.held_for_nothing", &|_, facts| facts.balances.push(held("screw")));
    check("closed", "facts.held_for_nothing", &|_, facts| facts.balances.push(held("lamp")));
    check("completed", "facts.signed_uninspected", &|order, _| order.signed = Some(mark()));
    check("closed", "facts.unknown_state", &|order, _| order.state = "nowhere".into());
}

#[test]
fn finished_goods_wait_for_their_inspection_and_are_no_contradiction() {
    let (mut order, mut facts) = (order(), after(1));
    order.state = "completed".into();
    order.completed = Some(mark());
    order.inspections.push(passed(InspectionKind::Final));
    facts.balances.push(balance("lamp", "check", Some("WO-1"), quantity("5")));
    assert_eq!(codes(&order, &facts, &WatchSettings::default()), [""; 0]);
}

#[test]
fn settings_that_cannot_be_are_refused_with_the_place() {
    let limit = |state: &str, limit_min| StateLimit { state: state.into(), priority: None, limit_min };
    let limits = vec![limit("ready", 1), limit("ready", 2), limit("none", 3), limit("approved", u32::MAX)];
    let settings = WatchSettings { urgent_dispatch_min: u32::MAX, limits };
    let known = |state: &str| Flow::builtin().state(state).is_some();
    let at: Vec<_> = settings.errors(known).into_iter().map(|error| error.at).collect();
    assert_eq!(at, ["urgent_dispatch_min", "limits.1", "limits.2.state", "limits.3.limit_min"]);
    assert!(WatchSettings::default().errors(known).is_empty());
}
