//! `POST /api/v1/reports`: into the queue where there is one (202), at the store where there is none (201).

use takt_booking::{Acceptance, accept, refresh_gate};
use takt_domain::report::NewReport;
use takt_records::command::{self, Answer};
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::queue;

pub(crate) async fn create_report<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: NewReport = call.json()?;
    let caller = call.caller()?;
    let queue = queue::of(caller.plant).await;
    if let Some(queue) = &queue
        && let Acceptance::Queued { receipt, is_known, call_booker } = accept(store, queue, caller, &given).await?
    {
        if call_booker {
            queue::call_booker_later(caller.plant);
        }
        let body = serde_json::to_value(&receipt).unwrap_or_default();
        return answer(&Answer { status: 202, body, replayed: is_known });
    }
    let booked = command::report::report(store, caller, &given).await?;
    if let Some(queue) = &queue {
        // The gate may not have heard yet that the order takes reports; if it still does not hear, the next one is slow too.
        let _ = refresh_gate(store, queue, caller, &given.order).await;
    }
    answer(&booked)
}
