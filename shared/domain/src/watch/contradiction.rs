//! Facts that do not go together. No command of Takt makes them: a flow that was changed wrongly, a hand in the database or
//! a bug does, and who works with such an order is stuck without knowing why.

use jiff::Timestamp;

use super::{Finding, Looked, Severity, label};
use crate::flow::{Category, Effect, Guard};
use crate::order::{InspectionKind, Order};
use crate::permission::Role;
use crate::report;

fn finding(code: &str, since: Timestamp, detail: (String, String), remedy: (&str, &str)) -> Finding {
    Finding {
        code: code.to_owned(),
        severity: Severity::Warning,
        detail: label(detail.0, detail.1),
        remedy: label(remedy.0, remedy.1),
        roles: vec![Role::ShiftLead, Role::Manager, Role::Administrator],
        users: Vec::new(),
        since,
    }
}

pub(super) fn unknown_state(order: &Order) -> Finding {
    let state = &order.state;
    let detail = (format!("状态“{state}”不在其流程中"), format!("its flow has no state {state}"));
    let remedy =
        ("请管理员把工单移到流程的新版本", "have an administrator move it to a version of the flow that has it");
    finding("facts.unknown_state", order.state_since, detail, remedy)
}

pub(super) fn unreadable(order: &str, now: Timestamp) -> Finding {
    let detail =
        (format!("工单 {order} 的记录或流程无法读取"), format!("the record or the flow of {order} cannot be read"));
    let remedy =
        ("请管理员检查流程版本和数据库", "have an administrator look at the version of its flow and at the database");
    finding("facts.unreadable", now, detail, remedy)
}

/// Completed, and its state takes reports or comes before them.
pub(super) fn completed_and_still_reported(looked: &Looked<'_>) -> Vec<Finding> {
    let order = looked.order;
    let Some(completed) = &order.completed else { return Vec::new() };
    let reports = looked
        .flow
        .actions
        .iter()
        .any(|action| action.effects.contains(&Effect::BookReport) && action.from.contains(&order.state));
    if !reports && !matches!(looked.category, Category::Waiting | Category::Ready) {
        return Vec::new();
    }
    let (zh, en) = (&looked.why.label.zh, &looked.why.label.en);
    let detail = (format!("已完工,但状态是“{zh}”"), format!("it is completed, and its state is {en}"));
    let remedy =
        ("冲销报工重新打开,或由管理员改正状态", "take a report back to open it again, or have its state corrected");
    vec![finding("facts.completed_not_done", completed.at, detail, remedy)]
}

/// Its state says that it is made, and nothing says when.
pub(super) fn done_and_not_completed(looked: &Looked<'_>) -> Vec<Finding> {
    let (order, flow) = (looked.order, looked.flow);
    let marks = flow
        .actions
        .iter()
        .any(|action| action.effects.contains(&Effect::MarkCompleted) || action.when_quantity_reached.is_some());
    let made = looked.category == Category::Done;
    if !made || !marks || order.completed.is_some() || order.cancelled.is_some() {
        return Vec::new();
    }
    let detail =
        ("状态是已完成,但没有完工记录".to_owned(), "its state says that it is made, and no completion is noted".into());
    let remedy = ("由管理员核对该工单", "have an administrator look at it");
    vec![finding("facts.done_not_completed", order.state_since, detail, remedy)]
}

/// Paused, though nothing is made any more.
pub(super) fn paused_and_made(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(paused) = &looked.order.paused else { return Vec::new() };
    if !matches!(looked.category, Category::Done | Category::Closed) {
        return Vec::new();
    }
    let detail = ("工单已结束生产,但仍标记为暂停".to_owned(), "it is made, and still marked as paused".to_owned());
    vec![finding(
        "facts.paused_after_end",
        paused.at,
        detail,
        ("由管理员核对该工单", "have an administrator look at it"),
    )]
}

