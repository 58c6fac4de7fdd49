//! 设备可用: every machine that an operation names can work and is calibrated, and nobody else has the first one.

use crate::facts::Facts;
use crate::order::Order;
use crate::refusal::Unmet;
use crate::resource;
use crate::sorted::distinct;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let inside = order.operations.iter().filter(|operation| operation.supplier.is_none());
    let needed = distinct(inside.filter_map(|operation| operation.equipment.as_ref()));
    let first = order.operations.first().and_then(|operation| operation.equipment.as_ref());
    let mut unmet: Vec<Unmet> = needed.into_iter().filter_map(|id| resource::machine(id, facts)).collect();
    unmet.extend(first.and_then(|id| resource::taken(id, order, facts)));
    unmet
}
