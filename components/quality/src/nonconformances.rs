//! Nonconformances: `GET` and `POST /api/v1/nonconformances`, and what is done with one of them.

use takt_api::Page;
use takt_api::problem::ProblemType;
use takt_api::quality::{CloseNonconformance, Dispose, NonconformanceRow, RaiseNonconformance};
use takt_domain::id::NonconformanceId;
use takt_domain::quality::nonconformance::{Nonconformance, NonconformanceState};
use takt_records::archive::{refuse_gone, refuse_gone_order};
use takt_records::command::nonconformance;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

use crate::settle::settled;

const STATES: [NonconformanceState; 3] =
    [NonconformanceState::Open, NonconformanceState::Decided, NonconformanceState::Closed];

/// `GET /api/v1/nonconformances?state=&line=&order=&q=&after=&limit=`: newest first.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "line", "order", "q", "after", "limit"])?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !STATES.iter().any(|known| known.as_str() == *state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, line: text("line"), parent: text("order"), q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let caller = call.caller()?;
    let found = store.list(caller.plant, kind::NONCONFORMANCE, &filter, &page).await?;
    let rows = found.items.iter().map(|record| Ok(row(record.parse()?))).collect::<Result<Vec<_>, Failure>>()?;
    if rows.is_empty()
        && let Some(order) = call.param("order")
    {
        refuse_gone_order(store, caller, order).await?;
    }
    json(200, &Page { rows, next: found.next })
}

fn row(nonconformance: Nonconformance) -> NonconformanceRow {
    NonconformanceRow { state: nonconformance.state().as_str().into(), nonconformance }
}

/// `GET /api/v1/nonconformances/{nonconformance}`
pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: NonconformanceId = call.id(0)?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::NONCONFORMANCE.into(), id.to_string())];
    let loaded = store.load(&load).await?;
    let Some(record) = loaded.record(kind::NONCONFORMANCE, id.as_str()) else {
        refuse_gone(store, caller, kind::NONCONFORMANCE, id.as_str()).await?;
        return Err(Failure::new(ProblemType::NotFound));
    };
    json(200, &row(record.parse()?))
}

/// `POST /api/v1/nonconformances`
pub(crate) async fn raise<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: RaiseNonconformance = call.json()?;
    let caller = call.caller()?;
    let command = async || nonconformance::raise(store, caller, &given).await;
    answer(&settled(store, caller, Some(&given.order), command).await?)
}

/// `POST /api/v1/nonconformances/{nonconformance}/disposition`
pub(crate) async fn dispose<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: Dispose = call.json()?;
    let id: NonconformanceId = call.id(0)?;
    let caller = call.caller()?;
    let order = nonconformance::order_of(store, caller, &id).await?;
    let command = async || nonconformance::dispose(store, caller, &id, &given).await;
    answer(&settled(store, caller, order.as_ref(), command).await?)
}

/// `POST /api/v1/nonconformances/{nonconformance}/closing`
pub(crate) async fn close<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: CloseNonconformance = call.json()?;
    let id: NonconformanceId = call.id(0)?;
    let caller = call.caller()?;
    let order = nonconformance::order_of(store, caller, &id).await?;
    let command = async || nonconformance::close(store, caller, &id, &given).await;
    answer(&settled(store, caller, order.as_ref(), command).await?)
}
