//! What the shortage list is made from: open orders with what they still need, stock, what is being made, what is to come.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use takt_api::supply::Shortages;
use takt_domain::document::{Document, DocumentKind, DocumentState, LineProgress};
use takt_domain::id::{ItemId, OrderId};
use takt_domain::master::{BOM_DEPTH_MAX, Bom, Item, Location};
use takt_domain::quantity::Quantity;
use takt_domain::shortage::{self, Coming, Demand, Making, Supply};
use takt_store::{ListFilter, Load, PageRequest, Record, Store, StoreError};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::{PLANT_PARENT, kind};
use crate::planning::{self, OpenOrder};
use crate::{load, lot, supply};

/// How many pages of open purchase orders are looked at, at 200 each.
const PAGES_MAX: usize = 20;

/// How many records are asked for at once.
const AT_ONCE: usize = 500;

/// Makes the list for these orders; for all open ones that are due by then, where none are named.
pub async fn shortages<S: Store>(
    store: &S,
    caller: &Caller,
    which: &[OrderId],
    until: Option<Date>,
) -> Result<Shortages, CommandError> {
    let plan = planning::load(store, caller, None).await?;
    if let Some(unknown) = which.iter().find(|id| !plan.orders.iter().any(|open| open.order.id == **id)) {
        return Err(CommandError::field("orders", format!("there is no open order {unknown}")));
    }
    let wanted = |open: &&OpenOrder| {
        let due = || until.is_none_or(|until| open.order.due.is_none_or(|due| due <= until));
        if which.is_empty() { due() } else { which.contains(&open.order.id) }
    };
    let chosen: Vec<&OpenOrder> = plan.orders.iter().filter(wanted).collect();
    let mut stock = Supply::default();
    let roots = chosen.iter().flat_map(|open| &open.order.materials).map(|material| material.item.clone());
    items(store, caller, roots.collect(), &mut stock).await?;
    balances(store, caller, &mut stock).await?;
    coming(store, caller, &mut stock).await?;
    stock.making = plan.orders.iter().map(making).collect();
    let held = held(store, caller, &chosen).await?;
    let demands: Vec<Demand> = chosen.iter().map(|open| demand(open, &held)).collect();
    let orders = demands.iter().map(|demand| demand.order.clone()).collect();
    Ok(Shortages { orders, more: plan.more, rows: shortage::shortages(&demands, &stock) })
}

/// What an order will still make.
fn making(open: &OpenOrder) -> Making {
    let order = &open.order;
    let done = order.operations.last().and_then(|last| open.progress.get(&last.number)).map(|at| at.done().units());
    let units = (order.quantity.units() - done.unwrap_or(0)).max(0);
    Making { order: order.id.clone(), item: order.item.clone(), units }
}

/// What an order still needs: required, less what its pieces have used up, less what is held for it.
fn demand(open: &OpenOrder, held: &BTreeMap<(String, String), i64>) -> Demand {
    let order = &open.order;
    let mut needs: BTreeMap<ItemId, Quantity> = BTreeMap::new();
    for material in &order.materials {
        let done = open.progress.get(&material.operation).map_or(0, |at| at.done().units() + at.redo.units());
        let scale = material.required.scale();
        let used = Quantity::from_units(done, order.quantity.scale()).times_rounded(material.per, scale);
        let left = (material.required.units() - used.map_or(0, Quantity::units)).max(0);
        let need = needs.entry(material.item.clone()).or_insert(Quantity::zero(scale));
        *need = Quantity::from_units(need.units() + left, scale);
    }
    for (item, need) in &mut needs {
        let mine = held.get(&(order.id.to_string(), item.to_string())).copied().unwrap_or(0);
        *need = Quantity::from_units((need.units() - mine).max(0), need.scale());
    }
    Demand { order: order.id.clone(), due: order.due, needs: needs.into_iter().collect() }
}

/// Records of kinds and ids, as many loads as that takes.
async fn records<S: Store>(
    store: &S,
    caller: &Caller,
    wanted: Vec<(String, String)>,
) -> Result<Vec<Record>, StoreError> {
    let mut found = Vec::new();
    for part in wanted.chunks(AT_ONCE) {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = part.to_vec();
        found.extend(store.load(&load).await?.records);
    }
    Ok(found)
}

