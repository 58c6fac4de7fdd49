//! `GET /api/v1/insight/orders`: the board in numbers, however many orders there are.

use takt_api::insight::OrderCountRow;
use takt_rollup::{BOARD, status};
use takt_store::{Dimension, RollupQuery, RollupRow, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::question::{page, typed};

pub(crate) async fn order_counts<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["line", "state", "after", "limit"])?;
    let caller = call.caller()?;
    let status = status(store, caller.plant, caller.now_ms()).await?;
    let time_zone = status.as_ref().map_or_else(|| "UTC".to_owned(), |status| status.calendar.time_zone.clone());
    // What is now lies in the one bucket of this series, at the start of time.
    let mut query = RollupQuery::new(caller.plant, 0, &[BOARD], vec![(0, 1)]);
    query.by = vec![Dimension::Line, Dimension::Label];
    query.line = call.param("line").map(str::to_owned);
    query.label = call.param("state").map(str::to_owned);
    page(store, call, query, status, time_zone, row).await
}

fn row(row: RollupRow) -> Result<OrderCountRow, Failure> {
    Ok(OrderCountRow { line: typed(&row.line)?, orders: row.sums.count, state: row.label })
}
