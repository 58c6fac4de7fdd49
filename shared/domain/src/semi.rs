//! Semi-finished goods (半成品): what an operation makes for the one after it, one for each piece, as stock of its own.
//!
//! Such stock follows the counters of the order: of what operation 10 makes there is what is good there, less what was good
//! or scrapped at operation 20. So a report books the difference that it makes to each of these numbers, and pieces that are
//! sent back become again what they were. The stock is held for its order and may be moved like any other; a report takes it
//! at its own operation first, then wherever it is held for the order, then what is free, and what the books lack from
//! `@shortage`, since production that happened is never refused for material.

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::id::{ItemId, LocationId};
use crate::ledger::{Account, Balance, MovementKind, Posting};
use crate::master::LocationKind;
use crate::order::{Order, OrderOperation};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::text::Lang;

/// What a report changes at one operation, in units: good pieces, and good and scrapped ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Good pieces.
    pub good: i64,
    /// Good and scrapped pieces.
    pub total: i64,
}

impl Order {
    /// What its operations make for the ones after them.
    pub fn semi_finished(&self) -> impl Iterator<Item = &ItemId> {
        self.operations.iter().filter_map(|operation| self.made_at(operation))
    }

    /// What an operation makes for the one after it. The last one makes the product itself.
    pub fn made_at<'o>(&self, operation: &'o OrderOperation) -> Option<&'o ItemId> {
        operation.makes.as_ref().filter(|_| !self.is_last_operation(operation.number))
    }

    /// True for a material of the order, and for what its operations make.
    pub fn uses(&self, item: &str) -> bool {
        self.materials.iter().any(|material| material.item.as_str() == item)
            || self.semi_finished().any(|made| made.as_str() == item)
    }
}

/// Where pieces stand while an operation is done: its workshop, else beside the line of the order, else in a store.
pub fn place<'a>(order: &'a Order, operation: &'a OrderOperation, facts: &'a Facts) -> Option<&'a LocationId> {
    let beside = || facts.location_for(LocationKind::Line, &order.line);
    let near = || beside().or_else(|| facts.location_for(LocationKind::Store, &order.line));
    operation.workshop.as_ref().or_else(|| near().map(|location| &location.id))
}

/// The kind of place that is missing where an operation makes something and there is nowhere to put it.
pub(crate) fn nowhere(order: &Order, number: u16, facts: &Facts) -> bool {
    let makes = |operation: &&OrderOperation| order.made_at(operation).is_some();
    order.operation(number).filter(makes).is_some_and(|operation| place(order, operation, facts).is_none())
}

/// What a report makes and takes of semi-finished goods, by what it changes at each operation.
pub(crate) fn book(order: &Order, changes: &BTreeMap<u16, Moved>, facts: &Facts) -> Vec<Posting> {
    let scale = order.quantity.scale();
    let at = |number: u16| changes.get(&number).copied().unwrap_or_default();
    let mut postings = Vec::new();
    for pair in order.operations.windows(2) {
        let [operation, next] = pair else { continue };
        let Some(item) = order.made_at(operation) else { continue };
        let (made, used) = (at(operation.number).good, at(next.number).total);
        let more = made - used;
        // Pieces that come back to the next operation lie there.
        let at_next = made <= 0;
        let Some(place) = place(order, if at_next { next } else { operation }, facts) else { continue };
        if more < 0 {
            let to = Account::free(LocationId::production());
            postings.extend(take(order, item, place, -more, &to, MovementKind::Consume, facts));
        } else if more > 0 {
            postings.push(Posting {
                kind: MovementKind::Produce,
                item: item.clone(),
                lot: String::new(),
                from: Account::free(LocationId::production()),
                to: Account::held(place.clone(), &order.id),
                quantity: Quantity::from_units(more, scale),
                reverses: None,
            });
        }
    }
    postings
}

/// What a step with a supplier moves: what the operation before made goes along, and comes back.
pub(crate) fn outsource(
    order: &Order,
    operation: &OrderOperation,
    units: i64,
    out: bool,
    facts: &Facts,
) -> Vec<Posting> {
    let before = order.operation_before(operation.number);
    let Some(item) = before.and_then(|before| order.made_at(before)) else { return Vec::new() };
    let Some(place) = place(order, operation, facts) else { return Vec::new() };
    let outside = Account::held(LocationId::supplier(), &order.id);
    if out {
        return take(order, item, place, units, &outside, MovementKind::OutsourceSend, facts);
    }
    vec![Posting {
        kind: MovementKind::OutsourceReceive,
        item: item.clone(),
        lot: String::new(),
        from: outside,
        to: Account::held(place.clone(), &order.id),
        quantity: Quantity::from_units(units, order.quantity.scale()),
        reverses: None,
    }]
}

