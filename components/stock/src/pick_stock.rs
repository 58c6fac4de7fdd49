//! `GET /api/v1/stock/{item}/pick?quantity=&location=`: which lots to take, what expires first before the rest.

use takt_api::problem::ProblemType;
use takt_api::stock::{PickProposal, Take};
use takt_domain::ledger::Balance;
use takt_domain::master::{Item, Location};
use takt_domain::quantity::Quantity;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::{load, lot};
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn pick_stock<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["quantity", "location"])?;
    let caller = call.caller()?;
    let id = call.segment(0);
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    load.records = vec![(kind::ITEM.into(), id.to_owned())];
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.free_of = vec![id.to_owned()];
    load.lots = Some(kind::LOT.into());
    let loaded = store.load(&load).await?;
    let item: Item = match loaded.record(kind::ITEM, id) {
        Some(record) => record.parse()?,
        None => return Err(Failure::because(ProblemType::NotFound, id)),
    };
    let expected = "expected a quantity above zero, with at most the decimals of the item";
    let quantity = call.param("quantity").and_then(|text| text.parse::<Quantity>().ok());
    let quantity = quantity.and_then(|quantity| quantity.at_scale(item.scale).ok());
    let quantity = quantity.filter(|quantity| quantity.is_positive());
    let quantity = quantity.ok_or_else(|| Failure::field("quantity", expected))?;
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    let here = |location: &str| {
        let wanted = call.param("location").is_none_or(|wanted| wanted == location);
        wanted && locations.iter().any(|known| known.id.as_str() == location && !known.kind.waits())
    };
    let free = loaded.balances.iter().filter(|balance| here(&balance.location));
    let free = free.map(|balance| load::balance(balance, item.scale)).collect::<Result<Vec<Balance>, _>>()?;
    let mut left = quantity.units();
    let mut take = Vec::new();
    for balance in lots.to_take(free.iter()) {
        let units = left.min(balance.quantity.units());
        if units > 0 {
            left -= units;
            let known = lots.get(&item.id, &balance.lot);
            take.push(Take {
                lot: balance.lot.clone(),
                location: balance.location.clone(),
                quantity: Quantity::from_units(units, item.scale),
                expires: known.and_then(|known| known.lot.expires),
            });
        }
    }
    let short = Quantity::from_units(left, item.scale);
    json(200, &PickProposal { item: item.id, unit: item.unit, take, short })
}
