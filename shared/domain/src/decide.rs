//! The only place that decides what may happen to an order. The server commits what it returns; the browser asks it
//! which buttons are open, and why the others are not.

use std::collections::BTreeMap;

use crate::approval::{self, StepStatus};
use crate::exception;
use crate::facts::Facts;
use crate::flow::{Action, Effect, Flow};
use crate::guard;
use crate::kit;
use crate::ledger::{Account, MovementKind, Posting};
use crate::master::LocationKind;
use crate::order::{HistoryEntry, Inspection, InspectionKind, InspectionResult, Mark, Order};
use crate::permission::{Permission, Role};
use crate::quality::nonconformance;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::resource::{self, ResourceChange};
use crate::signature::Signature;
use crate::text::Lang;

/// What an action is given beside its name.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Why, or what was seen.
    pub reason: String,
    /// The outcome, for an inspection.
    pub result: Option<InspectionResult>,
    /// The order's own fields that are filled with it.
    pub fields: BTreeMap<String, String>,
    /// The electronic signature, for what must be signed.
    pub signature: Signature,
}

/// A bounded counter of an order: how much one operation has been reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterChange {
    /// Its name within the order, for instance `10.good`.
    pub name: String,
    /// The change.
    pub delta: i64,
    /// The commit is refused when the counter would be below this after it.
    pub min_after: Option<i64>,
    /// The commit is refused when the counter would be above this after it.
    pub max_after: Option<i64>,
}

/// Something that others will want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainEvent {
    /// Its type, with a version.
    pub kind: String,
    /// What it tells.
    pub data: serde_json::Value,
}

/// What is to be committed: all of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The order after it; none when the order itself stays as it is.
    pub order: Option<Order>,
    /// What moves.
    pub postings: Vec<Posting>,
    /// What is counted.
    pub counters: Vec<CounterChange>,
    /// What is told.
    pub events: Vec<DomainEvent>,
    /// What becomes of machines and moulds.
    pub resources: Vec<ResourceChange>,
}

/// One action as somebody sees it: open, or closed with everything that is missing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionView {
    /// Its name.
    pub action: String,
    /// It may be taken now.
    pub allowed: bool,
    /// What is missing, when it may not.
    pub unmet: Vec<Unmet>,
    /// How far its approval has come, for an action that has to be signed first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approval: Vec<StepStatus>,
}

/// Every action of the order's present state, for whoever asks. Actions of other states are not shown: nobody waits for them.
pub fn actions(order: &Order, flow: &Flow, facts: &Facts) -> Vec<ActionView> {
    let here = flow.actions.iter().filter(|action| action.from.contains(&order.state));
    here.map(|action| {
        let unmet = unmet(order, flow, action, facts);
        let approval = approval::status(order, action);
        ActionView { action: action.name.clone(), allowed: unmet.is_empty(), unmet, approval }
    })
    .collect()
}

/// Everything that stands between the actor and the action: state, permission, guards.
pub fn unmet(order: &Order, flow: &Flow, action: &Action, facts: &Facts) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    if !facts.actor.may(action.permission) {
        unmet.push(Unmet::permission(action.permission, facts.lang));
    }
    if !action.from.contains(&order.state) {
        unmet.push(wrong_state(order, flow, action, facts.lang));
        return unmet;
    }
    for guard in &action.guards {
        unmet.extend(guard::unmet(*guard, order, facts));
    }
    unmet.extend(approval::unmet(order, action, facts));
    if action.effects.contains(&Effect::SignQuality) {
        unmet.extend(nonconformance::unsettled(order, facts.lang));
    }
    // Whatever a flow says of reporting, an exception that stops it does.
    if action.effects.contains(&Effect::BookReport) {
        unmet.extend(exception::stopped(order, None, facts.lang));
    }
    unmet
}

pub(crate) fn wrong_state(order: &Order, flow: &Flow, action: &Action, lang: Lang) -> Unmet {
    let name =
        |state: &str| flow.state(state).map_or_else(|| state.to_owned(), |state| state.label.get(lang).to_owned());
    let (now, label) = (name(&order.state), action.label.get(lang));
    let open: Vec<_> = action.from.iter().map(|state| name(state)).collect();
    let (detail, remedy) = match lang {
        Lang::Zh => {
            (format!("工单现在是“{now}”,只有在“{}”才能{label}", open.join("”或“")), "先完成前面的步骤".to_owned())
        }
        Lang::En => (
            format!("the order is {now}; {label} is open only in {}", open.join(" or ")),
            "take the steps before it first".to_owned(),
        ),
    };
    let leads_there = flow.actions.iter().find(|other| other.to.as_ref().is_some_and(|to| action.from.contains(to)));
    let who = leads_there.map_or(Permission::OrderView.holders(), |other| other.permission.holders());
    Unmet::new("state.wrong", detail, remedy, who)
}

