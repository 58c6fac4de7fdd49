//! `GET /api/v1/board`: open orders by state, those that are stuck first. A page that has it sends its ETag and gets 304
//! while nothing has changed; ages are counted from `state_since` where they are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use takt_api::PAGE_MAX;
use takt_api::orders::{Board, BoardColumn};
use takt_api::watch::{Alert, AlertState};
use takt_domain::flow::{Category, Flow, State};
use takt_domain::id::OrderId;
use takt_domain::text::Label;
use takt_records::caller::Caller;
use takt_records::keep::kind;
use takt_records::load;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::row;

/// More cards in one column nobody reads; the list of orders has the rest.
const COLUMN_MAX: u32 = 100;

pub(crate) async fn board<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["line"])?;
    let caller = call.caller()?;
    let stuck = stuck(store, caller).await?;
    let mut columns = Vec::new();
    for state in open_states(&load::flows(store, caller).await?) {
        let filter = ListFilter {
            state: vec![state.name.clone()],
            line: call.param("line").map(str::to_owned),
            ..ListFilter::default()
        };
        let found = store.list(caller.plant, kind::ORDER, &filter, &PageRequest::first(COLUMN_MAX)).await?;
        let mut orders = row::rows(store, caller, &found.items).await?;
        orders.sort_by_key(|order| (!stuck.contains_key(&order.id), order.priority, order.state_since));
        columns.push(BoardColumn {
            state: state.name.clone(),
            label: state.label.clone(),
            orders,
            more: found.next.is_some(),
        });
    }
    json(200, &Board { columns, stuck })
}

/// Orders about which an alert is open, whether or not somebody looks after it. Of several the first that was found is told.
async fn stuck<S: Store>(store: &S, caller: &Caller) -> Result<BTreeMap<OrderId, Label>, Failure> {
    let state = [AlertState::Open, AlertState::Acknowledged].map(|state| state.as_str().to_owned()).to_vec();
    let filter = ListFilter { state, ..ListFilter::default() };
    let found = store.list(caller.plant, kind::ALERT, &filter, &PageRequest::first(PAGE_MAX as u32)).await?;
    let mut stuck = BTreeMap::new();
    for record in &found.items {
        let alert: Alert = record.parse()?;
        if let Some(order) = alert.order {
            stuck.entry(order).or_insert(alert.detail);
        }
    }
    Ok(stuck)
}

/// The open states of all flows, each name once, in the order of what they mean and then of their flows. A version that came
/// later has the say in how a state is called.
fn open_states(flows: &[Arc<Flow>]) -> Vec<State> {
    let mut open: Vec<State> = Vec::new();
    for state in flows.iter().flat_map(|flow| &flow.states).filter(|state| state.category != Category::Closed) {
        match open.iter_mut().find(|known| known.name == state.name) {
            Some(known) => *known = state.clone(),
            None => open.push(state.clone()),
        }
    }
    open.sort_by_key(|state| state.category as u8);
    open
}
