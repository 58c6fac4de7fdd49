//! `/api/v1/delegations...`: who signs for somebody who is away.

use takt_records::command::delegate;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &delegate::list(store, call.caller()?).await?)
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let from = call.id(0)?;
    let given = call.json()?;
    answer(&delegate::put(store, call.caller()?, &from, &given).await?)
}

pub(crate) async fn end<S: Store>(store: &S, call: &Call) -> Outcome {
    answer(&delegate::end(store, call.caller()?, &call.id(0)?).await?)
}
