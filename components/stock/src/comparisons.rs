//! `/api/v1/comparisons`: the stock held against another system's list.

use takt_api::Page;
use takt_api::comparison::{Comparison, OpenComparison, PutListPart, RunComparison};
use takt_api::problem::ProblemType;
use takt_import::compare;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "after", "limit"])?;
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::COMPARISON, &filter, &page).await?;
    let rows = found.items.iter().map(|record| record.parse::<Comparison>());
    json(200, &Page { rows: rows.collect::<Result<Vec<_>, _>>()?, next: found.next })
}

pub(crate) async fn open<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: OpenComparison = call.json()?;
    answer(&compare::open(store, call.caller()?, &given).await?)
}

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &find(store, call).await?)
}

/// The comparison that the path names.
pub(crate) async fn find<S: Store>(store: &S, call: &Call) -> Result<Comparison, Failure> {
    let caller = call.caller()?;
    let id = call.segment(0);
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::COMPARISON.to_owned(), id.to_owned())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::COMPARISON, id).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    Ok(record.parse()?)
}

pub(crate) async fn stage<S: Store>(store: &S, call: &Call) -> Outcome {
    let number: u32 = call.segment(1).parse().map_err(|_| Failure::new(ProblemType::NotFound))?;
    let given: PutListPart = call.json()?;
    answer(&compare::stage(store, call.caller()?, call.segment(0), number, &given).await?)
}

pub(crate) async fn run<S: Store>(store: &S, call: &Call) -> Outcome {
    let RunComparison {} = call.json()?;
    answer(&compare::run(store, call.caller()?, call.segment(0)).await?)
}
