//! 首检合格 and 终检合格: at least one inspection of the kind has passed. A later failure of a first article does not close
//! it again, unless the plant has chosen that it does.
//! A cancelled order made nothing, so nothing of it is inspected.

use crate::facts::Facts;
use crate::order::{InspectionKind, Order};
use crate::permission::Permission;
use crate::refusal::Unmet;

pub(super) fn check(kind: InspectionKind, order: &Order, facts: &Facts) -> Vec<Unmet> {
    let closed_again =
        kind == InspectionKind::FirstArticle && facts.first_article_failure_closes && order.first_article_failed();
    if (order.has_passed(kind) && !closed_again) || order.cancelled.is_some() {
        return Vec::new();
    }
    if closed_again {
        let detail = facts.lang.pick("最近一次首检不合格", "the latest first article has failed");
        let remedy = facts.lang.pick("重新首检,合格后再报工", "have another first article pass");
        let who = Permission::QualityInspect.holders();
        return vec![Unmet::new("inspection.first_article", detail, remedy, who)];
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
