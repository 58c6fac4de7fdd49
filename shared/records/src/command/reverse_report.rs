//! Takes a production report back.

use takt_api::TEXT_MAX;
use takt_api::reports::{Report, Reversed};
use takt_domain::movement::OWED_SCOPE;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::report::{self, BookedReport, Posted};
use takt_domain::text::Lang;
use takt_store::{Load, Store};

use super::report::record;
use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, kind};
use crate::{archive, load};

/// Decides and books the reversal.
pub async fn reverse_report<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<Answer, CommandError> {
    text_at("reason", reason, TEXT_MAX)?;
    run(store, caller, async || plan(store, caller, id, reason.trim()).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, id: &str, reason: &str) -> Result<Plan, CommandError> {
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.key = caller.key_lookup();
    first.records = vec![(kind::REPORT.into(), id.to_owned())];
    first.counters = vec![OWED_SCOPE.into()];
    let mut loaded = store.load(&first).await?;
    load::answered_before(&mut loaded, caller)?;
    let Some(stored) = loaded.record(kind::REPORT, id) else {
        archive::refuse_gone(store, caller, kind::REPORT, id).await?;
        return Err(CommandError::NotFound(id.to_owned()));
    };
    let (mut taken_back, version): (Report, u64) = (stored.parse()?, stored.version);
    if let Some(by) = &taken_back.reversed_by {
        let detail = match caller.lang {
            Lang::Zh => format!("{by} 已冲销此报工"),
            Lang::En => format!("{by} has taken this report back already"),
        };
        let remedy = caller.lang.pick("无需再次操作", "nothing is left to do");
        return Err(Refusal::one(Unmet::new("report.reversed", detail, remedy, &[])).into());
    }
    let state = load::order(store, caller, &taken_back.report.order, Vec::new()).await?;
    let scale = state.order.quantity.scale();
    let posted = store.movement(caller.plant, id).await?;
    let posted = posted
        .iter()
        .map(|posting| super::reverse_movement::posted(posting, scale))
        .collect::<Result<Vec<Posted>, _>>()?;
    let at = taken_back.booked_at.ok_or_else(|| CommandError::Damaged(format!("the time of report {id}")))?;
    let redone = taken_back.redone.map_or(0, Quantity::units);
    let booked = BookedReport { report: &taken_back.report, by: &taken_back.by, at, posted: &posted, redone };
    let materials = state.order.materials.iter().map(|material| &material.item);
    let items = materials.chain(state.order.semi_finished()).cloned();
    let owed = items.map(|item| (item.clone(), loaded.counter(OWED_SCOPE, item.as_str()))).collect();
    let change = report::decide_reversal(&state.order, &state.flow, booked, reason, &owed, &state.facts)?;
    let movement = caller.derived_id();
    let order = state.order.id.clone();
    let answer = Reversed { id: id.to_owned(), movement: movement.clone(), order: Some(order.clone()) };
    let body = serde_json::to_value(&answer).unwrap_or_default();
    taken_back.reversed_by = Some(caller.actor.user.clone());
    let mut commit = caller.commit(200, &body);
    let kept = serde_json::to_value(&taken_back).unwrap_or_default();
    commit.records.push(record(&taken_back, version, kept));
    if let Some(after) = &change.order {
        commit.records.push(keep::order(after, state.version));
    }
    let head = MovementHead {
        id: movement.clone(),
        order: Some(order.to_string()),
        operation: Some(taken_back.report.operation),
        reason: Some(reason.to_owned()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    commit.counters = keep::counters(&change.counters, order.as_str());
    commit.counters.extend(keep::owed(&change.postings));
    keep::resources(&change.resources, &mut commit);
    commit.events = keep::events(change.events, &movement, order.as_str(), caller);
    Ok(Plan { commit, status: 200, body })
}
