//! `GET /api/v1/insight/states`

use takt_api::insight::StateTimeRow;
use takt_rollup::STATE;
use takt_store::{Dimension, RollupRow, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::question::{Topic, answer, span, told_apart};

pub(crate) async fn state_times<S: Store>(store: &S, call: &Call) -> Outcome {
    let topic = Topic {
        series: &[STATE],
        by: &["line", "item", "order"],
        always: &[Dimension::Label],
        params: &["by", "line", "item", "order", "state"],
        label: Some("state"),
        shifts: false,
    };
    answer(store, call, &topic, row).await
}

fn row(row: RollupRow) -> Result<StateTimeRow, Failure> {
    Ok(StateTimeRow {
        period: span(&row)?,
        line: told_apart(&row.line)?,
        item: told_apart(&row.item)?,
        order: told_apart(&row.order)?,
        total_s: row.sums.seconds,
        times: row.sums.count,
        mean_s: row.sums.seconds.checked_div(row.sums.count).unwrap_or(0),
        state: row.label,
    })
}