/// Items, bills of material and what has a routing, level by level from the orders' own materials.
async fn items<S: Store>(
    store: &S,
    caller: &Caller,
    roots: BTreeSet<ItemId>,
    stock: &mut Supply,
) -> Result<(), CommandError> {
    let mut wanted = roots;
    for _ in 0..=BOM_DEPTH_MAX {
        let kinds = [kind::ITEM, kind::BOM, kind::ROUTING];
        let ids = wanted.iter().flat_map(|item| kinds.map(|kind| (kind.to_owned(), item.to_string())));
        let mut next = BTreeSet::new();
        for record in records(store, caller, ids.collect()).await? {
            match record.kind.as_str() {
                kind::ITEM => {
                    let item: Item = record.parse()?;
                    stock.items.insert(item.id.clone(), item);
                }
                kind::BOM => {
                    let bom: Bom = record.parse()?;
                    next.extend(bom.lines.iter().map(|line| line.component.clone()));
                    stock.boms.insert(bom.item.clone(), bom);
                }
                _ => {
                    stock.made.extend(record.id.parse::<ItemId>());
                }
            }
        }
        next.retain(|item| !stock.items.contains_key(item));
        if next.is_empty() {
            break;
        }
        wanted = next;
    }
    Ok(())
}

/// Free stock where production may take it, or receiving puts it away: not what waits.
async fn balances<S: Store>(store: &S, caller: &Caller, stock: &mut Supply) -> Result<(), CommandError> {
    let ids: Vec<String> = stock.items.keys().map(ToString::to_string).collect();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.with_plant = true;
    let first = store.load(&load).await?;
    let today = lot::today(&first, caller);
    let locations: Vec<Location> = load::few(&first, kind::LOCATION)?;
    let takes = |id: &str| locations.iter().any(|known| known.id.as_str() == id && !known.kind.waits());
    for part in ids.chunks(AT_ONCE) {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.free_of = part.to_vec();
        load.lots = Some(kind::LOT.into());
        let loaded = store.load(&load).await?;
        let lots = lot::known(&loaded, today)?;
        for balance in loaded.balances {
            let usable = takes(&balance.location) && lot::fault_of(&lots, &balance).is_none();
            if let (true, Ok(item)) = (usable, balance.item.parse()) {
                *stock.free.entry(item).or_default() += balance.quantity;
            }
        }
    }
    Ok(())
}

/// Open lines of purchase orders, the first due first. What was delivered and waits is to come as well, and comes first.
async fn coming<S: Store>(store: &S, caller: &Caller, stock: &mut Supply) -> Result<(), CommandError> {
    let live = [DocumentState::Open, DocumentState::Fulfilled].map(|state| state.as_str().to_owned()).to_vec();
    let filter = ListFilter { state: live, ..ListFilter::default() };
    let mut page = PageRequest::first(200);
    for _ in 0..PAGES_MAX {
        let found = store.list(caller.plant, supply::kind_of(DocumentKind::Purchase), &filter, &page).await?;
        let documents = found.items.iter().map(|record| record.parse::<Document>());
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.counters = documents.iter().map(|one| takt_domain::document::scope(one.kind, &one.id)).collect();
        let loaded = store.load(&load).await?;
        for document in &documents {
            let counters = supply::counters_of(&loaded, document);
            for line in &document.lines {
                let progress = LineProgress::of(document.kind, line, &counters);
                let units = [progress.open, progress.to_inspect, progress.to_put_away].map(Quantity::units);
                let units: i64 = units.iter().sum();
                if units > 0 {
                    stock.coming.entry(line.item.clone()).or_default().push(Coming {
                        document: document.id.clone(),
                        line: line.line,
                        due: line.due,
                        quantity: Quantity::from_units(units, line.quantity.scale()),
                    });
                }
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    for deliveries in stock.coming.values_mut() {
        deliveries.sort_by_key(|one| (one.due.is_none(), one.due, one.document.clone(), one.line));
    }
    Ok(())
}

/// What is held for orders, by order and item.
async fn held<S: Store>(
    store: &S,
    caller: &Caller,
    orders: &[&OpenOrder],
) -> Result<BTreeMap<(String, String), i64>, CommandError> {
    let mut held: BTreeMap<(String, String), i64> = BTreeMap::new();
    for part in orders.chunks(AT_ONCE) {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.balances_of_order = part.iter().map(|open| open.order.id.to_string()).collect();
        for balance in store.load(&load).await?.balances {
            *held.entry((balance.order, balance.item)).or_default() += balance.quantity.max(0);
        }
    }
    Ok(held)
}
