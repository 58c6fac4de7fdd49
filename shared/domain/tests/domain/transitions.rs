//! Every state times every action of the built-in flow, and every guard alone.

use crate::support;
use support::{balance, facts, mark, order, passed, quantity};
use takt_domain::decide::{self, Input};
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::{Effect, Flow};
use takt_domain::master::EquipmentStatus;
use takt_domain::order::{InspectionKind, InspectionResult, Order};
use takt_domain::permission::Role;
use takt_domain::signature::{Signature, SignatureFault};

/// An order in `state` for which every guard of `action` holds.
fn fit(state: &str, action: &str) -> (Order, Facts) {
    let mut order = order();
    order.state = state.to_owned();
    if matches!(action, "withdraw" | "approve" | "reject") {
        order.review = Some(mark());
    }
    if action == "resume" {
        order.paused = Some(mark());
    }
    order.inspections = vec![passed(InspectionKind::FirstArticle), passed(InspectionKind::Final)];
    if matches!(action, "close" | "archive") {
        order.signed = Some(mark());
    }
    let mut facts = facts(Role::Administrator);
    let done = Progress { good: quantity("5"), ..Progress::none(0) };
    facts.progress.insert(10, done);
    facts.progress.insert(20, done);
    (order, facts)
}

fn input() -> Input {
    let signature = Signature::Given("s1".into());
    Input { reason: "because".into(), result: Some(InspectionResult::Pass), signature, ..Input::default() }
}

/// The article's state table, with what the built-in flow adds, written down a second time on purpose.
const OPEN: [(&str, &[&str], Option<&str>); 16] = [
    ("submit", &["pending_review"], None),
    ("withdraw", &["pending_review"], None),
    ("approve", &["pending_review"], Some("approved")),
    ("reject", &["pending_review"], None),
    ("dispatch", &["approved"], Some("ready")),
    ("start", &["ready"], Some("in_progress")),
    ("inspect-first-article", &["in_progress"], None),
    ("pause", &["in_progress"], None),
    ("resume", &["in_progress"], None),
    ("exception", &["in_progress"], None),
    ("complete", &["in_progress"], Some("completed")),
    ("inspect-final", &["completed"], None),
    ("sign", &["completed"], None),
    ("close", &["completed"], Some("closed")),
    ("archive", &["completed", "closed"], Some("archived")),
    ("cancel", &["pending_review", "approved", "ready"], Some("closed")),
];

#[test]
fn every_action_is_open_in_its_states_and_leads_where_the_table_says() {
    let flow = Flow::builtin();
    assert_eq!(flow.actions.len(), OPEN.len() + 1, "report has tests of its own");
    for (action, from, to) in OPEN {
        for state in &flow.states {
            let (order, facts) = fit(&state.name, action);
            let decided = decide::decide(&order, flow, action, &input(), &facts);
            if from.contains(&state.name.as_str()) {
                let change = decided.unwrap_or_else(|refusal| panic!("{action} in {}: {refusal:?}", state.name));
                let after = change.order.unwrap();
                assert_eq!(after.state, to.unwrap_or(&state.name), "{action} in {}", state.name);
                assert_eq!(after.history.len(), order.history.len() + 1);
                assert_eq!(change.events.len(), 1);
            } else {
                let refusal = decided.unwrap_err();
                assert!(refusal.unmet.iter().any(|unmet| unmet.code == "state.wrong"), "{action} in {}", state.name);
            }
        }
    }
}

#[test]
fn every_action_is_refused_to_each_role_that_does_not_hold_its_permission() {
    let flow = Flow::builtin();
    for action in flow.actions.iter().filter(|action| !action.effects.contains(&Effect::BookReport)) {
        for role in Role::ALL {
            let (order, mut facts) = fit(&action.from[0], &action.name);
            facts.actor.roles = vec![role];
            let decided = decide::decide(&order, flow, &action.name, &input(), &facts);
            match decided {
                Ok(_) => assert!(role.may(action.permission), "{} by {role:?}", action.name),
                Err(refusal) => {
                    assert!(!role.may(action.permission), "{} by {role:?}", action.name);
                    assert!(refusal.lacks_permission());
                    assert!(!refusal.unmet[0].who.is_empty(), "somebody can");
                }
            }
        }
    }
}

