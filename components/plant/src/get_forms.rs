//! `GET /api/v1/forms`: the plant's own fields, and the columns of its exports. Pages that show a form ask again while they
//! are seen, and get 304 while nothing has changed.

use takt_api::forms::{ColumnsState, FormState, Forms};
use takt_domain::columns::ListOf;
use takt_records::forms;
use takt_store::{Load, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn get_forms<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = forms::lookup_all();
    let loaded = store.load(&load).await?;
    let state = |(form, version)| FormState { form, version };
    let columns = |list| {
        let (columns, version) = forms::columns(&loaded, list)?;
        Ok(ColumnsState { list, columns, version })
    };
    let all = Forms {
        forms: forms::all(&loaded)?.into_iter().map(state).collect(),
        columns: ListOf::ALL.into_iter().map(columns).collect::<Result<_, StoreError>>()?,
    };
    json(200, &all)
}
