//! `GET /api/v1/stock?q=&location=&after=&limit=`: items by number, each with its stock.

use takt_api::Page;
use takt_domain::master::{Item, Location};
use takt_domain::movement::OWED_SCOPE;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::{load, lot, stock};
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};
use takt_web::queue;

pub(crate) async fn list_stock<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "location", "after", "limit"])?;
    let caller = call.caller()?;
    let filter = ListFilter { q: call.param("q").map(str::to_owned), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::ITEM, &filter, &page).await?;
    let items = found.items.iter().map(|record| record.parse::<Item>()).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
    // Before the store: what is booked between the two looks is then seen twice, and never not at all.
    let pending = queue::pending(caller.plant, &ids).await;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.balances_of = items.iter().map(|item| item.id.to_string()).collect();
    load.lots = Some(kind::LOT.into());
    load.with_plant = true;
    load.counters = vec![OWED_SCOPE.into()];
    let mut loaded = store.load(&load).await?;
    if let Some(location) = call.param("location") {
        loaded.balances.retain(|balance| balance.location == location);
    }
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    let row = |(at, item): (usize, &Item)| {
        let owed = loaded.counter(OWED_SCOPE, item.id.as_str());
        stock::sum(
            item,
            &loaded.balances,
            &locations,
            &lots,
            owed,
            pending.as_ref().and_then(|units| units.get(at).copied()),
        )
    };
    let rows = items.iter().enumerate().map(row).collect();
    json(200, &Page { rows, next: found.next })
}
