//! `GET /api/v1/webhooks` and `GET /api/v1/webhooks/{webhook}/deliveries`

use takt_api::Page;
use takt_api::webhooks::{Delivery, Webhook};
use takt_api::words::told;
use takt_records::command::CommandError;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::webhook::{Endpoint, Progress};
use takt_store::{ListFilter, Load, PageRequest, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// All endpoints of the plant: there are few.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children =
        [kind::WEBHOOK, kind::WEBHOOK_PROGRESS].map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
    let loaded = store.load(&load).await?;
    let mut rows = Vec::new();
    for record in loaded.children(kind::WEBHOOK, PLANT_PARENT) {
        let endpoint: Endpoint = record.parse()?;
        let progress: Option<Progress> =
            loaded.record(kind::WEBHOOK_PROGRESS, &record.id).map(|record| record.parse()).transpose()?;
        if !endpoint.removed {
            let mut shown = endpoint.shown(record.version, &progress.unwrap_or_default());
            shown.state.last_error = told(shown.state.last_error, call.lang);
            rows.push(shown);
        }
    }
    json(200, &Page::<Webhook> { rows, next: None })
}

/// The endpoint that a call names; an error where there is none.
pub(crate) async fn named<S: Store>(store: &S, call: &Call) -> Result<(Endpoint, u64), Failure> {
    let caller = call.caller()?;
    let id = call.segment(0);
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::WEBHOOK.to_owned(), id.to_owned())];
    let loaded = store.load(&load).await?;
    let found = loaded.record(kind::WEBHOOK, id).map(takt_records::webhook::endpoint).transpose()?;
    let found = found.filter(|(endpoint, _)| !endpoint.removed);
    Ok(found.ok_or_else(|| CommandError::NotFound(id.to_owned()))?)
}

/// The last attempts at an endpoint, the newest first.
pub(crate) async fn deliveries<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["after", "limit"])?;
    named(store, call).await?;
    let filter = ListFilter { parent: Some(call.segment(0).to_owned()), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::WEBHOOK_DELIVERY, &filter, &page).await?;
    let read = |record: &takt_store::Record| {
        let kept: Delivery = record.parse()?;
        Ok(Delivery { detail: told(kept.detail, call.lang), ..kept })
    };
    let rows = found.items.iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    json(200, &Page { rows, next: found.next })
}
