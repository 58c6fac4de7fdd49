//! `GET /api/v1/reports.csv?order=&from=&to=&q=&field=&columns=&bom=&after=&limit=`: reports by when they were booked.

use jiff::Timestamp;
use takt_domain::columns::ListOf;
use takt_records::keep::kind;
use takt_store::{ListFilter, Store};
use takt_web::call::Call;
use takt_web::csv;
use takt_web::failure::{Failure, Outcome};

use crate::list_reports::filter;

pub(crate) async fn export_reports<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["order", "from", "to", "q", "field", "columns", "bom", "after", "limit"])?;
    let (from, to) = (place(call, "from")?, place(call, "to")?);
    let filter = ListFilter { from_sort: from, ..filter(call)? };
    csv::answer(store, call, ListOf::Reports, (kind::REPORT, &filter), async |export, records| {
        for record in records {
            if to.as_ref().is_some_and(|to| record.sort.as_ref().is_some_and(|sort| sort >= to)) {
                return Ok(false);
            }
            export.report(&record.parse()?);
        }
        Ok(true)
    })
    .await
}

/// A moment as reports are sorted by.
fn place(call: &Call, name: &str) -> Result<Option<String>, Failure> {
    let Some(text) = call.param(name) else { return Ok(None) };
    let at: Timestamp =
        text.parse().map_err(|_| Failure::field(name, "expected a time such as 2026-03-01T08:00:00Z"))?;
    Ok(Some(takt_records::command::report::place(at)))
}
