//! Master data, imports, health, and the document that describes the API.

mod export_items;
mod get_forms;
mod get_item;
mod get_plant;
mod list_items;
mod live;
mod open_import;
mod openapi;
mod publish_import;
mod put_columns;
mod put_crew;
mod put_equipment_status;
mod put_form;
mod put_import_part;
mod put_item_custom;
mod put_item_minimum;
mod put_item_units;
mod put_mould_status;
mod put_plant;
mod put_presence;
mod ready;
mod scan_badge;

use bytes::Bytes;
use http::{Request, Response};
use spin_sdk::http::{FullBody, Request as SpinRequest};
use spin_sdk::http_service;
use takt_api::bulk::{BulkBom, BulkItem};
use takt_api::problem::ProblemType;
use takt_web::failure::{Failure, Outcome};
use takt_web::{bulk, call};

#[http_service]
async fn handle(request: SpinRequest) -> Response<FullBody<Bytes>> {
    if let Some(outcome) = without_store(&request).await {
        let lang = call::lang(request.headers());
        return outcome.unwrap_or_else(|failure| failure.response(lang)).map(FullBody::new);
    }
    takt_web::spin::serve("plant", request, async |store, call| match call.route.name {
        "getPlant" => get_plant::get_plant(store, call).await,
        "putPlant" => put_plant::put_plant(store, call).await,
        "listItems" => list_items::list_items(store, call).await,
        "getItem" => get_item::get_item(store, call).await,
        "putEquipmentStatus" => put_equipment_status::put_equipment_status(store, call).await,
        "putMouldStatus" => put_mould_status::put_mould_status(store, call).await,
        "putPresence" => put_presence::put_presence(store, call).await,
        "putCrew" => put_crew::put_crew(store, call).await,
        "scanBadge" => scan_badge::scan_badge(store, call).await,
        "openImport" => open_import::open_import(store, call).await,
        "putImportPart" => put_import_part::put_import_part(store, call).await,
        "getForms" => get_forms::get_forms(store, call).await,
        "putForm" => put_form::put_form(store, call).await,
        "putColumns" => put_columns::put_columns(store, call).await,
        "putItemMinimum" => put_item_minimum::put_item_minimum(store, call).await,
        "putItemUnits" => put_item_units::put_item_units(store, call).await,
        "putItemCustom" => put_item_custom::put_item_custom(store, call).await,
        "exportItems" => export_items::export_items(store, call).await,
        "bulkItems" => {
            bulk::each_row(call, async |caller, row: BulkItem| takt_import::bulk::put_item(store, caller, &row).await)
                .await
        }
        "bulkBoms" => {
            bulk::each_row(call, async |caller, row: BulkBom| takt_import::bulk::put_bom(store, caller, &row).await)
                .await
        }
        "publishImport" => publish_import::publish_import(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}

/// What must answer while the store does not: the state of the program, and what needs no data.
async fn without_store<B>(request: &Request<B>) -> Option<Outcome> {
    let (route, _) = call::route("plant", request.method(), request.uri().path()).ok()?;
    match route.name {
        "live" => Some(live::live()),
        "ready" => Some(ready::ready(request.headers()).await),
        "openapi" => Some(openapi::openapi()),
        _ => None,
    }
}
