//! `purchase-orders.csv` and `sales-orders.csv`: the rows of a document are all of its lines.

use jiff::civil::Date;
use takt_api::TEXT_MAX;
use takt_domain::document::{DocumentKind, NUMBER_MAX, TOLERANCE_MAX};
use takt_domain::id::DocumentId;

use super::{DocumentRow, NAME_MAX};
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>, kind: DocumentKind) -> Option<DocumentRow> {
    let document = match row.id::<DocumentId>("document") {
        Some(id) if id.as_str().chars().count() > NUMBER_MAX => {
            row.expected("document", format!("at most {NUMBER_MAX} characters"))
        }
        found => found,
    };
    let line = match row.number("line", 1..=u16::MAX) {
        Some(None) => row.expected("line", format!("a whole number from 1 to {}", u16::MAX)),
        found => found.flatten(),
    };
    let partner = row.name("partner", NAME_MAX);
    let item = row.id("item");
    let quantity = match row.quantity("quantity") {
        Some(Some(quantity)) if quantity.is_positive() => Some(quantity),
        Some(_) => row.expected("quantity", "a number above zero"),
        None => None,
    };
    let due = match row.row.value("due") {
        "" => Some(None),
        text => match text.parse::<Date>() {
            Ok(day) => Some(Some(day)),
            Err(_) => row.expected("due", "a day such as 2027-03-31"),
        },
    };
    let tolerance = row.number("tolerance_percent", 0..=TOLERANCE_MAX);
    let note = row.text("note", TEXT_MAX);
    Some(DocumentRow {
        kind,
        document: document?,
        line: line?,
        partner: partner?,
        item: item?,
        quantity: quantity?,
        due: due?,
        tolerance_percent: tolerance?,
        note: note?,
    })
}
