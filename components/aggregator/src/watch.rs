//! `GET` and `PUT /api/v1/watch`: how long orders may be in their states before somebody is told.

use takt_records::command::put_watch::put_watch;
use takt_records::watch::settings;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let (settings, _) = settings(store, call.caller()?).await?;
    json(200, &settings)
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&put_watch(store, call.caller()?, &given).await?)
}
