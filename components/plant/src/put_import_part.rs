//! `PUT /api/v1/imports/{import}/parts/{part}`: stages a piece of a file.

use takt_api::import::PutPart;
use takt_api::problem::ProblemType;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer};

pub(crate) async fn put_import_part<S: Store>(store: &S, call: &Call) -> Outcome {
    let number: u32 = call.segment(1).parse().map_err(|_| Failure::new(ProblemType::NotFound))?;
    let part: PutPart = call.json()?;
    answer(&takt_import::command::stage(store, call.caller()?, call.segment(0), number, &part).await?)
}
