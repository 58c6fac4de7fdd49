//! What a plan is made from: the open orders with what is left of them, their places so far, machines and working time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use takt_api::schedule::{Conflict, Late, Moved, Planned};
use takt_domain::calendar::{Calendar, WorkTime};
use takt_domain::facts::Progress;
use takt_domain::flow::{Category, Flow};
use takt_domain::id::OrderId;
use takt_domain::master::Equipment;
use takt_domain::order::Order;
use takt_domain::report;
use takt_domain::schedule::{self, Direction, Job, OrderPlan, Placed, Plan};
use takt_store::{ListFilter, Load, Loaded, PageRequest, RecordWrite, Store};

use crate::calendar;
use crate::caller::Caller;
use crate::command::{CommandError, first_plant};
use crate::keep::{PLANT_PARENT, kind};
use crate::load::{self, answered_before, few};

/// More orders than a plan by hand can hold.
pub const ORDERS_MAX: usize = 500;

/// How far a plan looks ahead, and how far back the board does, in days.
const AHEAD_DAYS: i64 = 400;
const BACK_DAYS: i64 = 35;

/// An open order on the board.
#[derive(Clone, Debug)]
pub struct OpenOrder {
    /// The order.
    pub order: Order,
    /// What has been reported.
    pub progress: BTreeMap<u16, Progress>,
    /// Its plan so far, with the version of that record.
    pub plan: Option<(OrderPlan, u64)>,
}

/// Everything that a plan is made from.
#[derive(Clone, Debug)]
pub struct Planning {
    /// Open orders, urgent first, then by due date.
    pub orders: Vec<OpenOrder>,
    /// There are more than that.
    pub more: bool,
    /// The machines.
    pub equipment: Vec<Equipment>,
    /// IANA name.
    pub time_zone: String,
    /// The plant's calendar.
    pub calendar: Calendar,
    /// Working time, from some weeks ago to a year ahead.
    pub work: WorkTime,
    /// Now.
    pub now: Timestamp,
}

/// The state names under which orders are neither made nor over, in one flow or another.
fn open_states(flows: &[Arc<Flow>]) -> Vec<String> {
    let states = flows.iter().flat_map(|flow| &flow.states).filter(|state| is_open(state.category));
    let names: BTreeSet<_> = states.map(|state| state.name.clone()).collect();
    names.into_iter().collect()
}

fn is_open(category: Category) -> bool {
    matches!(category, Category::Waiting | Category::Ready | Category::Running)
}

/// True where the order's own flow says that it is neither made nor over.
fn is_ahead(order: &Order, flows: &[Arc<Flow>]) -> bool {
    let flow = flows.iter().find(|flow| flow.reference() == order.flow);
    flow.and_then(|flow| flow.state(&order.state)).is_some_and(|state| is_open(state.category))
}

/// Loads it. A write's key is looked up on the way.
pub async fn load<S: Store>(store: &S, caller: &Caller, line: Option<&str>) -> Result<Planning, CommandError> {
    let flows = load::flows(store, caller).await?;
    let filter = ListFilter { state: open_states(&flows), line: line.map(str::to_owned), ..ListFilter::default() };
    let mut page = PageRequest::first(200);
    let mut orders: Vec<Order> = Vec::new();
    loop {
        let found = store.list(caller.plant, kind::ORDER, &filter, &page).await?;
        for record in &found.items {
            orders.extend(Some(record.parse()?).filter(|order| is_ahead(order, &flows)));
        }
        page.after = found.next;
        if page.after.is_none() || orders.len() >= ORDERS_MAX {
            break;
        }
    }
    let more = page.after.is_some() || orders.len() > ORDERS_MAX;
    orders.truncate(ORDERS_MAX);
    let mut wanted = Load::new(caller.plant, caller.now_ms());
    wanted.with_plant = true;
    wanted.key = caller.key_lookup();
    wanted.counters = orders.iter().map(|order| order.id.to_string()).collect();
    wanted.records = orders.iter().map(|order| (kind::PLAN.to_owned(), order.id.to_string())).collect();
    wanted.children = vec![(kind::EQUIPMENT.into(), PLANT_PARENT.into())];
    let mut loaded = store.load(&wanted).await?;
    answered_before(&mut loaded, caller)?;
    let plant = loaded.plant.clone().unwrap_or_else(|| first_plant(caller.now_ms()));
    let calendar = calendar::of(&plant);
    let days = |n: i64| SignedDuration::from_hours(24 * n);
    let (from, to) = (caller.now.checked_sub(days(BACK_DAYS)), caller.now.checked_add(days(AHEAD_DAYS)));
    let work = calendar.between(from.unwrap_or(caller.now), to.unwrap_or(caller.now));
    let equipment = few(&loaded, kind::EQUIPMENT)?;
    let orders = orders.into_iter().map(|order| open_order(order, &loaded)).collect::<Result<_, _>>()?;
    Ok(Planning { orders, more, equipment, time_zone: plant.time_zone, calendar, work, now: caller.now })
}

