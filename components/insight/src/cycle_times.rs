//! `GET /api/v1/insight/cycle-times`

use takt_api::insight::{CycleTimeRow, Measure};
use takt_rollup::{DONE, LEAD};
use takt_store::{Dimension, RollupRow, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::question::{Topic, answer, span, told_apart};

pub(crate) async fn cycle_times<S: Store>(store: &S, call: &Call) -> Outcome {
    let topic = Topic {
        series: &[DONE],
        by: &["line", "item", "order"],
        always: &[Dimension::Label],
        params: &["by", "line", "item", "order"],
        label: None,
        shifts: false,
    };
    answer(store, call, &topic, row).await
}

fn row(row: RollupRow) -> Result<CycleTimeRow, Failure> {
    Ok(CycleTimeRow {
        period: span(&row)?,
        line: told_apart(&row.line)?,
        item: told_apart(&row.item)?,
        order: told_apart(&row.order)?,
        measure: if row.label == LEAD { Measure::Lead } else { Measure::Cycle },
        total_s: row.sums.seconds,
        orders: row.sums.count,
        mean_s: row.sums.seconds.checked_div(row.sums.count).unwrap_or(0),
    })
}
