//! Incoming inspections, and what becomes of what failed.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::supply::{DisposeIncoming, IncomingAnswer, InspectIncoming};
use takt_domain::decide::DomainEvent;
use takt_domain::document::{self, DocumentLine, LineRef};
use takt_domain::id::{InspectionId, OrderId};
use takt_domain::ledger::{Balance, Posting};
use takt_domain::lot::change::{Part, renamed_for};
use takt_domain::lot::incoming::{Judged, accepted, judged};
use takt_domain::lot::{LOT_MAX, Lot};
use takt_domain::master::{Item, Location};
use takt_domain::movement::{OWED_SCOPE, StockChange, owed_changes};
use takt_domain::order::InspectionResult;
use takt_domain::quality::incoming::{
    self, IncomingDisposition, IncomingFacts, IncomingInspection, IncomingVerdict, Waiting,
};
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Refusal;
use takt_store::{Load, Loaded, Store, StoreError};

use super::{Answer, CommandError, Plan, number, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::count;
use crate::keep::{self, MovementHead, NUMBER_SCOPE, PLANT_PARENT, kind};
use crate::load::{self, answered_before};
use crate::lot;
use crate::signature;
use crate::supply::{self, NamedLine};

/// What both commands look at.
struct World {
    item: Item,
    locations: Vec<Location>,
    balances: Vec<Balance>,
    owed: i64,
    holder: OrderId,
    /// What is judged, where it has a lot; with the version of its record.
    lot: Option<(Lot, u64)>,
}

impl World {
    /// There are other pieces of the lot in stock than these.
    fn has_others(&self, lot: &str, quantity: Quantity) -> bool {
        let all = self.balances.iter().filter(|one| one.lot == lot && !one.location.is_virtual());
        all.map(|one| one.quantity.units().max(0)).sum::<i64>() > quantity.units()
    }

    fn facts<'a>(&'a self, caller: &'a Caller) -> IncomingFacts<'a> {
        IncomingFacts {
            actor: &caller.actor,
            item: &self.item,
            locations: &self.locations,
            balances: &self.balances,
            owed: self.owed,
            lang: caller.lang,
        }
    }
}

async fn load<S: Store>(
    store: &S,
    caller: &Caller,
    line: &LineRef,
    lot: &str,
) -> Result<(Loaded, World), CommandError> {
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.key = caller.key_lookup();
    first.records = vec![(supply::kind_of(line.kind).into(), line.document.to_string())];
    let mut loaded = store.load(&first).await?;
    answered_before(&mut loaded, caller)?;
    let (document, _) = supply::document_of(&loaded, line)?;
    let item = document.line(line.line).map(|line| line.item.to_string()).unwrap_or_default();
    let mut second = Load::new(caller.plant, caller.now_ms());
    second.records = first.records;
    second.records.push((kind::ITEM.into(), item.clone()));
    second.records.extend(lot::record(&item, lot));
    second.records.extend(signature::records(caller));
    second.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into()), (kind::INSPECTION_PLAN.into(), item.clone())];
    second.balances_of = vec![item.clone()];
    second.counters = vec![OWED_SCOPE.into(), NUMBER_SCOPE.into(), line.scope()];
    let loaded = store.load(&second).await?;
    let record = loaded.record(kind::ITEM, &item);
    let item: Item = record.ok_or_else(|| CommandError::Damaged(format!("the item {item}")))?.parse()?;
    let balances = loaded.balances.iter().map(|balance| load::balance(balance, item.scale));
    let balances = balances.collect::<Result<_, _>>()?;
    let holder = supply::holder(line)?.parse().map_err(|_| CommandError::Damaged("the holder of a line".into()))?;
    let owed = loaded.counter(OWED_SCOPE, item.id.as_str());
    let lot = (!lot.is_empty()).then(|| {
        let known = lot::known(&loaded, None)?.get(&item.id, lot).map(|known| (known.lot.clone(), known.version));
        Ok::<_, StoreError>(known.unwrap_or_else(|| (Lot::new(item.id.clone(), lot, caller.now), 0)))
    });
    let lot = lot.transpose()?;
    let world = World { locations: load::few(&loaded, kind::LOCATION)?, item, balances, owed, holder, lot };
    Ok((loaded, world))
}

