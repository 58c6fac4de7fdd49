//! Plans, and inspections by them.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::quality::{Inspect, InspectionAnswer, PlanDocument, QualitySettingsDocument};
use takt_domain::decide::{self, DomainEvent, Input};
use takt_domain::flow::Effect;
use takt_domain::id::{ItemId, PlanId};
use takt_domain::order::{InspectionKind, InspectionResult, Order};
use takt_domain::permission::Permission;
use takt_domain::quality::nonconformance::{Nonconformance, quantity_max, raised_on};
use takt_domain::quality::{InspectionPlan, PlanKind, PlannedInspection};
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, exception, nonconformance, occurred, photo, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::load::{self, OrderState, answered_before};
use crate::quality;

/// Puts a plan, where nobody else did since it was read.
pub async fn put_plan<S: Store>(
    store: &S,
    caller: &Caller,
    id: &PlanId,
    given: &PlanDocument,
) -> Result<Answer, CommandError> {
    let mut faults = given.plan.faults();
    if given.plan.id != *id {
        faults.insert(0, ("id".into(), format!("expected {id}, as in the path")));
    }
    if !faults.is_empty() {
        return Err(CommandError::fields(faults.into_iter().map(|(at, detail)| (format!("plan.{at}"), detail))));
    }
    run(store, caller, async || {
        let item = given.plan.item.to_string();
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![
            (kind::INSPECTION_PLAN.into(), id.to_string()),
            (kind::ITEM.into(), item.clone()),
            (kind::ROUTING.into(), item.clone()),
        ];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if loaded.record(kind::ITEM, &item).is_none() {
            return Err(CommandError::field("plan.item", format!("there is no item {item}")));
        }
        if let (Some(number), Some(record)) = (given.plan.operation, loaded.record(kind::ROUTING, &item)) {
            let routing: takt_domain::master::Routing = record.parse()?;
            if !routing.operations.iter().any(|operation| operation.number == number) {
                return Err(CommandError::field("plan.operation", format!("{item} has no operation {number}")));
            }
        }
        let record = loaded.record(kind::INSPECTION_PLAN, id.as_str());
        if record.map_or(0, |record| record.version) != given.version {
            return Err(Refusal::one(exception::stale(caller)).into());
        }
        let status = if given.version == 0 { 201 } else { 200 };
        let body = json!(PlanDocument { version: given.version + 1, plan: given.plan.clone() });
        let mut commit = caller.commit(status, &body);
        commit.records.push(quality::plan(&given.plan, given.version));
        let data = json!({
            "plan": id, "item": given.plan.item, "kind": given.plan.kind, "version": given.version + 1,
            "active": given.plan.active, "by": caller.actor.user,
        });
        let event = DomainEvent { kind: "inspection_plan.changed.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status, body })
    })
    .await
}

/// Puts what the plant has chosen, where nobody else did since it was read.
pub async fn put_settings<S: Store>(
    store: &S,
    caller: &Caller,
    given: &QualitySettingsDocument,
) -> Result<Answer, CommandError> {
    let data = json!({"settings": given.settings, "by": caller.actor.user});
    let event = DomainEvent { kind: "quality.settings.v1".into(), data };
    let answer = json!(QualitySettingsDocument { version: given.version + 1, settings: given.settings.clone() });
    let change = (json!(given.settings), answer, event);
    exception::put_document(store, caller, kind::QUALITY_SETTINGS, given.version, change).await
}

/// Where the item has a plan for it, an inspection is what was found, and not what somebody says of it.
pub(crate) async fn must_be_planned<S: Store>(
    store: &S,
    caller: &Caller,
    item: &ItemId,
    inspection: InspectionKind,
) -> Result<(), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::INSPECTION_PLAN.into(), item.to_string())];
    let plans = quality::plans(&store.load(&load).await?, item)?;
    let Some(plan) = plans.iter().find(|plan| plan.kind == inspection.into()) else { return Ok(()) };
    let name = &plan.name;
    let detail = match caller.lang {
        Lang::Zh => format!("此物料有检验计划“{name}”,结果由实测值判定"),
        Lang::En => format!("the item has the inspection plan {name}: the result follows from what is measured"),
    };
    let remedy = caller.lang.pick(
        "按计划填写检验值(POST /api/v1/inspections)",
        "enter what was found by the plan (POST /api/v1/inspections)",
    );
    let unmet = Unmet::new("inspection.plan", detail, remedy, Permission::QualityInspect.holders());
    Err(Refusal::one(unmet).into())
}

