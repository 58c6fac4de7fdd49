//! `GET /api/v1/insight/requests`

use takt_api::insight::RequestRow;
use takt_rollup::REQUEST;
use takt_store::{Dimension, RollupRow, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::question::{Topic, answer, shift, span};

pub(crate) async fn requests<S: Store>(store: &S, call: &Call) -> Outcome {
    let topic = Topic {
        series: &[REQUEST],
        by: &[],
        always: &[Dimension::Label],
        params: &["shift", "kind"],
        label: Some("kind"),
        shifts: true,
    };
    answer(store, call, &topic, row).await
}

fn row(row: RollupRow) -> Result<RequestRow, Failure> {
    Ok(RequestRow { period: span(&row)?, shift: shift(&row)?, requests: row.sums.count, kind: row.label })
}
