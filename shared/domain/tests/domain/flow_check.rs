//! What is wrong with a flow is found and said where; and approvals are open to those alone who may sign.

use crate::support;
use support::{at, facts, mark, order};
use takt_domain::approval::{self, Approval, ApprovalStep, Decision, SignInput, Signer};
use takt_domain::decide::{self, Input};
use takt_domain::facts::{Actor, Facts};
use takt_domain::flow::check::problems;
use takt_domain::flow::{Action, Category, Effect, Flow, Guard, State};
use takt_domain::id::UserId;
use takt_domain::order::Order;
use takt_domain::permission::{Permission, Role};
use takt_domain::signature::{Signature, SignatureFault};
use takt_domain::text::Label;

fn own() -> Flow {
    Flow { name: "casting".into(), ..Flow::builtin().clone() }
}

fn label(text: &str) -> Label {
    Label { zh: text.into(), en: text.into() }
}

fn remove(flow: &mut Flow, name: &str) {
    let found = flow.actions.iter().position(|action| action.name == name).unwrap();
    flow.actions.swap_remove(found);
}

/// Fails unless the flow has exactly this fault, among others that follow from it.
fn check(change: impl Fn(&mut Flow), at: &str, code: &str) {
    let mut flow = own();
    assert_eq!(problems(&flow), []);
    change(&mut flow);
    let found = problems(&flow);
    assert!(found.iter().any(|fault| fault.at == at && fault.code == code), "{code} at {at}: {found:#?}");
    assert!(found.iter().all(|fault| !fault.detail.zh.is_empty() && !fault.detail.en.is_empty()));
}

fn state(name: &str, category: Category) -> State {
    State { name: name.into(), category, label: label(name), limit_minutes: None, position: None }
}

fn act(name: &str, from: &str, to: &str) -> Action {
    Action {
        name: name.into(),
        event: format!("order.{name}.v1"),
        from: vec![from.into()],
        to: Some(to.into()),
        permission: Permission::OrderApprove,
        guards: Vec::new(),
        effects: Vec::new(),
        when_quantity_reached: None,
        reason_required: false,
        signature_required: false,
        required: Vec::new(),
        approval: None,
        label: label(name),
    }
}

#[test]
fn a_dead_end_and_a_state_that_nothing_leads_to_are_found() {
    check(|flow| flow.states.push(state("limbo", Category::Waiting)), "states.limbo", "state.unreachable");
    check(
        |flow| {
            flow.states.push(state("limbo", Category::Waiting));
            flow.actions.push(act("shelve", "approved", "limbo"));
        },
        "states.limbo",
        "state.dead_end",
    );
    // A circle from which no closed state can be reached is no way out.
    check(
        |flow| {
            flow.states.push(state("a", Category::Waiting));
            flow.states.push(state("b", Category::Waiting));
            flow.actions.extend([act("in", "approved", "a"), act("on", "a", "b"), act("back", "b", "a")]);
        },
        "states.a",
        "state.dead_end",
    );
}

#[test]
fn a_guard_that_nothing_can_fulfil_is_found() {
    let without = |name: &'static str| move |flow: &mut Flow| remove(flow, name);
    check(without("submit"), "actions.approve.guards.review_requested", "guard.no_remedy");
    check(without("inspect-first-article"), "actions.report.guards.first_article_passed", "guard.no_remedy");
    check(without("sign"), "actions.close.guards.quality_signed", "guard.no_remedy");
    check(without("resume"), "actions.report.guards.not_paused", "guard.no_remedy");
    check(
        |flow| {
            flow.actions.iter_mut().find(|action| action.name == "dispatch").unwrap().guards.push(Guard::QualitySigned)
        },
        "actions.dispatch.guards.quality_signed",
        "guard.no_remedy",
    );
}

#[test]
fn names_that_lead_nowhere_and_ways_that_keep_something_are_found() {
    check(|flow| flow.initial = "nowhere".into(), "initial", "state.unknown");
    check(|flow| flow.actions[0].from = vec!["nowhere".into()], "actions.submit.from", "state.unknown");
    check(|flow| flow.actions[0].from.clear(), "actions.submit.from", "action.nowhere");
    check(|flow| flow.actions[0].event = "submitted".into(), "actions.submit.event", "event.invalid");
    check(|flow| flow.states[0].label.zh.clear(), "states.pending_review.label.zh", "label.invalid");
    check(|flow| flow.states[1].name = "Approved!".into(), "states.Approved!", "name.invalid");
    check(|flow| flow.name = "builtin".into(), "name", "name.taken");
    check(|flow| flow.actions.push(flow.actions[0].clone()), "actions.submit", "name.twice");
    let effects = |name: &'static str, effect| {
        move |flow: &mut Flow| {
            let found = flow.actions.iter_mut().find(|action| action.name == name).unwrap();
            found.effects.retain(|known| *known != effect);
        }
    };
    check(effects("start", Effect::MarkStarted), "actions.start", "effect.mark_started");
    check(effects("complete", Effect::MarkCompleted), "actions.complete", "effect.mark_completed");
    check(effects("cancel", Effect::ReleaseKit), "actions.cancel", "effect.release_kit");
    check(
        |flow| flow.actions.iter_mut().find(|action| action.name == "close").unwrap().guards.clear(),
        "actions.close",
        "guard.quality_signed",
    );
}

