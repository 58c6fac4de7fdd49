//! `POST /api/v1/reports`

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn create_report<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::report::report(store, call.caller()?, &given).await?)
}
