//! 首检合格 and 终检合格: at least one inspection of the kind has passed. A later failure does not close it again.
//! A cancelled order made nothing, so nothing of it is inspected.

use crate::facts::Facts;
use crate::order::{InspectionKind, Order};
use crate::permission::Permission;
use crate::refusal::Unmet;

pub(super) fn check(kind: InspectionKind, order: &Order, facts: &Facts) -> Vec<Unmet> {
    if order.has_passed(kind) || order.cancelled.is_some() {
        return Vec::new();
    }
    let (code, detail, remedy) = match kind {
        InspectionKind::FirstArticle => (
            "inspection.first_article",
            facts.lang.pick("还没有合格的首检", "no first-article inspection has passed"),
            facts.lang.pick("请质检员做首检", "have an inspector inspect the first piece"),
        ),
        InspectionKind::Final => (
            "inspection.final",
            facts.lang.pick("终检尚未合格", "no final inspection has passed"),
            facts.lang.pick("请质检员做终检", "have an inspector do the final inspection"),
        ),
    };
    vec![Unmet::new(code, detail, remedy, Permission::QualityInspect.holders())]
}
