//! `GET /api/v1/insight/scrap`

use takt_api::insight::ScrapRow;
use takt_domain::quantity::Quantity;
use takt_rollup::SCRAP;
use takt_store::{Dimension, RollupRow, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::question::{Topic, answer, shift, span, told_apart, typed};

pub(crate) async fn scrap<S: Store>(store: &S, call: &Call) -> Outcome {
    let topic = Topic {
        series: &[SCRAP],
        by: &["line", "item", "operator", "operation"],
        always: &[Dimension::Item, Dimension::Label],
        params: &["by", "line", "item", "operator", "operation", "shift", "reason"],
        label: Some("reason"),
        shifts: true,
    };
    answer(store, call, &topic, row).await
}

fn row(row: RollupRow) -> Result<ScrapRow, Failure> {
    Ok(ScrapRow {
        period: span(&row)?,
        shift: shift(&row)?,
        line: told_apart(&row.line)?,
        item: typed(&row.item)?,
        operator: told_apart(&row.operator)?,
        operation: (row.operation > 0).then_some(row.operation),
        scrap: Quantity::from_units(row.sums.scrap, row.scale),
        times: row.sums.count,
        reason: row.label,
    })
}
