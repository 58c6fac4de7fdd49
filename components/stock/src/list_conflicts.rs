//! `GET /api/v1/conflicts?state=&q=&after=&limit=`: entries that were held, oldest first.

use takt_api::Page;
use takt_api::conflict::{ConflictState, EntryConflict};
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

const STATES: [ConflictState; 3] = [ConflictState::Open, ConflictState::Same, ConflictState::Both];

pub(crate) async fn list_conflicts<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "q", "after", "limit"])?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !STATES.iter().any(|known| known.as_str() == *state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let filter = ListFilter { state, q: call.param("q").map(str::to_owned), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::ENTRY_CONFLICT, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<EntryConflict>());
    json(200, &Page { rows: rows.collect::<Result<Vec<_>, StoreError>>()?, next: found.next })
}
