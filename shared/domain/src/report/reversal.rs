//! Taking a production report back.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{NewReport, counter_name, rework, told};
use crate::decide::{self, Change, CounterChange};
use crate::facts::Facts;
use crate::flow::{Category, Effect, Flow};
use crate::id::{ItemId, LocationId, UserId};
use crate::ledger::{Account, MovementKind, Posting};
use crate::master::LocationKind;
use crate::order::{InspectionKind, Order};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::resource;
use crate::semi;
use crate::text::Lang;

/// A posting of a report that is to be taken back, with the id that the ledger gave it.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The ledger's id.
    pub id: String,
    /// What was posted.
    pub posting: Posting,
}

/// A report as it was booked.
#[derive(Clone, Copy, Debug)]
pub struct BookedReport<'a> {
    /// What was reported.
    pub report: &'a NewReport,
    /// By whom.
    pub by: &'a UserId,
    /// When it was booked.
    pub at: Timestamp,
    /// What it posted.
    pub posted: &'a [Posted],
    /// How many of its pieces were done again, in units: they took no material.
    pub redone: i64,
}

/// Decides to take a report back: its pieces leave the counters, its stock flows back, and an order that it had
/// completed is in progress again. Refused once quality has signed, and while the next operation rests on its pieces.
/// `owed` is what production has drawn of each item beyond the books and nobody has settled yet, in units.
pub fn decide_reversal(
    order: &Order,
    flow: &Flow,
    booked: BookedReport<'_>,
    reason: &str,
    owed: &BTreeMap<ItemId, i64>,
    facts: &Facts,
) -> Result<Change, Refusal> {
    let BookedReport { report, posted, .. } = booked;
    let lang = facts.lang;
    let mut unmet = Vec::new();
    if !facts.actor.may(Permission::ReportReverse) {
        unmet.push(Unmet::permission(Permission::ReportReverse, lang));
    }
    if reason.trim().is_empty() {
        let detail = lang.pick("需要填写原因", "a reason is needed");
        unmet.push(Unmet::new(
            "input.reason",
            detail,
            lang.pick("填写原因后再试", "give a reason and try again"),
            Permission::ReportReverse.holders(),
        ));
    }
    let category = flow.state(&order.state).map(|state| state.category);
    if order.signed.is_some() || !matches!(category, Some(Category::Running | Category::Done)) {
        let detail = lang.pick("工单已签字或已结束,报工不能冲销", "the order is signed or over; its reports stand");
        unmet.push(Unmet::new(
            "report.final",
            detail,
            lang.pick("用库存调整处理差异", "settle the difference by a stock movement"),
            Permission::StockMove.holders(),
        ));
    }
    let scale = order.quantity.scale();
    let (good, scrap) = (decide::units(order, report.good), report.scrap_units(order));
    let next = order.operation_after(report.operation).map(|next| facts.progress_at(next.number, scale).done().units());
    let before = facts.progress_at(report.operation, scale);
    if let Some(next) = next.filter(|next| before.good.units() - good < *next) {
        let rest = Quantity::from_units(next, scale);
        let detail = match lang {
            Lang::Zh => format!("后工序已报 {rest},不能冲销本工序"),
            Lang::En => format!("{rest} are reported at the next operation and rest on it"),
        };
        unmet.push(Unmet::new(
            "report.rested_on",
            detail,
            lang.pick("先冲销后工序的报工", "reverse the next operation's report first"),
            Permission::ReportReverse.holders(),
        ));
    }
    unmet.extend(rework::already_done_again(order, report, facts));
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let left = before.done().units() - good - scrap;
    let reopened =
        category == Some(Category::Done) && order.is_last_operation(report.operation) && left < order.quantity.units();
    let stays_over = category == Some(Category::Done) && !reopened;
    let taken_back = posted.iter().filter(|posted| posted.posting.kind != MovementKind::Release);
    let made: Vec<_> = posted.iter().map(|posted| &posted.posting).filter(|one| is_semi_finished(one, order)).collect();
    let mut postings = semi::bring_back(order, &made, facts).map_err(Refusal::one)?;
    postings.extend(taken_back.map(|posted| material_back(posted, stays_over)));
    let settled = settled_back(&postings, owed, order, stays_over, facts)?;
    postings.extend(settled);
    let gone = gone_since(&postings, order, facts);
    if !gone.is_empty() {
        return Err(Refusal { unmet: gone });
    }
    let rework = report.rework_units(order);
    let change = |what: &str, delta: i64, min_after| CounterChange {
        name: counter_name(report.operation, what),
        delta: -delta,
        min_after: Some(min_after),
        max_after: None,
    };
    let mut counters = vec![
        change("total", good + scrap, 0),
        change("good", good, next.unwrap_or(0)),
        change("scrap", scrap, 0),
        change("rework", rework, 0),
    ];
    let run_s = report.run_s().unwrap_or(0);
    for (what, delta) in [("run_s", run_s), ("redo", -booked.redone)] {
        if delta != 0 {
            counters.push(change(what, delta, 0));
        }
    }
    // Nobody rests anything on these pieces meanwhile.
    if let Some(next) = order.operation_after(report.operation) {
        let name = counter_name(next.number, "total");
        counters.push(CounterChange { name, delta: 0, min_after: None, max_after: Some(before.good.units() - good) });
    }
    counters.extend(rework::counters(order, report, facts, -1));
    let mut result = Change { postings, counters, ..Change::default() };
    let mut after = order.clone();
    let action = flow.action_with(Effect::BookReport);
    if let (true, Some(state)) = (reopened, action.and_then(|action| action.from.first())) {
        after.completed = None;
        // What comes now has not been inspected.
        let finals = after.inspections.iter_mut().filter(|done| done.kind == InspectionKind::Final);
        finals.for_each(|done| done.outdated = true);
        decide::enter(&mut after, state, facts);
        resource::take_at_start(&mut after, facts, &mut result);
    }
    if !reopened && left < order.quantity.units() {
        resource::take_again(&mut after, report.operation, facts, &mut result);
    }
    let pieces = Quantity::from_units(good + scrap + rework, scale);
    resource::shots(order, report.operation, pieces, true, facts, &mut result);
    after.history.push(crate::order::HistoryEntry {
        action: "reverse-report".into(),
        state: after.state.clone(),
        by: facts.actor.user.clone(),
        at: facts.now,
        reason: reason.to_owned(),
    });
    let mut event = decide::event("order.report_reversed.v1", order, &after, reason, facts);
    event.data["report"] = told(order, report, booked.by, booked.at);
    result.events.push(event);
    result.order = Some(after);
    Ok(result)
}

