//! Accounts added up to what people ask: on hand, reserved, in quarantine, available.

use takt_api::stock::{Held, ItemStock, PlaceStock};
use takt_domain::id::LocationId;
use takt_domain::lot::{Fault, Lots};
use takt_domain::master::{Item, Location};
use takt_domain::quantity::Quantity;
use takt_store::Balance;

/// The stock of one item from its accounts; `owed` is what production drew beyond the books, `pending` what accepted
/// reports will move, where that is known.
pub fn sum(
    item: &Item,
    balances: &[Balance],
    locations: &[Location],
    lots: &Lots,
    owed: i64,
    pending: Option<i64>,
) -> ItemStock {
    let quantity = |units| Quantity::from_units(units, item.scale);
    let (mut on_hand, mut reserved, mut quarantine) = (0, 0, 0);
    let (mut expired, mut kept_back) = (0, 0);
    let mut version = 0;
    let mut places: Vec<PlaceStock> = Vec::new();
    for balance in balances.iter().filter(|balance| balance.item == item.id.as_str()) {
        version = version.max(u64::try_from(balance.version).unwrap_or_default());
        let Ok(location) = balance.location.parse::<LocationId>() else { continue };
        if location.is_virtual() {
            continue;
        }
        let waits = locations.iter().any(|known| known.id == location && known.kind.waits());
        on_hand += balance.quantity;
        if waits {
            quarantine += balance.quantity;
        } else if !balance.order.is_empty() {
            reserved += balance.quantity;
        } else {
            match lots.fault(&item.id, &balance.lot) {
                Some(Fault::Expired(_)) => expired += balance.quantity,
                Some(_) => kept_back += balance.quantity,
                None => {}
            }
        }
        let known = places.iter_mut().find(|place| place.location == location && place.lot == balance.lot);
        let place = match known {
            Some(place) => place,
            None => {
                let lot = lots.get(&item.id, &balance.lot).map(|known| &known.lot);
                places.push(PlaceStock {
                    location,
                    lot: balance.lot.clone(),
                    expires: lot.and_then(|lot| lot.expires),
                    unusable: lots.fault(&item.id, &balance.lot).map(|fault| fault.as_str().to_owned()),
                    on_hand: quantity(0),
                    reserved: quantity(0),
                    held_for: Vec::new(),
                });
                let Some(place) = places.last_mut() else { continue };
                place
            }
        };
        place.on_hand = quantity(place.on_hand.units() + balance.quantity);
        if let Ok(order) = balance.order.parse() {
            place.reserved = quantity(place.reserved.units() + balance.quantity);
            place.held_for.push(Held { order, quantity: quantity(balance.quantity), priority: None, until: None });
        }
    }
    ItemStock {
        item: item.id.clone(),
        name: item.name.clone(),
        unit: item.unit.clone(),
        on_hand: quantity(on_hand),
        reserved: quantity(reserved),
        quarantine: quantity(quarantine),
        available: quantity(on_hand - reserved - quarantine - expired - kept_back),
        expired: (expired != 0).then(|| quantity(expired)),
        kept_back: (kept_back != 0).then(|| quantity(kept_back)),
        minimum: item.minimum,
        owed: quantity(owed),
        pending: pending.map(quantity),
        version,
        places,
    }
}
