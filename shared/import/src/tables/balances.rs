//! `balances.csv`: what stands where when Takt begins.

use takt_domain::id::LocationId;

use super::BalanceRow;
use crate::row::Reader;

/// The longest name of a lot, as movements allow it.
const LOT_MAX: usize = 64;

pub(super) fn read(mut row: Reader<'_>) -> Option<BalanceRow> {
    let item = row.id("item");
    let location = row.id::<LocationId>("location");
    let lot = row.text("lot", LOT_MAX);
    let quantity = match row.quantity("quantity") {
        Some(None) => row.expected("quantity", "a decimal number such as 12.5"),
        found => found.flatten(),
    };
    Some(BalanceRow { item: item?, location: location?, lot: lot?, quantity: quantity? })
}
