//! Orders that nobody moves.

use jiff::Timestamp;

use super::{Finding, Looked, Severity, label};
use crate::flow::Category;
use crate::order::Priority;
use crate::permission::{Permission, Role};

fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().div_euclid(60)
}

/// Who moves it next, and who answers for it.
fn concerned(looked: &Looked<'_>, more: &[Role]) -> Vec<Role> {
    let next = looked.why.waits.first().map_or(&[][..], |wait| &wait.who);
    let reasons = looked.why.waits.first().into_iter().flat_map(|wait| &wait.reasons);
    let mut roles: Vec<Role> = reasons.flat_map(|reason| reason.unmet.who.iter().copied()).collect();
    roles.extend(next.iter().chain(more).copied());
    roles.sort();
    roles.dedup();
    roles
}

/// An urgent order is not in the workshop. It cost the plant of the article two hours of its assembly line.
pub(super) fn urgent_not_dispatched(looked: &Looked<'_>) -> Vec<Finding> {
    let order = looked.order;
    let created = order.history.first().map_or(order.state_since, |entry| entry.at);
    let after = looked.settings.urgent_dispatch_min;
    if order.priority != Priority::Urgent
        || looked.category != Category::Waiting
        || minutes(created, looked.facts.now) < i64::from(after)
    {
        return Vec::new();
    }
    vec![Finding {
        code: "urgent.not_dispatched".into(),
        severity: Severity::Critical,
        detail: label(
            format!("急单下达 {after} 分钟后仍未派发:{}", looked.why.headline.zh),
            format!("urgent, and not dispatched {after} minutes after it was created: {}", looked.why.headline.en),
        ),
        remedy: label("马上审核并派发", "approve and dispatch it now"),
        roles: concerned(looked, Permission::OrderDispatch.holders()),
        since: created,
    }]
}

/// It has been in its state for longer than it may.
pub(super) fn over_its_limit(looked: &Looked<'_>) -> Vec<Finding> {
    let order = looked.order;
    let Some(limit) = looked.settings.limit_min(&order.state, looked.category, order.priority) else {
        return Vec::new();
    };
    let age = minutes(order.state_since, looked.facts.now);
    if age < i64::from(limit) {
        return Vec::new();
    }
    let is_critical = order.priority == Priority::Urgent || age >= 2 * i64::from(limit).max(1);
    let (zh, en) = (&looked.why.label.zh, &looked.why.label.en);
    vec![Finding {
        code: "state.over_limit".into(),
        severity: if is_critical { Severity::Critical } else { Severity::Warning },
        detail: label(
            format!("在“{zh}”超过 {}:{}", duration(limit, "分钟", "小时", "天"), looked.why.headline.zh),
            format!("{en} for over {}: {}", duration(limit, " min", " h", " d"), looked.why.headline.en),
        ),
        remedy: label("处理所等的事项,或调整期限", "do what it waits for, or change the limit"),
        roles: concerned(looked, &[Role::Planner, Role::ShiftLead, Role::Manager]),
        since: order.state_since,
    }]
}

fn duration(minutes: u32, min: &str, hour: &str, day: &str) -> String {
    match minutes {
        m if m >= 24 * 60 && m.is_multiple_of(24 * 60) => format!("{}{day}", m / (24 * 60)),
        m if m >= 60 && m.is_multiple_of(60) => format!("{}{hour}", m / 60),
        m => format!("{m}{min}"),
    }
}