fn step(name: &str, by: Vec<Signer>, needed: Option<u8>) -> ApprovalStep {
    ApprovalStep { name: name.into(), label: label(name), by, needed, deadline_minutes: Some(60) }
}

fn role(role: Role) -> Signer {
    Signer::Role(role)
}

fn approved_by(steps: Vec<ApprovalStep>) -> Flow {
    let mut flow = own();
    let approve = flow.actions.iter_mut().find(|action| action.name == "approve").unwrap();
    approve.approval =
        Some(Approval { steps, side_by_side: false, automatic: true, on_refusal: Some("reject".into()) });
    flow
}

#[test]
fn an_approval_that_nobody_can_complete_is_found() {
    let with = |approval_step: ApprovalStep| move |flow: &mut Flow| *flow = approved_by(vec![approval_step.clone()]);
    check(with(step("a", Vec::new(), None)), "actions.approve.approval.a.by", "approval.no_signer");
    check(with(step("a", vec![role(Role::Manager)], Some(2))), "actions.approve.approval.a.needed", "approval.needed");
    check(
        |flow| {
            *flow = approved_by(vec![step("a", vec![role(Role::Manager)], None)]);
            let approve = flow.actions.iter_mut().find(|action| action.name == "approve").unwrap();
            approve.approval.as_mut().unwrap().on_refusal = Some("close".into());
        },
        "actions.approve.approval.on_refusal",
        "approval.on_refusal",
    );
}

fn somebody(user: &str, role: Role, second: i64) -> Facts {
    let mut facts = facts(role);
    facts.actor = Actor::new(user.parse().unwrap(), vec![role]);
    facts.now = at(second);
    facts
}

fn sign(order: &Order, flow: &Flow, facts: &Facts, decision: Decision) -> Result<Order, Vec<String>> {
    let comment = if decision == Decision::Refuse { "no".into() } else { String::new() };
    let input =
        SignInput { step: None, decision, comment, device: "desk".into(), signature: Signature::Given("t".into()) };
    match approval::sign(order, flow, "approve", &input, facts) {
        Ok(change) => Ok(change.order.unwrap()),
        Err(refusal) => Err(refusal.unmet.into_iter().map(|unmet| unmet.code).collect()),
    }
}

/// Quality and a shift lead, two of three; then one manager.
fn countersigned() -> (Flow, Order) {
    let first = step("floor", vec![role(Role::Inspector), role(Role::ShiftLead), role(Role::Planner)], Some(2));
    let flow = approved_by(vec![first, step("office", vec![role(Role::Manager)], None)]);
    assert_eq!(problems(&flow), []);
    let mut order = order();
    order.flow = flow.reference();
    order.review = Some(mark());
    (flow, order)
}

#[test]
fn steps_are_signed_in_their_order_by_as_many_as_they_need_and_the_last_one_takes_the_action() {
    let (flow, order) = countersigned();
    let boss = somebody("boss", Role::Manager, 100);
    let open = decide::decide(&order, &flow, "approve", &Input::default(), &boss).unwrap_err();
    assert_eq!(open.unmet.iter().map(|unmet| unmet.code.as_str()).collect::<Vec<_>>(), ["approval.missing"]);
    assert_eq!(sign(&order, &flow, &boss, Decision::Sign), Err(vec!["approval.not_your_turn".into()]));
    assert_eq!(
        sign(&order, &flow, &somebody("op", Role::Operator, 100), Decision::Sign),
        Err(vec!["approval.not_signer".into()])
    );
    let order = sign(&order, &flow, &somebody("eye", Role::Inspector, 101), Decision::Sign).unwrap();
    let again = sign(&order, &flow, &somebody("eye", Role::Inspector, 102), Decision::Sign);
    assert_eq!(again, Err(vec!["approval.signed".into()]));
    // Another inspector fills no second place of the inspectors.
    let other = sign(&order, &flow, &somebody("eye2", Role::Inspector, 102), Decision::Sign);
    assert_eq!(other, Err(vec!["approval.not_signer".into()]));
    let order = sign(&order, &flow, &somebody("lead", Role::ShiftLead, 103), Decision::Sign).unwrap();
    assert_eq!(order.state, "pending_review");
    let order = sign(&order, &flow, &somebody("boss", Role::Manager, 104), Decision::Sign).unwrap();
    assert_eq!(order.state, "approved", "the last signature takes the action");
    assert_eq!(order.signatures.len(), 3);
    assert_eq!(order.signatures[0].device, "desk");
}

