//! What is wrong with a flow, and where: asked before a plant may publish one, and by the editor while it is drawn.
//!
//! A flow that passes leaves no order stuck by its own making: every state can be reached, from every open state a closed
//! one can, every guard has something that can fulfil it, every action has somebody who may take it, and what is held or in
//! quarantine is let go on every way out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Action, Category, Effect, Flow, Guard};
use crate::approval::{ApprovalStep, Signer};
use crate::text::Label;

/// The most states of a flow.
pub const STATES_MAX: usize = 40;
/// The most actions of a flow.
pub const ACTIONS_MAX: usize = 80;
/// The most steps of an approval, and the most places of a step.
pub const STEPS_MAX: usize = 20;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowProblem {
    /// Where: `states.NAME`, `actions.NAME` or a part of them.
    pub at: String,
    /// A stable code, for programs.
    pub code: String,
    /// What is wrong, and what would mend it.
    pub detail: Label,
}

/// All faults of a flow; none when it may be published.
pub fn problems(flow: &Flow) -> Vec<FlowProblem> {
    let mut found = Found(Vec::new());
    names(flow, &mut found);
    if found.0.is_empty() {
        // What follows the ways through the flow rests on names that lead somewhere.
        ways(flow, &mut found);
        guards(flow, &mut found);
        effects(flow, &mut found);
        approvals(flow, &mut found);
    }
    found.0
}

struct Found(Vec<FlowProblem>);

impl Found {
    fn add(&mut self, at: impl Into<String>, code: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(FlowProblem {
            at: at.into(),
            code: code.to_owned(),
            detail: Label { zh: zh.into(), en: en.into() },
        });
    }
}

/// Small letters, digits, `-` and `_`, beginning with a letter, at most 40 of them.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    name.len() <= 40 && name.bytes().all(plain) && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
}

fn name_at(at: &str, name: &str, found: &mut Found) {
    if !is_name(name) {
        found.add(
            at,
            "name.invalid",
            format!("“{name}”不能作名称:用小写字母开头的字母、数字、-、_,最多 40 个"),
            format!("{name:?} is no name: small letters, digits, - and _, at most 40, beginning with a letter"),
        );
    }
}

fn label_at(at: &str, label: &Label, found: &mut Found) {
    for (part, text) in [("zh", &label.zh), ("en", &label.en)] {
        if text.trim().is_empty() || text.chars().count() > 60 {
            let at = format!("{at}.label.{part}");
            found.add(at, "label.invalid", "需要 1 到 60 个字的名称", "expected a text of 1 to 60 characters");
        }
    }
}

fn twice<'n>(at: &str, names: impl Iterator<Item = &'n String>, found: &mut Found) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            found.add(format!("{at}.{name}"), "name.twice", format!("“{name}”重复"), format!("{name} is there twice"));
        }
    }
}

fn names(flow: &Flow, found: &mut Found) {
    name_at("name", &flow.name, found);
    if flow.name == Flow::builtin().name {
        found.add(
            "name",
            "name.taken",
            "内置流程不能修改,请另取名称",
            "the built-in flow stays as it is; choose another name",
        );
    }
    if flow.states.is_empty() || flow.states.len() > STATES_MAX {
        let (zh, en) = (format!("需要 1 到 {STATES_MAX} 个状态"), format!("expected 1 to {STATES_MAX} states"));
        found.add("states", "states.number", zh, en);
    }
    if flow.actions.len() > ACTIONS_MAX {
        let (zh, en) = (format!("最多 {ACTIONS_MAX} 个操作"), format!("expected at most {ACTIONS_MAX} actions"));
        found.add("actions", "actions.number", zh, en);
    }
    for state in &flow.states {
        let at = format!("states.{}", state.name);
        name_at(&at, &state.name, found);
        label_at(&at, &state.label, found);
    }
    twice("states", flow.states.iter().map(|state| &state.name), found);
    twice("actions", flow.actions.iter().map(|action| &action.name), found);
    match flow.state(&flow.initial) {
        None => found.add("initial", "state.unknown", "起始状态不存在", "the first state does not exist"),
        Some(state) if state.category != Category::Waiting => {
            found.add("initial", "initial.category", "起始状态须为“待放行”类", "an order begins in a waiting state");
        }
        Some(_) => {}
    }
    flow.actions.iter().for_each(|action| action_names(flow, action, found));
}

