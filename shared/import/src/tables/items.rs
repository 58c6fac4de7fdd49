//! `items.csv`

use std::collections::BTreeMap;

use takt_api::TEXT_MAX;
use takt_domain::id::ID_MAX;
use takt_domain::lot::Tracking;
use takt_domain::master::{Item, ItemUnit};
use takt_domain::quantity::SCALE_MAX;
use takt_domain::unit;

use super::NAME_MAX;
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<Item> {
    let id = row.id("id");
    let name = row.name("name", NAME_MAX);
    let unit = row.text("unit", 16).map(|unit| if unit.is_empty() { "pcs".into() } else { unit });
    let scale = row.number("scale", 0..=SCALE_MAX);
    let kind = row.text("kind", 64);
    let barcode = row.text("barcode", ID_MAX);
    let tracking = match row.row.value("tracking") {
        "" => Some(None),
        name => match Tracking::from_name(name) {
            Some(tracking) => Some(Some(tracking)),
            None => row.expected("tracking", "none, lot or serial"),
        },
    };
    let shelf_life_days = row.number("shelf_life_days", 1..=u16::MAX);
    let units = units(&mut row, unit.as_deref());
    let minimum = row.quantity("minimum");
    let custom = custom(&mut row);
    Some(Item {
        id: id?,
        name: name?,
        unit: unit?,
        scale: scale?.unwrap_or(0),
        kind: kind?,
        barcode: Some(barcode?).filter(|code| !code.is_empty()),
        tracking: tracking?.unwrap_or_default(),
        shelf_life_days: shelf_life_days?,
        units: units?,
        minimum: minimum?,
        custom: custom?,
    })
}

/// Other units as `box=12;pallet=480`: what one of each is in the item's own unit.
fn units(row: &mut Reader<'_>, own: Option<&str>) -> Option<Vec<ItemUnit>> {
    let text = row.text("units", TEXT_MAX)?;
    let read = |part: &str| {
        let (unit, factor) = part.split_once('=')?;
        Some(ItemUnit { unit: unit.trim().to_owned(), factor: factor.trim().parse().ok()? })
    };
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    match parts.map(read).collect::<Option<Vec<_>>>() {
        Some(units) if unit::are_good(&units) && units.iter().all(|one| Some(one.unit.as_str()) != own) => Some(units),
        _ => row.expected(
            "units",
            "units such as box=12;pallet=480, each once, none of them the item's own, with a factor above zero",
        ),
    }
}

/// What stands in the columns of the plant's own. An empty cell takes a value away; whether a value is right is looked at
/// when the form is known.
fn custom(row: &mut Reader<'_>) -> Option<BTreeMap<String, String>> {
    let names: Vec<_> = row.row.custom.iter().map(|(name, _)| name.clone()).collect();
    let read = names.iter().map(|name| Some((name.strip_prefix("custom.")?.to_owned(), row.text(name, TEXT_MAX)?)));
    // All of them are looked at, so that all that is wrong is told.
    read.collect::<Vec<_>>().into_iter().collect()
}