/// Takes one condition away and expects exactly its code, with a remedy and somebody who can.
fn check(state: &str, action: &str, code: &str, break_it: impl Fn(&mut Order, &mut Facts)) {
    let (mut order, mut facts) = fit(state, action);
    break_it(&mut order, &mut facts);
    let refusal = decide::decide(&order, Flow::builtin(), action, &input(), &facts).unwrap_err();
    let codes: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.code.as_str()).collect();
    assert_eq!(codes, [code], "{action}");
    for unmet in &refusal.unmet {
        assert!(!unmet.detail.is_empty() && !unmet.remedy.is_empty() && !unmet.who.is_empty(), "{unmet:?}");
    }
}

#[test]
fn each_condition_alone_stops_its_action() {
    check("pending_review", "submit", "review.requested", |order, _| order.review = Some(mark()));
    check("pending_review", "approve", "review.not_requested", |order, _| order.review = None);
    check("approved", "dispatch", "kit.short", |_, facts| facts.balances[0].quantity = quantity("19"));
    check("ready", "start", "equipment.unavailable", |_, facts| facts.equipment[0].status = EquipmentStatus::Down);
    check("ready", "start", "equipment.unavailable", |_, facts| facts.equipment.clear());
    check("ready", "start", "crew.absent", |_, facts| facts.crew[0].present = false);
    check("ready", "start", "routing.not_released", |_, facts| facts.routing_released = false);
    check("ready", "start", "mould.unusable", |_, facts| facts.moulds[0].usable = false);
    check("ready", "start", "mould.unusable", |_, facts| facts.moulds[0].shots = 100);
    check("in_progress", "pause", "order.paused", |order, _| order.paused = Some(mark()));
    check("in_progress", "resume", "order.not_paused", |order, _| order.paused = None);
    check("in_progress", "complete", "report.none", |_, facts| facts.progress.clear());
    check("completed", "sign", "inspection.final", |order, _| order.inspections.clear());
    check("completed", "sign", "quality.signed", |order, _| order.signed = Some(mark()));
    check("completed", "close", "quality.not_signed", |order, _| order.signed = None);
    check("completed", "archive", "quality.not_signed", |order, _| order.signed = None);
}

#[test]
fn a_refusal_lists_everything_that_is_missing() {
    let (order, mut facts) = fit("ready", "start");
    facts.actor.roles = vec![Role::Storekeeper];
    facts.equipment.clear();
    facts.moulds.clear();
    facts.crew.clear();
    facts.routing_released = false;
    let refusal = decide::decide(&order, Flow::builtin(), "start", &input(), &facts).unwrap_err();
    let codes: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.code.as_str()).collect();
    let all = ["permission.missing", "equipment.unavailable", "crew.absent", "routing.not_released", "mould.unusable"];
    assert_eq!(codes, all);
}

#[test]
fn pause_and_exception_stay_open_without_a_first_article() {
    for action in ["pause", "exception"] {
        let (mut order, facts) = fit("in_progress", action);
        order.inspections.clear();
        assert!(decide::decide(&order, Flow::builtin(), action, &input(), &facts).is_ok(), "{action}");
    }
}

#[test]
fn a_pause_marks_the_order_and_its_operations_and_leaves_the_state() {
    let (order, facts) = fit("in_progress", "pause");
    let paused = decide::decide(&order, Flow::builtin(), "pause", &input(), &facts).unwrap().order.unwrap();
    assert_eq!(paused.state, "in_progress");
    assert!(paused.operations.iter().all(|operation| operation.paused));
    let resumed = decide::decide(&paused, Flow::builtin(), "resume", &input(), &facts).unwrap().order.unwrap();
    assert!(resumed.paused.is_none() && resumed.operations.iter().all(|operation| !operation.paused));
}

