//! Settles an entry that was held: it is dropped, or booked after all. Both are told in the journal.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::conflict::{ConflictState, Decision, EntryConflict, SettleConflict, Settled};
use takt_domain::decide::DomainEvent;
use takt_domain::movement::NewMovement;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, move_stock, run, text_at};
use crate::caller::Caller;
use crate::entry;
use crate::keep::{self, kind};
use crate::load;

/// Decides and books the settlement.
pub async fn settle_conflict<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    given: &SettleConflict,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.decision == Decision::Both && given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || plan(store, caller, id, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, id: &str, given: &SettleConflict) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ENTRY_CONFLICT.into(), id.to_owned())];
    let mut loaded = store.load(&load).await?;
    load::answered_before(&mut loaded, caller)?;
    let record = loaded.record(kind::ENTRY_CONFLICT, id);
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
    let mut conflict: EntryConflict = record.parse()?;
    if conflict.state != ConflictState::Open {
        return Err(over(&conflict, caller.lang).into());
    }
    let reason = given.reason.trim().to_owned();
    let mut settled = Settled { by: caller.actor.user.clone(), at: caller.now, reason: reason.clone(), movement: None };
    let mut plan = match given.decision {
        Decision::Same => Plan { commit: caller.commit(200, &json!(null)), status: 200, body: json!(null) },
        Decision::Both => {
            // As it was entered, when it was entered; whoever settles books it, and says why.
            let occurred_at = conflict.movement.occurred_at.or(Some(conflict.at));
            let held = NewMovement { occurred_at, reason, ..conflict.movement.clone() };
            let as_entered = Caller { source: conflict.source, ..caller.clone() };
            settled.movement = Some(caller.derived_id());
            move_stock::plan(store, &as_entered, &held, move_stock::How::Settled).await?
        }
    };
    conflict.state = match given.decision {
        Decision::Same => ConflictState::Same,
        Decision::Both => ConflictState::Both,
    };
    let movement = &conflict.movement;
    let data = json!({
        "conflict": id, "decision": given.decision, "reason": settled.reason, "movement": settled.movement,
        "item": movement.item, "document": movement.document, "by": settled.by,
    });
    let event = DomainEvent { kind: "stock.conflict_settled.v1".into(), data };
    let event_id = format!("{}.settled", caller.derived_id());
    plan.commit.events.extend(keep::events(vec![event], &event_id, movement.item.as_str(), caller));
    conflict.settled = Some(settled);
    plan.commit.records.push(entry::write(&conflict, record.version));
    plan.status = 200;
    plan.body = serde_json::to_value(&conflict).unwrap_or_default();
    if let Some(kept) = &mut plan.commit.idempotency {
        kept.status = 200;
        kept.body = plan.body.clone();
    }
    Ok(plan)
}

fn over(conflict: &EntryConflict, lang: Lang) -> Refusal {
    let by = conflict.settled.as_ref().map(|settled| format!("{}, {}", settled.by, settled.at)).unwrap_or_default();
    let detail = match lang {
        Lang::Zh => format!("此冲突已处理({by})"),
        Lang::En => format!("this conflict was settled already ({by})"),
    };
    Refusal::one(Unmet::new("conflict.settled", detail, lang.pick("无需再次操作", "nothing is left to do"), &[]))
}
