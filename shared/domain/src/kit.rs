//! The kit of an order: what it needs, what is held for it, what is free, and from where each thing is taken.

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::id::{ItemId, LocationId};
use crate::ledger::{Account, Balance, MovementKind, Posting};
use crate::master::LocationKind;
use crate::order::Order;
use crate::quantity::Quantity;

/// One component of the kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitLine {
    /// What.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// How much the whole order needs.
    pub required: Quantity,
    /// How much is held for it already.
    pub held: Quantity,
    /// How much is free where this line may take it.
    pub free: Quantity,
}

impl KitLine {
    /// How much is still to be held.
    pub fn to_hold(&self) -> Quantity {
        minus_floored(self.required, self.held)
    }

    /// How much is neither held nor free.
    pub fn short(&self) -> Quantity {
        minus_floored(self.to_hold(), self.free)
    }
}

fn minus_floored(a: Quantity, b: Quantity) -> Quantity {
    Quantity::from_units(a.units().saturating_sub(b.units()).max(0), a.scale())
}

/// The kit, one line for each component.
pub fn kit(order: &Order, facts: &Facts) -> Vec<KitLine> {
    let mut lines: BTreeMap<&ItemId, KitLine> = BTreeMap::new();
    for material in &order.materials {
        let zero = Quantity::zero(material.required.scale());
        let line = lines.entry(&material.item).or_insert_with(|| KitLine {
            item: material.item.clone(),
            name: material.name.clone(),
            unit: material.unit.clone(),
            required: zero,
            held: zero,
            free: zero,
        });
        line.required = add(line.required, material.required);
    }
    for balance in &facts.balances {
        let Some(line) = lines.get_mut(&balance.item) else { continue };
        if facts.nearness(balance.location.as_str(), &order.line).is_none() || !facts.lots.usable(balance) {
            continue;
        }
        match &balance.order {
            None => line.free = add(line.free, balance.quantity),
            Some(holder) if *holder == order.id => line.held = add(line.held, balance.quantity),
            Some(_) => {}
        }
    }
    lines.into_values().collect()
}

fn add(a: Quantity, b: Quantity) -> Quantity {
    Quantity::from_units(a.units().saturating_add(b.units()), a.scale())
}

/// The postings that hold what the kit still lacks: what expires first before all, then the nearest, then the oldest lot. What
/// is short stays short.
pub fn reserve(order: &Order, facts: &Facts) -> Vec<Posting> {
    let mut postings = Vec::new();
    for line in kit(order, facts) {
        let mut left = line.to_hold().units();
        let free = |balance: &&Balance| balance.item == line.item && balance.order.is_none();
        let mut stock = nearest_first(order, facts, free);
        // The sort keeps the order of what expires at once, or never.
        stock.sort_by_key(|balance| facts.lots.last_day(balance));
        for balance in stock {
            let quantity = take(&mut left, balance);
            if let Some(quantity) = quantity {
                postings.push(Posting {
                    kind: MovementKind::Reserve,
                    item: line.item.clone(),
                    lot: balance.lot.clone(),
                    from: balance.account(),
                    to: Account::held(balance.location.clone(), &order.id),
                    quantity,
                    reverses: None,
                });
            }
        }
    }
    postings
}

/// The postings that free what is still held for the order, wherever somebody has taken it, less what `consumed` takes
/// in the same commit. Its finished goods in quarantine stay its own.
pub fn release(order: &Order, facts: &Facts, consumed: &[Posting]) -> Vec<Posting> {
    let waits = |balance: &Balance| {
        let here = facts.locations.iter().find(|location| location.id == balance.location);
        here.is_some_and(|location| location.kind == LocationKind::Quarantine)
    };
    let held = facts.balances.iter().filter(|balance| {
        balance.order.as_ref() == Some(&order.id) && !balance.location.is_virtual() && !waits(balance)
    });
    let freed = held.filter_map(|balance| {
        let taken: i64 = consumed
            .iter()
            .filter(|posting| {
                posting.item == balance.item && posting.lot == balance.lot && posting.from == balance.account()
            })
            .map(|posting| posting.quantity.units())
            .sum();
        let left = balance.quantity.units().saturating_sub(taken);
        (left > 0).then(|| Posting {
            kind: MovementKind::Release,
            item: balance.item.clone(),
            lot: balance.lot.clone(),
            from: balance.account(),
            to: Account::free(balance.location.clone()),
            quantity: Quantity::from_units(left, balance.quantity.scale()),
            reverses: None,
        })
    });
    // Semi-finished goods that the same commit puts there.
    let made = consumed.iter().filter(|posting| posting.kind == MovementKind::Produce && posting.item != order.item);
    let made = made.map(|posting| Posting {
        kind: MovementKind::Release,
        from: posting.to.clone(),
        to: Account::free(posting.to.location.clone()),
        ..posting.clone()
    });
    freed.chain(made).collect()
}

/// The postings that consume the materials of one operation for `pieces`: held stock first, then free, each by what is
/// nearest, since a line takes what lies beside it, and there by what expires first. What the books lack comes from the
/// shortage location, since production that happened is never refused for material. Nothing comes from a lot that has
/// expired or is kept back.
pub fn consume(order: &Order, facts: &Facts, operation: u16, pieces: Quantity) -> Vec<Posting> {
    let mut postings = Vec::new();
    for material in order.materials.iter().filter(|material| material.operation == operation) {
        let scale = material.required.scale();
        let Ok(needed) = pieces.times_rounded(material.per, scale) else { continue };
        let mut left = needed.units();
        let mut post = |lot: &str, from: Account, quantity: Quantity| {
            postings.push(Posting {
                kind: MovementKind::Consume,
                item: material.item.clone(),
                lot: lot.to_owned(),
                from,
                to: Account::free(LocationId::production()),
                quantity,
                reverses: None,
            });
        };
        let mine = |balance: &&Balance| {
            balance.item == material.item && balance.order.as_ref().is_none_or(|holder| *holder == order.id)
        };
        let stock = nearest_first(order, facts, mine);
        let (held, free): (Vec<_>, Vec<_>) = stock.into_iter().partition(|balance| balance.order.is_some());
        for balance in held.into_iter().chain(free) {
            if let Some(quantity) = take(&mut left, balance) {
                post(&balance.lot, balance.account(), quantity);
            }
        }
        if left > 0 {
            post("", Account::free(LocationId::shortage()), Quantity::from_units(left, scale));
        }
    }
    postings
}

fn nearest_first<'a>(order: &Order, facts: &'a Facts, wanted: impl Fn(&&Balance) -> bool) -> Vec<&'a Balance> {
    let near = |balance: &Balance| facts.nearness(balance.location.as_str(), &order.line);
    let mut stock: Vec<_> = facts
        .balances
        .iter()
        .filter(wanted)
        .filter(|balance| balance.quantity.is_positive() && near(balance).is_some() && facts.lots.usable(balance))
        .collect();
    let key = |balance: &'a Balance| (near(balance), facts.lots.rank(balance), &balance.location);
    stock.sort_by(|a, b| key(a).cmp(&key(b)));
    stock
}

fn take(left: &mut i64, balance: &Balance) -> Option<Quantity> {
    let units = (*left).min(balance.quantity.units());
    *left -= units.max(0);
    (units > 0).then(|| Quantity::from_units(units, balance.quantity.scale()))
}
