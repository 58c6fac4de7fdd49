//! Every mould that an operation names can work.

use crate::facts::Facts;
use crate::order::Order;
use crate::refusal::Unmet;
use crate::resource;
use crate::sorted::distinct;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let needed = order.operations.iter().filter_map(|operation| operation.mould.as_ref());
    distinct(needed).into_iter().filter_map(|id| resource::mould(id, facts)).collect()
}
