//! `GET /api/v1/sales-orders/{document}/pick`: what to take from where, what expires first before the rest, then the oldest lot, and what is ready to be shipped.

use takt_api::supply::{PickList, PickShort, PickStep};
use takt_domain::document::DocumentKind;
use takt_domain::master::{Item, Location, LocationKind};
use takt_domain::quantity::Quantity;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::{load, lot, supply};
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

use crate::documents;

pub(crate) async fn pick<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let row = documents::one(store, call, DocumentKind::Sales).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    let mut items: Vec<String> = row.document.lines.iter().map(|line| line.item.to_string()).collect();
    items.sort();
    items.dedup();
    load.records = items.iter().map(|item| (kind::ITEM.to_owned(), item.clone())).collect();
    load.free_of = items;
    let holders = row.document.lines.iter().map(|line| supply::holder(&row.document.line_ref(line.line)));
    load.balances_of_order = holders.collect::<Result<_, _>>()?;
    load.lots = Some(kind::LOT.into());
    load.with_plant = true;
    let loaded = store.load(&load).await?;
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let rank = |location: &str| {
        let known = locations.iter().find(|known| known.id.as_str() == location)?;
        match known.kind {
            LocationKind::Finished => Some(0),
            LocationKind::Store => Some(1),
            _ => None,
        }
    };
    let mut free: Vec<takt_store::Balance> =
        loaded.balances.iter().filter(|one| one.order.is_empty() && one.quantity > 0).cloned().collect();
    // A lot's own number tells its age where nothing else does, and what came first is what was touched first.
    free.retain(|balance| rank(&balance.location).is_some() && lot::fault_of(&lots, balance).is_none());
    let key = |one: &takt_store::Balance| {
        let (expires, since) = lot::age_of(&lots, one);
        (expires, rank(&one.location), since, one.lot.clone(), one.version, one.location.clone())
    };
    free.sort_by_cached_key(key);
    let mut list = PickList { pick: Vec::new(), ship: Vec::new(), short: Vec::new() };
    for (line, progress) in row.document.lines.iter().zip(&row.progress) {
        let item = loaded.record(kind::ITEM, line.item.as_str()).map(|record| record.parse::<Item>()).transpose()?;
        let Some(item) = item else { continue };
        let step = |balance: &takt_store::Balance, units: i64| {
            Some(PickStep {
                line: line.line,
                item: item.id.clone(),
                name: item.name.clone(),
                unit: item.unit.clone(),
                lot: balance.lot.clone(),
                location: balance.location.parse().ok()?,
                quantity: Quantity::from_units(units, item.scale),
            })
        };
        let holder = supply::holder(&row.document.line_ref(line.line))?;
        let picked = loaded.balances.iter().filter(|one| one.order == holder && one.quantity > 0);
        list.ship.extend(picked.filter(|one| rank(&one.location).is_some()).filter_map(|one| step(one, one.quantity)));
        let mut left = progress.progress.to_pick.units();
        for balance in free.iter_mut().filter(|balance| balance.item == item.id.as_str()) {
            let units = left.min(balance.quantity);
            if units <= 0 {
                continue;
            }
            (left, balance.quantity) = (left - units, balance.quantity - units);
            list.pick.extend(step(balance, units));
        }
        if left > 0 {
            let quantity = Quantity::from_units(left, item.scale);
            list.short.push(PickShort { line: line.line, item: item.id.clone(), quantity });
        }
    }
    json(200, &list)
}
