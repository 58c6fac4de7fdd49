//! `GET /api/v1/alerts` and `POST /api/v1/alerts/{alert}/acknowledgement`: the inbox of what the watch has found.

use takt_api::Page;
use takt_api::problem::ProblemType;
use takt_api::watch::{AcknowledgeAlert, Alert, AlertState};
use takt_records::command::acknowledge_alert::acknowledge_alert;
use takt_records::keep::kind;
use takt_records::load;
use takt_records::watch::concerns;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "order", "after", "limit"])?;
    let caller = call.caller()?;
    let mut state = call.params("state");
    if let Some(unknown) = state.iter().find(|name| !AlertState::ALL.iter().any(|state| state.as_str() == **name)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    if state.is_empty() {
        state = [AlertState::Open, AlertState::Acknowledged].map(|state| state.as_str().to_owned()).to_vec();
    }
    let filter = ListFilter { state, parent: call.param("order").map(str::to_owned), ..ListFilter::default() };
    let acting_for = load::principals(store, caller).await?;
    let limit = call.limit()?;
    let mut request = PageRequest { after: call.param("after").map(str::to_owned), limit: limit as u32 };
    let mut rows: Vec<Alert> = Vec::new();
    // Those of other roles are passed over, so that a page is empty only where there is nothing more.
    let next = loop {
        request.limit = (limit - rows.len()) as u32;
        let found = store.list(caller.plant, kind::ALERT, &filter, &request).await?;
        for record in &found.items {
            let alert: Alert = record.parse()?;
            if concerns(&alert, &caller.actor, &acting_for) {
                rows.push(alert);
            }
        }
        match found.next {
            Some(next) if rows.len() < limit => request.after = Some(next),
            next => break next,
        }
    };
    json(200, &Page { rows, next })
}

pub(crate) async fn acknowledge<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: AcknowledgeAlert = call.json()?;
    let id = call.segment(0);
    // No database holds such an id.
    if id.chars().any(char::is_control) {
        return Err(Failure::new(ProblemType::NotFound));
    }
    answer(&acknowledge_alert(store, call.caller()?, id, &given).await?)
}
