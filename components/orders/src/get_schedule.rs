//! `GET /api/v1/schedule?from=&to=&line=`: the plan of all open orders. Working time is told from `from` to `to`, which are
//! today and two weeks ahead where they are left out.

use jiff::{SignedDuration, Timestamp};
use takt_api::schedule::{Schedule, ScheduledOperation, ScheduledOrder, Span};
use takt_domain::facts::Facts;
use takt_domain::operation;
use takt_records::planning::{self, OpenOrder, Planning};
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// The board shows weeks, not years.
const DAYS_MAX: i64 = 100;

pub(crate) async fn get_schedule<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "line"])?;
    let caller = call.caller()?;
    let day = SignedDuration::from_hours(24);
    let from = moment(call, "from")?.unwrap_or(caller.now - day);
    let to = moment(call, "to")?.unwrap_or(from.checked_add(day * 15).unwrap_or(from));
    if to <= from || to.duration_since(from) > SignedDuration::from_hours(24 * DAYS_MAX) {
        return Err(Failure::field("to", format!("expected a moment at most {DAYS_MAX} days after from")));
    }
    let planning = planning::load(store, caller, call.param("line")).await?;
    let span = |(start, end): (i64, i64)| {
        Some(Span { start: Timestamp::from_second(start).ok()?, end: Timestamp::from_second(end).ok()? })
    };
    let facts = |open: &OpenOrder| Facts {
        progress: open.progress.clone(),
        ..Facts::bare(caller.now, caller.actor.clone(), caller.lang)
    };
    let schedule = Schedule {
        now: caller.now,
        time_zone: planning.time_zone.clone(),
        working: planning.calendar.between(from, to).intervals().filter_map(span).collect(),
        orders: planning.orders.iter().map(|open| row(&planning, open, &facts(open))).collect(),
        more: planning.more,
        equipment: planning.equipment,
    };
    json(200, &schedule)
}

fn moment(call: &Call, name: &str) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = call.param(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Failure::field(name, "expected a moment such as 2026-11-26T08:00:00Z"))
}

fn row(planning: &Planning, open: &OpenOrder, facts: &Facts) -> ScheduledOrder {
    let order = &open.order;
    let slots = open.plan.as_ref().map(|(plan, _)| plan.slots.as_slice()).unwrap_or_default();
    let operations = order.operations.iter().map(|one| ScheduledOperation {
        number: one.number,
        name: one.name.clone(),
        state: operation::state(order, one, facts),
        equipment: one.equipment.clone(),
        slot: slots.iter().find(|slot| slot.operation == one.number).cloned(),
    });
    ScheduledOrder {
        id: order.id.clone(),
        item: order.item.clone(),
        item_name: order.item_name.clone(),
        quantity: order.quantity,
        unit: order.unit.clone(),
        line: order.line.clone(),
        priority: order.priority,
        due: order.due,
        state: order.state.clone(),
        percent: operation::percent(order, &open.progress),
        late_s: planning.late_s(open),
        operations: operations.collect(),
    }
}
