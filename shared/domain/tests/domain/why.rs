//! What an order waits for, by every condition of the built-in flow.

use crate::support;
use support::{at, balance, facts, mark, order, passed, quantity};
use takt_domain::decide::{self, Input};
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::{Category, Flow};
use takt_domain::master::EquipmentStatus;
use takt_domain::order::{InspectionKind, InspectionResult, Mark, Order};
use takt_domain::permission::Role;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_domain::why::{Why, why};

/// An order in a state that is well in every other respect, as an operator sees it.
fn fit(state: &str) -> (Order, Facts) {
    let mut order = order();
    order.state = state.to_owned();
    let mut facts = facts(Role::Operator);
    let done = Progress { good: quantity("5"), ..Progress::none(0) };
    facts.progress.insert(10, done);
    facts.progress.insert(20, done);
    (order, facts)
}

fn look(state: &str, change: impl Fn(&mut Order, &mut Facts)) -> Why {
    let (mut order, mut facts) = fit(state);
    change(&mut order, &mut facts);
    why(&order, Flow::builtin(), &facts)
}

/// The steps that are waited for, those that are open with a `+`.
fn steps(why: &Why) -> Vec<String> {
    why.waits.iter().map(|wait| format!("{}{}", if wait.open { "+" } else { "" }, wait.action)).collect()
}

fn check(state: &str, expected: &[&str], blocked: bool, change: impl Fn(&mut Order, &mut Facts)) -> Why {
    let why = look(state, change);
    assert_eq!(steps(&why), expected, "{state}");
    assert_eq!(why.blocked, blocked, "{state}: {}", why.headline.en);
    assert!(!why.headline.zh.is_empty() && !why.headline.en.is_empty());
    why
}

#[test]
fn each_state_waits_for_its_next_step_and_what_opens_that() {
    check("pending_review", &["+submit", "approve"], false, |_, _| {});
    check("pending_review", &["+approve"], false, |order, _| order.review = Some(mark()));
    check("approved", &["+dispatch"], false, |_, _| {});
    check("ready", &["+start"], false, |_, _| {});
    check("in_progress", &["+inspect-first-article", "report"], false, |_, _| {});
    let first = |order: &mut Order| order.inspections.push(passed(InspectionKind::FirstArticle));
    check("in_progress", &["+report"], false, |order, _| first(order));
    check("in_progress", &["+resume", "report"], true, |order, _| {
        first(order);
        order.paused = Some(mark());
    });
    check("completed", &["+inspect-final", "sign", "close"], false, |_, _| {});
    let done = |order: &mut Order| order.inspections.push(passed(InspectionKind::Final));
    check("completed", &["+sign", "close"], false, |order, _| done(order));
    check("completed", &["+close"], false, |order, _| {
        done(order);
        order.signed = Some(mark());
    });
    for state in ["closed", "archived"] {
        let why = check(state, &[], false, |_, _| {});
        assert!(why.over);
    }
}

#[test]
fn what_no_step_of_the_order_mends_blocks_it_and_says_where_it_is_mended() {
    let stopped = |state: &str, change: &dyn Fn(&mut Order, &mut Facts), code: &str, path: &str| {
        let why = look(state, change);
        assert!(why.blocked, "{code}");
        let reasons: Vec<_> = why.waits.iter().flat_map(|wait| &wait.reasons).collect();
        let codes: Vec<_> = reasons.iter().map(|reason| reason.unmet.code.as_str()).collect();
        assert_eq!(codes, [code]);
        assert!(!reasons[0].unmet.who.is_empty());
        assert_eq!(reasons[0].act.as_ref().unwrap().path, path, "{code}");
        assert!(why.headline.zh.starts_with("不能") && why.headline.en.starts_with("cannot "), "{:?}", why.headline);
    };
    stopped("approved", &|_, facts| facts.balances[0].quantity = quantity("19"), "kit.short", "/api/v1/movements");
    let down = |_: &mut Order, facts: &mut Facts| facts.equipment[0].status = EquipmentStatus::Down;
    stopped("ready", &down, "equipment.unavailable", "/api/v1/equipment/press/status");
    stopped("ready", &|_, facts| facts.crew.clear(), "crew.absent", "/api/v1/crew/{user}/presence");
    stopped("ready", &|_, facts| facts.routing_released = false, "routing.not_released", "/api/v1/imports");
    stopped("ready", &|_, facts| facts.moulds[0].usable = false, "mould.unusable", "/api/v1/moulds/mould/status");
    let page = look("approved", |_, facts| facts.balances[0].quantity = quantity("0"));
    assert_eq!(page.waits[0].reasons[0].act.as_ref().unwrap().page, "/stock/screw");
}