/// Decides an action. Reporting goes through [`crate::report::decide`], which knows the quantities.
pub fn decide(order: &Order, flow: &Flow, name: &str, input: &Input, facts: &Facts) -> Result<Change, Refusal> {
    let Some(action) = flow.action(name) else {
        return Err(Refusal::one(unknown_action(name, facts.lang)));
    };
    let mut unmet = unmet(order, flow, action, facts);
    unmet.extend(missing_input(order, action, input, facts.lang));
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    carry_out(action, order, input, facts)
}

/// Takes an action that nothing stands against any more.
pub(crate) fn carry_out(action: &Action, order: &Order, input: &Input, facts: &Facts) -> Result<Change, Refusal> {
    let mut change = Change::default();
    let mut after = order.clone();
    let filled = input.fields.iter().map(|(name, value)| (name.clone(), value.trim().to_owned()));
    after.custom.extend(filled);
    for effect in &action.effects {
        apply(*effect, &mut after, input, facts, &mut change)?;
    }
    if let Some(to) = &action.to {
        enter(&mut after, to, facts);
    }
    record(&mut after, action, &input.reason, facts);
    change.events.push(event(&action.event, order, &after, &input.reason, facts));
    change.order = Some(after);
    Ok(change)
}

pub(crate) fn unknown_action(name: &str, lang: Lang) -> Unmet {
    let detail = match lang {
        Lang::Zh => format!("此工单的流程没有“{name}”操作"),
        Lang::En => format!("the order's flow has no action {name}"),
    };
    Unmet::new("action.unknown", detail, lang.pick("选择流程中的操作", "take one of the flow's actions"), &[])
}

fn missing_input(order: &Order, action: &Action, input: &Input, lang: Lang) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    let holders = action.permission.holders();
    for name in &action.required {
        let value = input.fields.get(name).or_else(|| order.custom.get(name));
        if value.is_none_or(|value| value.trim().is_empty()) {
            let detail = match lang {
                Lang::Zh => format!("需要填写“{name}”"),
                Lang::En => format!("{name} must be filled in"),
            };
            let remedy = lang.pick("填写后再试", "fill it in and try again");
            unmet.push(Unmet::new("input.field", detail, remedy, holders));
        }
    }
    if action.reason_required && input.reason.trim().is_empty() {
        let detail = lang.pick("需要填写原因", "a reason is needed");
        unmet.push(Unmet::new(
            "input.reason",
            detail,
            lang.pick("填写原因后再试", "give a reason and try again"),
            holders,
        ));
    }
    let inspects = |effect: &Effect| matches!(effect, Effect::RecordFirstArticle | Effect::RecordFinalInspection);
    if action.effects.iter().any(inspects) && input.result.is_none() {
        let detail = lang.pick("需要选择合格或不合格", "pass or fail must be said");
        unmet.push(Unmet::new("input.result", detail, lang.pick("选择检验结果", "choose the result"), holders));
    }
    if action.needs_signature() {
        unmet.extend(input.signature.unmet_for(action.permission, lang));
    }
    if action.effects.contains(&Effect::BookReport) {
        let detail = lang.pick("报工需要数量", "a report needs quantities");
        let remedy = lang.pick("用报工页面或 POST /api/v1/reports", "use the report page or POST /api/v1/reports");
        unmet.push(Unmet::new("input.report", detail, remedy, holders));
    }
    unmet
}

fn apply(effect: Effect, order: &mut Order, input: &Input, facts: &Facts, change: &mut Change) -> Result<(), Refusal> {
    let mark = || Mark { by: facts.actor.user.clone(), at: facts.now, reason: input.reason.clone() };
    let inspection = |kind| {
        let result = input.result.unwrap_or(InspectionResult::Fail);
        let by = facts.actor.user.clone();
        Inspection { kind, result, by, at: facts.now, note: input.reason.clone(), outdated: false }
    };
    match effect {
        Effect::RequestReview => order.review = Some(mark()),
        Effect::EndReview => order.review = None,
        Effect::ReserveKit => change.postings.extend(kit::reserve(order, facts)),
        Effect::ReleaseKit => change.postings.extend(kit::release(order, facts, &[])),
        Effect::MarkStarted => {
            order.started = Some(mark());
            resource::take_at_start(order, facts, change);
        }
        Effect::MarkPaused => set_paused(order, Some(mark()), facts),
        Effect::MarkResumed => set_paused(order, None, facts),
        Effect::LogException => order.exceptions.push(mark()),
        Effect::RecordFirstArticle => order.inspections.push(inspection(InspectionKind::FirstArticle)),
        Effect::RecordFinalInspection => order.inspections.push(inspection(InspectionKind::Final)),
        Effect::SignQuality => {
            change.postings.extend(leave_quarantine(order, facts)?);
            order.signed = Some(mark());
        }
        Effect::MarkCompleted => complete(order, facts, change),
        Effect::MarkCancelled => {
            order.cancelled = Some(mark());
            resource::release(order, facts, change);
        }
        Effect::BookReport => {}
    }
    Ok(())
}

fn set_paused(order: &mut Order, mark: Option<Mark>, facts: &Facts) {
    for operation in &mut order.operations {
        operation.paused = mark.is_some();
        operation.set_clock(facts.now);
    }
    order.paused = mark;
}

