//! `GET /api/v1/scan?code=`: an item by number or barcode, a work order, or a location.

use takt_api::problem::ProblemType;
use takt_api::stock::Scanned;
use takt_domain::master::{Item, Location};
use takt_domain::order::Order;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn scan<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["code"])?;
    let caller = call.caller()?;
    let code = call.param("code").unwrap_or_default().trim();
    if code.is_empty() || code.chars().count() > 200 {
        return Err(Failure::field("code", "expected a code of 1 to 200 characters"));
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = [kind::ITEM, kind::ORDER, kind::LOCATION].map(|kind| (kind.to_owned(), code.to_owned())).to_vec();
    let loaded = store.load(&load).await?;
    if let Some(record) = loaded.record(kind::ITEM, code) {
        return json(200, &Scanned::Item { item: record.parse::<Item>()? });
    }
    if let Some(record) = loaded.record(kind::ORDER, code) {
        return json(200, &Scanned::Order { order: record.parse::<Order>()?.id });
    }
    if let Some(record) = loaded.record(kind::LOCATION, code) {
        return json(200, &Scanned::Location { location: record.parse::<Location>()? });
    }
    let filter = ListFilter { fields: vec![("barcode".into(), code.into())], ..ListFilter::default() };
    let found = store.list(caller.plant, kind::ITEM, &filter, &PageRequest::first(1)).await?;
    match found.items.first() {
        Some(record) => json(200, &Scanned::Item { item: record.parse::<Item>()? }),
        None => Err(Failure::because(ProblemType::NotFound, code)),
    }
}
