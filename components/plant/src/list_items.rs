//! `GET /api/v1/items?q=&after=&limit=`

use takt_api::Page;
use takt_domain::master::Item;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn list_items<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "after", "limit"])?;
    let caller = call.caller()?;
    let filter = ListFilter { q: call.param("q").map(str::to_owned), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::ITEM, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<Item>()).collect::<Result<Vec<_>, StoreError>>()?;
    json(200, &Page { rows, next: found.next })
}
