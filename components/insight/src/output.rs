//! `GET /api/v1/insight/output` and `GET /api/v1/insight/yield`

use takt_api::insight::OutputRow;
use takt_domain::quantity::Quantity;
use takt_rollup::{OUTPUT, STEP};
use takt_store::{Dimension, RollupRow, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

use crate::question::{Topic, answer, shift, span, told_apart, typed};

const PARAMS: [&str; 6] = ["by", "line", "item", "operator", "operation", "shift"];

/// What left the last operation, and so counts once.
pub(crate) async fn output<S: Store>(store: &S, call: &Call) -> Outcome {
    let topic = Topic {
        series: &[OUTPUT],
        by: &["line", "item", "operator", "operation"],
        always: &[Dimension::Item],
        params: &PARAMS,
        label: None,
        shifts: true,
    };
    answer(store, call, &topic, row).await
}

/// Every operation, and so told apart by it: a piece is worked on at each of them.
pub(crate) async fn yields<S: Store>(store: &S, call: &Call) -> Outcome {
    let topic = Topic {
        series: &[STEP, OUTPUT],
        by: &["line", "item", "operator", "operation"],
        always: &[Dimension::Item, Dimension::Operation],
        params: &PARAMS,
        label: None,
        shifts: true,
    };
    answer(store, call, &topic, row).await
}

fn row(row: RollupRow) -> Result<OutputRow, Failure> {
    let quantity = |units| Quantity::from_units(units, row.scale);
    Ok(OutputRow {
        period: span(&row)?,
        shift: shift(&row)?,
        line: told_apart(&row.line)?,
        item: typed(&row.item)?,
        operator: told_apart(&row.operator)?,
        operation: (row.operation > 0).then_some(row.operation),
        good: quantity(row.sums.good),
        scrap: quantity(row.sums.scrap),
        rework: quantity(row.sums.rework),
        yield_ratio: yield_ratio(row.sums.good, row.sums.scrap),
        run_s: row.sums.seconds,
        reports: row.sums.count,
    })
}

fn yield_ratio(good: i64, scrap: i64) -> Option<Quantity> {
    let (good, all) = (i128::from(good), i128::from(good) + i128::from(scrap));
    let ratio = (good * 10_000).checked_div(all)?;
    i64::try_from(ratio).ok().map(|ratio| Quantity::from_units(ratio, 4))
}
