//! Machines, moulds and people: whether they can work, and who has them.
//!
//! What an order names is a plan until it starts; then the plan becomes use. A machine that orders share is only counted,
//! so that orders which start at once do not meet; one that a single order may have has a record of who has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::{Change, CounterChange, DomainEvent};
use crate::facts::Facts;
use crate::id::{EquipmentId, MouldId, OrderId, UserId};
use crate::master::{Equipment, EquipmentStatus, Mould};
use crate::order::{Order, OrderOperation};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::report::counter_name;
use crate::text::Lang;

/// The scope of the counters that say how many orders work on a machine. No order can be called so.
pub const USE_SCOPE: &str = "@use";

/// The scope of the counters of a mould's shots since its record says a number.
pub const SHOTS_SCOPE: &str = "@shots";

/// Who has a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Which order.
    pub order: OrderId,
    /// At which of its operations.
    pub operation: u16,
    /// Who started that.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
}

/// A machine that one order at a time may have, with that order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EquipmentUse {
    /// Which machine.
    pub equipment: EquipmentId,
    /// Who has it; nobody where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

/// What becomes of a machine or a mould.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceChange {
    /// A mould has made so many shots more, or less where a report is taken back.
    Shots {
        /// Which.
        mould: MouldId,
        /// How many.
        by: i64,
    },
    /// One operation more, or less, works on a machine.
    Use {
        /// Which.
        equipment: EquipmentId,
        /// One, or minus one.
        by: i64,
    },
    /// A machine that one order at a time may have changes hands.
    Hold(EquipmentUse),
}

/// What is wrong with a machine that an order wants to work on now; nothing where it is well.
pub fn machine(id: &EquipmentId, facts: &Facts) -> Option<Unmet> {
    let lang = facts.lang;
    let known = facts.equipment.iter().find(|equipment| equipment.id == *id);
    let holders = Permission::ResourceSet.holders();
    let why = match known.map(|equipment| equipment.status) {
        Some(EquipmentStatus::Available) => return known.and_then(|known| uncalibrated(known, facts)),
        Some(EquipmentStatus::Down) => lang.pick("故障停机", "is down"),
        Some(EquipmentStatus::Maintenance) => lang.pick("正在保养", "is being maintained"),
        None => lang.pick("不在设备台账中", "is not among the equipment"),
    };
    let name = known.map_or(id.as_str(), |equipment| equipment.name.as_str());
    let detail = match lang {
        Lang::Zh => format!("设备 {name}({id}){why}"),
        Lang::En => format!("{name} ({id}) {why}"),
    };
    let remedy = lang.pick("修复后把设备状态设为可用", "repair it and set it to available");
    Some(Unmet::new("equipment.unavailable", detail, remedy, holders))
}

fn uncalibrated(known: &Equipment, facts: &Facts) -> Option<Unmet> {
    let until = known.calibrated_until.filter(|until| facts.today.is_some_and(|today| *until < today))?;
    let (name, id) = (&known.name, &known.id);
    let detail = match facts.lang {
        Lang::Zh => format!("设备 {name}({id})的校准已于 {until} 到期"),
        Lang::En => format!("the calibration of {name} ({id}) ended on {until}"),
    };
    let remedy = facts.lang.pick("校准后登记新的有效期", "calibrate it and enter the new date");
    Some(Unmet::new("equipment.calibration", detail, remedy, Permission::ResourceSet.holders()))
}

/// Another order has the machine, which only one may have.
pub fn taken(id: &EquipmentId, order: &Order, facts: &Facts) -> Option<Unmet> {
    let held = facts.uses.iter().find(|known| known.equipment == *id)?;
    let holder = held.holder.as_ref().filter(|holder| holder.order != order.id)?;
    let (other, operation, by) = (&holder.order, holder.operation, &holder.by);
    let detail = match facts.lang {
        Lang::Zh => format!("设备 {id} 正由工单 {other} 的工序 {operation} 使用({by} 启动)"),
        Lang::En => format!("{id} is in use by order {other} at operation {operation}, which {by} started"),
    };
    let remedy = match facts.lang {
        Lang::Zh => format!("完成 {other} 的工序 {operation},或把本工序改到其他设备"),
        Lang::En => format!("finish operation {operation} of {other}, or plan another machine"),
    };
    Some(Unmet::new("equipment.in_use", detail, remedy, Permission::OrderStart.holders()))
}

