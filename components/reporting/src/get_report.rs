//! `GET /api/v1/reports/{report}`: booked, refused, or still in the queue.

use takt_api::problem::ProblemType;
use takt_booking::receipt;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};
use takt_web::queue;

pub(crate) async fn get_report<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    // Whatever its settings: what it took before they changed is there too.
    let queues = queue::all_of(caller.plant).await;
    let found = receipt(store, queues.first(), caller, call.segment(0)).await?;
    json(200, &found.ok_or_else(|| Failure::new(ProblemType::NotFound))?)
}
