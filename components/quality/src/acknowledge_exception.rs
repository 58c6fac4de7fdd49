//! `POST /api/v1/exceptions/{exception}/acknowledgement`

use takt_api::exceptions::AcknowledgeException;
use takt_records::command::exception;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn acknowledge_exception<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: AcknowledgeException = call.json()?;
    answer(&exception::acknowledge(store, call.caller()?, &call.id(0)?, &given).await?)
}
