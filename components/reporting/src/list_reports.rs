//! `GET /api/v1/reports?order=&q=&field=&after=&limit=`: the reports of an order, or those that a search finds, oldest first.

use takt_api::Page;
use takt_api::reports::Report;
use takt_records::archive::refuse_gone_order;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn list_reports<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["order", "q", "field", "after", "limit"])?;
    let caller = call.caller()?;
    let filter = filter(call)?;
    if filter == ListFilter::default() {
        return Err(Failure::field("order", "expected the number of an order, or something to look for"));
    }
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::REPORT, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<Report>()).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty()
        && let Some(order) = call.param("order")
    {
        refuse_gone_order(store, caller, order).await?;
    }
    json(200, &Page { rows, next: found.next })
}

/// Which reports are asked for, by a list and by an export.
pub(crate) fn filter(call: &Call) -> Result<ListFilter, Failure> {
    Ok(ListFilter {
        parent: call.param("order").map(str::to_owned),
        q: call.param("q").map(str::to_owned),
        fields: call.fields()?,
        ..ListFilter::default()
    })
}
