//! 质检签字: quality has signed, or has not yet.

use crate::facts::Facts;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

pub(super) fn signed(order: &Order, facts: &Facts) -> Vec<Unmet> {
    if order.signed.is_some() || order.cancelled.is_some() {
        return Vec::new();
    }
    let detail = facts.lang.pick("质检尚未签字", "quality has not signed");
    let remedy = facts.lang.pick("请质检员签字", "have an inspector sign");
    vec![Unmet::new("quality.not_signed", detail, remedy, Permission::QualitySign.holders())]
}

pub(super) fn not_signed(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let Some(mark) = &order.signed else { return Vec::new() };
    let detail = match facts.lang {
        Lang::Zh => format!("{} 已签字", mark.by),
        Lang::En => format!("{} has signed already", mark.by),
    };
    let remedy = facts.lang.pick("无需再次操作,可以关闭工单", "nothing is left to do but to close the order");
    vec![Unmet::new("quality.signed", detail, remedy, Permission::OrderClose.holders())]
}