/// What is wrong with a mould that an order wants to work with now.
pub fn mould(id: &MouldId, facts: &Facts) -> Option<Unmet> {
    let known = facts.moulds.iter().find(|mould| mould.id == *id);
    if known.is_some_and(Mould::can_work) {
        return None;
    }
    let name = known.map_or(id.as_str(), |mould| mould.name.as_str());
    let used = known.and_then(|mould| Some((mould.shots, mould.shots_max?))).filter(|(shots, max)| shots >= max);
    let detail = match (facts.lang, used) {
        (Lang::Zh, Some((shots, max))) => format!("模具 {name}({id})已用 {shots} 次,寿命 {max} 次"),
        (Lang::En, Some((shots, max))) => format!("mould {name} ({id}) has made {shots} shots of {max}"),
        (Lang::Zh, None) => format!("模具 {name}({id})不可用"),
        (Lang::En, None) => format!("mould {name} ({id}) is not usable"),
    };
    let remedy = facts.lang.pick("维修或更换模具后设为可用", "overhaul or replace it and set it to usable");
    Some(Unmet::new("mould.unusable", detail, remedy, Permission::ResourceSet.holders()))
}

/// Who of those planned for an operation is not there, or too few of those who may work at it.
pub fn people(order: &Order, operation: &OrderOperation, facts: &Facts) -> Vec<Unmet> {
    let (lang, line) = (facts.lang, &order.line);
    let holders = Permission::ResourceSet.holders();
    let present = || facts.crew.iter().filter(|member| member.present && member.line.as_ref() == Some(line));
    let mut unmet = Vec::new();
    let needed = usize::from(operation.crew_min);
    if present().count() < needed {
        let there = present().count();
        let detail = match lang {
            Lang::Zh => format!("产线 {line} 需要 {needed} 人到位,现有 {there} 人"),
            Lang::En => format!("line {line} needs {needed} people, {there} are present"),
        };
        let remedy = lang.pick("请该产线人员签到", "have people of this line check in");
        unmet.push(Unmet::new("crew.absent", detail, remedy, holders));
    } else if let Some(wanted) = &operation.qualification {
        let qualified = present().filter(|member| member.is_qualified(Some(wanted))).count();
        if qualified < needed.max(1) {
            let (name, needed) = (&operation.name, needed.max(1));
            let detail = match lang {
                Lang::Zh => format!("工序“{name}”需要 {needed} 名具备“{wanted}”资质的人员,到位 {qualified} 名"),
                Lang::En => format!("{name} needs {needed} people qualified for {wanted}, {qualified} are present"),
            };
            let remedy = lang.pick("请有资质的人员签到,或登记资质", "have somebody qualified check in, or enter it");
            unmet.push(Unmet::new("crew.unqualified", detail, remedy, holders));
        }
    }
    for planned in &operation.crew {
        if !present().any(|member| member.user == *planned) {
            let detail = match lang {
                Lang::Zh => format!("计划人员 {planned} 未到位"),
                Lang::En => format!("{planned} is planned here and not present"),
            };
            let remedy = lang.pick("请其签到,或改派人员", "have them check in, or plan somebody else");
            unmet.push(Unmet::new("crew.planned_absent", detail, remedy, Permission::SchedulePlan.holders()));
        }
    }
    unmet
}