/// Whatever is broken: what is called open is what an administrator may do, and what is missing is what the refusal says.
#[test]
fn it_says_what_the_decision_says() {
    type Break = fn(&mut Order, &mut Facts);
    let breaks: [Break; 12] = [
        |_, _| {},
        |order, _| order.review = Some(mark()),
        |order, _| order.paused = Some(mark()),
        |order, _| order.signed = Some(mark()),
        |order, _| order.inspections.push(passed(InspectionKind::FirstArticle)),
        |order, _| order.inspections.push(passed(InspectionKind::Final)),
        |_, facts| facts.balances.clear(),
        |_, facts| facts.equipment.clear(),
        |_, facts| facts.crew.clear(),
        |_, facts| facts.moulds.clear(),
        |_, facts| facts.routing_released = false,
        |_, facts| facts.progress.clear(),
    ];
    let flow = Flow::builtin();
    for state in &flow.states {
        for (first, second) in (0..breaks.len()).flat_map(|n| (0..breaks.len()).map(move |m| (n, m))) {
            let (mut order, mut facts) = fit(&state.name);
            breaks[first](&mut order, &mut facts);
            breaks[second](&mut order, &mut facts);
            let told = why(&order, flow, &facts);
            assert_eq!(told.over, state.category == Category::Closed);
            facts.actor.roles = vec![Role::Administrator];
            assert_eq!(why(&order, flow, &facts), told, "the reader's roles do not matter");
            for wait in &told.waits {
                let action = flow.action(&wait.action).unwrap();
                let unmet: Vec<_> = wait.reasons.iter().map(|reason| reason.unmet.clone()).collect();
                assert_eq!(unmet, decide::unmet(&order, flow, action, &facts));
                assert_eq!(wait.who, action.permission.holders());
                let signature = Signature::Given("s".into());
                let input =
                    Input { reason: "r".into(), result: Some(InspectionResult::Pass), signature, ..Input::default() };
                if wait.open && wait.action != "report" {
                    assert!(decide::decide(&order, flow, &wait.action, &input, &facts).is_ok(), "{}", wait.action);
                }
            }
            let steps = told.waits.iter().any(|wait| wait.open);
            assert!(
                told.over || steps || told.blocked,
                "{}: nobody can act and nothing is said to be missing",
                state.name
            );
        }
    }
}

#[test]
fn an_order_waits_since_the_last_thing_that_had_to_happen() {
    let since = |state: &str, action: &str, change: &dyn Fn(&mut Order)| {
        let why = look(state, |order, _| change(order));
        why.waits.iter().find(|wait| wait.action == action).map(|wait| wait.since)
    };
    let marked = |second| Mark { at: at(second), ..mark() };
    assert_eq!(since("approved", "dispatch", &|_| {}), Some(at(0)), "since it came into its state");
    assert_eq!(since("pending_review", "approve", &|order| order.review = Some(marked(70))), Some(at(70)));
    assert_eq!(
        since("completed", "sign", &|order| order.inspections.push(passed(InspectionKind::Final))),
        Some(at(60))
    );
    assert_eq!(since("in_progress", "resume", &|order| order.paused = Some(marked(80))), Some(at(80)));
    assert_eq!(since("in_progress", "report", &|order| order.paused = Some(marked(80))), Some(at(80)));
    assert_eq!(
        since("completed", "close", &|order| {
            order.inspections.push(passed(InspectionKind::Final));
            order.signed = Some(marked(90));
        }),
        Some(at(90))
    );
}

#[test]
fn the_headline_is_in_both_languages_whoever_asks() {
    for lang in [Lang::Zh, Lang::En] {
        let why = look("approved", |_, facts| {
            facts.lang = lang;
            facts.balances = vec![balance("screw", "store", None, quantity("20"))];
        });
        assert!(why.headline.zh.contains("缺料") && why.headline.zh.contains("WIRE"), "{}", why.headline.zh);
        assert!(why.headline.en.contains("are short"), "{}", why.headline.en);
    }
    let why = look("pending_review", |_, _| {});
    assert_eq!(why.headline.zh, "等计划员、经理:提交");
    assert_eq!(why.headline.en, "waits for planner or manager: submit");
}
