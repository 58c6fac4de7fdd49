//! Books a production report at once: counters, consumption, goods, and the end of the order where it is reached.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use takt_api::TEXT_MAX;
use takt_api::reports::{Report, ReportState};
use takt_domain::decide::Change;
use takt_domain::field::{Form, FormOf, Values};
use takt_domain::ledger::{MovementKind, Posting};
use takt_domain::lot::Tracking;
use takt_domain::order::InspectionResult;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Refusal;
use takt_domain::report::{self, NewReport};
use takt_store::{Expect, Load, Loaded, Receipt, RecordWrite, Store};

use super::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::forms;
use crate::keep::{self, MovementHead, kind};
use crate::load::{self, OrderState};
use crate::lot::{self, Said};

/// The most scrap reasons that one report may have.
pub const SCRAP_MAX: usize = 20;

/// Decides and books the report.
pub async fn report<S: Store>(store: &S, caller: &Caller, given: &NewReport) -> Result<Answer, CommandError> {
    check(given)?;
    run(store, caller, async || plan(store, caller, given).await).await
}

/// What can be said of a report without looking anything up.
pub fn check(given: &NewReport) -> Result<(), CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    text_at("lot", &given.lot, lot::LOT_MAX)?;
    forms::check(&given.custom)?;
    if given.scrap.len() > SCRAP_MAX {
        return Err(CommandError::field("scrap", format!("expected at most {SCRAP_MAX} reasons")));
    }
    for (n, scrap) in given.scrap.iter().enumerate() {
        text_at(&format!("scrap[{n}].reason"), &scrap.reason, 100)?;
        if scrap.reason.trim().is_empty() {
            return Err(CommandError::field(&format!("scrap[{n}].reason"), "expected a reason"));
        }
    }
    if let (Some(start), Some(end)) = (given.started_at, given.ended_at)
        && end < start
    {
        return Err(CommandError::field("ended_at", "expected a time that is not before started_at"));
    }
    Ok(())
}

pub(crate) async fn plan<S: Store>(store: &S, caller: &Caller, given: &NewReport) -> Result<Plan, CommandError> {
    let equipment = given.equipment.as_ref().map(|id| (kind::EQUIPMENT.to_owned(), id.to_string()));
    let also = equipment.into_iter().chain([forms::lookup(FormOf::Report)]).collect();
    let mut state = load::order(store, caller, &given.order, also).await.map_err(|error| match error {
        CommandError::NotFound(id) => CommandError::field("order", format!("there is no order {id}")),
        other => other,
    })?;
    if !given.lot.trim().is_empty() {
        named_lot(store, caller, given.lot.trim(), &mut state).await?;
    }
    decided(&state, &state.loaded, caller, given).map(|(plan, _)| plan)
}

/// What is known of a lot that a report names: it may be there already, and stock of it.
async fn named_lot<S: Store>(
    store: &S,
    caller: &Caller,
    number: &str,
    state: &mut OrderState,
) -> Result<(), CommandError> {
    let item = state.order.item.to_string();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = lot::record(&item, number).into_iter().collect();
    let serial = state.facts.product.as_ref().is_some_and(|item| item.tracking == Tracking::Serial);
    load.balances_of = if serial { vec![item] } else { Vec::new() };
    let loaded = store.load(&load).await?;
    if let Some(known) = lot::known(&loaded, None)?.get(&state.order.item, number) {
        state.facts.lots.put(known.lot.clone(), known.version);
    }
    if let Some(product) = state.facts.product.as_ref().filter(|_| serial) {
        let balances = loaded.balances.iter().map(|balance| load::balance(balance, product.scale));
        let balances = balances.collect::<Result<Vec<_>, _>>()?;
        if let Some(unmet) = takt_domain::lot::there_already(product, number, &balances, caller.lang) {
            return Err(Refusal::one(unmet).into());
        }
    }
    Ok(())
}

/// The lot of what is made: its record, where it is new.
fn made(
    state: &OrderState,
    given: &NewReport,
    change: &Change,
    caller: &Caller,
) -> Result<Option<RecordWrite>, CommandError> {
    let is_made = |posting: &&Posting| posting.kind == MovementKind::Produce && posting.item == state.order.item;
    let Some(made) = change.postings.iter().find(is_made) else {
        return if given.lot.is_empty() {
            Ok(None)
        } else {
            Err(CommandError::field("lot", "expected only where the last operation makes good pieces"))
        };
    };
    let Some(product) = &state.facts.product else { return Ok(None) };
    if let Some((field, detail)) = takt_domain::lot::wrong(product, &made.lot, made.quantity, caller.lang) {
        return Err(CommandError::field(if field == "quantity" { "good" } else { field }, detail));
    }
    if made.lot.is_empty() {
        return Ok(None);
    }
    let said = Said { made: state.facts.lots.today, ..Said::default() };
    let known = state.facts.lots.get(&product.id, &made.lot).is_some();
    let said = if known { Said::default() } else { said };
    lot::comes_in(product, &made.lot, &said, &state.facts.lots, None, caller)
}

