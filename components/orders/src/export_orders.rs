//! `GET /api/v1/orders.csv?state=&open=&line=&q=&field=&columns=&bom=&after=&limit=`

use takt_domain::columns::ListOf;
use takt_records::keep::kind;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::csv;
use takt_web::failure::Outcome;

use crate::list_orders::filter;
use crate::row;

pub(crate) async fn export_orders<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "open", "line", "q", "field", "columns", "bom", "after", "limit"])?;
    let caller = call.caller()?;
    csv::answer(store, call, ListOf::Orders, (kind::ORDER, &filter(store, call).await?), async |export, records| {
        for row::Row { order, done, .. } in row::orders(store, caller, records).await? {
            export.order(&order, &done);
        }
        Ok(true)
    })
    .await
}
