//! 人员到位: as many people are present on the line as the operation that wants most of them asks for.

use crate::facts::Facts;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let needed = order.operations.iter().map(|operation| usize::from(operation.crew_min)).max().unwrap_or(0);
    let on_line = |member: &&crate::master::CrewMember| member.line.as_ref() == Some(&order.line) && member.present;
    let present = facts.crew.iter().filter(on_line).count();
    if present >= needed {
        return Vec::new();
    }
    let line = &order.line;
    let detail = match facts.lang {
        Lang::Zh => format!("产线 {line} 需要 {needed} 人到位,现有 {present} 人"),
        Lang::En => format!("line {line} needs {needed} people, {present} are present"),
    };
    let remedy = facts.lang.pick("请该产线人员签到", "have people of this line check in");
    vec![Unmet::new("crew.absent", detail, remedy, Permission::ResourceSet.holders())]
}
