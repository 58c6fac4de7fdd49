//! `GET /api/v1/inspections?order=&kind=&after=&limit=`: inspections by plans, oldest first.

use takt_api::Page;
use takt_domain::quality::PlannedInspection;
use takt_records::archive::refuse_gone_order;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn list_inspections<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["order", "kind", "after", "limit"])?;
    let filter = ListFilter {
        state: call.params("kind"),
        parent: call.param("order").map(str::to_owned),
        ..ListFilter::default()
    };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let caller = call.caller()?;
    let found = store.list(caller.plant, kind::INSPECTION, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse()).collect::<Result<Vec<PlannedInspection>, _>>()?;
    if rows.is_empty()
        && let Some(order) = call.param("order")
    {
        refuse_gone_order(store, caller, order).await?;
    }
    json(200, &Page { rows, next: found.next })
}
