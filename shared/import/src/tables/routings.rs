//! `routings.csv`: the rows of an item are its whole routing.

use takt_domain::master::{RoutingOperation, Way};

use super::boms::OPERATION_MAX;
use super::{NAME_MAX, RoutingRow};
use crate::row::Reader;

/// Nobody plans for more than double.
const TOLERANCE_MAX: u8 = 100;

pub(super) fn read(mut row: Reader<'_>) -> Option<RoutingRow> {
    let item = row.id("item");
    let number = match row.number("operation", 1..=OPERATION_MAX) {
        Some(None) => row.expected("operation", format!("a whole number from 1 to {OPERATION_MAX}")),
        found => found.flatten(),
    };
    let name = row.name("name", NAME_MAX);
    let released = row.flag("released");
    let tolerance = row.number("tolerance_percent", 0..=TOLERANCE_MAX);
    let equipment = row.id_or_none("equipment");
    let mould = row.id_or_none("mould");
    let crew_min = row.number("crew_min", 0..=u8::MAX);
    let standard_s = row.number("standard_s", 0..=10_000_000);
    let way = match row.row.value("way") {
        "" | "overlap" => Some(Way::Overlap),
        "sequence" => Some(Way::Sequence),
        _ => row.expected("way", "overlap or sequence"),
    };
    let qualification = row.text("qualification", NAME_MAX);
    let supplier = row.text("supplier", NAME_MAX);
    let makes = row.id_or_none("makes");
    let workshop = row.id_or_none("workshop");
    let operation = RoutingOperation {
        number: number?,
        name: name?,
        tolerance_percent: tolerance?.unwrap_or(0),
        equipment: equipment?,
        mould: mould?,
        crew_min: crew_min?.unwrap_or(0),
        standard_s: standard_s?.unwrap_or(0),
        way: way?,
        qualification: qualification.filter(|text| !text.is_empty()),
        supplier: supplier.filter(|text| !text.is_empty()),
        makes: makes?,
        workshop: workshop?,
    };
    Some(RoutingRow { item: item?, released: released?.unwrap_or(true), operation })
}