/// Judges what waits in quarantine. A pass releases it in the same commit; a failure is a nonconformance.
pub async fn inspect<S: Store>(store: &S, caller: &Caller, given: &InspectIncoming) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    text_at("lot", &given.lot, LOT_MAX)?;
    for (n, sample) in given.samples.iter().enumerate() {
        for (id, value) in &sample.values {
            text_at(&format!("samples[{n}].values.{id}.note"), &value.note, TEXT_MAX)?;
        }
    }
    run(store, caller, async || {
        let (loaded, world) = load(store, caller, &given.line, given.lot.trim()).await?;
        let facts = world.facts(caller);
        let quantity = quantity_at("quantity", given.quantity, world.item.scale)?;
        let lot = given.lot.trim();
        let waiting = Waiting { line: &given.line, location: &given.location, lot, quantity };
        let unmet = facts.there(&waiting, &world.holder);
        if !unmet.is_empty() {
            return Err(Refusal { unmet }.into());
        }
        let id = caller.derived_id();
        let mut found = IncomingInspection {
            id: id.parse().map_err(|_| CommandError::Damaged("a derived id".into()))?,
            line: given.line.clone(),
            item: world.item.id.clone(),
            lot: lot.to_owned(),
            split_from: String::new(),
            location: given.location.clone(),
            quantity,
            plan: None,
            plan_version: None,
            samples: given.samples.clone(),
            result: InspectionResult::Pass,
            failed: Vec::new(),
            by: caller.actor.user.clone(),
            at: caller.now,
            note: given.note.trim().to_owned(),
            nonconformance: None,
            disposition: None,
        };
        match supply::incoming_plan(&loaded, world.item.id.as_str())? {
            Some((plan, version)) => {
                let judged = plan.judge(&given.samples, quantity).map_err(CommandError::fields)?;
                (found.result, found.failed) = (judged.result, judged.failed);
                (found.plan, found.plan_version) = (Some(plan), Some(version));
            }
            None => {
                let said = given.result.ok_or_else(|| {
                    CommandError::field("result", "expected pass or fail, since the item has no incoming plan")
                })?;
                found.result = said;
            }
        }
        let mut counter = None;
        let mut postings = Vec::new();
        if found.result == InspectionResult::Pass {
            postings = facts.release(&waiting, &world.holder, given.to.as_ref()).map_err(Refusal::one)?;
        } else {
            let (number, change) = number::next(&loaded, kind::NONCONFORMANCE, "NC");
            let damaged = |_| CommandError::Damaged("the counter of nonconformances".into());
            found.nonconformance = Some(number.parse().map_err(damaged)?);
            counter = Some(change);
        }
        let lot = world.lot.as_ref().map(|(lot, version)| {
            match judged(lot, &found, world.has_others(&lot.number, quantity)) {
                Judged::Whole(lot) => (lot, *version),
                Judged::Part(part) => {
                    let whole = Part { lot: lot.number.clone(), location: given.location.clone(), quantity };
                    postings.extend(renamed_for(&world.item.id, &whole, &part.number, Some(&world.holder)));
                    (found.split_from, found.lot) = (lot.number.clone(), part.number.clone());
                    (part, 0)
                }
            }
        });
        let unmoved = count::may_move_now(store, caller, &postings).await?;
        let mut plan = booked(&found, 0, "inspected", &postings, lot, &loaded, &world, caller)?;
        plan.commit.expect.extend(unmoved);
        plan.commit.counters.extend(counter);
        Ok(plan)
    })
    .await
}

