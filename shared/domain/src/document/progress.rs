//! How far a line has come: counters that follow its postings.
//!
//! Of a purchase line each piece is at one of these places: outside, waiting for its inspection, received and not put away,
//! put away, or scrapped. Of a sales line: free, picked, or with the customer. A posting moves pieces from one place to
//! another, and the counters of both; what takes it back moves them back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DocumentKind, DocumentLine, LineRef};
use crate::decide::CounterChange;
use crate::id::LocationId;
use crate::ledger::{Account, MovementKind, Posting};
use crate::master::{Location, LocationKind};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::text::Lang;

/// How far one line has come, in the item's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineProgress {
    /// Still to be received; still to be shipped.
    pub open: Quantity,
    /// Received, less what went back to the supplier.
    pub received: Quantity,
    /// Of that, waiting for its inspection.
    pub to_inspect: Quantity,
    /// Of that, waiting to be put away.
    pub to_put_away: Quantity,
    /// Of that, put away.
    pub put_away: Quantity,
    /// Of that, thrown away by an inspection.
    pub scrapped: Quantity,
    /// Picked, and not shipped.
    pub picked: Quantity,
    /// Neither picked nor shipped.
    pub to_pick: Quantity,
    /// Shipped, less what the customer sent back.
    pub shipped: Quantity,
    /// All that went back to the supplier, or came back from the customer.
    pub returned: Quantity,
}

/// The counter of a line: `10.net`.
pub fn counter_name(line: u16, what: &str) -> String {
    format!("{line}.{what}")
}

impl LineProgress {
    /// What the counters of the document say of a line.
    pub fn of(kind: DocumentKind, line: &DocumentLine, counters: &BTreeMap<String, i64>) -> Self {
        let scale = line.quantity.scale();
        let units = |what: &str| counters.get(&counter_name(line.line, what)).copied().unwrap_or(0);
        let quantity = |what: &str| Quantity::from_units(units(what), scale);
        let left = |taken: i64| Quantity::from_units(line.quantity.units().saturating_sub(taken).max(0), scale);
        let zero = Quantity::zero(scale);
        let mut progress = Self {
            open: left(units("net")),
            received: zero,
            to_inspect: quantity("to_inspect"),
            to_put_away: quantity("to_put_away"),
            put_away: quantity("put_away"),
            scrapped: quantity("scrapped"),
            picked: quantity("picked"),
            to_pick: zero,
            shipped: zero,
            returned: quantity("returned"),
        };
        match kind {
            DocumentKind::Purchase => progress.received = quantity("net"),
            DocumentKind::Sales => {
                progress.shipped = quantity("net");
                progress.to_pick = left(units("committed"));
            }
        }
        progress
    }

    /// What cannot be unordered: received, or picked and shipped.
    pub fn booked(&self) -> Quantity {
        let units = self.received.units() + self.picked.units() + self.shipped.units();
        Quantity::from_units(units, self.open.scale())
    }

    /// Something was ever booked on it.
    pub fn has_begun(&self) -> bool {
        self.booked().is_positive() || self.returned.is_positive()
    }

    /// Deliveries of it wait for their next step.
    pub fn waits(&self) -> bool {
        self.to_inspect.is_positive() || self.to_put_away.is_positive()
    }
}

/// The counter that an edit is bounded by.
fn bounded(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Purchase => "net",
        DocumentKind::Sales => "committed",
    }
}

/// Holds while no more than `limit` of a line is booked.
pub(super) fn at_most(kind: DocumentKind, line: u16, limit: i64) -> CounterChange {
    CounterChange { name: counter_name(line, bounded(kind)), delta: 0, min_after: None, max_after: Some(limit) }
}

/// Holds while nothing of a line is booked.
pub(super) fn unbegun(kind: DocumentKind, line: u16) -> CounterChange {
    at_most(kind, line, 0)
}

/// The place where a piece of the line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// With the supplier; for a sales line, free in the house.
    Outside,
    Inspect,
    PutAway,
    Stored,
    Scrapped,
    Picked,
    Customer,
}

fn stage(kind: DocumentKind, account: &Account, line: &LineRef, locations: &[Location]) -> Stage {
    let place = locations.iter().find(|known| known.id == account.location).map(|known| known.kind);
    let mine = || account.order.as_ref().and_then(|order| LineRef::of_holder(order.as_str())).as_ref() == Some(line);
    match kind {
        DocumentKind::Purchase if account.location == LocationId::supplier() => Stage::Outside,
        DocumentKind::Purchase if account.location == LocationId::scrap() => Stage::Scrapped,
        DocumentKind::Purchase => match place {
            Some(LocationKind::Quarantine) => Stage::Inspect,
            Some(LocationKind::Receiving) => Stage::PutAway,
            _ => Stage::Stored,
        },
        DocumentKind::Sales if account.location == LocationId::customer() => Stage::Customer,
        DocumentKind::Sales if place != Some(LocationKind::Quarantine) && mine() => Stage::Picked,
        DocumentKind::Sales => Stage::Outside,
    }
}

