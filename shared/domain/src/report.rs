//! Production reports (报工): what an operation made, what that consumed, and when the order is done.
//!
//! Hot orders take many reports at once, so a report does not touch the order's version. It moves bounded counters
//! instead: the commit fails when a bound that the decision rested on does not hold any more, and the caller decides again.

mod reversal;
mod rework;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::{self, Change, CounterChange, DomainEvent};
use crate::exception;
use crate::facts::{Facts, Progress};
use crate::flow::{Effect, Flow};
use crate::id::{EquipmentId, LocationId, OrderId, UserId};
use crate::kit;
use crate::ledger::{Account, MovementKind, Posting};
use crate::master::LocationKind;
use crate::operation;
use crate::order::Order;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::resource;
use crate::semi;
use crate::text::Lang;

pub use reversal::{BookedReport, Posted, decide_reversal};

/// Scrapped pieces, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scrap {
    /// Why, in the plant's own words.
    pub reason: String,
    /// How much.
    pub quantity: Quantity,
}

/// What somebody reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// On which order.
    pub order: OrderId,
    /// At which operation.
    pub operation: u16,
    /// Good pieces.
    pub good: Quantity,
    /// Scrapped pieces, by reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scrap: Vec<Scrap>,
    /// Pieces sent to rework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rework: Option<Quantity>,
    /// The earlier operation that the pieces for rework go back to; this one, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rework_to: Option<u16>,
    /// When the work began.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub ended_at: Option<Timestamp>,
    /// On which machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// The lot of what the last operation makes. Where nobody says, what is tracked by lot is of the lot that is called as
    /// its order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The plant's own fields, inspection items among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

impl NewReport {
    /// All scrapped pieces, in units of a scale.
    fn scrap_units(&self, order: &Order) -> i64 {
        self.scrap.iter().map(|scrap| decide::units(order, scrap.quantity)).fold(0, i64::saturating_add)
    }

    /// Pieces for rework, in units of a scale.
    fn rework_units(&self, order: &Order) -> i64 {
        self.rework.map_or(0, |quantity| decide::units(order, quantity))
    }

    /// How long people worked, where the report says when.
    fn run_s(&self) -> Option<i64> {
        let (start, end) = (self.started_at?, self.ended_at?);
        Some(end.duration_since(start).as_secs())
    }
}

/// The name of a counter of an order.
pub fn counter_name(operation: u16, what: &str) -> String {
    format!("{operation}.{what}")
}

/// What the counters of an order say, by operation.
pub fn progress(counters: &BTreeMap<String, i64>, scale: u8) -> BTreeMap<u16, Progress> {
    let mut progress: BTreeMap<u16, Progress> = BTreeMap::new();
    for (name, units) in counters {
        let Some((operation, what)) = name.split_once('.') else { continue };
        let Ok(operation) = operation.parse() else { continue };
        let at = progress.entry(operation).or_insert_with(|| Progress::none(scale));
        at.count(what, *units);
    }
    progress
}

/// The most that may be reported at an operation: the order's quantity and the operation's tolerance.
pub fn limit(order: &Order, tolerance_percent: u8) -> Quantity {
    let units = i128::from(order.quantity.units()) * i128::from(100 + u32::from(tolerance_percent)) / 100;
    Quantity::from_units(i64::try_from(units).unwrap_or(i64::MAX), order.quantity.scale())
}

