//! `GET /api/v1/orders?state=&line=&q=&after=&limit=`

use takt_api::Page;
use takt_domain::flow::Flow;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::row;

pub(crate) async fn list_orders<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "line", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| Flow::builtin().state(state).is_none()) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let filter = ListFilter {
        state,
        line: call.param("line").map(str::to_owned),
        q: call.param("q").map(str::to_owned),
        ..ListFilter::default()
    };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::ORDER, &filter, &page).await?;
    json(200, &Page { rows: row::rows(store, caller, &found.items).await?, next: found.next })
}
