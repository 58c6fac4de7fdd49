//! Why an order stands still: what it waits for, since when, who can act, and where.
//!
//! It is judged for somebody who holds every permission, so it tells what is really missing rather than what the reader may
//! not do; and it asks [`decide`], so what it calls open is open. The way on is the nearest state ahead; an action that
//! wants a reason (ending short, rejecting) is the exception and not the way, where there is another.

mod act;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide;
use crate::facts::{Actor, Facts};
use crate::flow::{Action, Category, Effect, Flow, Guard};
use crate::id::{OrderId, UserId};
use crate::order::{InspectionKind, InspectionResult, Order};
use crate::permission::Role;
use crate::refusal::Unmet;
use crate::text::{Label, Lang};

pub use act::Act;

/// Somebody who can act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// The user.
    pub user: UserId,
    /// The name.
    pub name: String,
}

/// One condition that is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// What, what would mend it, and who can.
    #[serde(flatten)]
    pub unmet: Unmet,
    /// The action of the flow that opens it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    /// Where it is mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
}

/// One step that the order waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Wait {
    /// The action.
    pub action: String,
    /// What people read.
    pub label: Label,
    /// Since when it has been waited for.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub since: Timestamp,
    /// Nothing is missing but somebody who does it.
    pub open: bool,
    /// What is missing, when it is not open.
    pub reasons: Vec<Reason>,
    /// Who may do it.
    pub who: Vec<Role>,
    /// Who that is by name, as far as it is known; those of the order's line first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Where it is done.
    pub act: Act,
}

/// Why an order stands where it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Why {
    /// The order.
    pub order: OrderId,
    /// Where it stands.
    pub state: String,
    /// What people read.
    pub label: Label,
    /// Since when it has been in this state.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub since: Timestamp,
    /// How long it may be there before somebody is told, in minutes; none where that was not asked for, or where it may be
    /// for ever. While work goes on, the time counts from the last report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_min: Option<u32>,
    /// It is over, and waits for nothing.
    pub over: bool,
    /// Something stands in its way that no step of its own removes: material, a machine, people, a pause.
    pub blocked: bool,
    /// All of it in a sentence.
    pub headline: Label,
    /// The steps that it waits for, in the order in which they can be taken: the first is the next one.
    pub waits: Vec<Wait>,
}

/// Looks at an order.
pub fn why(order: &Order, flow: &Flow, facts: &Facts) -> Why {
    let state = flow.state(&order.state);
    let label =
        state.map_or_else(|| Label { zh: order.state.clone(), en: order.state.clone() }, |state| state.label.clone());
    let over = state.is_some_and(|state| state.category == Category::Closed);
    let anybody = Facts { actor: Actor::new(facts.actor.user.clone(), vec![Role::Administrator]), ..facts.clone() };
    let mut steps: Vec<&Action> = Vec::new();
    if !over {
        ways(order, flow).into_iter().for_each(|way| gather(order, flow, &anybody, way, &mut steps));
    }
    // What can be done now comes first; the order among the others is that in which one opens the next.
    let all = steps.iter().map(|action| wait(order, flow, &anybody, action));
    let (mut waits, closed): (Vec<Wait>, Vec<Wait>) = all.partition(|wait| wait.open);
    waits.extend(closed);
    // A signature is given by somebody, as a step is taken.
    let stands_in_the_way =
        |reason: &Reason| reason.unmet.code == PAUSED || reason.opened_by.is_none() && reason.unmet.code != UNSIGNED;
    let blocked = !over && (waits.is_empty() || waits.iter().flat_map(|wait| &wait.reasons).any(stands_in_the_way));
    let headline = |lang| headline(order, flow, &Facts { lang, ..anybody.clone() }, &waits, over);
    let headline = Label { zh: headline(Lang::Zh), en: headline(Lang::En) };
    Why {
        order: order.id.clone(),
        state: order.state.clone(),
        label,
        since: order.state_since,
        limit_min: None,
        over,
        blocked,
        headline,
        waits,
    }
}

const PAUSED: &str = "order.paused";
const UNSIGNED: &str = "approval.missing";

/// The actions that lead to the nearest state ahead.
fn ways<'f>(order: &Order, flow: &'f Flow) -> Vec<&'f Action> {
    let place = |name: &str| {
        let index = flow.states.iter().position(|state| state.name == name)?;
        Some((flow.states[index].category as u8, index))
    };
    let Some(here) = place(&order.state) else { return Vec::new() };
    let target = |action: &Action| {
        let to = action.to.iter().chain(&action.when_quantity_reached).filter_map(|to| place(to));
        to.filter(|to| *to > here).min()
    };
    let open_here = flow.actions.iter().filter(|action| action.from.contains(&order.state));
    let ahead: Vec<_> = open_here.filter_map(|action| Some((target(action)?, action))).collect();
    let regular: Vec<_> = ahead.iter().filter(|(_, action)| !action.reason_required).copied().collect();
    let candidates = if regular.is_empty() { ahead } else { regular };
    let nearest = candidates.iter().map(|(to, _)| *to).min();
    candidates.into_iter().filter(|(to, _)| Some(*to) == nearest).map(|(_, action)| action).collect()
}

/// The action, behind those that open it.
fn gather<'f>(order: &Order, flow: &'f Flow, facts: &Facts, action: &'f Action, steps: &mut Vec<&'f Action>) {
    if steps.iter().any(|known| known.name == action.name) {
        return;
    }
    let at = steps.len();
    steps.push(action);
    for unmet in missing(order, flow, facts, action) {
        if let Some(opener) = opener(order, flow, &unmet) {
            gather(order, flow, facts, opener, steps);
        }
    }
    let action = steps.remove(at);
    steps.push(action);
}

