//! `GET /api/v1/morning?line=`: the orders that hang, for the meeting at the start of the day.

use std::cmp::Reverse;

use takt_api::watch::{Morning, MorningRow};
use takt_domain::id::OrderId;
use takt_domain::permission::Role;
use takt_domain::watch::{Severity, Watched, watch};
use takt_records::keep::kind;
use takt_records::load::{self, OrderState};
use takt_records::watch::{open_states, settings};
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

use crate::people::People;

/// Orders that are loaded at once.
const PAGE: u32 = 100;

/// Pages of orders that are looked at.
const PAGES_MAX: usize = 20;

/// More rows than this no meeting talks about.
const ROWS_MAX: usize = 100;

pub(crate) async fn morning<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["line"])?;
    let caller = call.caller()?;
    let (settings, _) = settings(store, caller).await?;
    let people = People::load(store, caller).await?;
    let filter = ListFilter {
        state: open_states(&load::flows(store, caller).await?),
        line: call.param("line").map(str::to_owned),
        ..ListFilter::default()
    };
    let mut request = PageRequest::first(PAGE);
    let mut morning = Morning { at: call.now, open: 0, hanging: 0, more: false, rows: Vec::new() };
    for page in 1..=PAGES_MAX {
        let found = store.list(caller.plant, kind::ORDER, &filter, &request).await?;
        let ids: Vec<OrderId> = found.items.iter().filter_map(|record| record.id.parse().ok()).collect();
        let (mut states, _) = load::orders(store, caller, &ids.iter().collect::<Vec<_>>(), Vec::new()).await?;
        load::last_reports(store, caller, &mut states).await?;
        morning.open += found.items.len();
        for state in &states {
            let flow = &state.flow;
            let watched = watch(&state.order, flow, &state.facts, &settings);
            if watched.why.blocked || !watched.findings.is_empty() {
                morning.rows.push(row(state, watched, &people));
            }
        }
        match found.next {
            Some(_) if page == PAGES_MAX => morning.more = true,
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    morning.hanging = morning.rows.len();
    morning.rows.sort_by_key(|row| (row.severity, Reverse(row.age_s)));
    morning.rows.truncate(ROWS_MAX);
    json(200, &morning)
}

fn row(state: &OrderState, watched: Watched, people: &People) -> MorningRow {
    let order = &state.order;
    let Watched { mut why, findings, limit_min } = watched;
    people.name(&mut why, &order.line);
    let first = why.waits.first();
    // Who mends what is missing moves it, before who acts when it is there.
    let mut who: Vec<Role> =
        first.into_iter().flat_map(|wait| &wait.reasons).flat_map(|reason| reason.unmet.who.iter().copied()).collect();
    let is_missing = !who.is_empty();
    if who.is_empty() {
        who = first.map_or_else(Vec::new, |wait| wait.who.clone());
    }
    who.sort();
    who.dedup();
    let act = first.map(|wait| wait.reasons.iter().find_map(|reason| reason.act.clone()).unwrap_or(wait.act.clone()));
    let named = if is_missing { Vec::new() } else { first.map_or_else(Vec::new, |wait| wait.people.clone()) };
    MorningRow {
        id: order.id.clone(),
        item: order.item.clone(),
        item_name: order.item_name.clone(),
        quantity: order.quantity,
        unit: order.unit.clone(),
        line: order.line.clone(),
        priority: order.priority,
        due: order.due,
        state: order.state.clone(),
        age_s: state.facts.now.duration_since(order.state_since).as_secs().max(0),
        limit_min,
        severity: findings.first().map_or(Severity::Notice, |finding| finding.severity),
        blocked: why.blocked,
        reason: why.headline,
        findings: findings.into_iter().map(|finding| finding.detail).collect(),
        who,
        people: named,
        act,
        label: why.label,
    }
}
