//! `POST /api/v1/exceptions/{exception}/closing`

use takt_api::exceptions::CloseException;
use takt_domain::id::ExceptionId;
use takt_records::command::exception;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

use crate::settle::settled;

pub(crate) async fn close_exception<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: CloseException = call.json()?;
    let id: ExceptionId = call.id(0)?;
    let caller = call.caller()?;
    let order = exception::order_stopped_by(store, caller, &id).await?;
    answer(&settled(store, caller, order.as_ref(), async || exception::close(store, caller, &id, &given).await).await?)
}
