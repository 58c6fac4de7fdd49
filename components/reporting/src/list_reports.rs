//! `GET /api/v1/reports?order=&after=&limit=`: the reports of an order, oldest first.

use takt_api::Page;
use takt_api::reports::Report;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn list_reports<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["order", "after", "limit"])?;
    let caller = call.caller()?;
    let order = call.param("order").ok_or_else(|| Failure::field("order", "expected the number of an order"))?;
    let filter = ListFilter { parent: Some(order.to_owned()), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::REPORT, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<Report>()).collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { rows, next: found.next })
}
