//! Semi-finished goods of routings: what an operation makes for the one after it is counted like the product, in stock where
//! the operation is done, and comes from nowhere else.

use std::collections::BTreeMap;

use takt_domain::id::ItemId;
use takt_domain::lot::Tracking;
use takt_domain::master::{Bom, LocationKind, Routing};

use super::Check;
use crate::table::Table;
use crate::tables::Read;

impl Check<'_> {
    pub(super) fn semi_finished(&mut self, boms: &BTreeMap<ItemId, Bom>, routings: &BTreeMap<ItemId, Routing>) {
        let tables = self.tables;
        for Read { row, value } in &tables.routings {
            self.workshop(row, value.operation.workshop.as_ref());
            let Some(made) = &value.operation.makes else { continue };
            let scale = self.item(row, "makes", made);
            let product = self.items.get(&value.item).copied();
            if let (Some(scale), Some(product)) = (scale, product)
                && scale != product
            {
                let what = format!("an item with {product} decimals, as {} has", value.item);
                row.expected("makes", what, self.errors);
            }
            if self.is_tracked(made) {
                row.wrong(
                    "makes",
                    format!("{made} is tracked by lot or serial number, which reports do not say"),
                    self.errors,
                );
            }
            let bom = boms.get(&value.item).or_else(|| self.existing.boms.get(&value.item));
            if bom.is_some_and(|bom| bom.lines.iter().any(|line| line.component == *made)) {
                row.wrong("makes", format!("{made} is in the bill of material of {} too", value.item), self.errors);
            }
            let Some(routing) = routings.get(&value.item) else { continue };
            let number = value.operation.number;
            if routing.operations.last().is_some_and(|last| last.number == number) {
                row.wrong("makes", format!("the last operation makes {} itself", value.item), self.errors);
            }
            let makes_too = |other: &takt_domain::master::RoutingOperation| {
                other.number < number && other.makes.as_ref() == Some(made)
            };
            if *made == value.item || routing.operations.iter().any(makes_too) {
                row.wrong("makes", format!("expected an item that nothing else of {} is", value.item), self.errors);
            }
        }
    }

    fn is_tracked(&self, item: &ItemId) -> bool {
        let in_files = self.tables.items.iter().find(|read| read.value.id == *item);
        let in_files = in_files.filter(|read| !read.row.value("tracking").is_empty()).map(|read| &read.value);
        in_files.or_else(|| self.existing.items.get(item)).is_some_and(|item| item.tracking != Tracking::None)
    }

    /// Stock is put there and taken from there.
    fn workshop(&mut self, row: &crate::row::Row, workshop: Option<&takt_domain::id::LocationId>) {
        let Some(id) = workshop else { return };
        let in_files = self.tables.locations.iter().find(|read| read.value.id == *id).map(|read| read.value.kind);
        let kind = in_files.or_else(|| self.existing.locations.get(id).map(|location| location.kind));
        self.refers(row, "workshop", Table::Locations, Some(id), kind.is_some());
        if kind.is_some_and(LocationKind::waits) {
            row.expected("workshop", "a place that stock is taken from", self.errors);
        }
    }
}
