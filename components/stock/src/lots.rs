//! Lots: under `/api/v1/lots`, and what the plant has set about them.

use jiff::civil::Date;
use takt_api::Page;
use takt_api::lots::{LotDetail, LotPlace, LotRow, LotSettings, MergeLots, SetLotExpiry, SetLotState, SplitLot};
use takt_api::problem::ProblemType;
use takt_domain::id::{ItemId, LocationId};
use takt_domain::lot::{self as domain, Lot};
use takt_domain::master::{Item, Location};
use takt_domain::quantity::Quantity;
use takt_records::caller::Caller;
use takt_records::command::lot as command;
use takt_records::command::lot_expiry::set_expiry as set_expiry_of;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::{load, lot, reservation};
use takt_store::{Balance, ListFilter, Load, Loaded, PageRequest, Store, Way};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

/// The states that lots are filtered by.
const STATES: [&str; 3] = ["free", "quarantine", "blocked"];

/// `GET /api/v1/lots?item=&state=&expires_before=&q=&after=&limit=`: what expires first comes first.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["item", "state", "expires_before", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let state: Vec<String> = call.params("state");
    if state.iter().any(|state| !STATES.contains(&state.as_str())) {
        return Err(Failure::field("state", "expected free, quarantine or blocked"));
    }
    let before = call.param("expires_before").map(|text| {
        text.parse::<Date>().map_err(|_| Failure::field("expires_before", "expected a day such as 2027-03-31"))
    });
    let before = before.transpose()?;
    let filter = ListFilter {
        state,
        parent: call.param("item").map(str::to_owned),
        q: call.param("q").map(str::to_owned),
        ..ListFilter::default()
    };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::LOT, &filter, &page).await?;
    let lots = found.items.iter().map(|record| record.parse::<Lot>()).collect::<Result<Vec<_>, _>>()?;
    let all = lots.len();
    let is_in = |lot: &Lot| before.is_none_or(|before| lot.expires.is_some_and(|expires| expires < before));
    let lots: Vec<Lot> = lots.into_iter().filter(is_in).collect();
    // They come in this order, so behind the first that is not in there is none.
    let next = found.next.filter(|_| lots.len() == all);
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    let mut items: Vec<String> = lots.iter().map(|lot| lot.item.to_string()).collect();
    items.sort();
    items.dedup();
    load.records = items.iter().map(|item| (kind::ITEM.to_owned(), item.clone())).collect();
    load.balances_of = items;
    let loaded = store.load(&load).await?;
    let today = lot::today(&loaded, caller);
    let mut rows = Vec::with_capacity(lots.len());
    for lot in lots {
        let item = item(&loaded, lot.item.as_str())?;
        rows.push(row(lot, &item, &loaded.balances, today));
    }
    json(200, &Page { rows, next })
}

fn item(loaded: &Loaded, id: &str) -> Result<Item, Failure> {
    match loaded.record(kind::ITEM, id) {
        Some(record) => Ok(record.parse()?),
        None => Err(Failure::because(ProblemType::NotFound, id)),
    }
}

/// What stands of a lot on the floor.
fn of_lot<'a>(lot: &'a Lot, balances: &'a [Balance]) -> impl Iterator<Item = &'a Balance> {
    balances.iter().filter(|balance| {
        balance.item == lot.item.as_str() && balance.lot == lot.number && !balance.location.starts_with('@')
    })
}

fn row(lot: Lot, item: &Item, balances: &[Balance], today: Option<Date>) -> LotRow {
    let (mut on_hand, mut reserved) = (0, 0);
    for balance in of_lot(&lot, balances) {
        on_hand += balance.quantity;
        reserved += if balance.order.is_empty() { 0 } else { balance.quantity };
    }
    let expired = lot.expires.is_some_and(|expires| today.is_some_and(|today| today > expires));
    LotRow {
        name: item.name.clone(),
        unit: item.unit.clone(),
        on_hand: Quantity::from_units(on_hand, item.scale),
        reserved: Quantity::from_units(reserved, item.scale),
        expired,
        lot,
    }
}

