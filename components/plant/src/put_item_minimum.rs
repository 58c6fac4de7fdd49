//! `PUT /api/v1/items/{item}/minimum`: sets how much of an item is to be available.

use takt_records::command::put_minimum;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn put_item_minimum<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&put_minimum::put_minimum(store, call.caller()?, &call.id(0)?, &given).await?)
}
