//! The order is paused, or it is not.

use crate::facts::Facts;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

pub(super) fn not_paused(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let Some(mark) = &order.paused else { return Vec::new() };
    let detail = match facts.lang {
        Lang::Zh => format!("工单已被 {} 暂停:{}", mark.by, mark.reason),
        Lang::En => format!("{} has paused the order: {}", mark.by, mark.reason),
    };
    let remedy = facts.lang.pick("先恢复工单", "resume the order first");
    vec![Unmet::new("order.paused", detail, remedy, Permission::OrderPause.holders())]
}

pub(super) fn paused(order: &Order, facts: &Facts) -> Vec<Unmet> {
    if order.paused.is_some() {
        return Vec::new();
    }
    let detail = facts.lang.pick("工单没有暂停", "the order is not paused");
    let remedy = facts.lang.pick("无需恢复", "there is nothing to resume");
    vec![Unmet::new("order.not_paused", detail, remedy, Permission::OrderPause.holders())]
}
