//! The operations of an order: where each stands, and what may be done with it.
//!
//! Nobody has to start an operation to report on it: a report says that it runs. Starting it by hand takes its machine and
//! sets its clock going; pausing it closes it to reports until somebody resumes it.

mod view;

use serde::{Deserialize, Serialize};

use crate::decide::{self, Change, CounterChange, DomainEvent};
use crate::facts::Facts;
use crate::flow::{Category, Flow};
use crate::id::LocationId;
use crate::ledger::{Account, MovementKind, Posting};
use crate::master::Way;
use crate::order::{HistoryEntry, Mark, Order, OrderOperation};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::report::{counter_name, limit};
use crate::resource;
use crate::semi;
use crate::text::Lang;

pub use view::{OperationView, percent, views};

/// What may be done with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 开工: its machine is taken, its clock runs.
    Start,
    /// 暂停: it takes no reports.
    Pause,
    /// 恢复.
    Resume,
    /// 完成: its machine is free again.
    Finish,
    /// 外协发出: pieces go to the supplier.
    Send,
    /// 外协收回: pieces come back.
    Receive,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 6] = [Self::Start, Self::Pause, Self::Resume, Self::Finish, Self::Send, Self::Receive];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Finish => "finish",
            Self::Send => "send",
            Self::Receive => "receive",
        }
    }

    /// The step of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }

    /// Who may.
    pub fn permission(self) -> Permission {
        match self {
            Self::Start | Self::Finish => Permission::OrderStart,
            Self::Pause | Self::Resume => Permission::OrderPause,
            Self::Send | Self::Receive => Permission::StockMove,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Start => "operation.started.v1",
            Self::Pause => "operation.paused.v1",
            Self::Resume => "operation.resumed.v1",
            Self::Finish => "operation.finished.v1",
            Self::Send => "operation.sent.v1",
            Self::Receive => "operation.received.v1",
        }
    }
}

/// Where an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Nothing has been done.
    Waiting,
    /// Somebody has begun.
    Running,
    /// It takes no reports for now.
    Paused,
    /// Everything is reported, or somebody has said that it is done.
    Done,
}

/// What a step is given.
#[derive(Clone, Debug, Default)]
pub struct StepInput {
    /// Why.
    pub reason: String,
    /// How many pieces go to the supplier or come back.
    pub quantity: Option<Quantity>,
}

/// True when an operation needs nothing more.
pub fn is_done(order: &Order, operation: &OrderOperation, facts: &Facts) -> bool {
    let reported = facts.progress_at(operation.number, order.quantity.scale()).done();
    operation.finished.is_some() || reported >= order.quantity
}

/// Where an operation stands.
pub fn state(order: &Order, operation: &OrderOperation, facts: &Facts) -> OperationState {
    let progress = facts.progress_at(operation.number, order.quantity.scale());
    let begun = operation.started.is_some() || progress.done().is_positive() || progress.sent.is_positive();
    if is_done(order, operation, facts) || order.completed.is_some() {
        OperationState::Done
    } else if operation.stopped.is_some() || (order.paused.is_some() && begun) {
        OperationState::Paused
    } else if begun {
        OperationState::Running
    } else {
        OperationState::Waiting
    }
}

/// Everything that stands between the actor and a step, beside what is given with it.
pub fn unmet(order: &Order, flow: &Flow, operation: &OrderOperation, step: Step, facts: &Facts) -> Vec<Unmet> {
    let (lang, holders) = (facts.lang, step.permission().holders());
    let mut unmet = Vec::new();
    if !facts.actor.may(step.permission()) {
        unmet.push(Unmet::permission(step.permission(), lang));
    }
    let category = flow.state(&order.state).map(|state| state.category);
    let open = category == Some(Category::Running) || (step == Step::Receive && category == Some(Category::Done));
    if !open {
        let detail = lang.pick("工单不在生产中", "the order is not in production");
        let remedy = lang.pick("先启动生产", "start production first");
        unmet.push(Unmet::new("operation.order_not_running", detail, remedy, Permission::OrderStart.holders()));
        return unmet;
    }
    let mut add = |code: &str, detail: &str, remedy: &str| unmet.push(Unmet::new(code, detail, remedy, holders));
    match step {
        Step::Start => {
            let freed = operation.uses.is_some() && !resource::has_machine(operation, facts);
            if operation.started.is_some() && operation.finished.is_none() && !freed {
                let remedy = lang.pick("直接报工", "report what is made");
                add("operation.started", lang.pick("本工序已开工", "it is started already"), remedy);
            }
            if operation.supplier.is_some() {
                let detail = lang.pick("外协工序由供应商完成", "a supplier does this operation");
                add("operation.outsourced", detail, lang.pick("用外协发出", "send the pieces to the supplier"));
            }
            unmet.extend(not_ready(order, operation, facts));
        }
        Step::Pause if operation.stopped.is_some() => unmet.extend(stopped(operation, lang)),
        Step::Pause if is_done(order, operation, facts) => {
            let remedy = lang.pick("无需暂停", "there is nothing to pause");
            add("operation.done", lang.pick("本工序已完成", "it is done already"), remedy);
        }
        Step::Resume if operation.stopped.is_none() => {
            let remedy = lang.pick("无需恢复", "there is nothing to resume");
            add("operation.not_paused", lang.pick("本工序没有暂停", "it is not paused"), remedy);
        }
        Step::Finish if operation.finished.is_some() => {
            let remedy = lang.pick("无需再次操作", "nothing is left to do");
            add("operation.done", lang.pick("本工序已完成", "it is done already"), remedy);
        }
        Step::Finish => {
            let reported = facts.progress_at(operation.number, order.quantity.scale()).done();
            if !reported.is_positive() {
                let detail = lang.pick("本工序还没有报工", "nothing is reported at it");
                add("report.none", detail, lang.pick("先报工", "report what was made first"));
            }
            unmet.extend(stopped(operation, lang));
        }
        Step::Send | Step::Receive if operation.supplier.is_none() => {
            let detail = lang.pick("本工序不是外协工序", "no supplier does this operation");
            add("operation.not_outsourced", detail, lang.pick("在厂内报工", "report it as made in the plant"));
        }
        Step::Send => unmet.extend(stopped(operation, lang)),
        Step::Pause | Step::Resume | Step::Receive => {}
    }
    unmet
}

