//! `POST /api/v1/exceptions`

use takt_api::exceptions::RaiseException;
use takt_records::command::exception;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

use crate::settle::settled;

pub(crate) async fn raise_exception<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: RaiseException = call.json()?;
    let caller = call.caller()?;
    // What was reported before it was stopped counts.
    let stopped = given.order.as_ref().filter(|_| given.stops);
    answer(&settled(store, caller, stopped, async || exception::raise(store, caller, &given).await).await?)
}