#[test]
fn an_action_that_needs_a_reason_or_a_result_is_refused_without_it() {
    let (order, facts) = fit("in_progress", "pause");
    let refusal = decide::decide(&order, Flow::builtin(), "pause", &Input::default(), &facts).unwrap_err();
    assert_eq!(refusal.unmet[0].code, "input.reason");
    let (order, facts) = fit("completed", "inspect-final");
    let refusal = decide::decide(&order, Flow::builtin(), "inspect-final", &Input::default(), &facts).unwrap_err();
    assert_eq!(refusal.unmet[0].code, "input.result");
}

#[test]
fn quality_signs_only_with_the_pin_once_more() {
    let (order, facts) = fit("completed", "sign");
    let check = |signature: Signature, code: &str| {
        let given = Input { signature, ..input() };
        let refusal = decide::decide(&order, Flow::builtin(), "sign", &given, &facts).unwrap_err();
        let codes: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.code.as_str()).collect();
        assert_eq!(codes, [code]);
        assert!(!refusal.unmet[0].remedy.is_empty() && !refusal.unmet[0].who.is_empty());
    };
    check(Signature::Missing, "signature.missing");
    for (fault, code) in [
        (SignatureFault::Forged, "signature.forged"),
        (SignatureFault::Expired, "signature.expired"),
        (SignatureFault::OtherUser, "signature.other_user"),
        (SignatureFault::OtherSession, "signature.other_session"),
        (SignatureFault::OtherAct, "signature.other_act"),
        (SignatureFault::Used, "signature.used"),
    ] {
        check(Signature::Unusable(fault), code);
    }
}

#[test]
fn a_later_failure_does_not_close_reporting_again() {
    let (order, facts) = fit("in_progress", "inspect-first-article");
    let failed = Input { result: Some(InspectionResult::Fail), ..Input::default() };
    let change = decide::decide(&order, Flow::builtin(), "inspect-first-article", &failed, &facts).unwrap();
    assert!(change.order.unwrap().has_passed(InspectionKind::FirstArticle));
}

#[test]
fn of_final_inspections_the_latest_says_whether_the_goods_are_well() {
    let (order, facts) = fit("completed", "inspect-final");
    let failed = Input { reason: "scratched".into(), result: Some(InspectionResult::Fail), ..Input::default() };
    let change = decide::decide(&order, Flow::builtin(), "inspect-final", &failed, &facts).unwrap();
    let order = change.order.unwrap();
    let refusal = decide::decide(&order, Flow::builtin(), "sign", &input(), &facts).unwrap_err();
    assert_eq!(refusal.unmet[0].code, "inspection.final");
    let order = decide::decide(&order, Flow::builtin(), "inspect-final", &input(), &facts).unwrap().order.unwrap();
    assert!(decide::decide(&order, Flow::builtin(), "sign", &input(), &facts).is_ok());
}

#[test]
fn dispatch_holds_the_whole_kit_and_nothing_of_another_lines_side_or_quarantine() {
    let (order, mut facts) = fit("approved", "dispatch");
    facts.balances.push(balance("screw", "other-side", None, quantity("100")));
    facts.balances.push(balance("screw", "check", None, quantity("100")));
    facts.balances.push(balance("screw", "side", None, quantity("4")));
    let change = decide::decide(&order, Flow::builtin(), "dispatch", &input(), &facts).unwrap();
    let held: Vec<_> =
        change.postings.iter().map(|p| (p.item.as_str(), p.from.location.as_str(), p.quantity)).collect();
    let expected =
        [("screw", "side", quantity("4")), ("screw", "store", quantity("16")), ("wire", "store", quantity("2.5"))];
    assert_eq!(held, expected);
    assert!(change.postings.iter().all(|posting| posting.to.order.as_ref() == Some(&order.id)));
}

#[test]
fn the_page_sees_every_action_of_the_state_with_its_reasons() {
    let (mut order, facts) = fit("in_progress", "report");
    order.inspections.clear();
    let actions = decide::actions(&order, Flow::builtin(), &facts);
    let names: Vec<_> = actions.iter().map(|action| (action.action.as_str(), action.allowed)).collect();
    let expected = [
        ("report", false),
        ("inspect-first-article", true),
        ("pause", true),
        ("resume", false),
        ("exception", true),
        ("complete", true),
    ];
    assert_eq!(names, expected);
    assert_eq!(actions[0].unmet[0].code, "inspection.first_article");
}
