//! 工序排程: when each operation of each order is done, with one order at a time on a machine and only in working time.
//!
//! Orders are placed one after another, the more urgent and the sooner due first: forward as early as they can be, or
//! backward as late as their due date lets them, and forward after all where that would lie in the past. What a planner
//! has put somewhere stays there, and everything else goes around it. So a plan is never the best that there could be,
//! but everybody can see why it is as it is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::WorkTime;
use crate::facts::Progress;
use crate::id::{EquipmentId, OrderId};
use crate::master::Way;
use crate::order::{Order, OrderOperation, Priority};

/// From where orders are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 顺排: from now on, as early as they can be.
    #[default]
    Forward,
    /// 倒排: from the due date back, as late as they can be.
    Backward,
}

/// An operation that is to be placed. All times are in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Its number.
    pub operation: u16,
    /// The machine that it needs; without one it takes no place from others.
    pub equipment: Option<EquipmentId>,
    /// How long people work on what is left of it.
    pub work_s: i64,
    /// How long they work on one piece.
    pub piece_s: i64,
    /// Whether it may run beside the one before it.
    pub way: Way,
    /// Where a planner has put it.
    pub pinned_s: Option<i64>,
}

/// An order that is to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which.
    pub order: OrderId,
    /// How much it matters.
    pub priority: Priority,
    /// When it must be done.
    pub due_s: Option<i64>,
    /// What is left of it, in its order.
    pub works: Vec<Work>,
}

/// A place in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Of which order.
    pub order: OrderId,
    /// Which operation.
    pub operation: u16,
    /// On which machine.
    pub equipment: Option<EquipmentId>,
    /// The first second of it.
    pub start_s: i64,
    /// The second after its last.
    pub finish_s: i64,
    /// A planner has put it there.
    pub pinned: bool,
}

/// A plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Where everything is, by order and operation.
    pub placed: Vec<Placed>,
    /// Which orders are done after they are due, and by how many seconds.
    pub late: Vec<(OrderId, i64)>,
    /// Orders that have no place: nobody works long enough in the time that was looked at.
    pub unplaced: Vec<OrderId>,
    /// Operations that a planner has put where they cannot be: before what comes before them, or beside another one on
    /// their machine.
    pub conflicts: Vec<(OrderId, u16)>,
}

/// Places every job. `busy` is what others have put on the machines and stays.
pub fn schedule(jobs: &[Job], busy: &[Placed], work: &WorkTime, now_s: i64, direction: Direction) -> Plan {
    let mut board = Board { work, now_s, machines: BTreeMap::new() };
    for placed in busy {
        board.occupy(placed);
    }
    let mut plan = Plan::default();
    let mut pins = BTreeMap::new();
    for job in jobs {
        for one in &job.works {
            let Some(placed) = one.pinned_s.and_then(|at_s| board.pinned(job, one, at_s)) else { continue };
            if board.is_taken(&placed) {
                plan.conflicts.push((job.order.clone(), one.operation));
            }
            board.occupy(&placed);
            pins.insert((&job.order, one.operation), placed);
        }
    }
    let mut order: Vec<&Job> = jobs.iter().collect();
    order.sort_by_key(|job| (job.priority, job.due_s.unwrap_or(i64::MAX), &job.order));
    for job in order {
        let pins: BTreeMap<u16, Placed> = job
            .works
            .iter()
            .filter_map(|one| Some((one.operation, pins.get(&(&job.order, one.operation))?.clone())))
            .collect();
        let back = match (direction, job.due_s) {
            (Direction::Backward, Some(due_s)) => board.backward(job, &pins, due_s),
            _ => None,
        };
        let Some(placed) = back.or_else(|| board.forward(job, &pins)) else {
            plan.unplaced.push(job.order.clone());
            plan.placed.extend(pins.into_values());
            continue;
        };
        placed.iter().filter(|one| !one.pinned).for_each(|one| board.occupy(one));
        plan.conflicts.extend(out_of_order(job, &placed));
        let finish_s = placed.iter().map(|one| one.finish_s).max();
        if let (Some(due_s), Some(finish_s)) = (job.due_s, finish_s)
            && finish_s > due_s
        {
            plan.late.push((job.order.clone(), finish_s - due_s));
        }
        plan.placed.extend(placed);
    }
    plan.placed.sort_by(|a, b| (&a.order, a.operation).cmp(&(&b.order, b.operation)));
    plan.conflicts.sort();
    plan.conflicts.dedup();
    plan
}