/// What moves, and by how much, when pieces go from one place to another.
fn moved(kind: DocumentKind, from: Stage, to: Stage, units: i64, add: &mut impl FnMut(&'static str, i64)) {
    if from == to {
        return;
    }
    for (stage, sign) in [(from, -units), (to, units)] {
        match stage {
            Stage::Outside => {}
            Stage::Inspect => add("to_inspect", sign),
            Stage::PutAway => add("to_put_away", sign),
            Stage::Stored => add("put_away", sign),
            Stage::Scrapped => add("scrapped", sign),
            Stage::Picked => add("picked", sign),
            Stage::Customer => add("net", sign),
        }
    }
    match (kind, from, to) {
        (DocumentKind::Purchase, Stage::Outside, _) => add("net", units),
        (DocumentKind::Purchase, _, Stage::Outside) => {
            add("net", -units);
            add("returned", units);
        }
        (DocumentKind::Sales, Stage::Outside, _) => add("committed", units),
        (DocumentKind::Sales, _, Stage::Outside) => {
            add("committed", -units);
            if from == Stage::Customer {
                add("returned", units);
            }
        }
        _ => {}
    }
}

/// The counters of a line that follow from postings of its movements. `limit` is the most that may be delivered, in units.
pub fn changes(line: &LineRef, postings: &[Posting], locations: &[Location], limit: i64) -> Vec<CounterChange> {
    let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
    for posting in postings.iter().filter(|posting| posting.kind != MovementKind::Settle) {
        let at = |account| stage(line.kind, account, line, locations);
        // What takes a posting back undoes its counters: a receipt that was wrong is no return.
        let (from, to, sign) = match posting.reverses {
            Some(_) => (at(&posting.to), at(&posting.from), -1),
            None => (at(&posting.from), at(&posting.to), 1),
        };
        moved(line.kind, from, to, posting.quantity.units(), &mut |what, delta| {
            *sums.entry(what).or_default() += sign * delta;
        });
    }
    let change = |(what, delta): (&'static str, i64)| CounterChange {
        name: counter_name(line.line, what),
        delta,
        min_after: (delta < 0).then_some(0),
        max_after: (delta > 0 && what == bounded(line.kind)).then_some(limit),
    };
    sums.into_iter().filter(|(_, delta)| *delta != 0).map(change).collect()
}

/// What the bounds of these changes refuse, as the counters stand.
pub fn refused(
    line: &LineRef,
    changes: &[CounterChange],
    counters: &BTreeMap<String, i64>,
    scale: u8,
    lang: Lang,
) -> Vec<Unmet> {
    let (document, number) = (&line.document, line.line);
    let unmet = |change: &CounterChange| {
        let now = counters.get(&change.name).copied().unwrap_or(0);
        let after = now.saturating_add(change.delta);
        if let Some(max) = change.max_after.filter(|max| after > *max) {
            let left = Quantity::from_units(max.saturating_sub(now).max(0), scale);
            let detail = match (line.kind, lang) {
                (DocumentKind::Purchase, Lang::Zh) => format!("{document} 第 {number} 行含允差最多还可收 {left}"),
                (DocumentKind::Purchase, Lang::En) => {
                    format!("with its tolerance {left} are left to receive on line {number} of {document}")
                }
                (DocumentKind::Sales, Lang::Zh) => format!("{document} 第 {number} 行含允差最多还可拣货或出库 {left}"),
                (DocumentKind::Sales, Lang::En) => {
                    format!("with its tolerance {left} are left to pick or ship on line {number} of {document}")
                }
            };
            let remedy =
                lang.pick("核对数量,或请计划员修改订单", "check the quantity, or have the planner change the order");
            return Some(Unmet::new("document.over_delivery", detail, remedy, line.kind.permission().holders()));
        }
        if change.min_after.is_none_or(|min| after >= min) {
            return None;
        }
        let there = Quantity::from_units(now.max(0), scale);
        let what = match change.name.rsplit_once('.').map_or("", |(_, what)| what) {
            "to_inspect" => lang.pick("待检", "waiting for inspection"),
            "to_put_away" => lang.pick("待上架", "waiting to be put away"),
            "put_away" => lang.pick("已上架", "put away"),
            "scrapped" => lang.pick("已报废", "scrapped"),
            "picked" => lang.pick("已拣", "picked"),
            "returned" => lang.pick("已退", "returned"),
            _ => match line.kind {
                DocumentKind::Purchase => lang.pick("已收", "received"),
                DocumentKind::Sales => lang.pick("已拣或已发", "picked or shipped"),
            },
        };
        let detail = match lang {
            Lang::Zh => format!("{document} 第 {number} 行{what}只有 {there}"),
            Lang::En => format!("only {there} of line {number} of {document} are {what}"),
        };
        let remedy = lang.pick("核对数量和单据行", "check the quantity and the line");
        Some(Unmet::new("document.short", detail, remedy, Permission::StockMove.holders()))
    };
    changes.iter().filter_map(unmet).collect()
}
