//! `PUT /api/v1/forms/{form}`: changes the fields of a form.

use takt_api::problem::ProblemType;
use takt_domain::field::FormOf;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer};

pub(crate) async fn put_form<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    let of = FormOf::from_name(call.segment(0)).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    answer(&command::put_form::put_form(store, call.caller()?, of, &given).await?)
}
