//! Material beyond the bill of material: `GET` and `POST /api/v1/extra-issues`, and who agrees to it.

use takt_api::Page;
use takt_api::stock::CreateMovement;
use takt_api::supply::DecideExtra;
use takt_domain::extra_issue::{ExtraIssue, ExtraState};
use takt_records::command::extra_issue;
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

/// `GET /api/v1/extra-issues?state=&order=&q=&after=&limit=`: newest first.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "order", "q", "after", "limit"])?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !ExtraState::ALL.iter().any(|known| known.as_str() == *state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, parent: text("order"), q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::EXTRA_ISSUE, &filter, &page).await?;
    let rows = found.items.iter().map(|record| Ok(record.parse()?));
    json(200, &Page { rows: rows.collect::<Result<Vec<ExtraIssue>, Failure>>()?, next: found.next })
}

/// `POST /api/v1/extra-issues`
pub(crate) async fn ask<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: CreateMovement = call.json()?;
    answer(&extra_issue::ask(store, call.caller()?, &given).await?)
}

/// `POST /api/v1/extra-issues/{extra}/decision`
pub(crate) async fn decide<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: DecideExtra = call.json()?;
    answer(&extra_issue::decide(store, call.caller()?, call.segment(0), &given).await?)
}
