//! Every mould that an operation names can work.

use crate::facts::Facts;
use crate::master::Mould;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let mut needed: Vec<_> = order.operations.iter().filter_map(|operation| operation.mould.as_ref()).collect();
    needed.sort();
    needed.dedup();
    let mut unmet = Vec::new();
    for id in needed {
        let known = facts.moulds.iter().find(|mould| mould.id == *id);
        if known.is_some_and(Mould::can_work) {
            continue;
        }
        let name = known.map_or(id.as_str(), |mould| mould.name.as_str());
        let detail = match facts.lang {
            Lang::Zh => format!("模具 {name}({id})不可用或已到寿命"),
            Lang::En => format!("mould {name} ({id}) is not usable or has reached its limit"),
        };
        let remedy = facts.lang.pick("维修或更换模具后设为可用", "overhaul or replace it and set it to usable");
        unmet.push(Unmet::new("mould.unusable", detail, remedy, Permission::ResourceSet.holders()));
    }
    unmet
}
