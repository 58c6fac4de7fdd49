//! `GET /api/v1/items?q=&field=&after=&limit=`

use takt_api::Page;
use takt_domain::master::Item;
use takt_records::keep::{item_field, kind};
use takt_store::{ListFilter, PageRequest, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn list_items<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "field", "after", "limit"])?;
    let caller = call.caller()?;
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::ITEM, &filter(call)?, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<Item>()).collect::<Result<Vec<_>, StoreError>>()?;
    json(200, &Page { rows, next: found.next })
}

/// Which items are asked for, by a list and by an export.
pub(crate) fn filter(call: &Call) -> Result<ListFilter, Failure> {
    let fields = call.fields()?.into_iter().map(|(name, value)| (item_field(&name), value)).collect();
    Ok(ListFilter { q: call.param("q").map(str::to_owned), fields, ..ListFilter::default() })
}
