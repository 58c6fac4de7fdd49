//! Codes on the floor: what one means, and where one reads about it.

use serde::Deserialize;
use takt_api::stock::{Scanned, ScannedDetail};
use takt_domain::id::OrderId;
use takt_domain::master::{Item, Location};

use super::Fault;
use super::fetch::{Call, fetch};
use crate::json;
use crate::route::{Route, encode};

/// A [`Scanned`] as it is read: the one that is there says which it is, so nothing has to be held until that is known.
#[derive(Deserialize)]
struct Found {
    item: Option<Item>,
    with: Option<Box<ScannedDetail>>,
    order: Option<OrderId>,
    location: Option<Location>,
}

/// What a code on the floor means.
pub async fn scan(code: &str) -> Result<Scanned, Fault> {
    let answer = fetch(&Call::get(format!("/api/v1/scan?code={}", encode(code)))).await.ok_or(Fault::Lost)?;
    if !answer.is_success() {
        return Err(Fault::of(&answer));
    }
    let found: Found = json::read(&answer.text).map_err(|_| Fault::Unreadable)?;
    match found {
        Found { item: Some(item), with, .. } => Ok(Scanned::Item { item, with: with.unwrap_or_default() }),
        Found { order: Some(order), .. } => Ok(Scanned::Order { order }),
        Found { location: Some(location), .. } => Ok(Scanned::Location { location }),
        Found { with: Some(with), .. } => Ok(Scanned::Unit { with }),
        _ => Err(Fault::Unreadable),
    }
}

/// Where one reads about it.
pub fn page_of(found: &Scanned) -> Route {
    match found {
        Scanned::Item { item, .. } => Route::StockItem(item.id.clone()),
        Scanned::Order { order } => Route::Order(order.clone()),
        Scanned::Location { .. } | Scanned::Unit { .. } => Route::Stock,
    }
}
