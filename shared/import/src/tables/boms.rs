//! `boms.csv`: the rows of a parent are its whole bill of material.

use takt_api::TEXT_MAX;
use takt_domain::master::BomLine;

use super::BomRow;
use crate::row::Reader;

/// The largest number of an operation.
pub(super) const OPERATION_MAX: u16 = 9999;

pub(super) fn read(mut row: Reader<'_>) -> Option<BomRow> {
    let parent = row.id("parent");
    let component = row.id("component");
    let quantity = row.quantity("quantity");
    let operation = row.number("operation", 1..=OPERATION_MAX);
    let optional = row.flag("optional");
    let phantom = row.flag("phantom");
    let note = row.text("note", TEXT_MAX);
    let (optional, per) = (optional?.unwrap_or(false), quantity?);
    if per.is_none_or(|per| per.is_zero()) && !(optional && per.is_none()) {
        return row.expected("quantity", "a number above zero; only an optional line may leave it out");
    }
    let (parent, component) = (parent?, component?);
    if parent == component {
        return row.wrong("component", format!("{component} contains itself"));
    }
    let phantom = phantom?.unwrap_or(false);
    Some(BomRow { parent, line: BomLine { component, per, optional, phantom, operation: operation?, note: note? } })
}