fn action_names(flow: &Flow, action: &Action, found: &mut Found) {
    let at = format!("actions.{}", action.name);
    name_at(&at, &action.name, found);
    label_at(&at, &action.label, found);
    if matches!(action.name.as_str(), "create" | "reverse-report") {
        found.add(&at, "name.taken", "此名称为系统保留", "this name is kept for the system");
    }
    let kind = action.event.strip_prefix("order.").and_then(|rest| rest.rsplit_once(".v"));
    let good =
        kind.is_some_and(|(name, version)| is_name(name) && version.parse::<u16>().is_ok_and(|version| version > 0));
    if !good {
        let detail = "expected an event type such as order.cast.v1";
        found.add(format!("{at}.event"), "event.invalid", "事件类型应如 order.cast.v1", detail);
    }
    if action.from.is_empty() {
        let detail = "nobody can ever take it: name the states in which it is open";
        found.add(format!("{at}.from"), "action.nowhere", "没有可用状态,永远无法操作", detail);
    }
    for (part, state) in action
        .from
        .iter()
        .map(|state| ("from", state))
        .chain(action.to.iter().map(|state| ("to", state)))
        .chain(action.when_quantity_reached.iter().map(|state| ("when_quantity_reached", state)))
    {
        if flow.state(state).is_none() {
            let (zh, en) = (format!("状态“{state}”不存在"), format!("there is no state {state}"));
            found.add(format!("{at}.{part}"), "state.unknown", zh, en);
        }
    }
    if action.required.iter().any(|name| name.trim().is_empty() || name.chars().count() > 64) {
        let detail = "expected names of fields, of 1 to 64 characters";
        found.add(format!("{at}.required"), "field.invalid", "必填字段名称须为 1 到 64 个字", detail);
    }
}

/// The states that an action can lead to.
fn leads_to(action: &Action) -> impl Iterator<Item = &String> {
    action.to.iter().chain(&action.when_quantity_reached)
}

/// Everything that can be reached from some states, they themselves included.
fn reached<'f>(flow: &'f Flow, start: impl IntoIterator<Item = &'f str>) -> BTreeSet<&'f str> {
    let mut reached: BTreeSet<&str> = start.into_iter().collect();
    loop {
        let open = |action: &&Action| action.from.iter().any(|from| reached.contains(from.as_str()));
        let next: Vec<_> = flow.actions.iter().filter(open).flat_map(leads_to).map(String::as_str).collect();
        let before = reached.len();
        reached.extend(next);
        if reached.len() == before {
            return reached;
        }
    }
}

fn ways(flow: &Flow, found: &mut Found) {
    let from_start = reached(flow, [flow.initial.as_str()]);
    for state in &flow.states {
        let (at, label) = (format!("states.{}", state.name), &state.label);
        if !from_start.contains(state.name.as_str()) {
            found.add(
                &at,
                "state.unreachable",
                format!("没有操作通向“{}”", label.zh),
                format!("no action leads to {}", label.en),
            );
        }
        let ends = |name: &&str| flow.state(name).is_some_and(|state| state.category == Category::Closed);
        if state.category != Category::Closed && !reached(flow, [state.name.as_str()]).iter().any(ends) {
            found.add(
                &at,
                "state.dead_end",
                format!("工单会卡在“{}”:从这里到不了任何“已结束”状态", label.zh),
                format!("orders would be stuck in {}: no way leads from it to a closed state", label.en),
            );
        }
    }
}

/// The effects, one of which fulfils a guard; none for a guard that is fulfilled outside of the flow.
fn fulfilled_by(flow: &Flow, guard: Guard) -> Option<&'static [Effect]> {
    let has = |effect| flow.action_with(effect).is_some();
    match guard {
        Guard::ReviewRequested => Some(&[Effect::RequestReview]),
        Guard::ReviewNotRequested => has(Effect::RequestReview).then_some(&[Effect::EndReview]),
        Guard::FirstArticlePassed => Some(&[Effect::RecordFirstArticle]),
        Guard::FinalInspectionPassed => Some(&[Effect::RecordFinalInspection]),
        Guard::QualitySigned => Some(&[Effect::SignQuality]),
        Guard::NotPaused => has(Effect::MarkPaused).then_some(&[Effect::MarkResumed]),
        Guard::Paused => Some(&[Effect::MarkPaused]),
        Guard::SomethingReported => Some(&[Effect::BookReport]),
        // Signed once, it stays so, and the order goes on to be closed.
        Guard::QualityNotSigned => None,
        // Stock, machines, people and routings are seen to elsewhere.
        Guard::KitComplete
        | Guard::EquipmentAvailable
        | Guard::CrewPresent
        | Guard::RoutingReleased
        | Guard::MouldUsable => None,
    }
}