fn is_semi_finished(posting: &Posting, order: &Order) -> bool {
    posting.kind == MovementKind::Produce && posting.item != order.item
}

/// The reversal of one posting. Material comes back held for the order, but to an order that is over it comes back free.
fn material_back(posted: &Posted, order_is_over: bool) -> Posting {
    let mut posting = posted.reversal();
    if order_is_over {
        posting.to.order = None;
    }
    posting
}

/// What it made and is not there any more, one posting after the other: a count has found less of it, or it was thrown away.
fn gone_since(postings: &[Posting], order: &Order, facts: &Facts) -> Vec<Unmet> {
    let mut after: BTreeMap<(&ItemId, &str, &Account), i64> = BTreeMap::new();
    let mut unmet = Vec::new();
    for posting in postings {
        let units = posting.quantity.units();
        let mut at = |account, units: i64| {
            let there = after.entry((&posting.item, &posting.lot, account)).or_insert_with(|| {
                let here = facts.balances.iter().filter(|balance| {
                    balance.item == posting.item && balance.lot == posting.lot && balance.account() == *account
                });
                here.map(|balance| balance.quantity.units()).sum()
            });
            *there += units;
            *there
        };
        at(&posting.to, units);
        let left = at(&posting.from, -units);
        if left < 0 && !posting.from.location.is_virtual() {
            let (item, location, unit) = (&posting.item, &posting.from.location, &order.unit);
            let there = Quantity::from_units((left + units).max(0), posting.quantity.scale());
            let detail = match facts.lang {
                Lang::Zh => format!("{location} 的 {item} 只剩 {there} {unit},不够冲销 {} {unit}", posting.quantity),
                Lang::En => format!("only {there} {unit} of {item} are left at {location}, not {}", posting.quantity),
            };
            let remedy = facts.lang.pick(
                "先核对库存:冲销盘点差异或把货退回该库位",
                "look for it first: take the count's difference back, or bring it back to that location",
            );
            unmet.push(Unmet::new("stock.short", detail, remedy, Permission::StockMove.holders()));
        }
    }
    unmet
}

/// What production drew beyond the books and a receipt has settled since was never drawn, so it is there: beside the
/// line, or in a store.
fn settled_back(
    reversals: &[Posting],
    owed: &BTreeMap<ItemId, i64>,
    order: &Order,
    order_is_over: bool,
    facts: &Facts,
) -> Result<Vec<Posting>, Refusal> {
    let mut left = owed.clone();
    let mut back = Vec::new();
    for posting in reversals.iter().filter(|posting| posting.to.location == LocationId::shortage()) {
        let owed = left.entry(posting.item.clone()).or_default();
        let unsettled = posting.quantity.units().min(*owed);
        *owed -= unsettled;
        let settled = posting.quantity.units() - unsettled;
        if settled == 0 {
            continue;
        }
        let near = [LocationKind::Line, LocationKind::Store];
        let Some(place) = near.into_iter().find_map(|kind| facts.location_for(kind, &order.line)) else {
            return Err(Refusal::one(decide::no_location(LocationKind::Store, facts.lang)));
        };
        let holder = (!order_is_over).then(|| order.id.clone());
        back.push(Posting {
            kind: MovementKind::Settle,
            item: posting.item.clone(),
            lot: posting.lot.clone(),
            from: Account::free(LocationId::shortage()),
            to: Account { location: place.id.clone(), order: holder },
            quantity: Quantity::from_units(settled, posting.quantity.scale()),
            reverses: None,
        });
    }
    Ok(back)
}

impl Posted {
    /// The posting that takes this one back.
    pub fn reversal(&self) -> Posting {
        Posting {
            kind: MovementKind::Reversal,
            from: self.posting.to.clone(),
            to: self.posting.from.clone(),
            reverses: Some(self.id.clone()),
            ..self.posting.clone()
        }
    }
}
