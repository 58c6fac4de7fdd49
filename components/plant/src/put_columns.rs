//! `PUT /api/v1/columns/{list}`: chooses the columns of an export.

use takt_api::problem::ProblemType;
use takt_domain::columns::ListOf;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer};

pub(crate) async fn put_columns<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    let list = ListOf::from_name(call.segment(0)).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    answer(&command::put_form::put_columns(store, call.caller()?, list, &given).await?)
}