/// Notes the end of production and frees what `change` has not consumed of the kit.
pub(crate) fn complete(order: &mut Order, facts: &Facts, change: &mut Change) {
    order.completed = Some(Mark { by: facts.actor.user.clone(), at: facts.now, reason: String::new() });
    set_paused(order, None, facts);
    resource::release(order, facts, change);
    let released = kit::release(order, facts, &change.postings);
    change.postings.extend(released);
}

/// Finished goods of the order go from quarantine to the finished goods of its line.
fn leave_quarantine(order: &Order, facts: &Facts) -> Result<Vec<Posting>, Refusal> {
    let waiting: Vec<_> = facts
        .balances
        .iter()
        .filter(|balance| {
            balance.item == order.item && balance.order.as_ref() == Some(&order.id) && balance.quantity.is_positive()
        })
        .filter(|balance| {
            let kind =
                facts.locations.iter().find(|location| location.id == balance.location).map(|location| location.kind);
            kind == Some(LocationKind::Quarantine)
        })
        .collect();
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let Some(finished) = facts.location_for(LocationKind::Finished, &order.line) else {
        return Err(Refusal::one(no_location(LocationKind::Finished, facts.lang)));
    };
    let release = |balance: &crate::ledger::Balance| Posting {
        kind: MovementKind::QualityRelease,
        item: balance.item.clone(),
        lot: balance.lot.clone(),
        from: balance.account(),
        to: Account::free(finished.id.clone()),
        quantity: balance.quantity,
        reverses: None,
    };
    Ok(waiting.into_iter().map(release).collect())
}

/// A location that the plant needs and has not imported.
pub(crate) fn no_location(kind: LocationKind, lang: Lang) -> Unmet {
    let (code, detail) = match kind {
        LocationKind::Quarantine => {
            ("location.no_quarantine", lang.pick("没有待检区库位", "the plant has no quarantine location"))
        }
        LocationKind::Store | LocationKind::Line | LocationKind::Receiving => {
            ("location.no_store", lang.pick("没有可放物料的库位", "the plant has no location for material"))
        }
        LocationKind::Finished => {
            ("location.no_finished", lang.pick("没有成品库位", "the plant has no finished goods location"))
        }
    };
    Unmet::new(code, detail, lang.pick("导入该库位", "import one"), &[Role::Administrator])
}

/// Puts the order into a state.
pub(crate) fn enter(order: &mut Order, state: &str, facts: &Facts) {
    order.state = state.to_owned();
    order.state_since = facts.now;
}

/// Appends to the order's life.
pub(crate) fn record(order: &mut Order, action: &Action, reason: &str, facts: &Facts) {
    order.history.push(HistoryEntry {
        action: action.name.clone(),
        state: order.state.clone(),
        by: facts.actor.user.clone(),
        at: facts.now,
        reason: reason.to_owned(),
    });
}

/// What happened to an order, for the journal.
pub(crate) fn event(kind: &str, before: &Order, after: &Order, reason: &str, facts: &Facts) -> DomainEvent {
    let age_s = facts.now.duration_since(before.state_since).as_secs().max(0);
    let mut data = serde_json::json!({
        "order": after.id, "item": after.item, "line": after.line, "priority": after.priority,
        "from": before.state, "to": after.state, "in_state_s": age_s,
        "by": facts.actor.user, "reason": reason,
    });
    match (completion(before), completion(after)) {
        (None, Some(completion)) => data["completed"] = completion,
        (Some(completion), None) => data["reopened"] = completion,
        _ => {}
    }
    if before.cancelled.is_none()
        && after.cancelled.is_some()
        && let Some(part) = planned(before)
    {
        data["plan"] = serde_json::json!({"before": part});
    }
    DomainEvent { kind: kind.to_owned(), data }
}

/// When production of the order ended, and how long that took since it was created and since it was started. It is told
/// when the order is completed, and once more when it is opened again, so that a statistic can take it back.
fn completion(order: &Order) -> Option<serde_json::Value> {
    let at = order.completed.as_ref()?.at;
    let since = |start: jiff::Timestamp| at.duration_since(start).as_secs().max(0);
    let lead_s = order.history.first().map(|created| since(created.at));
    let cycle_s = order.started.as_ref().map(|started| since(started.at));
    Some(serde_json::json!({"at": at, "lead_s": lead_s, "cycle_s": cycle_s}))
}

/// What the plan of a day has of the order. Whoever changes that tells what it was before and what it is after, so that a
/// statistic can follow without the order.
pub(crate) fn planned(order: &Order) -> Option<serde_json::Value> {
    let due = order.due?;
    Some(serde_json::json!({"due": due, "quantity": order.quantity}))
}

/// A quantity of the order in units of its scale, as counters keep it.
pub(crate) fn units(order: &Order, quantity: Quantity) -> i64 {
    quantity.at_scale(order.quantity.scale()).map_or(0, Quantity::units)
}
