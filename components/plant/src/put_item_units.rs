//! `PUT /api/v1/items/{item}/units`: sets the other units in which quantities of an item may be given.

use takt_records::command::put_units;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn put_item_units<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&put_units::put_units(store, call.caller()?, &call.id(0)?, &given).await?)
}
