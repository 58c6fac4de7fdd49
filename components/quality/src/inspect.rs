//! `POST /api/v1/inspections`. What was reported on the order and waits in the queue is booked first.

use takt_api::quality::Inspect;
use takt_records::command::inspect;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

use crate::settle::settled;

pub(crate) async fn inspect<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: Inspect = call.json()?;
    let caller = call.caller()?;
    answer(&settled(store, caller, Some(&given.order), async || inspect::inspect(store, caller, &given).await).await?)
}