/// Decides a report.
pub fn decide(order: &Order, flow: &Flow, report: &NewReport, facts: &Facts) -> Result<Change, Refusal> {
    let Some(action) = flow.action_with(Effect::BookReport) else {
        return Err(Refusal::one(Unmet::new(
            "action.unknown",
            facts.lang.pick("流程不能报工", "the flow takes no reports"),
            "",
            &[],
        )));
    };
    let mut unmet = decide::unmet(order, flow, action, facts);
    if order.stops.iter().any(|stop| stop.operation == Some(report.operation)) && unmet.is_empty() {
        unmet.extend(exception::stopped(order, Some(report.operation), facts.lang));
    }
    unmet.extend(wrong_quantities(order, report, facts));
    if let Some(operation) = order.operation(report.operation) {
        unmet.extend(operation::stopped(operation, facts.lang));
        unmet.extend(operation::before_not_done(order, operation, facts));
        unmet.extend(operation::without_its_machine(order, operation, facts));
        unmet.extend(resource::unqualified(operation, facts));
    }
    let last = order.is_last_operation(report.operation);
    let quarantine = facts.location_for(LocationKind::Quarantine, &order.line);
    if last && quarantine.is_none() {
        unmet.push(decide::no_location(LocationKind::Quarantine, facts.lang));
    }
    if semi::nowhere(order, report.operation, facts) {
        unmet.push(decide::no_location(LocationKind::Line, facts.lang));
    }
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let scale = order.quantity.scale();
    let (good, scrap) = (decide::units(order, report.good), report.scrap_units(order));
    let before = facts.progress_at(report.operation, scale);
    let reached = last && before.done().units() + good + scrap >= order.quantity.units();
    // Pieces that are done here again took their material the first time.
    let redone = before.redo.units().clamp(0, good + scrap);
    let mut change = Change { counters: counters(order, report, facts, reached, redone), ..Change::default() };
    change.postings = kit::consume(order, facts, report.operation, Quantity::from_units(good + scrap - redone, scale));
    change.postings.extend(semi::book(order, &moved(order, report), facts));
    if let (true, true, Some(quarantine)) = (last, good > 0, quarantine) {
        change.postings.push(Posting {
            kind: MovementKind::Produce,
            item: order.item.clone(),
            lot: made_lot(order, report, facts).to_owned(),
            from: Account::free(LocationId::production()),
            to: Account::held(quarantine.id.clone(), &order.id),
            quantity: Quantity::from_units(good, scale),
            reverses: None,
        });
    }
    let data = told(order, report, &facts.actor.user, facts.now);
    change.events.push(DomainEvent { kind: action.event.clone(), data });
    change.events.extend(shortages(order, &change.postings));
    let pieces = Quantity::from_units(good + scrap + report.rework_units(order), scale);
    resource::shots(order, report.operation, pieces, false, facts, &mut change);
    if !reached && before.done().units() + good + scrap >= order.quantity.units() {
        resource::free_by_report(order, report.operation, facts, &mut change);
    }
    if let Some(to) = report.rework_to {
        let mut after = order.clone();
        rework::send_back(&mut after, report, to, facts);
        change.order = Some(after);
    }
    if let (true, Some(to)) = (reached, &action.when_quantity_reached) {
        let mut after = change.order.take().unwrap_or_else(|| order.clone());
        decide::complete(&mut after, facts, &mut change);
        decide::enter(&mut after, to, facts);
        decide::record(&mut after, action, "", facts);
        change.events.push(decide::event("order.completed.v1", order, &after, "", facts));
        change.order = Some(after);
    }
    Ok(change)
}

/// What it changes at each operation, those that pieces pass again among them.
fn moved(order: &Order, report: &NewReport) -> BTreeMap<u16, semi::Moved> {
    let (good, scrap, back) =
        (decide::units(order, report.good), report.scrap_units(order), report.rework_units(order));
    let again = rework::passed_again(order, report).map(|one| (one.number, semi::Moved { good: -back, total: -back }));
    again.chain([(report.operation, semi::Moved { good, total: good + scrap })]).collect()
}

/// The lot of what a report makes: the one that it names, else its order's, else, where the product is tracked, the one that
/// is called as the order; empty where there is none.
pub fn made_lot<'a>(order: &'a Order, report: &'a NewReport, facts: &Facts) -> &'a str {
    let tracked = facts.product.as_ref().is_some_and(|item| !item.tracking.is_none());
    match (report.lot.as_str(), order.lot.as_str()) {
        ("", "") if tracked => order.id.as_str(),
        ("", of_order) => of_order,
        (named, _) => named,
    }
}

fn wrong_quantities(order: &Order, report: &NewReport, facts: &Facts) -> Vec<Unmet> {
    let lang = facts.lang;
    let holders = Permission::ReportCreate.holders();
    let Some(operation) = order.operation(report.operation) else {
        let detail = match lang {
            Lang::Zh => format!("工单没有工序 {}", report.operation),
            Lang::En => format!("the order has no operation {}", report.operation),
        };
        return vec![Unmet::new(
            "operation.unknown",
            detail,
            lang.pick("选择工单的工序", "choose one of its operations"),
            holders,
        )];
    };
    let mut unmet = Vec::new();
    let scale = order.quantity.scale();
    let (good, scrap) = (decide::units(order, report.good), report.scrap_units(order));
    let rework = report.rework_units(order);
    unmet.extend(rework::wrong_target(order, report, facts));
    if good + scrap + rework == 0 {
        let detail = lang.pick("数量不能全为零", "at least one quantity must be above zero");
        unmet.push(Unmet::new("report.empty", detail, lang.pick("填写数量", "enter a quantity"), holders));
    }
    let at = |number| facts.progress_at(number, scale);
    // Pieces for rework come back and are counted then; but there must be so many.
    let total = at(report.operation).done().units() + good + scrap + rework;
    let limit = limit(order, operation.tolerance_percent);
    if total > limit.units() {
        let left = Quantity::from_units((limit.units() - at(report.operation).done().units()).max(0), scale);
        let (unit, tolerance) = (&order.unit, operation.tolerance_percent);
        let detail = match lang {
            Lang::Zh => format!("超出可报数量:含 {tolerance}% 允差最多还能报 {left} {unit}"),
            Lang::En => format!("too much: with {tolerance} % tolerance {left} {unit} are left to report"),
        };
        let remedy = lang.pick(
            "核对数量;确实多做了请班组长或计划员处理",
            "check the quantity; if more was made, tell the shift lead or the planner",
        );
        unmet.push(Unmet::new("report.over_tolerance", detail, remedy, Permission::OrderComplete.holders()));
    }
    if let Some(previous) = order.operation_before(report.operation) {
        let passed = at(previous.number).good;
        if total > passed.units() {
            let name = &previous.name;
            let detail = match lang {
                Lang::Zh => format!("前工序“{name}”只报了 {passed} 良品"),
                Lang::En => format!("only {passed} good pieces are reported at {name} before it"),
            };
            let remedy = lang.pick("先报前工序", "report the operation before it first");
            unmet.push(Unmet::new("report.before_previous", detail, remedy, holders));
        }
    }
    if let Some(supplier) = operation.supplier.as_ref().filter(|_| total > at(operation.number).received.units()) {
        let received = at(operation.number).received;
        let detail = match lang {
            Lang::Zh => format!("外协工序:从 {supplier} 只收回 {received}"),
            Lang::En => format!("{supplier} does this operation, and {received} pieces are back"),
        };
        let remedy = lang.pick("先登记外协收回", "receive them from the supplier first");
        unmet.push(Unmet::new("operation.not_received", detail, remedy, Permission::StockMove.holders()));
    }
    unmet
}

