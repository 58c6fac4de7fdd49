//! Codes on the floor: what one means, and where one reads about it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use takt_api::master::PlantDetail;
use takt_api::stock::{ItemStock, Scanned, ScannedDetail, Source};
use takt_domain::id::OrderId;
use takt_domain::lot::Tracking;
use takt_domain::master::{Item, Location};

use super::Fault;
use super::fetch::{Answer, Call, fetch};
use crate::json;
use crate::route::{Route, encode};
use crate::text::{self, Text};
use crate::ui::tone;

const NOT_LOOKED_UP: Text =
    Text::new("没有网络,本机也没存有:{},查不到它是什么", "No network, and not kept here: {} cannot be looked up");

/// A [`Scanned`] as it is read: the one that is there says which it is, so nothing has to be held until that is known.
#[derive(Deserialize)]
struct Found {
    item: Option<Item>,
    with: Option<Box<ScannedDetail>>,
    order: Option<OrderId>,
    location: Option<Location>,
}

/// What a code on the floor means. Who scanned it hears where it means nothing.
pub async fn scan(code: &str, source: Source) -> Result<Scanned, Fault> {
    let found = match ask(code).await {
        Err(Fault::Lost) => kept(code).await.ok_or(Fault::Lost),
        answer => answer,
    };
    if found.is_err() && source == Source::Scan {
        tone::bad();
    }
    found
}

async fn ask(code: &str) -> Result<Scanned, Fault> {
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

/// The page of what a code on the floor means, for a page that takes none itself.
pub async fn page(code: &str) -> Result<Route, Fault> {
    let found = match ask(code).await {
        Ok(found) => Ok(page_of(&found)),
        Err(Fault::Lost) => kept_page(code).await.ok_or(Fault::Lost),
        Err(fault) => Err(fault),
    };
    if found.is_err() {
        tone::bad();
    }
    found
}

/// What kind of thing a code is of, where it says so, and what it says of it, the number first: one of the plant's own labels
/// (`takt_domain::label`), or a plain number. For where the plant cannot be asked; it judges what is booked by a code when that
/// is sent.
fn parts_of(code: &str) -> (Option<&str>, Vec<String>) {
    let Some(rest) = code.strip_prefix("TK1*") else { return (None, vec![code.to_owned()]) };
    let mut parts = rest.split('*');
    let plain = |text| js_sys::decode_uri_component(text).map(String::from).unwrap_or_default();
    (parts.next(), parts.map(plain).collect())
}

/// The page that this device has kept of it.
async fn kept_page(code: &str) -> Option<Route> {
    let (kind, fields) = parts_of(code);
    let number = fields.first()?;
    if matches!(kind, None | Some("M")) && is_kept(&format!("/api/v1/stock/{}", encode(number))).await {
        return Some(Route::StockItem(number.parse().ok()?));
    }
    if matches!(kind, None | Some("O")) && is_kept(&format!("/api/v1/orders/{}", encode(number))).await {
        return Some(Route::Order(number.parse().ok()?));
    }
    (kind == Some("L")).then_some(Route::Stock)
}

async fn is_kept(path: &str) -> bool {
    fetch(&Call::get(path)).await.is_some_and(|answer| answer.is_success())
}

/// What this device has kept of it.
async fn kept(code: &str) -> Option<Scanned> {
    let (kind, fields) = parts_of(code);
    let field = |n: usize| fields.get(n).cloned().unwrap_or_default();
    let number = field(0);
    if matches!(kind, None | Some("L")) {
        let plant = read::<PlantDetail>("/api/v1/plant").await;
        let mut places = plant.into_iter().flat_map(|plant| plant.locations);
        if let Some(location) = places.find(|place| place.id.as_str() == number) {
            return Some(Scanned::Location { location });
        }
    }
    if matches!(kind, None | Some("M"))
        && let Some(stock) = read::<ItemStock>(&format!("/api/v1/stock/{}", encode(&number))).await
    {
        let (lot, quantity, label) = (field(1), field(2).parse().ok(), field(4));
        let with = ScannedDetail { lot, quantity, unique: !label.is_empty(), label, ..ScannedDetail::default() };
        return Some(Scanned::Item { item: item_of(stock), with: Box::new(with) });
    }
    if matches!(kind, None | Some("O")) && is_kept(&format!("/api/v1/orders/{}", encode(&number))).await {
        return Some(Scanned::Order { order: number.parse().ok()? });
    }
    None
}

async fn read<T: DeserializeOwned>(path: &str) -> Option<T> {
    let answer = fetch(&Call::get(path)).await.filter(Answer::is_success)?;
    json::read(&answer.text).ok()
}

/// As much of an item as its stock says.
fn item_of(stock: ItemStock) -> Item {
    Item {
        id: stock.item,
        name: stock.name,
        unit: stock.unit,
        scale: stock.on_hand.scale(),
        kind: String::new(),
        barcode: None,
        tracking: Tracking::default(),
        shelf_life_days: None,
        units: Vec::new(),
        minimum: None,
        custom: Default::default(),
    }
}

/// What is said of a code that means nothing, or of which nobody here knows what it means.
pub fn unknown(code: &str, fault: &Fault) -> String {
    let said = if *fault == Fault::Lost { NOT_LOOKED_UP } else { text::UNKNOWN_CODE };
    said.with(code)
}

/// Where one reads about it.
pub fn page_of(found: &Scanned) -> Route {
    match found {
        Scanned::Item { item, .. } => Route::StockItem(item.id.clone()),
        Scanned::Order { order } => Route::Order(order.clone()),
        Scanned::Location { .. } | Scanned::Unit { .. } => Route::Stock,
    }
}