/// Decides what becomes of pieces that failed.
pub async fn dispose<S: Store>(
    store: &S,
    caller: &Caller,
    id: &InspectionId,
    given: &DisposeIncoming,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a few words"));
    }
    run(store, caller, async || {
        let mut first = Load::new(caller.plant, caller.now_ms());
        first.key = caller.key_lookup();
        first.records = vec![(kind::INCOMING_INSPECTION.into(), id.to_string())];
        let mut loaded = store.load(&first).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::INCOMING_INSPECTION, id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let found: IncomingInspection = record.parse()?;
        let (stock, world) = load(store, caller, &found.line, &found.lot).await?;
        let signed = signature::given(caller, &stock);
        let facts = world.facts(caller);
        let postings = incoming::dispose(&found, given.verdict, &world.holder, given.to.as_ref(), &signed, &facts)?;
        let accept = given.verdict == IncomingVerdict::Accept;
        let signature = match &signed {
            takt_domain::signature::Signature::Given(id) if accept => Some(id.clone()),
            _ => None,
        };
        let (by, at, reason) = (caller.actor.user.clone(), caller.now, given.reason.trim().to_owned());
        let disposition = IncomingDisposition { verdict: given.verdict, by, at, reason, signature };
        let after = IncomingInspection { disposition: Some(disposition), ..found };
        let lot = world.lot.as_ref().filter(|_| accept);
        let lot = lot.and_then(|(lot, version)| Some((accepted(lot, &after, given.reason.trim())?, *version)));
        let unmoved = count::may_move_now(store, caller, &postings).await?;
        let mut plan = booked(&after, record.version, "disposed", &postings, lot, &stock, &world, caller)?;
        plan.commit.expect.extend(unmoved);
        if accept {
            signature::book(caller, &mut plan.commit, id.as_str(), "accept");
        }
        Ok(plan)
    })
    .await
}

/// `lot`: what is known of the lot from now on, and the version that its record had.
#[expect(clippy::too_many_arguments, reason = "each is a part of one decision, and both commands end so")]
fn booked(
    found: &IncomingInspection,
    version: u64,
    what: &str,
    postings: &[Posting],
    lot: Option<(Lot, u64)>,
    loaded: &Loaded,
    world: &World,
    caller: &Caller,
) -> Result<Plan, CommandError> {
    let answer = IncomingAnswer {
        id: found.id.clone(),
        state: found.state().to_owned(),
        result: found.result,
        failed: found.failed.clone(),
        nonconformance: found.nonconformance.clone(),
        lot: found.lot.clone(),
    };
    let body = json!(answer);
    let status = if version == 0 { 201 } else { 200 };
    let mut commit = caller.commit(status, &body);
    commit.records.push(supply::incoming(found, version));
    let lot_state = lot.as_ref().map(|(lot, _)| lot.state);
    commit.records.extend(lot.map(|(lot, version)| lot::write(&lot, version)));
    let line = NamedLine::load(&found.line, &world.item.id, loaded)?;
    let limit = line.document.line(found.line.line).map_or(i64::MAX, DocumentLine::limit);
    let progress = document::changes(&found.line, postings, &world.locations, limit);
    let unmet = document::refused(&found.line, &progress, &line.counters, world.item.scale, caller.lang);
    if !unmet.is_empty() {
        return Err(Refusal { unmet }.into());
    }
    let state = document::state_after(&line.document, &line.counters, &progress);
    let change = StockChange {
        postings: postings.to_vec(),
        counters: owed_changes(postings),
        progress,
        document_state: (state != line.document.state).then_some(state),
    };
    let movement = caller.derived_id();
    let head = MovementHead {
        id: movement.clone(),
        order: Some(supply::holder(&found.line)?),
        document: Some(found.nonconformance.as_ref().map_or(found.line.document.as_str(), |nc| nc.as_str()).to_owned()),
        reason: found.disposition.as_ref().map(|decided| decided.reason.clone()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    commit.counters = keep::counters(&change.counters, OWED_SCOPE);
    line.book(&change, &mut commit);
    let data = json!({
        "inspection": found.id, "line": found.line, "item": found.item, "lot": found.lot, "quantity": found.quantity,
        "result": found.result, "state": found.state(), "nonconformance": found.nonconformance,
        "disposition": found.disposition, "split_from": found.split_from, "lot_state": lot_state,
        "by": caller.actor.user,
    });
    let event = DomainEvent { kind: format!("incoming.{what}.v1"), data };
    commit.events = keep::events(vec![event], &movement, found.id.as_str(), caller);
    Ok(Plan { commit, status, body })
}
