//! `GET /api/v1/users?q=&after=&limit=`

use takt_api::Page;
use takt_records::keep::kind;
use takt_records::user::StoredUser;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn list_users<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "after", "limit"])?;
    let caller = call.caller()?;
    let filter = ListFilter { q: call.param("q").map(str::to_owned), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::USER, &filter, &page).await?;
    let users = found.items.iter().map(|record| record.parse::<StoredUser>());
    let rows = users.map(|user| user.map(|user| user.shown())).collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { rows, next: found.next })
}