fn counters(order: &Order, report: &NewReport, facts: &Facts, reached: bool, redone: i64) -> Vec<CounterChange> {
    let operation = report.operation;
    let (good, scrap) = (decide::units(order, report.good), report.scrap_units(order));
    let rework = report.rework_units(order);
    let tolerance = order.operation(operation).map_or(0, |operation| operation.tolerance_percent);
    let mut max = limit(order, tolerance).units();
    if let Some(previous) = order.operation_before(operation) {
        max = max.min(facts.progress_at(previous.number, order.quantity.scale()).good.units());
    }
    if order.operation(operation).is_some_and(|operation| operation.supplier.is_some()) {
        max = max.min(facts.progress_at(operation, order.quantity.scale()).received.units());
    }
    let target = order.quantity.units();
    let last = order.is_last_operation(operation);
    // Of reports that come at once exactly one completes an operation that has a machine, and gives that back.
    let done = facts.progress_at(operation, order.quantity.scale()).done().units() + good + scrap >= target;
    let has_machine = order.operation(operation).is_some_and(|operation| resource::has_machine(operation, facts));
    let (min_after, max_after) = match (last || has_machine, reached || done) {
        (true, true) => (Some(target), Some(max)),
        (true, false) => (None, Some(max.min(target - 1))),
        (false, _) => (None, Some(max)),
    };
    let plain = |what: &str, delta| CounterChange {
        name: counter_name(operation, what),
        delta,
        min_after: None,
        max_after: None,
    };
    let mut changes =
        vec![CounterChange { name: counter_name(operation, "total"), delta: good + scrap, min_after, max_after }];
    let run_s = report.run_s().unwrap_or(0);
    for (what, delta) in [("good", good), ("scrap", scrap), ("rework", rework), ("run_s", run_s)] {
        if delta != 0 {
            changes.push(plain(what, delta));
        }
    }
    // Nobody takes back meanwhile what this rests on.
    if let Some(previous) = order.operation_before(operation) {
        let passed = facts.progress_at(previous.number, order.quantity.scale()).good.units();
        // But for the pieces that it sends back there itself.
        let sent_back = report.rework_to.filter(|to| *to <= previous.number).map_or(0, |_| report.rework_units(order));
        let name = counter_name(previous.number, "good");
        changes.push(CounterChange { name, delta: 0, min_after: Some(passed - sent_back), max_after: None });
    }
    if redone > 0 {
        changes.push(CounterChange { min_after: Some(0), ..plain("redo", -redone) });
    }
    changes.extend(rework::counters(order, report, facts, 1));
    changes
}

/// What the journal tells of a report: all that a statistic needs, since its readers look at nothing else. Work is told to
/// have ended when it was booked where nobody said, and never later.
fn told(order: &Order, report: &NewReport, by: &UserId, booked_at: Timestamp) -> serde_json::Value {
    let run_s = report.run_s();
    let ended_at = report.ended_at.map_or(booked_at, |ended| ended.min(booked_at));
    let at_scale = |quantity| Quantity::from_units(decide::units(order, quantity), order.quantity.scale());
    let scrap: Vec<_> =
        report.scrap.iter().map(|scrap| Scrap { quantity: at_scale(scrap.quantity), ..scrap.clone() }).collect();
    serde_json::json!({
        "order": order.id, "item": order.item, "line": order.line, "operation": report.operation,
        "last": order.is_last_operation(report.operation), "good": at_scale(report.good), "scrap": scrap,
        "rework": report.rework.map(at_scale), "rework_to": report.rework_to, "run_s": run_s, "ended_at": ended_at,
        "equipment": report.equipment, "by": by,
    })
}

fn shortages(order: &Order, postings: &[Posting]) -> Vec<DomainEvent> {
    let short = postings.iter().filter(|posting| posting.from.location == LocationId::shortage());
    short
        .map(|posting| DomainEvent {
            kind: "stock.shortage.v1".into(),
            data: serde_json::json!({"order": order.id, "item": posting.item, "quantity": posting.quantity, "line": order.line}),
        })
        .collect()
}
