//! `GET /api/v1/items/{item}`: an item with how it is made.

use takt_api::master::{ItemDetail, NeedRow};
use takt_api::problem::ProblemType;
use takt_domain::id::ItemId;
use takt_records::command::create_order::needs_with_items;
use takt_records::keep::kind;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn get_item<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let id: ItemId = call.id(0)?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = [kind::ITEM, kind::BOM, kind::ROUTING].map(|kind| (kind.to_owned(), id.to_string())).to_vec();
    let loaded = store.load(&load).await?;
    let Some(item) = loaded.record(kind::ITEM, id.as_str()) else {
        return Err(Failure::because(ProblemType::NotFound, id.to_string()));
    };
    let needs = needs_with_items(store, caller, &id).await?;
    let row = |(need, item): (takt_domain::master::Need, takt_domain::master::Item)| NeedRow {
        component: need.component,
        per: need.per.at_scale(item.scale).unwrap_or(need.per),
        operation: need.operation,
    };
    let detail = ItemDetail {
        item: item.parse()?,
        bom: loaded.record(kind::BOM, id.as_str()).map(|record| record.parse()).transpose()?,
        routing: loaded.record(kind::ROUTING, id.as_str()).map(|record| record.parse()).transpose()?,
        needs: needs.into_iter().map(row).collect(),
    };
    json(200, &detail)
}