/// Pinned operations that begin before what comes before them lets them.
fn out_of_order<'j>(job: &'j Job, placed: &'j [Placed]) -> impl Iterator<Item = (OrderId, u16)> + 'j {
    placed.windows(2).zip(job.works.iter().skip(1)).filter_map(|(pair, one)| {
        let too_early = match one.way {
            Way::Sequence => pair[1].start_s < pair[0].finish_s,
            Way::Overlap => pair[1].start_s < pair[0].start_s || pair[1].finish_s < pair[0].finish_s,
        };
        too_early.then(|| (job.order.clone(), one.operation))
    })
}

/// What stands where while a plan is made.
struct Board<'w> {
    work: &'w WorkTime,
    now_s: i64,
    machines: BTreeMap<EquipmentId, Vec<(i64, i64)>>,
}

impl Board<'_> {
    fn occupy(&mut self, placed: &Placed) {
        if let Some(id) = &placed.equipment {
            self.machines.entry(id.clone()).or_default().push((placed.start_s, placed.finish_s));
        }
    }

    /// What is in the way on a machine, if anything.
    fn in_the_way(&self, equipment: Option<&EquipmentId>, start_s: i64, finish_s: i64) -> Option<(i64, i64)> {
        let taken = self.machines.get(equipment?)?;
        taken.iter().copied().find(|(from_s, to_s)| start_s < *to_s && *from_s < finish_s)
    }

    fn is_taken(&self, placed: &Placed) -> bool {
        self.in_the_way(placed.equipment.as_ref(), placed.start_s, placed.finish_s).is_some()
    }

    /// Work that begins at a moment, or when people work next.
    fn from(&self, at_s: i64, work_s: i64) -> Option<(i64, i64)> {
        let before_s = self.work.worked_s(at_s);
        Some((self.work.begin_s(before_s)?, self.work.end_s(before_s + work_s.max(1))?))
    }

    /// Work that ends at a moment, or when people worked last before it.
    fn until(&self, at_s: i64, work_s: i64) -> Option<(i64, i64)> {
        let before_s = self.work.worked_s(at_s);
        Some((self.work.begin_s(before_s - work_s.max(1))?, self.work.end_s(before_s)?))
    }

    fn place(&self, job: &Job, one: &Work, (start_s, finish_s): (i64, i64), pinned: bool) -> Placed {
        let (order, operation, equipment) = (job.order.clone(), one.operation, one.equipment.clone());
        Placed { order, operation, equipment, start_s, finish_s, pinned }
    }

    fn pinned(&self, job: &Job, one: &Work, at_s: i64) -> Option<Placed> {
        Some(self.place(job, one, self.from(at_s, one.work_s)?, true))
    }

    /// The earliest place from a moment on.
    fn earliest(&self, one: &Work, from_s: i64) -> Option<(i64, i64)> {
        let mut at_s = from_s;
        loop {
            let found = self.from(at_s, one.work_s)?;
            match self.in_the_way(one.equipment.as_ref(), found.0, found.1) {
                None => return Some(found),
                Some((_, to_s)) => at_s = to_s,
            }
        }
    }

    /// The latest place up to a moment.
    fn latest(&self, one: &Work, until_s: i64) -> Option<(i64, i64)> {
        let mut at_s = until_s;
        loop {
            let found = self.until(at_s, one.work_s)?;
            match self.in_the_way(one.equipment.as_ref(), found.0, found.1) {
                None => return Some(found),
                Some((from_s, _)) => at_s = from_s,
            }
        }
    }

    /// Pieces flow from one operation to the next: the next one neither begins before the first piece is there, nor ends
    /// before the last one has passed it.
    fn after(&self, before: &Placed, its_piece_s: i64, one: &Work) -> i64 {
        if one.way == Way::Sequence {
            return before.finish_s;
        }
        let first = self.work.end_s(self.work.worked_s(before.start_s) + its_piece_s.max(1));
        let last = self.work.worked_s(before.finish_s) + one.piece_s - one.work_s;
        let last = self.work.begin_s(last.max(0)).unwrap_or(before.finish_s);
        first.unwrap_or(before.finish_s).min(before.finish_s).max(last)
    }

    fn forward(&self, job: &Job, pins: &BTreeMap<u16, Placed>) -> Option<Vec<Placed>> {
        let mut placed: Vec<Placed> = Vec::with_capacity(job.works.len());
        let mut board = Board { work: self.work, now_s: self.now_s, machines: self.machines.clone() };
        for (at, one) in job.works.iter().enumerate() {
            let from_s = match (placed.last(), at.checked_sub(1).and_then(|before| job.works.get(before))) {
                (Some(before), Some(its)) => board.after(before, its.piece_s, one).max(self.now_s),
                _ => self.now_s,
            };
            let found = match pins.get(&one.operation) {
                Some(pinned) => pinned.clone(),
                None => board.place(job, one, board.earliest(one, from_s)?, false),
            };
            if !found.pinned {
                board.occupy(&found);
            }
            placed.push(found);
        }
        Some(placed)
    }

    /// None where it does not fit between now and the due date.
    fn backward(&self, job: &Job, pins: &BTreeMap<u16, Placed>, due_s: i64) -> Option<Vec<Placed>> {
        let mut placed: Vec<Placed> = Vec::with_capacity(job.works.len());
        let mut board = Board { work: self.work, now_s: self.now_s, machines: self.machines.clone() };
        for (at, one) in job.works.iter().enumerate().rev() {
            let until_s = match (placed.last(), job.works.get(at + 1)) {
                (Some(next), Some(its)) => board.before(next, its, one).min(due_s),
                _ => due_s,
            };
            let found = match pins.get(&one.operation) {
                Some(pinned) => pinned.clone(),
                None => board.place(job, one, board.latest(one, until_s)?, false),
            };
            if found.start_s < self.now_s || found.finish_s > until_s {
                return None;
            }
            if !found.pinned {
                board.occupy(&found);
            }
            placed.push(found);
        }
        placed.reverse();
        Some(placed)
    }

    /// The moment by which an operation must end so that the next one can be where it is.
    fn before(&self, next: &Placed, its: &Work, one: &Work) -> i64 {
        if its.way == Way::Sequence {
            return next.start_s;
        }
        let first = self.work.worked_s(next.start_s) - one.piece_s.max(1).min(one.work_s.max(1)) + one.work_s.max(1);
        let last = self.work.worked_s(next.finish_s) - its.piece_s;
        self.work.end_s(first.min(last).max(0)).unwrap_or(next.start_s).min(next.finish_s)
    }
}

