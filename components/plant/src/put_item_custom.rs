//! `PUT /api/v1/items/{item}/custom`: fills in the plant's own fields of an item.

use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn put_item_custom<S: Store>(store: &S, call: &Call) -> Outcome {
    let given = call.json()?;
    answer(&command::put_custom::item(store, call.caller()?, &call.id(0)?, &given).await?)
}