/// Judges and books an inspection. A first article and a final one take the action of the order's flow with the outcome that
/// was judged; one in process leaves the order as it is, and raises a nonconformance where it fails.
pub async fn inspect<S: Store>(store: &S, caller: &Caller, given: &Inspect) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    occurred(given.occurred_at, caller)?;
    for (n, sample) in given.samples.iter().enumerate() {
        for (id, value) in &sample.values {
            text_at(&format!("samples[{n}].values.{id}.note"), &value.note, TEXT_MAX)?;
        }
    }
    run(store, caller, async || plan(store, caller, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, given: &Inspect) -> Result<Plan, CommandError> {
    let also = vec![(kind::INSPECTION_PLAN.to_owned(), given.plan.to_string())];
    let state = load::order(store, caller, &given.order, also).await.map_err(|error| match error {
        CommandError::NotFound(id) => CommandError::field("order", format!("there is no order {id}")),
        other => other,
    })?;
    let (plan, plan_version) = plan_of(&state, given)?;
    let operation = plan.operation.or(given.operation);
    if let Some(number) = operation
        && state.order.operation(number).is_none()
    {
        return Err(CommandError::field("operation", format!("order {} has no operation {number}", given.order)));
    }
    let judged = plan.judge(&given.samples, state.order.quantity).map_err(CommandError::fields)?;
    let photos: Vec<_> = given
        .samples
        .iter()
        .enumerate()
        .flat_map(|(n, sample)| {
            let photo = move |(id, value): (&String, &'_ takt_domain::quality::Value)| {
                value.photo.clone().map(|photo| (format!("samples[{n}].values.{id}.photo"), photo))
            };
            sample.values.iter().filter_map(photo)
        })
        .collect();
    let photos: Vec<_> = photos.iter().map(|(at, photo)| (at.clone(), photo)).collect();
    photo::must_be_there(store, caller, &photos).await?;
    let id = caller.derived_id();
    let inspection = PlannedInspection {
        id: id.parse().map_err(|_| CommandError::Damaged("a derived id".into()))?,
        order: given.order.clone(),
        operation,
        plan_version,
        samples: given.samples.clone(),
        result: judged.result,
        failed: judged.failed.clone(),
        by: caller.actor.user.clone(),
        at: caller.now,
        occurred_at: given.occurred_at,
        note: given.note.trim().to_owned(),
        plan,
    };
    let mut answer = InspectionAnswer {
        id: inspection.id.clone(),
        result: judged.result,
        failed: judged.failed,
        nonconformance: None,
    };
    let mut commit = caller.commit(201, &serde_json::Value::Null);
    commit.records.push(quality::inspection(&inspection));
    let mut events = vec![told(&inspection, &state.order)];
    let changed = match inspection.plan.kind.of_order() {
        Some(kind) => {
            let change = taken(&state, kind, &inspection)?;
            events.extend(change.events);
            change.order
        }
        None if inspection.result == InspectionResult::Fail => {
            let raised = found_in_process(store, caller, &state.order, &inspection).await?;
            raised.as_ref().map(|(raised, counter)| {
                commit.counters.push(counter.clone());
                commit.records.push(quality::nonconformance(raised, state.order.line.as_str(), 0));
                events.push(nonconformance::told("nonconformance.raised.v1", raised, &state.order));
                answer.nonconformance = Some(raised.id.clone());
                raised_on(&state.order, raised)
            })
        }
        None => None,
    };
    commit.records.extend(changed.map(|order| keep::order(&order, state.version)));
    commit.events = keep::events(events, &id, given.order.as_str(), caller);
    let body = json!(answer);
    if let Some(idempotency) = &mut commit.idempotency {
        idempotency.body = body.clone();
    }
    Ok(Plan { commit, status: 201, body })
}

/// The plan that is named, where it is one of this order's.
fn plan_of(state: &OrderState, given: &Inspect) -> Result<(InspectionPlan, u64), CommandError> {
    let record = state.loaded.record(kind::INSPECTION_PLAN, given.plan.as_str());
    let record = record.ok_or_else(|| CommandError::field("plan", format!("there is no plan {}", given.plan)))?;
    let plan: InspectionPlan = record.parse()?;
    if plan.item != state.order.item {
        return Err(CommandError::field("plan", format!("{} is a plan of {}", given.plan, plan.item)));
    }
    if plan.kind == PlanKind::Incoming {
        return Err(CommandError::field("plan", format!("{} is for deliveries, not for orders", given.plan)));
    }
    if !plan.active {
        return Err(CommandError::field("plan", format!("{} is not used any more", given.plan)));
    }
    if plan.operation.is_some() && given.operation.is_some() && plan.operation != given.operation {
        return Err(CommandError::field("operation", format!("{} is for another operation", given.plan)));
    }
    Ok((plan, record.version))
}

/// The action of the order's flow that writes such an inspection down, with this outcome.
fn taken(
    state: &OrderState,
    kind: InspectionKind,
    inspection: &PlannedInspection,
) -> Result<decide::Change, CommandError> {
    let flow = &state.flow;
    let effect = match kind {
        InspectionKind::FirstArticle => Effect::RecordFirstArticle,
        InspectionKind::Final => Effect::RecordFinalInspection,
    };
    let Some(action) = flow.action_with(effect) else {
        return Err(CommandError::field("plan", "the order's flow has no such inspection"));
    };
    let input = Input { reason: inspection.note.clone(), result: Some(inspection.result), ..Input::default() };
    Ok(decide::decide(&state.order, flow, &action.name, &input, &state.facts)?)
}

/// What a failure in process raises: as many pieces as samples that failed, where so many can be wrong.
async fn found_in_process<S: Store>(
    store: &S,
    caller: &Caller,
    order: &Order,
    inspection: &PlannedInspection,
) -> Result<Option<(Nonconformance, takt_store::CounterChange)>, CommandError> {
    let mut samples: Vec<_> = inspection.failed.iter().map(|failed| failed.sample).collect();
    samples.dedup();
    let one = 10_i64.saturating_pow(u32::from(order.quantity.scale()));
    let most = quantity_max(order, inspection.operation);
    let units = i64::try_from(samples.len()).unwrap_or(1).saturating_mul(one).min(most.units());
    if units <= 0 {
        return Ok(None);
    }
    let label = |id: &String| {
        let known = inspection.plan.characteristics.iter().find(|known| known.id == *id);
        known.map_or_else(|| id.clone(), |known| known.label.get(caller.lang).to_owned())
    };
    let mut names: Vec<_> = inspection.failed.iter().map(|failed| label(&failed.characteristic)).collect();
    names.sort();
    names.dedup();
    let (id, counter) = nonconformance::numbered(store, caller).await?;
    let photos = inspection.samples.iter().flat_map(|sample| sample.values.values());
    let raised = Nonconformance {
        id,
        order: order.id.clone(),
        item: order.item.clone(),
        operation: inspection.operation,
        quantity: Quantity::from_units(units, order.quantity.scale()),
        what: names.join(", "),
        photo: photos.filter_map(|value| value.photo.clone()).next(),
        inspection: Some(inspection.id.clone()),
        by: caller.actor.user.clone(),
        at: caller.now,
        disposition: None,
        closed: None,
    };
    Ok(Some((raised, counter)))
}

fn told(inspection: &PlannedInspection, order: &Order) -> DomainEvent {
    let data = json!({
        "inspection": inspection.id, "order": inspection.order, "item": order.item, "line": order.line,
        "operation": inspection.operation, "plan": inspection.plan.id, "plan_version": inspection.plan_version,
        "kind": inspection.plan.kind, "result": inspection.result, "failed": inspection.failed, "by": inspection.by,
    });
    DomainEvent { kind: "inspection.recorded.v1".into(), data }
}
