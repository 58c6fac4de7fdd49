//! 人员到位: as many people are present on the line as the operation that wants most of them asks for; and at the first
//! operation those who are planned there, with the qualification that it asks for.

use crate::facts::Facts;
use crate::order::{Order, OrderOperation};
use crate::refusal::Unmet;
use crate::resource;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let Some(first) = order.operations.first() else { return Vec::new() };
    let most = order.operations.iter().map(|operation| operation.crew_min).max().unwrap_or(0);
    resource::people(order, &OrderOperation { crew_min: most, ..first.clone() }, facts)
}