/// The plan of a report on an order as it stands, and what it changes there. `known` has the equipment that the report
/// names, if there is such equipment.
pub fn decided(
    state: &OrderState,
    known: &Loaded,
    caller: &Caller,
    given: &NewReport,
) -> Result<(Plan, Change), CommandError> {
    if let Some(id) = &given.equipment
        && known.record(kind::EQUIPMENT, id.as_str()).is_none()
    {
        return Err(CommandError::field("equipment", format!("there is no equipment {id}")));
    }
    let mut given = at_scale(given, state.order.quantity.scale())?;
    given.lot = given.lot.trim().to_owned();
    let checks = fill_in(&mut given, known, caller)?;
    let change = report::decide(&state.order, &state.flow, &given, &state.facts)?;
    let id = caller.derived_id();
    let after = change.order.as_ref().unwrap_or(&state.order);
    let booked = Report {
        id: id.clone(),
        state: ReportState::Booked,
        report: given.clone(),
        by: caller.actor.user.clone(),
        accepted_at: caller.accepted_at,
        booked_at: Some(caller.now),
        reversed_by: None,
        order_state: after.state.clone(),
        unmet: Vec::new(),
        checks,
        redone: redone(&change, &given),
    };
    let body = serde_json::to_value(&booked).unwrap_or_default();
    let mut commit = caller.commit(201, &body);
    commit.records.push(record(&booked, 0, body.clone()));
    if caller.accepted_at.is_some() {
        commit.receipts.push(Receipt { id: id.clone(), state: "booked".into(), body: Value::Object(Map::new()) });
    }
    match &change.order {
        Some(order) => commit.records.push(keep::order(order, state.version)),
        None => {
            let expect = Expect { kind: kind::ORDER.into(), id: given.order.to_string(), version: state.version };
            commit.expect.push(expect);
        }
    }
    let head = MovementHead {
        id: id.clone(),
        order: Some(given.order.to_string()),
        operation: Some(given.operation),
        occurred_ms: given.ended_at.map(|ended| ended.as_millisecond()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    commit.records.extend(made(state, &given, &change, caller)?);
    lot::expect(&state.facts.lots, &change.postings, &mut commit);
    commit.counters = keep::counters(&change.counters, given.order.as_str());
    commit.counters.extend(keep::owed(&change.postings));
    keep::resources(&change.resources, &mut commit);
    commit.events = keep::events(change.events.clone(), &id, given.order.as_str(), caller);
    Ok((Plan { commit, status: 201, body }, change))
}

/// How many of the pieces were done again.
fn redone(change: &Change, given: &NewReport) -> Option<Quantity> {
    let name = report::counter_name(given.operation, "redo");
    let units = change.counters.iter().find(|counter| counter.name == name)?.delta;
    Some(Quantity::from_units(-units, given.good.scale()))
}

/// Reads the plant's own fields by the report's form, and judges the inspection items among them. A form that was changed
/// after the report was accepted asks for nothing: what was right then is booked as it was sent.
fn fill_in(
    given: &mut NewReport,
    known: &Loaded,
    caller: &Caller,
) -> Result<BTreeMap<String, InspectionResult>, CommandError> {
    let Some(record) = known.record(kind::FORM, FormOf::Report.as_str()) else {
        return forms::accepted(None, FormOf::Report, &given.custom, &Values::new(), caller.lang)
            .map(|_| BTreeMap::new());
    };
    let form = record.parse::<Form>()?.at(given.operation);
    let changed_since = caller.accepted_at.is_some_and(|at| record.updated_ms > at.as_millisecond());
    let read = forms::accepted(Some(form.clone()), FormOf::Report, &given.custom, &Values::new(), caller.lang);
    match read {
        Ok(custom) => given.custom = custom,
        Err(_) if changed_since => {}
        Err(error) => return Err(error),
    }
    Ok(form.judge(&given.custom))
}

/// True when the report's form, as it is now, would refuse what was filled in.
pub async fn is_wrongly_filled_in<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewReport,
) -> Result<bool, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![forms::lookup(FormOf::Report)];
    let form = forms::stored(&store.load(&load).await?, FormOf::Report)?.map(|(form, _)| form.at(given.operation));
    Ok(forms::accepted(form, FormOf::Report, &given.custom, &Values::new(), caller.lang).is_err())
}

/// The record of a report: found by its order, newest last; by what stands in it, and by inspection items that failed.
pub fn record(report: &Report, expected: u64, body: Value) -> RecordWrite {
    let given = &report.report;
    let custom = keep::found_by(&given.custom);
    let checks = report.checks.iter().map(|(name, result)| (format!("{name}.check"), verdict(*result).to_owned()));
    RecordWrite {
        search: Some(format!("{} {} {}{}", given.order, report.by, given.note, keep::words(&given.custom))),
        fields: custom.chain(checks).collect(),
        parent: Some(report.report.order.to_string()),
        sort: report.booked_at.map(place),
        ..RecordWrite::new(kind::REPORT, &report.id, Some(expected), body)
    }
}

/// Where a report that was booked at this moment stands among the others.
pub fn place(at: Timestamp) -> String {
    format!("{:020}", at.as_millisecond())
}

/// An outcome as it travels.
pub fn verdict(result: InspectionResult) -> &'static str {
    match result {
        InspectionResult::Pass => "pass",
        InspectionResult::Fail => "fail",
    }
}

fn at_scale(given: &NewReport, scale: u8) -> Result<NewReport, CommandError> {
    let mut given = given.clone();
    given.good = quantity_at("good", given.good, scale)?;
    for (n, scrap) in given.scrap.iter_mut().enumerate() {
        scrap.quantity = quantity_at(&format!("scrap[{n}].quantity"), scrap.quantity, scale)?;
    }
    if let Some(rework) = given.rework {
        given.rework = Some(quantity_at("rework", rework, scale)?);
    }
    Ok(given)
}