/// Who reports lacks what the operation asks for.
pub fn unqualified(operation: &OrderOperation, facts: &Facts) -> Option<Unmet> {
    let wanted = operation.qualification.as_deref()?;
    let user = &facts.actor.user;
    if facts.crew.iter().any(|member| member.user == *user && member.is_qualified(Some(wanted))) {
        return None;
    }
    let name = &operation.name;
    let detail = match facts.lang {
        Lang::Zh => format!("工序“{name}”要求“{wanted}”资质,{user} 没有登记此资质"),
        Lang::En => format!("{name} asks for the qualification {wanted}, which {user} does not have"),
    };
    let remedy = facts.lang.pick("请有资质的人员报工,或登记资质", "have somebody qualified report, or enter it");
    Some(Unmet::new("crew.unqualified", detail, remedy, Permission::ResourceSet.holders()))
}

/// True where one order at a time may have the machine.
fn is_exclusive(id: &EquipmentId, facts: &Facts) -> bool {
    facts.equipment.iter().any(|known| known.id == *id && known.exclusive)
}

/// When production starts: the machines that orders share, and the one of the first operation. Every later operation
/// takes a machine of its own when it is started itself, so that none stands idle for an order that is far from it.
pub(crate) fn take_at_start(order: &mut Order, facts: &Facts, change: &mut Change) {
    for at in 0..order.operations.len() {
        let free = order.operations[at]
            .equipment
            .as_ref()
            .is_some_and(|id| !is_exclusive(id, facts) || (at == 0 && taken(id, order, facts).is_none()));
        if free {
            take(order, at, facts, change);
        }
    }
}

/// True while an operation has its machine: it was taken, and no report has given it back since.
pub(crate) fn has_machine(operation: &OrderOperation, facts: &Facts) -> bool {
    operation.uses.is_some() && facts.progress.get(&operation.number).is_none_or(|progress| progress.freed == 0)
}

/// True while one of the operations has this machine, `but` not looked at.
fn is_with(order: &Order, id: &EquipmentId, but: u16, facts: &Facts) -> bool {
    let mut others = order.operations.iter().filter(|other| other.number != but);
    others.any(|other| other.uses.as_ref() == Some(id) && has_machine(other, facts))
}

fn freed(number: u16, delta: i64, min_after: Option<i64>, max_after: Option<i64>) -> CounterChange {
    CounterChange { name: counter_name(number, "freed"), delta, min_after, max_after }
}

/// The report that completes an operation gives its machine back. A report does not touch its order, so a counter says it,
/// and exactly one report moves that.
pub(crate) fn free_by_report(order: &Order, number: u16, facts: &Facts, change: &mut Change) {
    let Some(operation) = order.operation(number).filter(|operation| has_machine(operation, facts)) else { return };
    let Some(id) = operation.uses.clone() else { return };
    change.counters.push(freed(number, 1, None, Some(1)));
    let held = is_with(order, &id, number, facts);
    give(order, id, held, facts, change);
}

/// The machine is one operation's less; and nobody's any more, where it was this order's and is not with another operation.
fn give(order: &Order, id: EquipmentId, still: bool, facts: &Facts, change: &mut Change) {
    change.resources.push(ResourceChange::Use { equipment: id.clone(), by: -1 });
    let mine = |known: &&EquipmentUse| {
        known.equipment == id && known.holder.as_ref().is_some_and(|holder| holder.order == order.id)
    };
    if !still && facts.uses.iter().any(|known| mine(&known)) {
        hold(&id, None, facts, change);
    }
}

/// An operation is not complete any more, since a report is taken back: it has its machine again, where that is free. Else
/// it has to be started again.
pub(crate) fn take_again(order: &mut Order, number: u16, facts: &Facts, change: &mut Change) {
    let Some(at) = order.operations.iter().position(|operation| operation.number == number) else { return };
    let operation = &order.operations[at];
    let is_free = operation.equipment.as_ref().is_some_and(|id| taken(id, order, facts).is_none());
    if operation.uses.is_some() && !has_machine(operation, facts) && is_free {
        take(order, at, facts, change);
    }
}

