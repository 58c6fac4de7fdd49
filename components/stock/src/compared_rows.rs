//! `/api/v1/comparisons/{comparison}/differences` and `.csv`: rows that differ, with their cause.

use takt_api::Page;
use takt_api::comparison::ComparedRow;
use takt_domain::compare::Cause;
use takt_records::export::text_line;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::csv;
use takt_web::failure::{Failure, Outcome, json};

use crate::comparisons::find;

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["cause", "after", "limit"])?;
    let filter = filter(store, call).await?;
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::COMPARISON_ROW, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<ComparedRow>());
    json(200, &Page { rows: rows.collect::<Result<Vec<_>, _>>()?, next: found.next })
}

async fn filter<S: Store>(store: &S, call: &Call) -> Result<ListFilter, Failure> {
    let state = call.params("cause");
    if let Some(unknown) = state.iter().find(|cause| !Cause::ALL.iter().any(|known| known.as_str() == *cause)) {
        return Err(Failure::field("cause", format!("there is no cause {unknown}")));
    }
    let comparison = find(store, call).await?;
    Ok(ListFilter { state, parent: Some(comparison.id), ..ListFilter::default() })
}

pub(crate) async fn export<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["cause", "bom", "after", "limit"])?;
    let filter = filter(store, call).await?;
    let (mut left, mark) = (csv::limit(call)?, csv::mark(call)?);
    let mut after = call.param("after").map(str::to_owned);
    let mut text = String::new();
    if after.is_none() {
        if mark {
            text.push('\u{feff}');
        }
        let header = [
            ("物料", "item"),
            ("库位", "location"),
            ("批次", "lot"),
            ("原因", "cause"),
            ("对方数量", "listed"),
            ("本系统数量", "held"),
            ("差异", "difference"),
            ("移动", "movements"),
        ];
        text_line(&mut text, &header.map(|(zh, en)| call.lang.pick(zh, en)));
    }
    while left > 0 {
        let page = PageRequest { after: after.clone(), limit: left.min(takt_api::PAGE_MAX) as u32 };
        let found = store.list(call.caller()?.plant, kind::COMPARISON_ROW, &filter, &page).await?;
        left -= found.items.len().min(left);
        for record in &found.items {
            line(&mut text, &record.parse()?);
        }
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    csv::response(text, "differences", after.as_deref())
}

fn line(text: &mut String, row: &ComparedRow) {
    let movements: Vec<String> =
        row.movements.iter().map(|since| format!("{} {} {}", since.movement, since.kind, since.change)).collect();
    let none = String::new();
    text_line(
        text,
        &[
            &row.item,
            &row.location,
            &row.lot,
            row.cause.as_str(),
            row.listed.as_ref().unwrap_or(&none),
            row.held.as_ref().unwrap_or(&none),
            &row.difference,
            &movements.join("; "),
        ],
    );
}
