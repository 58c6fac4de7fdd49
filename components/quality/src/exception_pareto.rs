//! `GET /api/v1/exception-pareto?from=&to=&line=`: what exceptions cost, by type and cause. There are few enough of them to
//! be added up here; without `from` it is the last 30 days.

use jiff::{SignedDuration, Timestamp};
use takt_api::exceptions::Pareto;
use takt_domain::exception::{Exception, pareto};
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// The most pages that are read: 5,000 exceptions.
const PAGES_MAX: usize = 25;

pub(crate) async fn exception_pareto<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "line"])?;
    let caller = call.caller()?;
    let to = moment(call, "to")?.unwrap_or(call.now);
    let from = moment(call, "from")?.unwrap_or(to - SignedDuration::from_hours(30 * 24));
    if to < from {
        return Err(Failure::field("to", "expected a time after from"));
    }
    let filter = ListFilter { line: call.param("line").map(str::to_owned), ..ListFilter::default() };
    let mut page = PageRequest::first(200);
    let mut counted: Vec<Exception> = Vec::new();
    for _ in 0..PAGES_MAX {
        let found = store.list(caller.plant, kind::EXCEPTION, &filter, &page).await?;
        let exceptions = found.items.iter().map(|record| record.parse()).collect::<Result<Vec<Exception>, _>>()?;
        // Newest first: behind one that is too old are only older ones.
        let is_over = exceptions.last().is_none_or(|last| last.at < from);
        counted.extend(exceptions.into_iter().filter(|exception| (from..to).contains(&exception.at)));
        match found.next.filter(|_| !is_over) {
            Some(next) => page.after = Some(next),
            None => return json(200, &Pareto { rows: pareto(&counted, call.now), more: false }),
        }
    }
    json(200, &Pareto { rows: pareto(&counted, call.now), more: true })
}

fn moment(call: &Call, name: &str) -> Result<Option<Timestamp>, Failure> {
    let parsed = call.param(name).map(|text| text.parse());
    parsed.transpose().map_err(|_| Failure::field(name, "expected a moment (2026-11-23T08:00:00+08:00)"))
}