/// `GET /api/v1/lots/{item}/{lot}`
pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let (id, number) = (call.segment(0), call.segment(1));
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    load.records = vec![(kind::ITEM.into(), id.to_owned())];
    load.records.extend(lot::record(id, number));
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.balances_of = vec![id.to_owned()];
    let loaded = store.load(&load).await?;
    let item = item(&loaded, id)?;
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    let missing = || Failure::because(ProblemType::NotFound, number);
    let known = lots.get(&item.id, number).ok_or_else(missing)?;
    let place = |balance: &Balance| {
        let order = if balance.order.is_empty() { None } else { Some(balance.order.parse().ok()?) };
        let quantity = Quantity::from_units(balance.quantity, item.scale);
        Some(LotPlace { location: balance.location.parse().ok()?, order, quantity, priority: None, until: None })
    };
    let mut places: Vec<LotPlace> = of_lot(&known.lot, &loaded.balances).filter_map(place).collect();
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let terms = reservation::terms(store, caller, places.iter().filter_map(|place| place.order.as_ref())).await?;
    for place in &mut places {
        let Some(terms) = place.order.as_ref().and_then(|order| terms.get(order)) else { continue };
        place.priority = Some(terms.priority);
        place.until = terms.until_at(place.location.as_str(), &locations);
    }
    let children = children(store, caller, id, number).await?;
    let row = row(known.lot.clone(), &item, &loaded.balances, lots.today);
    json(200, &LotDetail { row, version: known.version, places, children })
}

/// The most lots that are told of what became of one.
const CHILDREN_MAX: u32 = 500;

/// What parts of a lot became, whether or not anything of that is left: the ledger knows.
async fn children<S: Store>(store: &S, caller: &Caller, item: &str, lot: &str) -> Result<Vec<String>, Failure> {
    let flows = store.lot_flows(caller.plant, &[(item.to_owned(), lot.to_owned())], CHILDREN_MAX).await?;
    let lots = LocationId::lots();
    let became = flows.into_iter().filter(|flow| {
        flow.way == Way::Out && flow.place == lots.as_str() && flow.quantity > 0 && !flow.other_lot.is_empty()
    });
    let mut children: Vec<String> = became.map(|flow| flow.other_lot).collect();
    children.sort();
    children.dedup();
    Ok(children)
}

/// `POST /api/v1/lots/{item}/{lot}/state`
pub(crate) async fn set_state<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: SetLotState = call.json()?;
    let (item, number) = named(call)?;
    answer(&command::set_state(store, call.caller()?, &item, number, &given).await?)
}

/// `POST /api/v1/lots/{item}/{lot}/expiry`
pub(crate) async fn set_expiry<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: SetLotExpiry = call.json()?;
    let (item, number) = named(call)?;
    answer(&set_expiry_of(store, call.caller()?, &item, number, &given).await?)
}

/// The lot that the path names. What cannot be a number is none that is there.
fn named(call: &Call) -> Result<(ItemId, &str), Failure> {
    let item = call.segment(0).parse().map_err(|_| Failure::because(ProblemType::NotFound, call.segment(0)))?;
    let number = call.segment(1);
    if number.chars().count() > domain::LOT_MAX {
        return Err(Failure::because(ProblemType::NotFound, number));
    }
    Ok((item, number))
}

/// `POST /api/v1/lots/split`
pub(crate) async fn split<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: SplitLot = call.json()?;
    answer(&command::split(store, call.caller()?, &given).await?)
}

/// `POST /api/v1/lots/merge`
pub(crate) async fn merge<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: MergeLots = call.json()?;
    answer(&command::merge(store, call.caller()?, &given).await?)
}

/// `GET /api/v1/lot-settings`
pub(crate) async fn get_settings<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![lot::settings_record()];
    json(200, &lot::settings(&store.load(&load).await?)?)
}

/// `PUT /api/v1/lot-settings`
pub(crate) async fn put_settings<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: LotSettings = call.json()?;
    answer(&command::put_settings(store, call.caller()?, &given).await?)
}
