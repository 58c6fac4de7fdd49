//! Incoming inspections: `GET` and `POST /api/v1/incoming-inspections`, and what becomes of what failed.

use takt_api::Page;
use takt_api::supply::{DisposeIncoming, InspectIncoming};
use takt_domain::id::InspectionId;
use takt_domain::quality::incoming::IncomingInspection;
use takt_records::command::incoming;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

/// `GET /api/v1/incoming-inspections?state=&q=&after=&limit=`: newest first.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "q", "after", "limit"])?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !["passed", "open", "decided"].contains(&state.as_str())) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::INCOMING_INSPECTION, &filter, &page).await?;
    let rows = found.items.iter().map(|record| Ok(record.parse()?));
    json(200, &Page { rows: rows.collect::<Result<Vec<IncomingInspection>, Failure>>()?, next: found.next })
}

/// `POST /api/v1/incoming-inspections`
pub(crate) async fn inspect<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: InspectIncoming = call.json()?;
    answer(&incoming::inspect(store, call.caller()?, &given).await?)
}

/// `POST /api/v1/incoming-inspections/{inspection}/disposition`
pub(crate) async fn dispose<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: DisposeIncoming = call.json()?;
    let id: InspectionId = call.id(0)?;
    answer(&incoming::dispose(store, call.caller()?, &id, &given).await?)
}