fn open_order(order: Order, loaded: &Loaded) -> Result<OpenOrder, CommandError> {
    let of_it = loaded.counters.iter().filter(|counter| counter.scope == order.id.as_str());
    let counters = of_it.map(|counter| (counter.name.clone(), counter.value)).collect();
    let progress = report::progress(&counters, order.quantity.scale());
    let plan = match loaded.record(kind::PLAN, order.id.as_str()) {
        Some(record) => Some((record.parse()?, record.version)),
        None => None,
    };
    Ok(OpenOrder { order, progress, plan })
}

impl Planning {
    /// When an order must be done: at the end of its day where the plant is.
    pub fn due_s(&self, order: &Order) -> Option<i64> {
        Some(self.calendar.end_of(order.due?)?.as_second())
    }

    /// What is left of an order.
    pub fn job(&self, open: &OpenOrder) -> Job {
        schedule::job(&open.order, &open.progress, open.plan.as_ref().map(|(plan, _)| plan), self.due_s(&open.order))
    }

    /// By how much an order's plan ends after it is due; none without a plan or a due date.
    pub fn late_s(&self, open: &OpenOrder) -> Option<i64> {
        let (plan, _) = open.plan.as_ref()?;
        let finish_s = plan.slots.iter().map(|slot| slot.finish.as_second()).max()?;
        Some(finish_s - self.due_s(&open.order)?)
    }

    /// Places these orders; all others stay where they are.
    pub fn schedule(&self, which: &BTreeSet<&OrderId>, jobs: &[Job], direction: Direction) -> Plan {
        let now_s = self.now.as_second();
        let others = self.orders.iter().filter(|open| !which.contains(&open.order.id));
        let plans = others.filter_map(|open| open.plan.as_ref());
        let busy: Vec<Placed> = plans.flat_map(|(plan, _)| plan.placed(now_s)).collect();
        schedule::schedule(jobs, &busy, &self.work, now_s, direction)
    }

    /// What a plan moves, and the records to write for it.
    pub fn changes(&self, plan: &Plan) -> (Planned, Vec<RecordWrite>) {
        let (mut moved, mut records) = (Vec::new(), Vec::new());
        for open in &self.orders {
            let id = &open.order.id;
            if !plan.placed.iter().any(|placed| placed.order == *id) {
                continue;
            }
            let before = match &open.plan {
                Some((plan, _)) => plan.clone(),
                None => OrderPlan { order: id.clone(), slots: Vec::new() },
            };
            let after = before.with(&plan.placed);
            if after == before {
                continue;
            }
            for slot in &after.slots {
                let was = before.slots.iter().find(|known| known.operation == slot.operation);
                if was != Some(slot) {
                    moved.push(Moved { order: id.clone(), before: was.cloned(), after: slot.clone() });
                }
            }
            let version = open.plan.as_ref().map_or(0, |(_, version)| *version);
            let body = serde_json::to_value(&after).unwrap_or_default();
            records.push(RecordWrite::new(kind::PLAN, id.as_str(), Some(version), body));
        }
        let late = plan.late.iter().map(|(order, by_s)| Late { order: order.clone(), by_s: *by_s }).collect();
        let conflicts = plan.conflicts.iter();
        let conflicts = conflicts.map(|(order, operation)| Conflict { order: order.clone(), operation: *operation });
        let planned = Planned { moved, late, unplaced: plan.unplaced.clone(), conflicts: conflicts.collect() };
        (planned, records)
    }
}
