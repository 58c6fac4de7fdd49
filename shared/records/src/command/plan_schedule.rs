//! Plans open orders forward or backward, or says what that would move.

use std::collections::BTreeSet;

use serde_json::json;
use takt_api::schedule::PlanSchedule;
use takt_domain::decide::DomainEvent;
use takt_domain::id::OrderId;
use takt_store::Store;

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::keep;
use crate::planning::{self, ORDERS_MAX};

/// Decides and books the plan; a preview books nothing.
pub async fn plan_schedule<S: Store>(store: &S, caller: &Caller, given: &PlanSchedule) -> Result<Answer, CommandError> {
    if given.orders.len() > ORDERS_MAX {
        return Err(CommandError::field("orders", format!("expected at most {ORDERS_MAX} orders")));
    }
    if given.preview {
        let plan = plan(store, &Caller { key: None, ..caller.clone() }, given).await?;
        return Ok(Answer { status: 200, body: plan.body, replayed: false });
    }
    run(store, caller, async || plan(store, caller, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, given: &PlanSchedule) -> Result<Plan, CommandError> {
    let planning = planning::load(store, caller, None).await?;
    let known = |id: &OrderId| planning.orders.iter().any(|open| open.order.id == *id);
    if let Some(unknown) = given.orders.iter().find(|id| !known(id)) {
        return Err(CommandError::field("orders", format!("there is no open order {unknown}")));
    }
    let chosen = |id: &OrderId| given.orders.is_empty() || given.orders.contains(id);
    let open: Vec<_> = planning.orders.iter().filter(|open| chosen(&open.order.id)).collect();
    let which: BTreeSet<&OrderId> = open.iter().map(|open| &open.order.id).collect();
    let jobs: Vec<_> = open.iter().map(|open| planning.job(open)).filter(|job| !job.works.is_empty()).collect();
    let (planned, records) = planning.changes(&planning.schedule(&which, &jobs, given.direction));
    let body = serde_json::to_value(&planned).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    commit.records = records;
    let data = json!({
        "direction": given.direction, "orders": which, "moved": planned.moved.len(), "late": planned.late,
        "by": caller.actor.user,
    });
    let done = DomainEvent { kind: "schedule.planned.v1".into(), data };
    commit.events = keep::events(vec![done], &caller.derived_id(), &caller.plant.to_string(), caller);
    Ok(Plan { commit, status: 200, body })
}
