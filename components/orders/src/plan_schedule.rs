//! `POST /api/v1/schedule`

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn plan_schedule<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::plan_schedule::plan_schedule(store, call.caller()?, &given).await?)
}
