//! `GET /api/v1/exceptions?state=&line=&order=&q=&after=&limit=`: newest first.

use takt_api::Page;
use takt_domain::exception::ExceptionState;
use takt_records::exceptions;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::get_exception::row;

const STATES: [ExceptionState; 3] = [ExceptionState::Open, ExceptionState::Acknowledged, ExceptionState::Closed];

pub(crate) async fn list_exceptions<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "line", "order", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !STATES.iter().any(|known| known.as_str() == *state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, line: text("line"), parent: text("order"), q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::EXCEPTION, &filter, &page).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![exceptions::settings_record()];
    let (settings, _) = exceptions::settings(&store.load(&load).await?)?;
    let rows = found.items.iter().map(|record| Ok(row(record.parse()?, &settings)));
    json(200, &Page { rows: rows.collect::<Result<Vec<_>, Failure>>()?, next: found.next })
}
