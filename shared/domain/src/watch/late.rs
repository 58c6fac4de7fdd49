//! Orders that nobody moves.

use jiff::Timestamp;

use super::{Finding, Looked, OVERDUE_SIGNATURE, Severity, label};
use crate::approval::{self, Signer, StepStatus};
use crate::flow::{Action, Category};
use crate::id::UserId;
use crate::order::Priority;
use crate::permission::{Permission, Role};
use crate::text::Lang;

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
        users: Vec::new(),
        since: created,
    }]
}

/// It has been in its state for longer than it may; while work goes on, nothing has been reported for as long.
pub(super) fn over_its_limit(looked: &Looked<'_>) -> Vec<Finding> {
    let order = looked.order;
    let Some(limit) = looked.settings.limit_min(looked.state, order.priority) else { return Vec::new() };
    let reported = looked.facts.last_report.filter(|_| looked.category == Category::Running);
    let since = reported.map_or(order.state_since, |at| at.max(order.state_since));
    let age = minutes(since, looked.facts.now);
    if age < i64::from(limit) {
        return Vec::new();
    }
    let is_critical = order.priority == Priority::Urgent || age >= 2 * i64::from(limit).max(1);
    let (zh, en) = (&looked.why.label.zh, &looked.why.label.en);
    let (zh_for, en_for) = (duration(limit, "分钟", "小时", "天"), duration(limit, " min", " h", " d"));
    let (zh_why, en_why) = (&looked.why.headline.zh, &looked.why.headline.en);
    let detail = if since > order.state_since {
        label(
            format!("在“{zh}”超过 {zh_for} 没有报工:{zh_why}"),
            format!("{en}, and nothing reported for over {en_for}: {en_why}"),
        )
    } else {
        label(format!("在“{zh}”超过 {zh_for}:{zh_why}"), format!("{en} for over {en_for}: {en_why}"))
    };
    vec![Finding {
        code: "state.over_limit".into(),
        severity: if is_critical { Severity::Critical } else { Severity::Warning },
        detail,
        remedy: label("处理所等的事项,或调整期限", "do what it waits for, or change the limit"),
        roles: concerned(looked, &[Role::Planner, Role::ShiftLead, Role::Manager]),
        users: Vec::new(),
        since,
    }]
}

/// A signature is overdue. Those who may sign are told, by role or by name; who stands in for one of them is told too.
pub(super) fn unsigned(looked: &Looked<'_>) -> Vec<Finding> {
    let (order, now) = (looked.order, looked.facts.now);
    let steps = approval::waited_for(order, looked.flow, looked.facts);
    let overdue: Vec<_> = steps.into_iter().filter(|(_, step)| step.is_overdue(now)).collect();
    let Some(due) = overdue.iter().filter_map(|(_, step)| step.due).min() else { return Vec::new() };
    let named = |lang| {
        let one = |(action, step): &(&Action, StepStatus)| {
            let who: Vec<_> = step.missing.iter().map(|signer| signer.label(lang)).collect();
            let (action, step, who) = (action.label.get(lang), step.label.get(lang), who.join(lang.pick("、", ", ")));
            match lang {
                Lang::Zh => format!("{action}的会签“{step}”已超期,等{who}"),
                Lang::En => format!("{step} of {action} is overdue and waits for {who}"),
            }
        };
        overdue.iter().map(one).collect::<Vec<_>>().join(lang.pick(";", "; "))
    };
    let missing = || overdue.iter().flat_map(|(_, step)| &step.missing);
    let mut roles: Vec<Role> = missing().filter_map(Signer::role).collect();
    roles.sort();
    roles.dedup();
    let mut users: Vec<UserId> = missing().filter_map(Signer::user).cloned().collect();
    users.sort();
    users.dedup();
    vec![Finding {
        code: OVERDUE_SIGNATURE.into(),
        severity: if order.priority == Priority::Urgent { Severity::Critical } else { Severity::Warning },
        detail: label(named(Lang::Zh), named(Lang::En)),
        remedy: label("请会签人或其委托人签字", "have one of them sign, or their deputy"),
        roles,
        users,
        since: due,
    }]
}

fn duration(minutes: u32, min: &str, hour: &str, day: &str) -> String {
    match minutes {
        m if m >= 24 * 60 && m.is_multiple_of(24 * 60) => format!("{}{day}", m / (24 * 60)),
        m if m >= 60 && m.is_multiple_of(60) => format!("{}{hour}", m / 60),
        m => format!("{m}{min}"),
    }
}