/// What is missing for somebody who may.
fn missing(order: &Order, flow: &Flow, facts: &Facts, action: &Action) -> Vec<Unmet> {
    let mut unmet = decide::unmet(order, flow, action, facts);
    unmet.retain(|unmet| unmet.code != Unmet::PERMISSION);
    unmet
}

/// The action of the present state whose effect meets the condition.
fn opener<'f>(order: &Order, flow: &'f Flow, unmet: &Unmet) -> Option<&'f Action> {
    let effect = match unmet.code.as_str() {
        "review.not_requested" => Effect::RequestReview,
        PAUSED => Effect::MarkResumed,
        "inspection.first_article" => Effect::RecordFirstArticle,
        "inspection.final" => Effect::RecordFinalInspection,
        "quality.not_signed" => Effect::SignQuality,
        "report.none" => Effect::BookReport,
        _ => return None,
    };
    flow.actions.iter().find(|action| action.effects.contains(&effect) && action.from.contains(&order.state))
}

fn wait(order: &Order, flow: &Flow, facts: &Facts, action: &Action) -> Wait {
    let reason = |unmet: Unmet| {
        let opener = opener(order, flow, &unmet);
        let act = match opener {
            Some(opener) => Some(act::of_action(order, opener)),
            None => act::of_condition(order, action, &unmet),
        };
        Reason { opened_by: opener.map(|opener| opener.name.clone()), act, unmet }
    };
    let reasons: Vec<_> = missing(order, flow, facts, action).into_iter().map(reason).collect();
    Wait {
        action: action.name.clone(),
        label: action.label.clone(),
        since: since(order, flow, action, &reasons),
        open: reasons.is_empty(),
        reasons,
        who: action.permission.holders().to_vec(),
        people: Vec::new(),
        act: act::of_action(order, action),
    }
}

/// Since when the order has waited for the action as it is now: since it came into its state, or since the last thing that
/// had to happen first.
fn since(order: &Order, flow: &Flow, action: &Action, reasons: &[Reason]) -> Timestamp {
    let passed = |kind: InspectionKind| {
        let mut done = order.inspections.iter().filter(move |done| done.kind == kind && !done.outdated);
        done.rfind(|done| done.result == InspectionResult::Pass).map(|done| done.at)
    };
    let last_with = |effect: Effect| {
        let did = |name: &str| flow.action(name).is_some_and(|action| action.effects.contains(&effect));
        order.history.iter().rfind(|entry| did(&entry.action)).map(|entry| entry.at)
    };
    let met = action.guards.iter().filter_map(|guard| match guard {
        Guard::ReviewRequested => order.review.as_ref().map(|mark| mark.at),
        Guard::ReviewNotRequested => last_with(Effect::EndReview),
        Guard::FirstArticlePassed => passed(InspectionKind::FirstArticle),
        Guard::FinalInspectionPassed => passed(InspectionKind::Final),
        Guard::QualitySigned => order.signed.as_ref().map(|mark| mark.at),
        Guard::NotPaused => last_with(Effect::MarkResumed),
        Guard::Paused => order.paused.as_ref().map(|mark| mark.at),
        _ => None,
    });
    let paused = reasons.iter().any(|reason| reason.unmet.code == PAUSED);
    let paused = order.paused.as_ref().filter(|_| paused).map(|mark| mark.at);
    met.chain(paused).fold(order.state_since, Timestamp::max)
}

/// The roles as people say them; the administrator, who may do everything, only where nobody else can.
fn names(who: &[Role], lang: Lang) -> String {
    let others: Vec<_> = who.iter().filter(|role| **role != Role::Administrator).collect();
    let shown = if others.is_empty() { who.iter().collect() } else { others };
    shown.iter().map(|role| role.label(lang)).collect::<Vec<_>>().join(lang.pick("、", " or "))
}

fn headline(order: &Order, flow: &Flow, facts: &Facts, waits: &[Wait], over: bool) -> String {
    let lang = facts.lang;
    let Some(first) = waits.first() else {
        let said = if over {
            lang.pick("工单已结束", "the order is over")
        } else {
            lang.pick(
                "流程没有下一步,请管理员检查流程",
                "its flow leads nowhere from here; have an administrator look at it",
            )
        };
        return said.to_owned();
    };
    let label = first.label.get(lang);
    if first.open {
        let paused = order.paused.as_ref().map(|mark| match lang {
            Lang::Zh => format!("已被 {} 暂停({}),", mark.by, mark.reason),
            Lang::En => format!("{} has paused it ({}); ", mark.by, mark.reason),
        });
        let who = names(&first.who, lang);
        let waited = match lang {
            Lang::Zh => format!("等{who}:{label}"),
            Lang::En => format!("waits for {who}: {label}"),
        };
        return paused.unwrap_or_default() + &waited;
    }
    // The texts of the reasons are in the reader's language, and the sentence is wanted in both.
    let action = flow.action(&first.action);
    let reasons = action.map_or_else(Vec::new, |action| missing(order, flow, facts, action));
    let detail = reasons.first().map_or("", |unmet| unmet.detail.as_str());
    let more = reasons.len().saturating_sub(1);
    match (lang, more) {
        (Lang::Zh, 0) => format!("不能{label}:{detail}"),
        (Lang::Zh, _) => format!("不能{label}:{detail};另有 {more} 项"),
        (Lang::En, 0) => format!("cannot {label}: {detail}"),
        (Lang::En, _) => format!("cannot {label}: {detail}; and {more} more"),
    }
}
