//! `GET /api/v1/inspection-plans?item=&active=&q=&after=&limit=`, `GET` and `PUT /api/v1/inspection-plans/{plan}`.

use takt_api::Page;
use takt_api::problem::ProblemType;
use takt_api::quality::PlanDocument;
use takt_domain::id::PlanId;
use takt_records::command::inspect;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Record, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["item", "active", "q", "after", "limit"])?;
    let state = match call.param("active") {
        None => Vec::new(),
        Some("true") => vec!["active".to_owned()],
        Some("false") => vec!["inactive".to_owned()],
        Some(_) => return Err(Failure::field("active", "expected true or false")),
    };
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, parent: text("item"), q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::INSPECTION_PLAN, &filter, &page).await?;
    let rows = found.items.iter().map(document).collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { rows, next: found.next })
}

fn document(record: &Record) -> Result<PlanDocument, StoreError> {
    Ok(PlanDocument { version: record.version, plan: record.parse()? })
}

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: PlanId = call.id(0)?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::INSPECTION_PLAN.into(), id.to_string())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::INSPECTION_PLAN, id.as_str());
    json(200, &document(record.ok_or_else(|| Failure::new(ProblemType::NotFound))?)?)
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PlanDocument = call.json()?;
    let id: PlanId = call.id(0)?;
    answer(&inspect::put_plan(store, call.caller()?, &id, &given).await?)
}
