//! Books many reports with one commit of the store.
//!
//! Each is decided on what the ones before it leave behind, without looking at the store again. The store judges the
//! conditions of each; what it does not book, or what was not decided well, is decided and booked alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use takt_api::reports::{Report, ReportState};
use takt_api::words;
use takt_domain::decide::Change;
use takt_domain::facts::Progress;
use takt_domain::field::FormOf;
use takt_domain::id::OrderId;
use takt_domain::ledger::{Account, Balance, Posting};
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Unmet;
use takt_domain::report::NewReport;
use takt_domain::resource::{EquipmentUse, ResourceChange};
use takt_records::caller::Caller;
use takt_records::command::{CommandError, report};
use takt_records::forms;
use takt_records::keep::kind;
use takt_records::load::{self, OrderState};
use takt_store::{Commit, Loaded, PlantNumber, Receipt, Store, StoreError};

use crate::queued::QueuedReport;

/// Commits, by the place of their reports.
type Planned = Vec<(usize, Commit)>;

/// What refused reports lack, by their place.
type Reasons = BTreeMap<usize, Vec<Unmet>>;

/// How a report ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is in the ledger.
    Booked,
    /// Its receipt says why not.
    Refused,
    /// It can neither be booked nor refused; why.
    Poison(String),
    /// Others were faster each time: it has not ended.
    Later,
}

/// Books reports in their order. The error is a store that does not answer: what had not ended has not ended.
pub async fn book_batch<S: Store>(
    store: &S,
    plant: PlantNumber,
    now: Timestamp,
    reports: &[&QueuedReport],
) -> Result<Vec<Ended>, StoreError> {
    let given: Vec<(Caller, NewReport)> =
        reports.iter().map(|queued| (queued.caller(plant, now), queued.report())).collect();
    let mut booked = vec![false; reports.len()];
    let mut reasons = BTreeMap::new();
    if given.len() > 1 {
        let planned;
        (planned, reasons) = plan(store, &given).await?;
        let commits: Vec<Commit> = planned.iter().map(|(_, commit)| commit.clone()).collect();
        let outcomes = store.commit_many(&commits).await;
        for ((at, _), outcome) in planned.iter().zip(outcomes) {
            booked[*at] = outcome.is_ok();
        }
    }
    let mut ended = Vec::with_capacity(reports.len());
    for (at, (caller, report)) in given.iter().enumerate() {
        ended.push(match booked[at] {
            true => Ended::Booked,
            false => alone(store, caller, reports[at], report, reasons.remove(&at)).await?,
        });
    }
    Ok(ended)
}

/// What can be booked, by its place, each decided after the ones before it; and why not what was refused there.
async fn plan<S: Store>(store: &S, given: &[(Caller, NewReport)]) -> Result<(Planned, Reasons), StoreError> {
    let Some((first, _)) = given.first() else { return Ok(Default::default()) };
    let mut ids: Vec<&OrderId> = given.iter().map(|(_, report)| &report.order).collect();
    ids.sort();
    ids.dedup();
    let equipment = given.iter().filter_map(|(_, report)| report.equipment.as_ref());
    let mut also: Vec<(String, String)> = equipment.map(|id| (kind::EQUIPMENT.to_owned(), id.to_string())).collect();
    also.push(forms::lookup(FormOf::Report));
    also.sort();
    also.dedup();
    let (states, known): (Vec<OrderState>, Loaded) = match load::orders(store, first, &ids, also).await {
        Ok(found) => found,
        Err(CommandError::Store(error @ StoreError::Unavailable(_))) => return Err(error),
        // Alone each one says what is wrong with it.
        Err(_) => return Ok(Default::default()),
    };
    let mut states: BTreeMap<OrderId, OrderState> =
        states.into_iter().map(|state| (state.order.id.clone(), state)).collect();
    let (mut planned, mut reasons) = (Vec::new(), BTreeMap::new());
    for (at, (caller, report)) in given.iter().enumerate() {
        let Some(state) = states.get_mut(&report.order) else { continue };
        state.facts.actor = caller.actor.clone();
        state.facts.lang = caller.lang;
        // A lot that a report names has to be looked up, and few name one.
        if report::check(report).is_err() || !report.lot.trim().is_empty() {
            continue;
        }
        let (plan, change) = match report::decided(state, &known, caller, report) {
            Ok(decided) => decided,
            Err(CommandError::Refused(refusal)) => {
                reasons.insert(at, refusal.unmet);
                continue;
            }
            Err(_) => continue,
        };
        follow(state, &change);
        for write in plan.commit.records.iter().filter(|write| write.kind == kind::LOT) {
            if let Ok(lot) = serde_json::from_value(write.body.clone()) {
                state.facts.lots.put(lot, write.expected.unwrap_or_default() + 1);
            }
        }
        for posting in &change.postings {
            states.values_mut().for_each(|state| move_stock(state, posting));
        }
        planned.push((at, plan.commit));
    }
    Ok((planned, reasons))
}