#[test]
fn a_refusal_takes_the_action_that_the_flow_names_and_what_was_signed_before_counts_no_more() {
    let (flow, order) = countersigned();
    let order = sign(&order, &flow, &somebody("eye", Role::Inspector, 101), Decision::Sign).unwrap();
    let order = sign(&order, &flow, &somebody("lead", Role::ShiftLead, 102), Decision::Refuse).unwrap();
    assert!(order.review.is_none(), "it is rejected");
    let late = sign(&order, &flow, &somebody("plan", Role::Planner, 103), Decision::Sign);
    assert_eq!(late, Err(vec!["review.not_requested".into()]));
    let mut order = order;
    order.review = Some(takt_domain::order::Mark { at: at(104), ..mark() });
    let steps = approval::status(&order, flow.action("approve").unwrap());
    assert!(steps.iter().all(|step| step.signatures.is_empty()), "{steps:?}");
}

#[test]
fn a_deputy_signs_in_somebodys_stead_once() {
    let (flow, order) = countersigned();
    let mut deputy = somebody("op", Role::Operator, 101);
    deputy.acting_for = vec![Actor::new("eye".parse().unwrap(), vec![Role::Inspector])];
    let order = sign(&order, &flow, &deputy, Decision::Sign).unwrap();
    assert_eq!(order.signatures[0].acting_for, Some("eye".parse::<UserId>().unwrap()));
    let herself = sign(&order, &flow, &somebody("eye", Role::Inspector, 102), Decision::Sign);
    assert_eq!(herself, Err(vec!["approval.signed".into()]), "who was represented has signed");
    assert_eq!(sign(&order, &flow, &deputy, Decision::Sign), Err(vec!["approval.signed".into()]));
    // Nor for two: one person is one signature, however many are away.
    deputy.acting_for.push(Actor::new("lead".parse().unwrap(), vec![Role::ShiftLead]));
    assert_eq!(sign(&order, &flow, &deputy, Decision::Sign), Err(vec!["approval.signed".into()]));
}

#[test]
fn whoever_signs_enters_the_pin_once_more() {
    let (flow, order) = countersigned();
    for signature in [Signature::Missing, Signature::Unusable(SignatureFault::Used)] {
        let input = SignInput {
            step: None,
            decision: Decision::Sign,
            comment: String::new(),
            device: String::new(),
            signature,
        };
        let refusal =
            approval::sign(&order, &flow, "approve", &input, &somebody("eye", Role::Inspector, 101)).unwrap_err();
        assert!(refusal.unmet[0].code.starts_with("signature."), "{refusal:?}");
    }
}

#[test]
fn a_step_is_overdue_after_its_time_and_the_refusal_says_so() {
    let (flow, order) = countersigned();
    let approve = flow.action("approve").unwrap();
    let late = somebody("boss", Role::Manager, 50 + 61 * 60);
    let steps = approval::status(&order, approve);
    assert!(steps[0].is_overdue(late.now) && !steps[0].is_overdue(at(100)));
    assert!(approval::unmet(&order, approve, &late)[0].detail.contains("超期"));
}

#[test]
fn a_field_that_an_action_requires_is_filled_before_it_or_with_it() {
    let mut flow = own();
    flow.actions.iter_mut().find(|action| action.name == "submit").unwrap().required = vec!["drawing".into()];
    let (order, facts) = (order(), facts(Role::Planner));
    let refusal = decide::decide(&order, &flow, "submit", &Input::default(), &facts).unwrap_err();
    assert_eq!(refusal.unmet[0].code, "input.field");
    let given = Input { fields: [("drawing".to_owned(), " D-7 ".to_owned())].into(), ..Input::default() };
    let after = decide::decide(&order, &flow, "submit", &given, &facts).unwrap().order.unwrap();
    assert_eq!(after.custom["drawing"], "D-7");
    assert!(decide::decide(&after, &flow, "withdraw", &Input::default(), &facts).is_ok());
}