fn guards(flow: &Flow, found: &mut Found) {
    for action in &flow.actions {
        for guard in &action.guards {
            let Some(remedies) = fulfilled_by(flow, *guard) else { continue };
            let fulfils = |other: &&Action| other.effects.iter().any(|effect| remedies.contains(effect));
            for from in &action.from {
                let before = |other: &Action| {
                    other.from.iter().any(|state| reached(flow, [state.as_str()]).contains(from.as_str()))
                };
                if flow.actions.iter().filter(fulfils).any(before) {
                    continue;
                }
                let (name, from) = (wire(guard), flow.state(from).map(|state| state.label.clone()));
                let from = from.unwrap_or(Label { zh: String::new(), en: String::new() });
                found.add(
                    format!("actions.{}.guards.{name}", action.name),
                    "guard.no_remedy",
                    format!("在“{}”时条件 {name} 永远无法满足:没有操作能满足它", from.zh),
                    format!("in {} the guard {name} can never hold: no action before it fulfils it", from.en),
                );
            }
        }
    }
}

/// The name of a guard or an effect as it travels.
fn wire(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn effects(flow: &Flow, found: &mut Found) {
    let category = |state: &str| flow.state(state).map(|state| state.category);
    if flow.actions.iter().filter(|action| action.effects.contains(&Effect::BookReport)).count() > 1 {
        let detail = "only one action may book reports, since a report does not name its action";
        found.add("actions", "report.twice", "只能有一个报工操作", detail);
    }
    let reserves = flow.action_with(Effect::ReserveKit).is_some();
    for action in &flow.actions {
        let at = format!("actions.{}", action.name);
        let has = |effect| action.effects.contains(&effect);
        if has(Effect::BookReport) {
            if action.to.is_some() || action.from.iter().any(|from| category(from) != Some(Category::Running)) {
                let detail = "reports are booked in running states, and lead on by the quantity alone";
                found.add(&at, "report.where", "报工只能在“生产中”类状态,并由数量推动", detail);
            }
            if action.when_quantity_reached.as_deref().and_then(category) != Some(Category::Done) {
                let detail = "when the quantity is reached the order must come into a done state";
                found.add(
                    format!("{at}.when_quantity_reached"),
                    "report.end",
                    "数量报满后须进入“已完工”类状态",
                    detail,
                );
            }
            continue;
        }
        if action.when_quantity_reached.is_some() {
            let detail = "only the action that books reports leads on by quantity";
            found.add(format!("{at}.when_quantity_reached"), "report.end", "只有报工操作可按数量推动", detail);
        }
        let Some(to) = action.to.as_deref().and_then(category) else { continue };
        for from in action.from.iter().filter_map(|from| category(from)) {
            transition(&at, (from, to), reserves, &has, action, found);
        }
    }
}

/// What a way from one category to another has to do, so that nothing stays held and no mark is missing.
fn transition(
    at: &str,
    (from, to): (Category, Category),
    reserves: bool,
    has: &impl Fn(Effect) -> bool,
    action: &Action,
    found: &mut Found,
) {
    use Category::{Closed, Done, Ready, Running, Waiting};
    let mut must = |fine: bool, code: &str, zh: &str, en: &str| {
        if !fine && !found.0.iter().any(|known| known.at == at && known.code == code) {
            found.add(at, code, zh, en);
        }
    };
    let began = matches!(from, Running);
    if matches!((from, to), (Waiting | Ready, Running)) {
        must(
            has(Effect::MarkStarted),
            "effect.mark_started",
            "须记录开工时间(mark_started)",
            "it must note the start of production (mark_started)",
        );
    }
    if began && matches!(to, Done | Closed) {
        must(
            has(Effect::MarkCompleted),
            "effect.mark_completed",
            "须记录完工并释放余料(mark_completed)",
            "it must note the end of production and free what is held (mark_completed)",
        );
    }
    if reserves && matches!(from, Waiting | Ready) && matches!(to, Done | Closed) {
        must(
            has(Effect::ReleaseKit),
            "effect.release_kit",
            "须释放已预留的物料(release_kit)",
            "it must free the material that is held (release_kit)",
        );
    }
    if matches!(from, Waiting | Ready) && to == Closed {
        must(
            has(Effect::MarkCancelled),
            "effect.mark_cancelled",
            "未开工就结束须记为取消(mark_cancelled)",
            "an order that ends before it began must be marked as cancelled (mark_cancelled)",
        );
    }
    if from == Done && to == Closed {
        let signed = action.guards.contains(&Guard::QualitySigned) || has(Effect::SignQuality);
        must(
            signed,
            "guard.quality_signed",
            "成品会留在待检区:须先质检签字(quality_signed)",
            "finished goods would stay in quarantine: quality must sign first (quality_signed)",
        );
    }
    let back = matches!((from, to), (Running, Waiting | Ready) | (Done | Closed, Waiting | Ready | Running))
        || (from == Closed && to == Done);
    must(
        !back,
        "way.back",
        "不能从生产中或完工退回到之前的类别",
        "what began or is made cannot go back to a category before it",
    );
}

fn approvals(flow: &Flow, found: &mut Found) {
    for action in &flow.actions {
        let Some(approval) = &action.approval else { continue };
        let at = format!("actions.{}.approval", action.name);
        if action.effects.contains(&Effect::BookReport) {
            found.add(&at, "approval.report", "报工不能会签", "reports cannot be countersigned");
        }
        if approval.steps.is_empty() || approval.steps.len() > STEPS_MAX {
            let (zh, en) = (format!("需要 1 到 {STEPS_MAX} 个会签步骤"), format!("expected 1 to {STEPS_MAX} steps"));
            found.add(&at, "approval.steps", zh, en);
        }
        twice(&at, approval.steps.iter().map(|step| &step.name), found);
        for step in &approval.steps {
            approval_step(&format!("{at}.{}", step.name), step, found);
        }
        if let Some(name) = &approval.on_refusal {
            let follows = flow.action(name);
            let open = follows.is_some_and(|other| action.from.iter().all(|from| other.from.contains(from)));
            if !open || follows.is_some_and(|other| other.approval.is_some()) {
                let zh = "拒签后的操作须存在、在同样的状态可用、且自身不需会签";
                let en =
                    "the action after a refusal must exist, be open in the same states and need no approval itself";
                found.add(format!("{at}.on_refusal"), "approval.on_refusal", zh, en);
            }
        }
    }
}

fn approval_step(at: &str, step: &ApprovalStep, found: &mut Found) {
    name_at(at, &step.name, found);
    label_at(at, &step.label, found);
    if step.by.is_empty() || step.by.len() > STEPS_MAX {
        let detail = format!("nobody can sign it: expected 1 to {STEPS_MAX} roles or persons");
        found.add(
            format!("{at}.by"),
            "approval.no_signer",
            format!("没有签字人:需要 1 到 {STEPS_MAX} 个角色或人员"),
            detail,
        );
    }
    if step.needed() == 0 || step.needed() > step.by.len() {
        let (zh, en) =
            (format!("须为 1 到 {} 人", step.by.len()), format!("expected 1 to {} signatures", step.by.len()));
        found.add(format!("{at}.needed"), "approval.needed", zh, en);
    }
    let persons = step.by.iter().filter(|signer| matches!(signer, Signer::User(_)));
    let distinct: BTreeSet<_> = persons.clone().map(|signer| signer.label(crate::text::Lang::En)).collect();
    if distinct.len() < persons.count() {
        let detail = "a person fills one place only";
        found.add(format!("{at}.by"), "approval.person_twice", "同一个人只能签一处", detail);
    }
    if step.deadline_minutes == Some(0) {
        found.add(format!("{at}.deadline_minutes"), "approval.deadline", "期限须大于零", "expected a time above zero");
    }
}
