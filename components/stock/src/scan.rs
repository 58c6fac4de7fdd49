//! `GET /api/v1/scan?code=`: what a code on the floor means. The plant's own labels and GS1 are read by their shape; a plain
//! number is an item by number or barcode, a work order, or a location.

use takt_api::problem::ProblemType;
use takt_api::stock::{Scanned, ScannedDetail};
use takt_domain::gs1::{self, ElementString};
use takt_domain::label::{Material, OwnLabel};
use takt_domain::master::{Item, Location};
use takt_domain::order::Order;
use takt_domain::scan::{CODE_MAX, Meaning, Unreadable, read, read_unknown};
use takt_domain::text::Lang;
use takt_records::caller::Caller;
use takt_records::keep::kind;
use takt_records::scan::{LabelUses, today};
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn scan<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["code"])?;
    let caller = call.caller()?;
    let code = call.param("code").unwrap_or_default().trim();
    if code.is_empty() || code.chars().count() > CODE_MAX {
        return Err(Failure::field("code", format!("expected a code of 1 to {CODE_MAX} characters")));
    }
    let unreadable = |wrong: Unreadable| unreadable(&wrong, caller.lang);
    let mut meaning = read(code, today(caller)).map_err(unreadable)?;
    if let Meaning::Plain(number) = &meaning {
        if let Some(found) = plain(store, caller, number).await? {
            return json(200, &found);
        }
        meaning = read_unknown(code, today(caller)).map_err(unreadable)?;
    }
    let missing = || Failure::because(ProblemType::NotFound, code);
    let mut with = ScannedDetail { unique: meaning.unique_key().is_some(), ..ScannedDetail::default() };
    if let Some(key) = meaning.unique_key() {
        with.booked = record::<S, LabelUses>(store, caller, kind::LABEL_USE, &key).await?.unwrap_or_default().uses;
    }
    let found = match &meaning {
        Meaning::Plain(_) => return Err(missing()),
        Meaning::Own(OwnLabel::Order(id)) => {
            let order: Order = record(store, caller, kind::ORDER, id.as_str()).await?.ok_or_else(missing)?;
            Scanned::Order { order: order.id }
        }
        Meaning::Own(OwnLabel::Location(id)) => {
            let location = record(store, caller, kind::LOCATION, id.as_str()).await?.ok_or_else(missing)?;
            Scanned::Location { location }
        }
        Meaning::Own(OwnLabel::Material(material)) => {
            let item: Item = record(store, caller, kind::ITEM, material.item.as_str()).await?.ok_or_else(missing)?;
            Scanned::Item { item, with: Box::new(of_material(material, with)) }
        }
        Meaning::Gs1(elements) => {
            let with = of_elements(elements, with);
            match elements.gtin() {
                None => Scanned::Unit { with: Box::new(with) },
                Some(gtin) => {
                    let item = of_gtin(store, caller, gtin).await?;
                    let item = item.ok_or_else(|| Failure::because(ProblemType::NotFound, format!("GTIN {gtin}")))?;
                    Scanned::Item { with: Box::new(measured(&item, elements, with)), item }
                }
            }
        }
    };
    json(200, &found)
}

fn unreadable(wrong: &Unreadable, lang: Lang) -> Failure {
    let unmet = wrong.unmet(lang);
    let failure = Failure::field("code", unmet.detail.clone());
    Failure { detail: unmet.detail.clone(), unmet: vec![unmet], ..failure }
}

async fn record<S: Store, T: serde::de::DeserializeOwned>(
    store: &S,
    caller: &Caller,
    kind: &str,
    id: &str,
) -> Result<Option<T>, Failure> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind.to_owned(), id.to_owned())];
    let loaded = store.load(&load).await?;
    Ok(loaded.record(kind, id).map(|record| record.parse()).transpose()?)
}

/// What has this very number, or else the item with that barcode.
async fn plain<S: Store>(store: &S, caller: &Caller, number: &str) -> Result<Option<Scanned>, Failure> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = [kind::ITEM, kind::ORDER, kind::LOCATION].map(|kind| (kind.to_owned(), number.to_owned())).to_vec();
    let loaded = store.load(&load).await?;
    if let Some(record) = loaded.record(kind::ITEM, number) {
        return Ok(Some(Scanned::Item { item: record.parse()?, with: Box::default() }));
    }
    if let Some(record) = loaded.record(kind::ORDER, number) {
        return Ok(Some(Scanned::Order { order: record.parse::<Order>()?.id }));
    }
    if let Some(record) = loaded.record(kind::LOCATION, number) {
        return Ok(Some(Scanned::Location { location: record.parse::<Location>()? }));
    }
    let mut item = by_field(store, caller, "barcode", number).await?;
    if let (None, Some(gtin)) = (&item, gs1::gtin(number)) {
        item = of_gtin(store, caller, &gtin).await?;
    }
    Ok(item.map(|item| Scanned::Item { item, with: Box::default() }))
}

async fn by_field<S: Store>(store: &S, caller: &Caller, field: &str, value: &str) -> Result<Option<Item>, Failure> {
    let filter = ListFilter { fields: vec![(field.into(), value.into())], ..ListFilter::default() };
    let found = store.list(caller.plant, kind::ITEM, &filter, &PageRequest::first(1)).await?;
    Ok(found.items.first().map(|record| record.parse()).transpose()?)
}

/// The item of a GTIN of 14 digits. Records from before GTINs were kept beside barcodes are found by each way to write it.
async fn of_gtin<S: Store>(store: &S, caller: &Caller, gtin: &str) -> Result<Option<Item>, Failure> {
    if let Some(item) = by_field(store, caller, "gtin", gtin).await? {
        return Ok(Some(item));
    }
    for digits in [13, 14, 12, 8] {
        let (zeros, number) = gtin.split_at_checked(14 - digits).unwrap_or_default();
        if zeros.bytes().all(|byte| byte == b'0')
            && let Some(item) = by_field(store, caller, "barcode", number).await?
        {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn of_material(material: &Material, with: ScannedDetail) -> ScannedDetail {
    ScannedDetail {
        lot: material.lot.clone(),
        quantity: material.quantity,
        expiry: material.expiry,
        label: material.label.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..with
    }
}

fn of_elements(found: &ElementString, with: ScannedDetail) -> ScannedDetail {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    ScannedDetail {
        lot: text(found.lot()),
        quantity: found.count(),
        expiry: found.expiry(),
        produced: found.produced(),
        gtin: text(found.gtin()),
        serial: text(found.serial()),
        sscc: text(found.sscc()),
        ..with
    }
}

/// What is sold by weight says how many kilograms it has instead of how many pieces.
fn measured(item: &Item, found: &ElementString, with: ScannedDetail) -> ScannedDetail {
    let weighed = matches!(item.unit.to_lowercase().as_str(), "kg" | "千克" | "公斤");
    let quantity = with.quantity.or_else(|| found.net_weight_kg().filter(|_| weighed));
    ScannedDetail { quantity: quantity.and_then(|quantity| quantity.at_scale(item.scale).ok()), ..with }
}
