//! Operations as people see them: where each stands, how far it has come, how long it took.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{OperationState, Step, state, unmet};
use crate::decide::ActionView;
use crate::facts::{Facts, Progress};
use crate::flow::Flow;
use crate::order::{Order, OrderOperation};
use crate::quantity::Quantity;

/// An operation as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperationView {
    /// Its number.
    pub number: u16,
    /// Where it stands.
    pub state: OperationState,
    /// How much of it is done, in percent.
    pub percent: u8,
    /// Standard time for all of it, in seconds.
    pub standard_s: i64,
    /// The time that it has taken so far, in seconds: by its clock where somebody started it, else as its reports say.
    pub actual_s: i64,
    /// Pieces that came back from a later operation and are to be done again.
    pub redo: Quantity,
    /// Pieces that are at the supplier.
    pub outside: Quantity,
    /// What the caller may do with it, and why not the rest. What has no sense for it is not there.
    pub steps: Vec<ActionView>,
}

fn share_percent(order: &Order, operation: &OrderOperation, progress: &BTreeMap<u16, Progress>) -> i128 {
    let done = progress.get(&operation.number).map_or(0, |progress| progress.done().units());
    let of = i128::from(order.quantity.units().max(1));
    if operation.finished.is_some() { 100 } else { (i128::from(done.max(0)) * 100 / of).min(100) }
}

/// How much of an order is done, in percent: its operations by their standard times, alike where none has one.
pub fn percent(order: &Order, progress: &BTreeMap<u16, Progress>) -> u8 {
    if order.completed.is_some() {
        return 100;
    }
    let timed = order.operations.iter().any(|operation| operation.standard_s > 0);
    let weight = |operation: &OrderOperation| if timed { i128::from(operation.standard_s) } else { 1 };
    let all: i128 = order.operations.iter().map(weight).sum();
    let done: i128 = order.operations.iter().map(|one| weight(one) * share_percent(order, one, progress)).sum();
    u8::try_from(done / all.max(1)).unwrap_or(100)
}

/// Every operation of the order for whoever asks.
pub fn views(order: &Order, flow: &Flow, facts: &Facts) -> Vec<OperationView> {
    let view = |operation: &OrderOperation| {
        let progress = facts.progress_at(operation.number, order.quantity.scale());
        let standard_s = i128::from(order.quantity.units()) * i128::from(operation.standard_s)
            / 10_i128.pow(u32::from(order.quantity.scale()));
        let suits = |step: &Step| match step {
            Step::Send | Step::Receive => operation.supplier.is_some(),
            Step::Start => operation.started.is_none() && operation.supplier.is_none(),
            Step::Resume => operation.stopped.is_some(),
            Step::Pause => operation.stopped.is_none(),
            Step::Finish => operation.finished.is_none(),
        };
        let steps = Step::ALL.into_iter().filter(|step| order.completed.is_none() && suits(step)).map(|step| {
            let unmet = unmet(order, flow, operation, step, facts);
            ActionView { action: step.as_str().to_owned(), allowed: unmet.is_empty(), unmet, approval: Vec::new() }
        });
        OperationView {
            number: operation.number,
            state: state(order, operation, facts),
            percent: u8::try_from(share_percent(order, operation, &facts.progress)).unwrap_or(100),
            standard_s: i64::try_from(standard_s).unwrap_or(i64::MAX),
            actual_s: if operation.started.is_some() { operation.clock_at(facts.now) } else { progress.run_s },
            redo: progress.redo,
            outside: Quantity::from_units(progress.sent.units() - progress.received.units(), progress.sent.scale()),
            steps: steps.collect(),
        }
    };
    order.operations.iter().map(view).collect()
}
