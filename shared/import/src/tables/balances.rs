//! `balances.csv`: what stands where when Takt begins.

use jiff::civil::Date;
use takt_domain::id::LocationId;
use takt_domain::lot::LOT_MAX;

use super::BalanceRow;
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<BalanceRow> {
    let item = row.id("item");
    let location = row.id::<LocationId>("location");
    let lot = row.text("lot", LOT_MAX);
    let quantity = match row.quantity("quantity") {
        Some(None) => row.expected("quantity", "a decimal number such as 12.5"),
        found => found.flatten(),
    };
    let expires = match row.row.value("expires") {
        "" => Some(None),
        text => match text.parse::<Date>() {
            Ok(day) => Some(Some(day)),
            Err(_) => row.expected("expires", "a day such as 2027-03-31"),
        },
    };
    Some(BalanceRow { expires: expires?, item: item?, location: location?, lot: lot?, quantity: quantity? })
}
