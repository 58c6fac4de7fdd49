//! `items.csv`

use std::collections::BTreeMap;

use takt_api::TEXT_MAX;
use takt_domain::id::ID_MAX;
use takt_domain::master::Item;
use takt_domain::quantity::SCALE_MAX;

use super::NAME_MAX;
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<Item> {
    let id = row.id("id");
    let name = row.name("name", NAME_MAX);
    let unit = row.text("unit", 16);
    let scale = row.number("scale", 0..=SCALE_MAX);
    let kind = row.text("kind", 64);
    let barcode = row.text("barcode", ID_MAX);
    let custom = custom(&mut row);
    Some(Item {
        id: id?,
        name: name?,
        unit: unit.map(|unit| if unit.is_empty() { "pcs".into() } else { unit })?,
        scale: scale?.unwrap_or(0),
        kind: kind?,
        barcode: Some(barcode?).filter(|code| !code.is_empty()),
        custom: custom?,
    })
}

/// What stands in the columns of the plant's own. An empty cell takes a value away; whether a value is right is looked at
/// when the form is known.
fn custom(row: &mut Reader<'_>) -> Option<BTreeMap<String, String>> {
    let names: Vec<_> = row.row.custom.iter().map(|(name, _)| name.clone()).collect();
    let read = names.iter().map(|name| Some((name.strip_prefix("custom.")?.to_owned(), row.text(name, TEXT_MAX)?)));
    // All of them are looked at, so that all that is wrong is told.
    read.collect::<Vec<_>>().into_iter().collect()
}
