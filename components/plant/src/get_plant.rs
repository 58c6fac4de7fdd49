//! `GET /api/v1/plant`: the plant and what rarely changes in it.

use takt_api::master::PlantDetail;
use takt_domain::master::Item;
use takt_domain::resource::{SHOTS_SCOPE, USE_SCOPE};
use takt_records::calendar;
use takt_records::command::first_plant;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::load::{equipment_uses, few, moulds};
use takt_store::{ListFilter, Load, PageRequest, PlantNumber, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

/// A plant makes hundreds of products, not hundreds of thousands; who has more searches among the items.
const PRODUCTS_MAX: usize = 2_000;

pub(crate) async fn get_plant<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    let few_kinds = [kind::LINE, kind::LOCATION, kind::EQUIPMENT, kind::MOULD, kind::CREW, kind::EQUIPMENT_USE];
    load.children = few_kinds.map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
    load.counters = vec![USE_SCOPE.into(), SHOTS_SCOPE.into()];
    let loaded = store.load(&load).await?;
    let in_use = loaded.counters.iter().filter(|counter| counter.scope == USE_SCOPE && counter.value > 0);
    let in_use = in_use.filter_map(|counter| Some((counter.name.parse().ok()?, u32::try_from(counter.value).ok()?)));
    let in_use = in_use.collect();
    let products = products(store, caller.plant).await?;
    let plant = loaded.plant.clone().unwrap_or_else(|| first_plant(caller.now_ms()));
    let days = calendar::days(&plant);
    let detail = PlantDetail {
        number: caller.plant.0,
        name: plant.name,
        time_zone: plant.time_zone,
        shifts: serde_json::from_value(plant.shift_calendar)
            .map_err(|error| StoreError::Corrupt(format!("the shifts: {error}")))?,
        lines: few(&loaded, kind::LINE)?,
        locations: few(&loaded, kind::LOCATION)?,
        equipment: few(&loaded, kind::EQUIPMENT)?,
        moulds: moulds(&loaded)?,
        crew: few(&loaded, kind::CREW)?,
        products,
        days,
        in_use,
        uses: equipment_uses(&loaded)?,
    };
    json(200, &detail)
}

async fn products<S: Store>(store: &S, plant: PlantNumber) -> Result<Vec<Item>, StoreError> {
    let filter = ListFilter { state: vec!["made".into()], ..ListFilter::default() };
    let mut page = PageRequest::first(takt_api::PAGE_MAX as u32);
    let mut products = Vec::new();
    loop {
        let found = store.list(plant, kind::ITEM, &filter, &page).await?;
        for record in &found.items {
            products.push(record.parse()?);
        }
        page.after = found.next;
        if page.after.is_none() || products.len() >= PRODUCTS_MAX {
            return Ok(products);
        }
    }
}
