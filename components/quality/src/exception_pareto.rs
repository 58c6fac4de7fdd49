//! `GET /api/v1/exception-pareto?from=&to=&line=`: what exceptions cost, by type and cause. All of
//! the period are added up page by page, so the sums are exact; without `from` it is the last 30 days.

use jiff::{SignedDuration, Timestamp};
use takt_api::exceptions::Pareto;
use takt_domain::exception::{Exception, ParetoSums};
use takt_records::exceptions::newest_first;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn exception_pareto<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "line"])?;
    let caller = call.caller()?;
    let to = moment(call, "to")?.unwrap_or(call.now);
    let from = moment(call, "from")?.unwrap_or(to - SignedDuration::from_hours(30 * 24));
    if to < from {
        return Err(Failure::field("to", "expected a time after from"));
    }
    let filter = ListFilter {
        line: call.param("line").map(str::to_owned),
        from_sort: Some(newest_first(to.as_millisecond())),
        ..ListFilter::default()
    };
    let mut page = PageRequest::first(200);
    let mut sums = ParetoSums::default();
    loop {
        let found = store.list(caller.plant, kind::EXCEPTION, &filter, &page).await?;
        let mut is_over = found.items.is_empty();
        for record in &found.items {
            let exception: Exception = record.parse()?;
            // Newest first: behind one that is too old are only older ones.
            is_over = exception.at < from;
            if (from..to).contains(&exception.at) {
                sums.add(&exception, call.now);
            }
        }
        match found.next.filter(|_| !is_over) {
            Some(next) => page.after = Some(next),
            None => return json(200, &Pareto { rows: sums.rows(), more: false }),
        }
    }
}

fn moment(call: &Call, name: &str) -> Result<Option<Timestamp>, Failure> {
    let parsed = call.param(name).map(|text| text.parse());
    parsed.transpose().map_err(|_| Failure::field(name, "expected a moment (2026-11-23T08:00:00+08:00)"))
}