/// Why an operation cannot be begun now: what comes before it, its machine, its mould, its people.
fn not_ready(order: &Order, operation: &OrderOperation, facts: &Facts) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    if let Some(mark) = &order.paused {
        let detail = match facts.lang {
            Lang::Zh => format!("工单已被 {} 暂停:{}", mark.by, mark.reason),
            Lang::En => format!("{} has paused the order: {}", mark.by, mark.reason),
        };
        let remedy = facts.lang.pick("先恢复工单", "resume the order first");
        unmet.push(Unmet::new("order.paused", detail, remedy, Permission::OrderPause.holders()));
    }
    unmet.extend(before_not_done(order, operation, facts));
    if let Some(id) = &operation.equipment {
        unmet.extend(resource::machine(id, facts));
        unmet.extend(resource::taken(id, order, facts));
    }
    unmet.extend(operation.mould.as_ref().and_then(|id| resource::mould(id, facts)));
    unmet.extend(resource::people(order, operation, facts));
    unmet
}

/// An operation that waits for the one before it, while that one is not done.
pub(crate) fn before_not_done(order: &Order, operation: &OrderOperation, facts: &Facts) -> Option<Unmet> {
    let before = order.operation_before(operation.number).filter(|_| operation.way == Way::Sequence)?;
    if is_done(order, before, facts) {
        return None;
    }
    let (name, number) = (&before.name, before.number);
    let detail = match facts.lang {
        Lang::Zh => format!("要等前工序 {number}“{name}”全部完成"),
        Lang::En => format!("it waits until operation {number}, {name}, is done"),
    };
    let remedy = facts.lang.pick("完成前工序,或将其标记为完成", "report all of it, or finish it");
    Some(Unmet::new("operation.before_not_done", detail, remedy, Permission::OrderStart.holders()))
}

/// Somebody has paused the operation: who, why, and who resumes it.
pub(crate) fn stopped(operation: &OrderOperation, lang: Lang) -> Option<Unmet> {
    let mark = operation.stopped.as_ref()?;
    let name = &operation.name;
    let detail = match lang {
        Lang::Zh => format!("工序“{name}”已被 {} 暂停:{}", mark.by, mark.reason),
        Lang::En => format!("{} has paused {name}: {}", mark.by, mark.reason),
    };
    let remedy = lang.pick("先恢复本工序", "resume the operation first");
    Some(Unmet::new("operation.paused", detail, remedy, Permission::OrderPause.holders()))
}

/// A machine that one order at a time may have is not this operation's: a report cannot come from it.
pub(crate) fn without_its_machine(order: &Order, operation: &OrderOperation, facts: &Facts) -> Option<Unmet> {
    let id = operation.equipment.as_ref().filter(|_| operation.supplier.is_none())?;
    let exclusive = facts.equipment.iter().any(|known| known.id == *id && known.exclusive);
    if !exclusive || resource::has_machine(operation, facts) || is_done(order, operation, facts) {
        return None;
    }
    let detail = match facts.lang {
        Lang::Zh => format!("设备 {id} 为独占设备,本工序尚未开工"),
        Lang::En => format!("one order at a time has {id}, and this operation is not started"),
    };
    let remedy = facts.lang.pick("先启动本工序", "start the operation first");
    Some(Unmet::new("operation.not_started", detail, remedy, Permission::OrderStart.holders()))
}

