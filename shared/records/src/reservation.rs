//! What is known of the orders that stock is held for: how urgent they are, and until when it is held.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use takt_domain::flow::{Category, FlowRef};
use takt_domain::id::OrderId;
use takt_domain::master::{Location, LocationKind};
use takt_domain::order::Priority;
use takt_store::{Load, Store};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::kind;
use crate::{load, lot};

/// The most orders that are looked at for one answer: an item may be held by very many.
pub const ORDERS_MAX: usize = 50;

/// Of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How urgent it is.
    pub priority: Priority,
    /// When what is held for it in a store is let go, where it has not started by then and the plant has set a time.
    pub until: Option<Timestamp>,
}

impl Terms {
    /// Until when something is held somewhere. What was brought beside a line stays.
    pub fn until_at(&self, location: &str, locations: &[Location]) -> Option<Timestamp> {
        let place = locations.iter().find(|known| known.id.as_str() == location);
        self.until.filter(|_| place.is_none_or(|place| place.kind != LocationKind::Line))
    }
}

/// As much of an order as is asked for here.
#[derive(Deserialize)]
struct Held {
    #[serde(default)]
    priority: Priority,
    flow: FlowRef,
    state: String,
    state_since: Timestamp,
}

/// Of these orders; of what is no order, such as the line of a document, nothing.
pub async fn terms<S: Store>(
    store: &S,
    caller: &Caller,
    orders: impl Iterator<Item = &OrderId>,
) -> Result<BTreeMap<OrderId, Terms>, CommandError> {
    let orders: BTreeSet<&OrderId> = orders.collect();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = orders.iter().take(ORDERS_MAX).map(|order| (kind::ORDER.to_owned(), order.to_string())).collect();
    if load.records.is_empty() {
        return Ok(BTreeMap::new());
    }
    load.records.push(lot::settings_record());
    let loaded = store.load(&load).await?;
    let hours = lot::settings(&loaded)?.reservation_hours;
    let flows = if hours.is_some() { load::flows(store, caller).await? } else { Vec::new() };
    let mut terms = BTreeMap::new();
    for order in orders {
        let Some(record) = loaded.record(kind::ORDER, order.as_str()) else { continue };
        let held: Held = record.parse()?;
        let flow = flows.iter().find(|flow| flow.reference() == held.flow);
        let waits = flow.and_then(|flow| flow.state(&held.state)).is_some_and(|one| one.category == Category::Ready);
        let until = hours.filter(|_| waits).map(|hours| SignedDuration::from_hours(i64::from(hours)));
        let until = until.and_then(|hours| held.state_since.checked_add(hours).ok());
        terms.insert(order.clone(), Terms { priority: held.priority, until });
    }
    Ok(terms)
}
