//! `GET /api/v1/people?after=&limit=`: what the plant's users are called, for pages that say who did something. Names alone: who
//! manages users reads the rest of them.

use takt_api::Page;
use takt_domain::why::Person;
use takt_records::keep::kind;
use takt_records::user::StoredUser;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn list_people<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["after", "limit"])?;
    let caller = call.caller()?;
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::USER, &ListFilter::default(), &page).await?;
    let users = found.items.iter().map(|record| record.parse::<StoredUser>());
    let named = users.map(|user| user.map(|user| Person { user: user.user, name: user.name }));
    let rows = named.collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { rows, next: found.next })
}
