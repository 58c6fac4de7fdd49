//! `GET /api/v1/insight/lifecycle`, the same as `.csv` and `.xlsx`, and the reports that were kept each month.

mod sheet;

use std::collections::BTreeMap;

use takt_api::Page;
use takt_api::lifecycle::{Lifecycle, LifecycleMonth};
use takt_domain::flow::{Category, State};
use takt_records::load;
use takt_rollup::{By, LifecycleQuery, MONTH_KIND, MONTHS_MAX, is_waiting, status};
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, file, json};

use crate::question::moment;

pub(crate) async fn lifecycle<S: Store>(store: &S, call: &Call) -> Outcome {
    json(200, &report(store, call).await?)
}

pub(crate) async fn csv<S: Store>(store: &S, call: &Call) -> Outcome {
    let report = report(store, call).await?;
    file("lifecycle.csv", "text/csv; charset=utf-8", sheet::csv(&report, call.lang))
}

pub(crate) async fn xlsx<S: Store>(store: &S, call: &Call) -> Outcome {
    const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let report = report(store, call).await?;
    let bytes = sheet::xlsx(&report, call.lang).map_err(|error| {
        eprintln!("the workbook cannot be made: {error}");
        Failure::new(takt_api::problem::ProblemType::Internal)
    })?;
    file("lifecycle.xlsx", MEDIA, bytes)
}

pub(crate) async fn months<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["after", "limit"])?;
    let caller = call.caller()?;
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, MONTH_KIND, &ListFilter::default(), &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<LifecycleMonth>()).collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { rows, next: found.next })
}

async fn report<S: Store>(store: &S, call: &Call) -> Result<Lifecycle, Failure> {
    call.only_params(&["from", "to", "by", "item", "line", "less"])?;
    let caller = call.caller()?;
    let by = match call.param("by") {
        None => By::State,
        Some(name) => {
            let known = By::ALL.iter().find(|(known, _)| *known == name);
            known.map(|(_, by)| *by).ok_or_else(|| Failure::field("by", "expected state, item, line or month"))?
        }
    };
    let status = status(store, caller.plant, caller.now_ms()).await?;
    let zone = status.as_ref().map_or(jiff::tz::TimeZone::UTC, |status| status.calendar.zone());
    let today = zone.to_datetime(call.now).date();
    let start_of = |day: jiff::civil::Date| day.to_zoned(zone.clone()).map(|start| start.timestamp());
    let wrong = |_| Failure::field("from", "expected a day or a moment");
    let from = match moment(call, "from", false, &zone)? {
        Some(from) => from,
        None => start_of(today.first_of_month()).map_err(wrong)?,
    };
    let to = match moment(call, "to", true, &zone)? {
        Some(to) => to,
        None => today.tomorrow().and_then(start_of).map_err(wrong)?,
    };
    let days = to.duration_since(from).as_hours() / 24;
    if from >= to || days > 30 * MONTHS_MAX as i64 {
        return Err(Failure::field("to", format!("expected a time after from, and at most {MONTHS_MAX} months")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let flows = load::flows(store, caller).await?;
    // A version that came later has the say in how a state is called.
    let state_of = |name: &str| flows.iter().rev().find_map(|flow| flow.state(name).cloned());
    let less = less(call.param("less").unwrap_or_default(), state_of)?;
    let query = LifecycleQuery { from, to, by, item: text("item"), line: text("line"), less };
    Ok(takt_rollup::lifecycle(store, caller.plant, status.as_ref(), &query, state_of).await?)
}

/// Reads `STATE:PERCENT,...`: states that wait before completion, each once, with 0 to 100 percent.
fn less(text: &str, state_of: impl Fn(&str) -> Option<State>) -> Result<BTreeMap<String, u8>, Failure> {
    let mut less = BTreeMap::new();
    for each in text.split(',').filter(|each| !each.is_empty()) {
        let wrong = |detail: &str| Failure::field("less", format!("{each}: {detail}"));
        let (state, percent) = each.split_once(':').ok_or_else(|| wrong("expected STATE:PERCENT"))?;
        let percent = percent.parse().ok().filter(|percent: &u8| *percent <= 100);
        let percent = percent.ok_or_else(|| wrong("expected 0 to 100 percent"))?;
        let category = state_of(state).ok_or_else(|| wrong("there is no such state"))?.category;
        if !is_waiting(category) || category == Category::Done {
            return Err(wrong("expected a state in which orders wait before they are completed"));
        }
        if less.insert(state.to_owned(), percent).is_some() {
            return Err(wrong("this state was named before"));
        }
    }
    Ok(less)
}
