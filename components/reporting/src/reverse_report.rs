//! `POST /api/v1/reports/{report}/reversal`

use takt_api::reports::Reverse;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn reverse_report<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: Reverse = call.json()?;
    let caller = call.caller()?;
    answer(&command::reverse_report::reverse_report(store, caller, call.segment(0), &given.reason).await?)
}