/// Where one operation of an order is in the plan, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Its number.
    pub operation: u16,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// When it starts.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub start: Timestamp,
    /// When it is done.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub finish: Timestamp,
    /// A planner has put it there: scheduling lets it stay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}

/// The plan of one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderPlan {
    /// Which order.
    pub order: OrderId,
    /// Its operations, by number.
    pub slots: Vec<Slot>,
}

impl OrderPlan {
    /// As places on the board; what is over takes none.
    pub fn placed(&self, now_s: i64) -> impl Iterator<Item = Placed> + '_ {
        let ahead = self.slots.iter().filter(move |slot| slot.finish.as_second() > now_s);
        ahead.map(|slot| Placed {
            order: self.order.clone(),
            operation: slot.operation,
            equipment: slot.equipment.clone(),
            start_s: slot.start.as_second(),
            finish_s: slot.finish.as_second(),
            pinned: slot.pinned,
        })
    }

    /// The plan with new places. Operations that have none any more keep where they were: they are done.
    pub fn with(&self, placed: &[Placed]) -> Self {
        let mut slots: BTreeMap<u16, Slot> = self.slots.iter().map(|slot| (slot.operation, slot.clone())).collect();
        for one in placed.iter().filter(|one| one.order == self.order) {
            let moment = |at_s| Timestamp::from_second(at_s).unwrap_or_default();
            let slot = Slot {
                operation: one.operation,
                equipment: one.equipment.clone(),
                start: moment(one.start_s),
                finish: moment(one.finish_s),
                pinned: one.pinned,
            };
            slots.insert(one.operation, slot);
        }
        Self { order: self.order.clone(), slots: slots.into_values().collect() }
    }
}

/// What is left to do of an order. An operation without a standard time takes a minute, so that it can be seen.
pub fn job(order: &Order, progress: &BTreeMap<u16, Progress>, plan: Option<&OrderPlan>, due_s: Option<i64>) -> Job {
    let scale = order.quantity.scale();
    let one = 10_i128.pow(u32::from(scale));
    let work = |operation: &OrderOperation| {
        let done = progress.get(&operation.number).map_or(0, |at| at.done().units());
        let left = order.quantity.units() - done;
        if left <= 0 || operation.finished.is_some() {
            return None;
        }
        let work_s = i64::try_from(i128::from(left) * i128::from(operation.standard_s) / one).unwrap_or(i64::MAX / 4);
        let slot = plan.and_then(|plan| plan.slots.iter().find(|slot| slot.operation == operation.number));
        Some(Work {
            operation: operation.number,
            equipment: operation.equipment.clone().filter(|_| operation.supplier.is_none()),
            work_s: work_s.max(60),
            piece_s: i64::from(operation.standard_s),
            way: operation.way,
            pinned_s: slot.filter(|slot| slot.pinned).map(|slot| slot.start.as_second()),
        })
    };
    Job {
        order: order.id.clone(),
        priority: order.priority,
        due_s,
        works: order.operations.iter().filter_map(work).collect(),
    }
}