/// Takes so much from where it is, what is held for the order first, and the rest from the shortage.
fn take(
    order: &Order,
    item: &ItemId,
    place: &LocationId,
    units: i64,
    to: &Account,
    kind: MovementKind,
    facts: &Facts,
) -> Vec<Posting> {
    let scale = order.quantity.scale();
    let mut left = units;
    let posting = |lot: &str, from: Account, units: i64| Posting {
        kind,
        item: item.clone(),
        lot: lot.to_owned(),
        from,
        to: to.clone(),
        quantity: Quantity::from_units(units, scale),
        reverses: None,
    };
    let mut postings = Vec::new();
    for balance in there(order, item, place, facts).into_iter().filter(|balance| facts.lots.usable(balance)) {
        let units = left.min(balance.quantity.units());
        left -= units;
        if units > 0 {
            postings.push(posting(&balance.lot, balance.account(), units));
        }
    }
    if left > 0 {
        postings.push(posting("", Account::free(LocationId::shortage()), left));
    }
    postings
}

/// Where it may be taken: what is held for the order, wherever somebody moved it; then what is free near its line. The
/// place itself comes first.
fn there<'f>(order: &Order, item: &ItemId, place: &LocationId, facts: &'f Facts) -> Vec<&'f Balance> {
    let waits = |balance: &Balance| {
        let known = facts.locations.iter().find(|location| location.id == balance.location);
        known.is_none_or(|location| location.kind.waits())
    };
    let near = |balance: &Balance| facts.nearness(balance.location.as_str(), &order.line);
    let mine = |balance: &Balance| match &balance.order {
        Some(holder) => *holder == order.id,
        None => balance.location == *place || near(balance).is_some(),
    };
    let mut found: Vec<_> = facts
        .balances
        .iter()
        .filter(|balance| balance.item == *item && balance.quantity.is_positive() && mine(balance) && !waits(balance))
        .collect();
    let rank =
        |balance: &Balance| (balance.order.is_none(), balance.location != *place, near(balance).unwrap_or(u8::MAX));
    found.sort_by(|a, b| (rank(a), &a.lot, &a.location).cmp(&(rank(b), &b.lot, &b.location)));
    found
}

/// What has to happen before what a report made can be taken back: it is brought to where the report put it. Refused where it is
/// not there any more.
pub(crate) fn bring_back(order: &Order, made: &[&Posting], facts: &Facts) -> Result<Vec<Posting>, Unmet> {
    let mut postings = Vec::new();
    for produced in made {
        let (place, scale) = (&produced.to.location, produced.quantity.scale());
        let mut left = produced.quantity.units();
        for balance in there(order, &produced.item, place, facts).into_iter().filter(|one| one.lot == produced.lot) {
            let units = left.min(balance.quantity.units());
            left -= units;
            if units == 0 || balance.account() == produced.to {
                continue;
            }
            let stays = balance.location == *place;
            postings.push(Posting {
                kind: if stays { MovementKind::Reserve } else { MovementKind::Transfer },
                item: produced.item.clone(),
                lot: produced.lot.clone(),
                from: balance.account(),
                to: produced.to.clone(),
                quantity: Quantity::from_units(units, scale),
                reverses: None,
            });
        }
        if left > 0 {
            return Err(gone(&produced.item, Quantity::from_units(left, scale), facts.lang));
        }
    }
    Ok(postings)
}

fn gone(item: &ItemId, left: Quantity, lang: Lang) -> Unmet {
    let detail = match lang {
        Lang::Zh => format!("本次报工产出的半成品 {item} 有 {left} 已不在库"),
        Lang::En => format!("{left} of the {item} that this report made are not in stock any more"),
    };
    let remedy = lang.pick("先冲销使用它的报工或出入库", "take back the movements or reports that used it first");
    Unmet::new("report.semi_gone", detail, remedy, Permission::StockMove.holders())
}
