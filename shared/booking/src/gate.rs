//! What the gate of the queue is told of an order.

use takt_domain::decide;
use takt_domain::facts::{Actor, Facts};
use takt_domain::flow::{Effect, Flow};
use takt_domain::id::OrderId;
use takt_domain::order::{Order, OrderOperation};
use takt_domain::permission::Role;
use takt_domain::report;
use takt_domain::text::Lang;
use takt_queue::{Gate, Operation, Queue};
use takt_records::caller::Caller;
use takt_records::keep::kind;
use takt_records::load;
use takt_redis::Redis;
use takt_store::{Load, Store, StoreError};

/// The gate of an order. It is open while the order itself takes reports; while it is shut the store decides at once and
/// says why.
pub fn gate_of(order: &Order, flow: &Flow, version: u64, caller: &Caller) -> Gate {
    let scale = order.quantity.scale();
    let operation = |operation: &OrderOperation| {
        let of_it = order.materials.iter().filter(|material| material.operation == operation.number);
        Operation {
            number: operation.number,
            max: report::limit(order, operation.tolerance_percent).to_string(),
            equipment: operation.equipment.as_ref().map(ToString::to_string).unwrap_or_default(),
            scale,
            made: order.is_last_operation(operation.number).then(|| (order.item.to_string(), scale)),
            used: of_it
                .map(|material| (material.item.to_string(), material.per.to_string(), material.required.scale()))
                .collect(),
        }
    };
    Gate {
        order: order.id.to_string(),
        version,
        shut: !takes_reports(order, flow, caller),
        operations: order.operations.iter().filter(is_plain).map(operation).collect(),
    }
}

/// An operation that is paused, or asks who reports, is left to the store, which says at once why it refuses.
fn is_plain(operation: &&OrderOperation) -> bool {
    operation.stopped.is_none() && operation.qualification.is_none() && operation.supplier.is_none()
}

/// Whether the state of the order and its own guards let somebody report who may.
fn takes_reports(order: &Order, flow: &Flow, caller: &Caller) -> bool {
    // Which operation an exception stops is told by the store.
    // So is whether a first article that failed closes reporting.
    if !order.stops.is_empty() || order.first_article_failed() {
        return false;
    }
    let Some(action) = flow.action_with(Effect::BookReport) else { return false };
    let anybody = Actor::new(caller.actor.user.clone(), vec![Role::Administrator]);
    let facts = Facts::bare(caller.now, anybody, Lang::En);
    decide::unmet(order, flow, action, &facts).is_empty()
}

/// Tells the gate how the order stands in the store now. What the queue does not hear it asks for again.
pub async fn refresh_gate<S: Store, R: Redis>(
    store: &S,
    queue: &Queue<R>,
    caller: &Caller,
    order: &OrderId,
) -> Result<bool, StoreError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::ORDER.into(), order.to_string())];
    let loaded = store.load(&load).await?;
    let Some(record) = loaded.record(kind::ORDER, order.as_str()) else { return Ok(false) };
    let order: Order = record.parse()?;
    let Some(flow) = load::flow(store, caller, &order.flow).await? else { return Ok(false) };
    let gate = gate_of(&order, &flow, record.version, caller);
    Ok(queue.set_gate(&gate).await.is_ok() && !gate.shut)
}