/// Decides a step.
pub fn decide(
    order: &Order,
    flow: &Flow,
    number: u16,
    step: Step,
    input: &StepInput,
    facts: &Facts,
) -> Result<Change, Refusal> {
    let Some(at) = order.operations.iter().position(|known| known.number == number) else {
        let detail = match facts.lang {
            Lang::Zh => format!("工单没有工序 {number}"),
            Lang::En => format!("the order has no operation {number}"),
        };
        let remedy = facts.lang.pick("选择工单的工序", "choose one of its operations");
        return Err(Refusal::one(Unmet::new("operation.unknown", detail, remedy, &[])));
    };
    let operation = &order.operations[at];
    let mut lacks = unmet(order, flow, operation, step, facts);
    let reason = input.reason.trim();
    if step == Step::Pause && reason.is_empty() {
        let remedy = facts.lang.pick("填写原因后再试", "give a reason and try again");
        let detail = facts.lang.pick("需要填写原因", "a reason is needed");
        lacks.push(Unmet::new("input.reason", detail, remedy, step.permission().holders()));
    }
    let mut change = Change::default();
    if matches!(step, Step::Send | Step::Receive) && operation.supplier.is_some() {
        lacks.extend(outsource(order, operation, step, input, facts, &mut change));
    }
    if !lacks.is_empty() {
        return Err(Refusal { unmet: lacks });
    }
    let mut after = order.clone();
    let mark = Mark { by: facts.actor.user.clone(), at: facts.now, reason: reason.to_owned() };
    match step {
        Step::Start => {
            after.operations[at].finished = None;
            after.operations[at].started = Some(mark);
            resource::take(&mut after, at, facts, &mut change);
        }
        Step::Pause => after.operations[at].stopped = Some(mark),
        Step::Resume => after.operations[at].stopped = None,
        Step::Finish => {
            after.operations[at].finished = Some(mark);
            resource::give_back(&mut after, at, facts, &mut change);
        }
        Step::Send | Step::Receive => {}
    }
    after.operations[at].set_clock(facts.now);
    after.history.push(HistoryEntry {
        action: format!("operation-{}", step.as_str()),
        state: after.state.clone(),
        by: facts.actor.user.clone(),
        at: facts.now,
        reason: if reason.is_empty() { number.to_string() } else { format!("{number}: {reason}") },
    });
    let data = serde_json::json!({
        "order": order.id, "item": order.item, "line": order.line, "operation": number,
        "equipment": operation.equipment, "supplier": operation.supplier, "quantity": input.quantity,
        "clock_s": after.operations[at].clock_at(facts.now), "reason": reason, "by": facts.actor.user,
    });
    change.events.push(DomainEvent { kind: step.event().into(), data });
    change.order = Some(after);
    Ok(change)
}

/// Pieces go to the supplier of an operation, or come back. They are not stock yet, so they move between production and
/// the supplier, held for their order: what is out is a balance like any other.
fn outsource(
    order: &Order,
    operation: &OrderOperation,
    step: Step,
    input: &StepInput,
    facts: &Facts,
    change: &mut Change,
) -> Vec<Unmet> {
    let (lang, scale) = (facts.lang, order.quantity.scale());
    let holders = step.permission().holders();
    let units = input.quantity.map_or(0, |quantity| decide::units(order, quantity));
    if units <= 0 {
        let detail = lang.pick("数量必须大于零", "the quantity must be above zero");
        return vec![Unmet::new("quantity.not_positive", detail, lang.pick("填写数量", "enter a quantity"), holders)];
    }
    let progress = facts.progress_at(operation.number, scale);
    let most = limit(order, operation.tolerance_percent).units();
    let there = order
        .operation_before(operation.number)
        .map_or(most, |before| facts.progress_at(before.number, scale).good.units().min(most));
    let (left, max) = match step {
        Step::Send => (there - progress.sent.units(), there),
        _ => (progress.sent.units() - progress.received.units(), progress.sent.units()),
    };
    if units > left {
        let left = Quantity::from_units(left.max(0), scale);
        let detail = match (lang, step) {
            (Lang::Zh, Step::Send) => format!("前工序良品只够再发出 {left}"),
            (Lang::En, Step::Send) => format!("{left} good pieces are there to be sent"),
            (Lang::Zh, _) => format!("供应商处只有 {left}"),
            (Lang::En, _) => format!("{left} pieces are at the supplier"),
        };
        let remedy = lang.pick("核对数量", "check the quantity");
        return vec![Unmet::new("operation.not_so_many", detail, remedy, holders)];
    }
    let inside = Account::free(LocationId::production());
    let outside = Account::held(LocationId::supplier(), &order.id);
    let (what, kind, from, to) = match step {
        Step::Send => ("sent", MovementKind::OutsourceSend, inside, outside),
        _ => ("received", MovementKind::OutsourceReceive, outside, inside),
    };
    let name = counter_name(operation.number, what);
    change.counters.push(CounterChange { name, delta: units, min_after: None, max_after: Some(max) });
    change.postings.push(Posting {
        kind,
        item: order.item.clone(),
        lot: String::new(),
        from,
        to,
        quantity: Quantity::from_units(units, scale),
        reverses: None,
    });
    change.postings.extend(semi::outsource(order, operation, units, step == Step::Send, facts));
    Vec::new()
}
