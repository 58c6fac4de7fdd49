//! `items.csv`

use std::collections::BTreeMap;

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
    Some(Item {
        id: id?,
        name: name?,
        unit: unit.map(|unit| if unit.is_empty() { "pcs".into() } else { unit })?,
        scale: scale?.unwrap_or(0),
        kind: kind?,
        barcode: Some(barcode?).filter(|code| !code.is_empty()),
        custom: BTreeMap::new(),
    })
}
