//! `GET /api/v1/stock/{item}?location=&lot=`

use takt_api::problem::ProblemType;
use takt_domain::master::{Item, Location};
use takt_domain::movement::OWED_SCOPE;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::{load, lot, reservation, stock};
use takt_store::{Load, PlantNumber, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// `pending` asks the queue what accepted reports will move of an item; none when it does not answer.
pub(crate) async fn get_stock<S: Store>(
    store: &S,
    call: &Call,
    pending: impl AsyncFnOnce(PlantNumber, &str) -> Option<i64>,
) -> Outcome {
    call.only_params(&["location", "lot"])?;
    let caller = call.caller()?;
    let id = call.segment(0);
    // Before the store: what is booked between the two looks is then seen twice, and never not at all.
    let pending = pending(caller.plant, id).await;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::ITEM.into(), id.to_owned())];
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.balances_of = vec![id.to_owned()];
    load.lots = Some(kind::LOT.into());
    load.with_plant = true;
    load.counters = vec![OWED_SCOPE.into()];
    let mut loaded = store.load(&load).await?;
    let item: Item = match loaded.record(kind::ITEM, id) {
        Some(record) => record.parse()?,
        None => return Err(Failure::because(ProblemType::NotFound, id)),
    };
    if let Some(location) = call.param("location") {
        loaded.balances.retain(|balance| balance.location == location);
    }
    if let Some(lot) = call.param("lot") {
        loaded.balances.retain(|balance| balance.lot == lot);
    }
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    let mut stock = stock::sum(&item, &loaded.balances, &locations, &lots, loaded.counter(OWED_SCOPE, id), pending);
    let orders = stock.places.iter().flat_map(|place| &place.held_for).map(|held| &held.order);
    // How much there is, is told also where nobody can say that.
    let terms = reservation::terms(store, caller, orders).await.unwrap_or_default();
    for place in &mut stock.places {
        for held in &mut place.held_for {
            let Some(terms) = terms.get(&held.order) else { continue };
            held.priority = Some(terms.priority);
            held.until = terms.until_at(place.location.as_str(), &locations);
        }
    }
    json(200, &stock)
}
