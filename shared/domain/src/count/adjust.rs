//! What a difference books.

use super::CountLine;
use crate::id::LocationId;
use crate::ledger::{Account, Balance, MovementKind, Posting};
use crate::master::Location;
use crate::quantity::Quantity;

/// What is found beyond the books pays back what production drew beyond them, as a receipt does: `owed` of the item, in units,
/// and no more than was found. The place keeps what was counted. What waits to be inspected or put away pays nothing.
pub fn settle(line: &CountLine, owed: i64, locations: &[Location]) -> Option<Posting> {
    let (difference, place) = (line.difference(), &line.place);
    let waits = locations.iter().any(|known| known.id == place.location && known.kind.waits());
    let paid = owed.min(difference.units());
    (paid > 0 && !waits).then(|| Posting {
        kind: MovementKind::Settle,
        item: place.item.clone(),
        lot: String::new(),
        from: Account::free(LocationId::adjustment()),
        to: Account::free(LocationId::shortage()),
        quantity: Quantity::from_units(paid, difference.scale()),
        reverses: None,
    })
}

/// The postings that bring the books to what was counted, given the balances of now. What is more becomes free stock. What is
/// less is taken from free stock first, then from what orders hold, the order with the highest number first, since that
/// one waits the longest for its turn. Where not enough is there any more, the error says how much is missing, and nothing
/// is booked: no account goes below zero.
pub fn adjust(line: &CountLine, balances: &[Balance]) -> Result<Vec<Posting>, Quantity> {
    let difference = line.difference();
    let (place, scale) = (&line.place, difference.scale());
    let posting = |from: Account, to: Account, units: i64| Posting {
        kind: MovementKind::Adjust,
        item: place.item.clone(),
        lot: place.lot.clone(),
        from,
        to,
        quantity: Quantity::from_units(units, scale),
        reverses: None,
    };
    let outside = || Account::free(LocationId::adjustment());
    if difference.is_zero() {
        return Ok(Vec::new());
    }
    if difference.is_positive() {
        return Ok(vec![posting(outside(), Account::free(place.location.clone()), difference.units())]);
    }
    let is_here = |balance: &&Balance| {
        balance.location == place.location
            && balance.item == place.item
            && balance.lot == place.lot
            && balance.quantity.is_positive()
    };
    let mut here: Vec<&Balance> = balances.iter().filter(is_here).collect();
    here.sort_by(|a, b| (a.order.is_some(), &b.order).cmp(&(b.order.is_some(), &a.order)));
    let mut left = -difference.units();
    let mut postings = Vec::new();
    for balance in here {
        let taken = left.min(balance.quantity.units());
        if taken > 0 {
            postings.push(posting(balance.account(), outside(), taken));
            left -= taken;
        }
    }
    if left > 0 { Err(Quantity::from_units(left, scale)) } else { Ok(postings) }
}
