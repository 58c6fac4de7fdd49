//! `GET /api/v1/movements?item=&location=&lot=&order=&movement=&kind=&direction=&after=&limit=`: the ledger, newest first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use takt_api::Page;
use takt_api::stock::{Movement, Source};
use takt_domain::ledger::{Account, MovementKind};
use takt_domain::master::Item;
use takt_domain::quantity::Quantity;
use takt_records::archive::refuse_gone_order;
use takt_records::command::CommandError;
use takt_records::keep::kind;
use takt_store::{Direction, Load, MovementFilter, PageRequest, Store, StoredPosting};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn list_movements<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["item", "location", "lot", "order", "movement", "kind", "direction", "after", "limit"])?;
    let caller = call.caller()?;
    let text = |name| call.param(name).map(str::to_owned);
    let kinds = call.params("kind");
    if let Some(unknown) = kinds.iter().find(|kind| MovementKind::from_name(kind).is_none()) {
        return Err(Failure::field("kind", format!("there is no kind {unknown}")));
    }
    let direction = match call.param("direction") {
        None | Some("newest_first") => Direction::NewestFirst,
        Some("oldest_first") => Direction::OldestFirst,
        Some(_) => return Err(Failure::field("direction", "expected newest_first or oldest_first")),
    };
    let filter = MovementFilter {
        item: text("item"),
        location: text("location"),
        lot: text("lot"),
        order: text("order"),
        movement: text("movement"),
        kinds,
        direction,
        ..MovementFilter::default()
    };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.movements(caller.plant, &filter, &page).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = found.items.iter().map(|posting| (kind::ITEM.to_owned(), posting.item.clone())).collect();
    load.records.sort();
    load.records.dedup();
    let loaded = store.load(&load).await?;
    let items = loaded.records.iter().map(|record| Ok((record.id.as_str(), record.parse::<Item>()?)));
    let items = items.collect::<Result<BTreeMap<_, _>, takt_store::StoreError>>()?;
    let rows = found.items.iter().map(|posting| {
        let scale = items.get(posting.item.as_str()).map_or(0, |item| item.scale);
        movement(posting, scale).ok_or_else(|| CommandError::Damaged(format!("the posting {}", posting.id)))
    });
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty()
        && let Some(order) = call.param("order")
    {
        refuse_gone_order(store, caller, order).await?;
    }
    json(200, &Page { rows, next: found.next })
}

pub(crate) fn movement(posting: &StoredPosting, scale: u8) -> Option<Movement> {
    let quantity = |units| Quantity::from_units(units, scale);
    let account = |account: &takt_store::Account| {
        let order = if account.order.is_empty() { None } else { Some(account.order.parse().ok()?) };
        Some(Account { location: account.location.parse().ok()?, order })
    };
    let source = match posting.source.as_str() {
        "scan" => Source::Scan,
        "device" => Source::Device,
        "interface" => Source::Interface,
        _ => Source::Hand,
    };
    Some(Movement {
        id: posting.id.clone(),
        movement: posting.movement.clone(),
        seq: u64::try_from(posting.seq).ok()?,
        kind: MovementKind::from_name(&posting.kind)?,
        item: posting.item.parse().ok()?,
        lot: posting.lot.clone(),
        from: account(&posting.from)?,
        to: account(&posting.to)?,
        quantity: quantity(posting.quantity),
        from_after: quantity(posting.from_after),
        to_after: quantity(posting.to_after),
        order: posting.order.as_ref().map(|order| order.parse()).transpose().ok()?,
        document: posting.document.clone().unwrap_or_default(),
        reason: posting.reason.clone().unwrap_or_default(),
        by: posting.user.parse().ok()?,
        device: posting.device.clone().unwrap_or_default(),
        source,
        occurred_at: Timestamp::from_millisecond(posting.occurred_ms).ok()?,
        booked_at: Timestamp::from_millisecond(posting.booked_ms).ok()?,
        reverses: posting.reverses.clone(),
        reversed_by: posting.reversed_by.clone(),
    })
}
