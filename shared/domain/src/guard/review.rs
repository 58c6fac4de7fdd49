//! Review has been asked for, or not yet.

use crate::facts::Facts;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;

pub(super) fn requested(order: &Order, facts: &Facts) -> Vec<Unmet> {
    if order.review.is_some() {
        return Vec::new();
    }
    let lang = facts.lang;
    let detail = lang.pick("工单尚未提交审核", "nobody has submitted the order for review");
    let remedy = lang.pick("先提交工单", "submit the order first");
    vec![Unmet::new("review.not_requested", detail, remedy, Permission::OrderSubmit.holders())]
}

pub(super) fn not_requested(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let Some(review) = &order.review else { return Vec::new() };
    let lang = facts.lang;
    let detail = match lang {
        crate::text::Lang::Zh => format!("{} 已提交审核,等待审核人处理", review.by),
        crate::text::Lang::En => format!("{} has submitted it; an approver has to decide", review.by),
    };
    let remedy = lang.pick("请审核人通过或驳回,或先撤回", "have it approved or rejected, or withdraw it first");
    vec![Unmet::new("review.requested", detail, remedy, Permission::OrderApprove.holders())]
}