/// More is reported than the order and the tolerance allow.
pub(super) fn more_than_ordered(looked: &Looked<'_>) -> Vec<Finding> {
    let (order, scale) = (looked.order, looked.order.quantity.scale());
    let over = order.operations.iter().find(|operation| {
        let done = looked.facts.progress_at(operation.number, scale).done();
        done.units() > report::limit(order, operation.tolerance_percent).units()
    });
    let Some(operation) = over else { return Vec::new() };
    let (name, unit, done) = (&operation.name, &order.unit, looked.facts.progress_at(operation.number, scale).done());
    let limit = report::limit(order, operation.tolerance_percent);
    let detail = (
        format!("工序“{name}”报了 {done} {unit},含允差最多 {limit}"),
        format!("{done} {unit} are reported at {name}, and {limit} is the most with its tolerance"),
    );
    let remedy = ("核对报工,冲销多报的", "check the reports and take back what is too much");
    vec![finding("facts.over_quantity", order.state_since, detail, remedy)]
}

/// An operation worked on more than the one before it has passed on.
pub(super) fn more_than_the_operation_before(looked: &Looked<'_>) -> Vec<Finding> {
    let (order, scale) = (looked.order, looked.order.quantity.scale());
    let at = |number| looked.facts.progress_at(number, scale);
    let over = order.operations.iter().find_map(|operation| {
        let before = order.operation_before(operation.number)?;
        (at(operation.number).done().units() > at(before.number).good.units()).then_some((operation, before))
    });
    let Some((operation, before)) = over else { return Vec::new() };
    let (done, passed) = (at(operation.number).done(), at(before.number).good);
    let detail = (
        format!("工序“{}”报了 {done},前工序“{}”只有 {passed} 良品", operation.name, before.name),
        format!("{done} are reported at {}, and {} before it has passed on {passed}", operation.name, before.name),
    );
    let remedy = ("补报前工序,或冲销多报的", "report the operation before it, or take back what is too much");
    vec![finding("facts.before_previous", order.state_since, detail, remedy)]
}

/// Material is held for an order that takes none any more; once it is over, its product too.
pub(super) fn held_for_nothing(looked: &Looked<'_>) -> Vec<Finding> {
    let (order, facts) = (looked.order, looked.facts);
    if looked.flow.takes_material(&order.state) {
        return Vec::new();
    }
    let over = looked.category == Category::Closed;
    let held = facts.balances.iter().find(|balance| {
        balance.order.as_ref() == Some(&order.id)
            && balance.quantity.is_positive()
            && !balance.location.is_virtual()
            && (over || balance.item != order.item)
    });
    let Some(held) = held else { return Vec::new() };
    let (item, location, quantity) = (&held.item, &held.location, held.quantity);
    let detail = (
        format!("工单不再用料,但 {location} 仍为它保留 {quantity} 的 {item}"),
        format!("it takes no material any more, and {quantity} of {item} at {location} are held for it"),
    );
    let remedy = ("由仓管员把保留的物料调回", "have the storekeeper return what is held");
    let mut found = finding("facts.held_for_nothing", order.state_since, detail, remedy);
    found.roles.insert(0, Role::Storekeeper);
    vec![found]
}

/// Quality has signed what no inspection has passed.
pub(super) fn signed_without_inspection(looked: &Looked<'_>) -> Vec<Finding> {
    let order = looked.order;
    let Some(signed) = &order.signed else { return Vec::new() };
    let asks = looked.flow.action_with(Effect::SignQuality);
    let asks = asks.is_some_and(|action| action.guards.contains(&Guard::FinalInspectionPassed));
    if !asks || order.has_passed(InspectionKind::Final) {
        return Vec::new();
    }
    let detail =
        ("质检已签字,但没有合格的终检".to_owned(), "quality has signed, and no final inspection has passed".into());
    let mut found = finding("facts.signed_uninspected", signed.at, detail, ("补做终检", "do the final inspection"));
    found.roles.insert(0, Role::Inspector);
    vec![found]
}
