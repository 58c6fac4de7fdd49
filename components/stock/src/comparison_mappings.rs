//! `/api/v1/comparison-mappings`: how the columns of lists are called, under names.

use takt_api::Page;
use takt_api::comparison::ListMapping;
use takt_import::compare;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json};

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &Page { rows: compare::mappings(store, call.caller()?).await?, next: None })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: ListMapping = call.json()?;
    answer(&compare::put_mapping(store, call.caller()?, call.segment(0), &given).await?)
}
