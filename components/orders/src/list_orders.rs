//! `GET /api/v1/orders?state=&open=&line=&q=&field=&after=&limit=`

use takt_api::Page;
use takt_records::keep::kind;
use takt_records::load;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::row;

pub(crate) async fn list_orders<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "open", "line", "q", "field", "after", "limit"])?;
    let caller = call.caller()?;
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::ORDER, &filter(store, call).await?, &page).await?;
    json(200, &Page { rows: row::rows(store, caller, &found.items).await?, next: found.next })
}

/// Which orders are asked for, by a list and by an export.
pub(crate) async fn filter<S: Store>(store: &S, call: &Call) -> Result<ListFilter, Failure> {
    let mut state = call.params("state");
    let open = call.param("open").is_some();
    let flows = if state.is_empty() && !open { Vec::new() } else { load::flows(store, call.caller()?).await? };
    if let Some(unknown) = state.iter().find(|state| !flows.iter().any(|flow| flow.state(state).is_some())) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    if open {
        let states = flows.iter().flat_map(|flow| flow.states.iter().filter(|state| flow.is_open(&state.name)));
        state.extend(states.map(|state| state.name.clone()));
        state.sort();
        state.dedup();
    }
    Ok(ListFilter {
        state,
        line: call.param("line").map(str::to_owned),
        q: call.param("q").map(str::to_owned),
        fields: call.fields()?,
        ..ListFilter::default()
    })
}
