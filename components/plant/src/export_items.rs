//! `GET /api/v1/items.csv?q=&field=&columns=&bom=&after=&limit=`

use takt_domain::columns::ListOf;
use takt_records::keep::kind;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::csv;
use takt_web::failure::Outcome;

use crate::list_items::filter;

pub(crate) async fn export_items<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "field", "columns", "bom", "after", "limit"])?;
    csv::answer(store, call, ListOf::Items, (kind::ITEM, &filter(call)?), async |export, records| {
        for record in records {
            export.item(&record.parse()?);
        }
        Ok(true)
    })
    .await
}