/// An operation takes its machine.
pub(crate) fn take(order: &mut Order, at: usize, facts: &Facts, change: &mut Change) {
    let operation = &order.operations[at];
    let (Some(id), None) = (operation.equipment.clone(), &operation.supplier) else { return };
    if has_machine(operation, facts) {
        return;
    }
    let number = operation.number;
    if operation.uses.is_some() {
        change.counters.push(freed(number, -1, Some(0), Some(0)));
    }
    let has_it = is_with(order, &id, number, facts);
    change.resources.push(ResourceChange::Use { equipment: id.clone(), by: 1 });
    if is_exclusive(&id, facts) && !has_it {
        let by = facts.actor.user.clone();
        let holder = Holder { order: order.id.clone(), operation: number, by, at: facts.now };
        hold(&id, Some(holder), facts, change);
    }
    order.operations[at].uses = Some(id);
}

/// A planner gives an operation that has not begun another machine. What was taken for it already is swapped.
pub fn rebind(order: &mut Order, at: usize, machine: Option<EquipmentId>, facts: &Facts, change: &mut Change) {
    let had = order.operations[at].uses.is_some();
    give_back(order, at, facts, change);
    order.operations[at].equipment = machine;
    let shared = order.operations[at].equipment.as_ref().is_some_and(|id| !is_exclusive(id, facts));
    if had && shared {
        take(order, at, facts, change);
    }
}

/// All operations give their machines back.
pub(crate) fn release(order: &mut Order, facts: &Facts, change: &mut Change) {
    for at in 0..order.operations.len() {
        order.operations[at].stop_clock(facts.now);
        give_back(order, at, facts, change);
    }
}

/// An operation gives its machine back.
pub(crate) fn give_back(order: &mut Order, at: usize, facts: &Facts, change: &mut Change) {
    let (number, had) = (order.operations[at].number, has_machine(&order.operations[at], facts));
    let Some(id) = order.operations[at].uses.take() else { return };
    if !had {
        // A report has given it back before.
        change.counters.push(freed(number, -1, Some(0), Some(0)));
        return;
    }
    // No report gives it back meanwhile.
    change.counters.push(freed(number, 0, Some(0), Some(0)));
    let still = is_with(order, &id, number, facts);
    give(order, id, still, facts, change);
}

/// A commit writes each record once, so a machine that changes hands twice in it is written as it ends.
fn hold(id: &EquipmentId, holder: Option<Holder>, facts: &Facts, change: &mut Change) {
    let version = facts.uses.iter().find(|known| known.equipment == *id).map_or(0, |known| known.version);
    change.resources.retain(|change| !matches!(change, ResourceChange::Hold(known) if known.equipment == *id));
    change.resources.push(ResourceChange::Hold(EquipmentUse { equipment: id.clone(), holder, version }));
}

/// The shots that pieces of an operation take, less where a report is taken back. Whoever looks after moulds is told when
/// the limit is reached: production that happened is not refused for it.
pub(crate) fn shots(order: &Order, number: u16, pieces: Quantity, back: bool, facts: &Facts, change: &mut Change) {
    let Some(id) = order.operation(number).and_then(|operation| operation.mould.as_ref()) else { return };
    let Some(mould) = facts.moulds.iter().find(|mould| mould.id == *id) else { return };
    let by = mould.shots_for(pieces);
    if by == 0 {
        return;
    }
    change.resources.push(ResourceChange::Shots { mould: id.clone(), by: if back { -by } else { by } });
    let (before, after) = (i64::from(mould.shots), i64::from(mould.shots).saturating_add(by));
    if let Some(max) = mould.shots_max.filter(|max| !back && before < i64::from(*max) && after >= i64::from(*max)) {
        change.events.push(DomainEvent {
            kind: "mould.limit_reached.v1".into(),
            data: serde_json::json!({"mould": id, "shots": after, "shots_max": max, "order": order.id, "line": order.line}),
        });
    }
}
