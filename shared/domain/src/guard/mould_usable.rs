//! Every mould that an operation names can work.

use crate::facts::Facts;
use crate::order::Order;
use crate::refusal::Unmet;
use crate::resource;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let mut needed: Vec<_> = order.operations.iter().filter_map(|operation| operation.mould.as_ref()).collect();
    needed.sort();
    needed.dedup();
    needed.into_iter().filter_map(|id| resource::mould(id, facts)).collect()
}
