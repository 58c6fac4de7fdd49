//! What the watch finds, and that it finds nothing where nothing is wrong.

use crate::support;
use jiff::SignedDuration;
use support::{balance, facts, mark, order, passed, quantity};
use takt_domain::approval::{self, Approval, ApprovalStep, Decision, SignInput, Signer};
use takt_domain::decide::{self, Input};
use takt_domain::facts::{Actor, Facts, Progress};
use takt_domain::flow::Flow;
use takt_domain::order::{InspectionKind, InspectionResult, Mark, Order, Priority};
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::{OVERDUE_SIGNATURE, Severity, StateLimit, WatchSettings, watch};

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
fn a_limit_of_the_flow_goes_before_the_plants_and_behind_one_for_the_priority() {
    let mut flow = Flow::builtin().clone();
    flow.states.iter_mut().find(|state| state.name == "pending_review").unwrap().limit_minutes = Some(5);
    let limit = |priority, limit_min| StateLimit { state: "pending_review".into(), priority, limit_min };
    let limits = vec![limit(None, 10), limit(Some(Priority::Urgent), 3)];
    let settings = WatchSettings { limits, ..WatchSettings::default() };
    let check = |flow: &Flow, priority, expected| {
        let watched = watch(&Order { priority, ..order() }, flow, &after(0), &settings);
        assert_eq!((watched.limit_min, watched.why.limit_min), (Some(expected), Some(expected)), "{priority:?}");
    };
    check(&flow, Priority::Normal, 5);
    check(&flow, Priority::Urgent, 3);
    check(Flow::builtin(), Priority::Normal, 10);
    let found = |minutes| watch(&order(), &flow, &after(minutes), &settings).findings.len();
    assert_eq!((found(4), found(5)), (0, 1));
}

#[test]
fn what_is_being_made_is_judged_by_its_last_report() {
    let (three_days, settings) = (3 * 24 * 60, WatchSettings::default());
    let running = Order { state: "in_progress".into(), ..order() };
    assert_eq!(codes(&running, &after(three_days), &settings), ["state.over_limit"]);
    let reported = |minutes, ago| {
        let mut facts = after(minutes);
        facts.last_report = Some(facts.now - SignedDuration::from_mins(ago));
        facts
    };
    assert_eq!(codes(&running, &reported(3 * three_days, three_days - 1), &settings), [""; 0]);
    let late = reported(3 * three_days, three_days);
    assert_eq!(codes(&running, &late, &settings), ["state.over_limit"]);
    let found = watch(&running, Flow::builtin(), &late, &settings).findings.remove(0);
    assert_eq!((Some(found.since), found.severity), (late.last_report, Severity::Warning));
    // Begun again after the last report, it has its time again.
    let again = Order { state_since: after(3 * three_days - 1).now, ..running.clone() };
    assert_eq!(codes(&again, &late, &settings), [""; 0]);
    let waiting = Order { state: "completed".into(), completed: Some(mark()), ..order() };
    assert_eq!(codes(&waiting, &reported(three_days, 1), &settings), ["state.over_limit"], "a report is no inspection");
}

#[test]
fn a_signature_that_is_overdue_is_told_to_who_may_give_it_until_it_is_given() {
    let label = |text: &str| Label { zh: text.into(), en: text.into() };
    let by = vec![Signer::Role(Role::Inspector), Signer::User("wang".parse().unwrap())];
    let step = ApprovalStep { name: "both".into(), label: label("both"), by, needed: None, deadline_minutes: Some(60) };
    let approval = Approval { steps: vec![step], side_by_side: false, automatic: false, on_refusal: None };
    let mut flow = Flow::builtin().clone();
    flow.actions.iter_mut().find(|action| action.name == "approve").unwrap().approval = Some(approval);
    let mut order = order();
    let found = |order: &Order, minutes| {
        let findings = watch(order, &flow, &after(minutes), &WatchSettings::default()).findings;
        findings.into_iter().find(|finding| finding.code == OVERDUE_SIGNATURE)
    };
    assert_eq!(found(&order, 61), None, "nobody has asked for review");
    order.review = Some(Mark { at: support::at(0), ..mark() });
    assert_eq!(found(&order, 60), None);
    let overdue = found(&order, 61).unwrap();
    assert_eq!((overdue.since, overdue.roles), (after(60).now, vec![Role::Inspector]));
    assert_eq!(overdue.users.iter().map(|user| user.as_str()).collect::<Vec<_>>(), ["wang"]);
    let input = SignInput {
        step: None,
        decision: Decision::Sign,
        comment: String::new(),
        device: String::new(),
        signature: takt_domain::signature::Signature::Given("s".into()),
    };
    let mut sign = |user: &str, roles| {
        let facts = Facts { actor: Actor::new(user.parse().unwrap(), roles), ..after(61) };
        order = approval::sign(&order, &flow, "approve", &input, &facts).unwrap().order.unwrap();
        found(&order, 62)
    };
    assert_eq!(sign("wang", vec![Role::Planner]).unwrap().users, [], "the other place is still empty");
    assert_eq!(sign("zhao", vec![Role::Inspector]), None);
}

#[test]
fn settings_that_cannot_be_are_refused_with_the_place() {
    let limit = |state: &str, limit_min| StateLimit { state: state.into(), priority: None, limit_min };
    let limits = vec![limit("ready", 1), limit("ready", 2), limit("none", 3), limit("approved", u32::MAX)];
    let settings = WatchSettings { urgent_dispatch_min: u32::MAX, escalate_min: 30, limits };
    let known = |state: &str| Flow::builtin().state(state).is_some();
    let at: Vec<_> = settings.errors(known).into_iter().map(|error| error.at).collect();
    assert_eq!(at, ["urgent_dispatch_min", "limits.1", "limits.2.state", "limits.3.limit_min"]);
    assert!(WatchSettings::default().errors(known).is_empty());
}