/// The order and its counters as the commit will leave them.
fn follow(state: &mut OrderState, change: &Change) {
    let scale = state.order.quantity.scale();
    for counter in &change.counters {
        let Some((operation, what)) = counter.name.split_once('.') else { continue };
        let Ok(operation) = operation.parse() else { continue };
        let at = state.facts.progress.entry(operation).or_insert_with(|| Progress::none(scale));
        at.count(what, counter.delta);
    }
    for change in &change.resources {
        match change {
            ResourceChange::Shots { mould, by } => {
                let known = state.facts.moulds.iter_mut().find(|known| known.id == *mould);
                if let Some(known) = known {
                    let shots = i64::from(known.shots).saturating_add(*by).max(0);
                    known.shots = u32::try_from(shots).unwrap_or(u32::MAX);
                }
            }
            ResourceChange::Hold(held) => {
                state.facts.uses.retain(|known| known.equipment != held.equipment);
                state.facts.uses.push(EquipmentUse { version: held.version + 1, ..held.clone() });
            }
            ResourceChange::Use { .. } => {}
        }
    }
    if let Some(after) = &change.order {
        state.order = after.clone();
        state.version += 1;
    }
}

fn move_stock(state: &mut OrderState, posting: &Posting) {
    add(state, posting, &posting.from, -posting.quantity.units());
    add(state, posting, &posting.to, posting.quantity.units());
}

fn add(state: &mut OrderState, posting: &Posting, account: &Account, units: i64) {
    let concerns = match &account.order {
        None => state.order.uses(posting.item.as_str()),
        Some(order) => *order == state.order.id,
    };
    if account.location.is_virtual() || !concerns {
        return;
    }
    let known =
        state.facts.balances.iter_mut().find(|balance| {
            balance.item == posting.item && balance.lot == posting.lot && balance.account() == *account
        });
    match known {
        Some(balance) => {
            let left = balance.quantity.units().saturating_add(units);
            balance.quantity = Quantity::from_units(left, balance.quantity.scale());
        }
        None => state.facts.balances.push(Balance {
            item: posting.item.clone(),
            lot: posting.lot.clone(),
            location: account.location.clone(),
            order: account.order.clone(),
            quantity: Quantity::from_units(units, posting.quantity.scale()),
        }),
    }
}

/// Decides anew. Refused again, it is so for the reasons that it had at its place, not for what came after it.
async fn alone<S: Store>(
    store: &S,
    caller: &Caller,
    queued: &QueuedReport,
    report: &NewReport,
    at_its_place: Option<Vec<Unmet>>,
) -> Result<Ended, StoreError> {
    let unmet = match report::report(store, caller, report).await {
        Ok(_) => return Ok(Ended::Booked),
        Err(CommandError::Refused(refusal)) => at_its_place.unwrap_or(refusal.unmet),
        Err(CommandError::Invalid(errors)) => {
            let said = |error: takt_api::problem::FieldError| {
                let error = error.told(caller.lang);
                Unmet::new("input.invalid", format!("{}: {}", error.at, error.detail), "", &[])
            };
            errors.into_iter().map(said).collect()
        }
        Err(CommandError::NotFound(what)) => {
            vec![Unmet::new("input.unknown", words::told(format!("there is no {what}"), caller.lang), "", &[])]
        }
        Err(CommandError::Conflict) => return Ok(Ended::Later),
        Err(CommandError::Store(error @ StoreError::Unavailable(_))) => return Err(error),
        Err(error) => return Ok(Ended::Poison(error.to_string())),
    };
    let shown = Report { unmet, ..queued.shown(ReportState::Refused) };
    let mut commit = Commit::new(caller.plant, caller.now_ms());
    let body = serde_json::to_value(&shown).unwrap_or_default();
    commit.receipts.push(Receipt { id: shown.id.clone(), state: "refused".into(), body });
    match store.commit(&commit).await {
        Ok(_) => Ok(Ended::Refused),
        Err(error @ StoreError::Unavailable(_)) => Err(error),
        Err(error) => Ok(Ended::Poison(error.to_string())),
    }
}
