//! Puts one operation to a time, a machine, a mould and people: what a planner drags. What stood there and nobody has
//! pinned goes around it.

use std::collections::BTreeSet;

use serde_json::json;
use takt_api::schedule::{Planned, PutOperationPlan};
use takt_domain::calendar::WorkTime;
use takt_domain::decide::{Change, DomainEvent};
use takt_domain::id::OrderId;
use takt_domain::master::{CrewMember, Equipment};
use takt_domain::operation::{self, OperationState};
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::resource;
use takt_domain::schedule::{Direction, Job, Placed, Work};
use takt_domain::text::Lang;
use takt_store::{RecordWrite, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::load::{self, OrderState};
use crate::planning::{self, Planning};

/// More people than work at one operation.
const CREW_MAX: usize = 50;

/// Decides and books it.
pub async fn put_operation_plan<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    number: u16,
    given: &PutOperationPlan,
) -> Result<Answer, CommandError> {
    run(store, caller, async || plan(store, caller, id, number, given).await).await
}

async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    number: u16,
    given: &PutOperationPlan,
) -> Result<Plan, CommandError> {
    let mut state = load::order(store, caller, id, Vec::new()).await?;
    let Some(at) = state.order.operations.iter().position(|known| known.number == number) else {
        return Err(CommandError::NotFound(format!("operation {number} of {id}")));
    };
    let mut change = Change::default();
    let bound = bind(&mut state, at, given, caller, &mut change)?;
    let (planned, mut records) = if given.start.is_some() || given.unpin || given.equipment.is_some() {
        let mut planning = planning::load(store, caller, None).await?;
        place(&mut planning, &state, number, given, caller.lang)?
    } else {
        (Planned::default(), Vec::new())
    };
    let body = serde_json::to_value(&planned).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    if bound {
        records.push(keep::order(&state.order, state.version));
        commit.counters = keep::counters(&change.counters, id.as_str());
        keep::resources(&change.resources, &mut commit);
    }
    commit.records.extend(records);
    let data = json!({
        "order": id, "operation": number, "start": given.start, "equipment": given.equipment, "mould": given.mould,
        "crew": given.crew, "moved": planned.moved.len(), "by": caller.actor.user,
    });
    let done = DomainEvent { kind: "operation.planned.v1".into(), data };
    commit.events = keep::events(vec![done], &caller.derived_id(), id.as_str(), caller);
    Ok(Plan { commit, status: 200, body })
}

/// Changes what the order keeps of the plan; false where nothing of it was given. Once an operation has begun, what works
/// on it is no plan any more.
fn bind(
    state: &mut OrderState,
    at: usize,
    given: &PutOperationPlan,
    caller: &Caller,
    change: &mut Change,
) -> Result<bool, CommandError> {
    if given.equipment.is_none() && given.mould.is_none() && given.crew.is_none() {
        return Ok(false);
    }
    let lang = caller.lang;
    let begun = operation::state(&state.order, &state.order.operations[at], &state.facts) != OperationState::Waiting;
    if begun {
        let detail = lang
            .pick("本工序已开工,不能再改设备、模具和人员", "it has begun; what works on it is not planned any more");
        let remedy = lang.pick("完成后另排,或只改时间", "let it finish, or change its time alone");
        return Err(Refusal::one(Unmet::new("operation.started", detail, remedy, &[])).into());
    }
    if let Some(id) = &given.equipment {
        let known: Vec<Equipment> = load::few(&state.loaded, kind::EQUIPMENT)?;
        let Some(known) = known.into_iter().find(|known| known.id == *id) else {
            return Err(CommandError::field("equipment", format!("there is no equipment {id}")));
        };
        state.facts.equipment.retain(|other| other.id != *id);
        state.facts.equipment.push(known);
        resource::rebind(&mut state.order, at, Some(id.clone()), &state.facts, change);
    }
    if let Some(id) = &given.mould {
        if !load::moulds(&state.loaded)?.iter().any(|known| known.id == *id) {
            return Err(CommandError::field("mould", format!("there is no mould {id}")));
        }
        state.order.operations[at].mould = Some(id.clone());
    }
    if let Some(crew) = &given.crew {
        let known: Vec<CrewMember> = load::few(&state.loaded, kind::CREW)?;
        let unknown = crew.iter().find(|user| !known.iter().any(|member| member.user == **user));
        if crew.len() > CREW_MAX || unknown.is_some() {
            let what =
                unknown.map_or_else(|| format!("expected at most {CREW_MAX}"), |user| format!("{user} is in no crew"));
            return Err(CommandError::field("crew", what));
        }
        state.order.operations[at].crew.clone_from(crew);
    }
    Ok(true)
}

