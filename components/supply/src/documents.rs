//! Purchase orders under `/api/v1/purchase-orders`, sales orders under `/api/v1/sales-orders`: the same calls.

use takt_api::Page;
use takt_api::problem::ProblemType;
use takt_api::supply::{DocumentRow, LineRow, PutDocument, SetDocumentState};
use takt_domain::document::{self, Document, DocumentKind, DocumentState, LineProgress};
use takt_domain::id::DocumentId;
use takt_domain::master::Item;
use takt_records::caller::Caller;
use takt_records::command::{end_document, put_document};
use takt_records::keep::kind;
use takt_records::supply;
use takt_store::{ListFilter, Load, PageRequest, Record, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

const STATES: [DocumentState; 4] =
    [DocumentState::Open, DocumentState::Fulfilled, DocumentState::Closed, DocumentState::Cancelled];

/// `GET ?state=&q=&after=&limit=`: by the first day on which something is due.
pub(crate) async fn list<S: Store>(store: &S, call: &Call, of: DocumentKind) -> Outcome {
    call.only_params(&["state", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !STATES.iter().any(|known| known.as_str() == *state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, supply::kind_of(of), &filter, &page).await?;
    json(200, &Page { rows: rows(store, caller, &found.items).await?, next: found.next })
}

/// Documents with how far each of their lines has come, in one load.
pub(crate) async fn rows<S: Store>(
    store: &S,
    caller: &Caller,
    records: &[Record],
) -> Result<Vec<DocumentRow>, Failure> {
    let parsed = records.iter().map(|record| Ok((record.parse::<Document>()?, record.version)));
    let parsed = parsed.collect::<Result<Vec<_>, Failure>>()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.counters = parsed.iter().map(|(one, _)| document::scope(one.kind, &one.id)).collect();
    let mut items: Vec<String> =
        parsed.iter().flat_map(|(one, _)| &one.lines).map(|line| line.item.to_string()).collect();
    items.sort();
    items.dedup();
    load.records = items.iter().map(|item| (kind::ITEM.to_owned(), item.clone())).collect();
    load.children = items.into_iter().map(|item| (kind::INSPECTION_PLAN.to_owned(), item)).collect();
    let loaded = store.load(&load).await?;
    let mut rows = Vec::with_capacity(parsed.len());
    for (one, version) in parsed {
        let counters = supply::counters_of(&loaded, &one);
        let mut progress = Vec::with_capacity(one.lines.len());
        for line in &one.lines {
            let item = loaded.record(kind::ITEM, line.item.as_str()).map(|record| record.parse::<Item>());
            let (name, unit) = item.transpose()?.map_or_else(Default::default, |item| (item.name, item.unit));
            progress.push(LineRow {
                line: line.line,
                name,
                unit,
                inspected: supply::incoming_plan(&loaded, line.item.as_str())?.is_some(),
                progress: LineProgress::of(one.kind, line, &counters),
            });
        }
        rows.push(DocumentRow { document: one, version, progress });
    }
    Ok(rows)
}

/// `GET /{document}`
pub(crate) async fn get<S: Store>(store: &S, call: &Call, of: DocumentKind) -> Outcome {
    call.only_params(&[])?;
    let row = one(store, call, of).await?;
    json(200, &row)
}

/// The document that the path names.
pub(crate) async fn one<S: Store>(store: &S, call: &Call, of: DocumentKind) -> Result<DocumentRow, Failure> {
    let caller = call.caller()?;
    let id: DocumentId = call.id(0)?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(supply::kind_of(of).into(), id.to_string())];
    let loaded = store.load(&load).await?;
    let row = rows(store, caller, &loaded.records).await?.into_iter().next();
    row.ok_or_else(|| Failure::because(ProblemType::NotFound, id.to_string()))
}

/// `POST`
pub(crate) async fn create<S: Store>(store: &S, call: &Call, of: DocumentKind) -> Outcome {
    let given: PutDocument = call.json()?;
    answer(&put_document::create(store, call.caller()?, of, &given).await?)
}

/// `PUT /{document}`
pub(crate) async fn put<S: Store>(store: &S, call: &Call, of: DocumentKind) -> Outcome {
    let given: PutDocument = call.json()?;
    let id: DocumentId = call.id(0)?;
    answer(&put_document::edit(store, call.caller()?, (of, &id), &given).await?)
}

/// `POST /{document}/state`
pub(crate) async fn set_state<S: Store>(store: &S, call: &Call, of: DocumentKind) -> Outcome {
    let given: SetDocumentState = call.json()?;
    let id: DocumentId = call.id(0)?;
    answer(&end_document::set_state(store, call.caller()?, (of, &id), &given).await?)
}
