//! Rework that goes back to an earlier operation: its pieces leave the counts of every operation from there on, so that
//! they can be reported again, and each piece counts once in the end.

use super::{NewReport, counter_name, limit};
use crate::decide::CounterChange;
use crate::facts::Facts;
use crate::order::{HistoryEntry, Order};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::text::Lang;

/// The operations that pieces pass again: from where they go back to, up to the one before the report's.
pub(super) fn passed_again<'o>(
    order: &'o Order,
    report: &NewReport,
) -> impl Iterator<Item = &'o crate::order::OrderOperation> {
    let (from, to) = (report.rework_to.unwrap_or(report.operation), report.operation);
    order.operations.iter().filter(move |operation| (from..to).contains(&operation.number))
}

/// Rework that names no earlier operation, or no pieces.
pub(super) fn wrong_target(order: &Order, report: &NewReport, facts: &Facts) -> Option<Unmet> {
    let to = report.rework_to?;
    let known = to < report.operation && order.operation(to).is_some();
    if known && report.rework_units(order) > 0 {
        return None;
    }
    let (lang, holders) = (facts.lang, Permission::ReportCreate.holders());
    let detail = match (known, lang) {
        (false, Lang::Zh) => format!("工序 {to} 不是前面的工序,不能返工到那里"),
        (false, Lang::En) => format!("operation {to} is not one before this, so nothing goes back there"),
        (true, Lang::Zh) => "返工数量必须大于零".to_owned(),
        (true, Lang::En) => "the quantity for rework must be above zero".to_owned(),
    };
    let remedy = lang.pick("选择前面的工序并填写返工数量", "choose an earlier operation and enter the quantity");
    Some(Unmet::new("report.rework_to", detail, remedy, holders))
}

/// A report is taken back whose pieces were done again since.
pub(super) fn already_done_again(order: &Order, report: &NewReport, facts: &Facts) -> Option<Unmet> {
    let scale = order.quantity.scale();
    let units = report.rework_units(order);
    let done = passed_again(order, report).find(|one| facts.progress_at(one.number, scale).redo.units() < units)?;
    let name = &done.name;
    let detail = match facts.lang {
        Lang::Zh => format!("返工件已在工序“{name}”重新报工"),
        Lang::En => format!("the pieces for rework are reported again at {name}"),
    };
    let remedy = facts.lang.pick("先冲销之后的报工", "reverse the reports after it first");
    Some(Unmet::new("report.rested_on", detail, remedy, Permission::ReportReverse.holders()))
}

/// What the counters of the operations in between lose (`sign` 1), or get back when the report is taken back (-1).
pub(super) fn counters(order: &Order, report: &NewReport, facts: &Facts, sign: i64) -> Vec<CounterChange> {
    let units = report.rework_units(order) * sign;
    let mut changes = Vec::new();
    for operation in passed_again(order, report) {
        let max = limit(order, operation.tolerance_percent).units();
        let next = order.operation_after(operation.number).map_or(0, |next| {
            let after = facts.progress_at(next.number, order.quantity.scale()).done().units();
            if next.number < report.operation { after - units.max(0) } else { after }
        });
        let change = |what: &str, delta, min_after, max_after| CounterChange {
            name: counter_name(operation.number, what),
            delta,
            min_after: Some(min_after),
            max_after,
        };
        changes.push(change("total", -units, 0, Some(max)));
        changes.push(change("good", -units, next.max(0), Some(max)));
        changes.push(change("redo", units, 0, None));
    }
    changes
}

/// What the order itself keeps of it: operations that were done are open again, and its life tells of the loop.
pub(super) fn send_back(order: &mut Order, report: &NewReport, to: u16, facts: &Facts) {
    let again: Vec<u16> = passed_again(order, report).map(|operation| operation.number).collect();
    for operation in order.operations.iter_mut().filter(|operation| again.contains(&operation.number)) {
        operation.finished = None;
    }
    let pieces = Quantity::from_units(report.rework_units(order), order.quantity.scale());
    order.history.push(HistoryEntry {
        action: "rework".into(),
        state: order.state.clone(),
        by: facts.actor.user.clone(),
        at: facts.now,
        reason: format!("{} → {to}: {pieces}", report.operation),
    });
}