/// Places the order anew, and the orders that it meets.
fn place(
    planning: &mut Planning,
    state: &OrderState,
    number: u16,
    given: &PutOperationPlan,
    lang: Lang,
) -> Result<(Planned, Vec<RecordWrite>), CommandError> {
    let id = &state.order.id;
    let Some(mine) = planning.orders.iter_mut().find(|open| open.order.id == *id) else {
        let detail = lang.pick("工单已完工或结束,不再排程", "the order is made or over and is not planned any more");
        let remedy = lang.pick("选择未完工的工单", "choose one that is open");
        return Err(Refusal::one(Unmet::new("schedule.order_over", detail, remedy, &[])).into());
    };
    mine.order = state.order.clone();
    if given.unpin
        && let Some((plan, _)) = &mut mine.plan
    {
        let slots = plan.slots.iter_mut().filter(|slot| slot.operation == number);
        slots.for_each(|slot| slot.pinned = false);
    }
    let mine = mine.clone();
    let mut job = planning.job(&mine);
    let Some(work) = job.works.iter_mut().find(|work| work.operation == number) else {
        let detail = lang.pick("本工序已完成", "it is done already");
        let remedy = lang.pick("无需再排", "there is nothing to plan");
        return Err(Refusal::one(Unmet::new("operation.done", detail, remedy, &[])).into());
    };
    if let Some(start) = given.start {
        work.pinned_s = Some(start.as_second().max(planning.now.as_second()));
    }
    let wanted = span(work, &planning.work, planning.now.as_second(), &mine);
    let met = meets(planning, id, work, wanted);
    if let Some(pinned) = met.iter().find(|placed| placed.pinned) {
        let (other, operation) = (&pinned.order, pinned.operation);
        let detail = match lang {
            Lang::Zh => format!("该设备此时段已固定给工单 {other} 的工序 {operation}"),
            Lang::En => format!("operation {operation} of {other} is pinned there on this machine"),
        };
        let remedy = lang.pick("先移动或取消固定那道工序", "move that one first, or let it go");
        let who = Permission::SchedulePlan.holders();
        return Err(Refusal::one(Unmet::new("schedule.taken", detail, remedy, who)).into());
    }
    let others: BTreeSet<OrderId> = met.into_iter().map(|placed| placed.order).collect();
    let displaced = planning.orders.iter().filter(|open| others.contains(&open.order.id));
    let mut jobs: Vec<Job> = displaced.map(|open| planning.job(open)).collect();
    jobs.push(job);
    let which: BTreeSet<&OrderId> = others.iter().chain([id]).collect();
    Ok(planning.changes(&planning.schedule(&which, &jobs, Direction::Forward)))
}

/// Where it is to stand: where it was put, else where it stood.
fn span(work: &Work, time: &WorkTime, now_s: i64, mine: &planning::OpenOrder) -> Option<(i64, i64)> {
    let stood =
        mine.plan.as_ref().and_then(|(plan, _)| plan.slots.iter().find(|slot| slot.operation == work.operation));
    let start_s = work.pinned_s.or(stood.map(|slot| slot.start.as_second()))?.max(now_s);
    let before_s = time.worked_s(start_s);
    Some((time.begin_s(before_s)?, time.end_s(before_s + work.work_s)?))
}

/// What of other orders stands there on this machine.
fn meets(planning: &Planning, id: &OrderId, work: &Work, span: Option<(i64, i64)>) -> Vec<Placed> {
    let (Some(machine), Some((start_s, finish_s)), Some(_)) = (&work.equipment, span, work.pinned_s) else {
        return Vec::new();
    };
    let others = planning.orders.iter().filter(|open| open.order.id != *id);
    let placed =
        others.filter_map(|open| open.plan.as_ref()).flat_map(|(plan, _)| plan.placed(planning.now.as_second()));
    let there = |placed: &Placed| {
        placed.equipment.as_ref() == Some(machine) && placed.start_s < finish_s && start_s < placed.finish_s
    };
    placed.filter(there).collect()
}
