//! `GET /api/v1/receiving`: what was delivered and waits to be inspected or put away, with where it is proposed to go.

use takt_api::supply::{Receiving, WaitingRow, WaitingStep};
use takt_domain::document::{DocumentKind, LineRef};
use takt_domain::id::LocationId;
use takt_domain::ledger::Balance;
use takt_domain::master::{Item, Location, LocationKind};
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::load;
use takt_store::{BalanceFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

/// The most pages of balances that are looked at.
const PAGES_MAX: usize = 10;

pub(crate) async fn receiving<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    let locations: Vec<Location> = load::few(&store.load(&first).await?, kind::LOCATION)?;
    let mut found = Vec::new();
    for place in locations.iter().filter(|location| location.kind.waits()) {
        let location = Some(place.id.to_string());
        let filter = BalanceFilter { location, nonzero: true, ..BalanceFilter::default() };
        let mut page = PageRequest::first(200);
        for _ in 0..PAGES_MAX {
            let balances = store.balances(caller.plant, &filter, &page).await?;
            found.extend(balances.items.into_iter().map(|balance| (place.kind, balance)));
            let Some(next) = balances.next else { break };
            page.after = Some(next);
        }
    }
    // What an order made and waits for its final inspection is another list.
    found.retain(|(kind, balance)| {
        let of_line = LineRef::of_holder(&balance.order).is_some();
        balance.quantity > 0 && (of_line || *kind == LocationKind::Receiving && balance.order.is_empty())
    });
    let mut second = Load::new(caller.plant, caller.now_ms());
    let mut items: Vec<String> = found.iter().map(|(_, balance)| balance.item.clone()).collect();
    items.sort();
    items.dedup();
    second.records = items.iter().map(|item| (kind::ITEM.to_owned(), item.clone())).collect();
    second.balances_of = items;
    let loaded = store.load(&second).await?;
    let mut rows = Vec::with_capacity(found.len());
    for (place, stored) in &found {
        let item = loaded.record(kind::ITEM, &stored.item).map(|record| record.parse::<Item>()).transpose()?;
        let Some(item) = item else { continue };
        let balance: Balance = load::balance(stored, item.scale)?;
        let line = LineRef::of_holder(&stored.order);
        let step = if *place == LocationKind::Quarantine { WaitingStep::Inspect } else { WaitingStep::PutAway };
        let proposal = match step {
            WaitingStep::Inspect => first_of(&locations, LocationKind::Receiving),
            WaitingStep::PutAway => {
                let here = loaded.balances.iter().filter(|other| other.item == stored.item);
                put_away_to(here, &stored.lot, &locations, line.as_ref().map(|line| line.kind))
            }
        };
        rows.push(WaitingRow {
            item: item.id,
            name: item.name,
            unit: item.unit,
            lot: balance.lot,
            location: balance.location,
            quantity: balance.quantity,
            line,
            step,
            proposal,
        });
    }
    json(200, &Receiving { rows })
}

fn first_of(locations: &[Location], kind: LocationKind) -> Option<LocationId> {
    locations.iter().find(|location| location.kind == kind).map(|location| location.id.clone())
}

/// Where the item already stands: its own lot first, then where most of it is; else the first store.
fn put_away_to<'a>(
    balances: impl Iterator<Item = &'a takt_store::Balance>,
    lot: &str,
    locations: &[Location],
    of: Option<DocumentKind>,
) -> Option<LocationId> {
    let wanted = if of == Some(DocumentKind::Sales) { LocationKind::Finished } else { LocationKind::Store };
    let stores = |id: &str| locations.iter().any(|known| known.id.as_str() == id && known.kind == wanted);
    let best = balances
        .filter(|balance| balance.quantity > 0 && stores(&balance.location))
        .max_by_key(|balance| (balance.lot == lot, balance.quantity));
    best.and_then(|balance| balance.location.parse().ok()).or_else(|| first_of(locations, wanted))
}
