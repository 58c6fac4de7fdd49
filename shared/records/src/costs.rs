//! What an order costs, from its counters and the ledger.

use std::collections::BTreeMap;

use takt_domain::cost::{self, OrderCost};
use takt_domain::id::{ItemId, OrderId};
use takt_domain::ledger::{MovementKind, Posting};
use takt_domain::master::Item;
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_domain::report;
use takt_store::{Load, Loaded, MovementFilter, PageRequest, Record, Store, StoreError};

use crate::caller::Caller;
use crate::command::{CommandError, reverse_movement};
use crate::keep::kind;
use crate::supply;

/// The most pages of postings of one order, at 200 each.
const PAGES_MAX: usize = 500;

/// The standard price of an item, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of what.
    pub item: ItemId,
    /// For a unit of it; none where it was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Quantity>,
}

/// The standard price of an item, among what was loaded; none where nobody has set one.
pub fn price_of(loaded: &Loaded, item: &str) -> Result<Option<Quantity>, StoreError> {
    let price = loaded.record(kind::PRICE, item).map(|record| record.parse::<Price>()).transpose()?;
    Ok(price.and_then(|price| price.price))
}

/// What an order costs; none where there is no such order.
pub async fn of_order<S: Store>(store: &S, caller: &Caller, id: &OrderId) -> Result<Option<OrderCost>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::ORDER.into(), id.to_string())];
    match store.load(&load).await?.record(kind::ORDER, id.as_str()) {
        Some(record) => Ok(Some(of_record(store, caller, record).await?)),
        None => Ok(None),
    }
}

/// What an order costs that was read already.
pub async fn of_record<S: Store>(store: &S, caller: &Caller, record: &Record) -> Result<OrderCost, CommandError> {
    let order: Order = record.parse()?;
    let filter = MovementFilter { order: Some(order.id.to_string()), ..MovementFilter::default() };
    let mut page = PageRequest::first(200);
    let mut stored = Vec::new();
    for _ in 0..PAGES_MAX {
        let found = store.movements(caller.plant, &filter, &page).await?;
        // Reservations and what only moves cost nothing.
        let counts = [MovementKind::Consume, MovementKind::Scrap, MovementKind::Reversal, MovementKind::Produce];
        let known = |name: &str| MovementKind::from_name(name).is_some_and(|kind| counts.contains(&kind));
        stored.extend(found.items.into_iter().filter(|posting| known(&posting.kind)));
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    let mut items: Vec<String> = stored.iter().map(|posting| posting.item.clone()).collect();
    items.extend(order.materials.iter().map(|material| material.item.to_string()));
    items.sort();
    items.dedup();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records =
        items.iter().flat_map(|item| [kind::ITEM, kind::PRICE].map(|kind| (kind.to_owned(), item.clone()))).collect();
    load.records.push(supply::settings_record());
    load.counters = vec![order.id.to_string()];
    load.balances_of_order = vec![order.id.to_string()];
    let loaded = store.load(&load).await?;
    let scale = |item: &str| -> Result<u8, CommandError> {
        let known = loaded.record(kind::ITEM, item).map(|record| record.parse::<Item>()).transpose()?;
        Ok(known.map_or(0, |item| item.scale))
    };
    let mut postings: Vec<Posting> = Vec::with_capacity(stored.len());
    for posting in &stored {
        postings.push(reverse_movement::posted(posting, scale(&posting.item)?)?.posting);
    }
    let mut prices = BTreeMap::new();
    for record in loaded.records.iter().filter(|record| record.kind == kind::PRICE) {
        let price: Price = record.parse()?;
        prices.extend(price.price.map(|amount| (price.item, amount)));
    }
    let mut held: BTreeMap<ItemId, i64> = BTreeMap::new();
    for balance in loaded.balances.iter().filter(|balance| balance.order == order.id.as_str()) {
        if let Ok(item) = balance.item.parse() {
            *held.entry(item).or_default() += balance.quantity;
        }
    }
    let progress = report::progress(&supply::counters(&loaded.counters, order.id.as_str()), order.quantity.scale());
    let settings = supply::settings(&loaded)?.0;
    let mut cost = cost::cost(&order, &progress, &postings, &held, &prices, &settings, caller.now);
    for row in cost.materials.iter_mut().filter(|row| row.name.is_empty()) {
        if let Some(record) = loaded.record(kind::ITEM, row.item.as_str()) {
            let item: Item = record.parse()?;
            (row.name, row.unit) = (item.name, item.unit);
        }
    }
    Ok(cost)
}
