//! Something has been reported at the last operation, so that ending short leaves goods to inspect.

use crate::facts::Facts;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let last = order.operations.last().map_or(0, |operation| operation.number);
    if facts.progress_at(last, order.quantity.scale()).done().is_positive() {
        return Vec::new();
    }
    let detail = facts.lang.pick("最后一道工序还没有报工", "nothing is reported at the last operation");
    let remedy = facts.lang.pick("先报工", "report what was made first");
    vec![Unmet::new("report.none", detail, remedy, Permission::ReportCreate.holders())]
}
