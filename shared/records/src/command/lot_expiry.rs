//! Corrects the last day of a lot.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::lots::{LotAnswer, SetLotExpiry};
use takt_domain::decide::DomainEvent;
use takt_domain::id::ItemId;
use takt_domain::lot::expiry;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::keep;
use crate::load::answered_before;
use crate::{lot, signature};

/// Decides and writes it. Whoever uses the lot at the same moment expects it as it was read, and decides anew.
pub async fn set_expiry<S: Store>(
    store: &S,
    caller: &Caller,
    item: &ItemId,
    number: &str,
    given: &SetLotExpiry,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    let reason = given.reason.trim();
    if reason.is_empty() {
        return Err(CommandError::field("reason", caller.lang.pick("请填写原因", "expected a few words")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = lot::record(item.as_str(), number).into_iter().chain(signature::records(caller)).collect();
        load.balances_of = vec![item.to_string()];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let lots = lot::known(&loaded, None)?;
        let known = lots.get(item, number).ok_or_else(|| CommandError::NotFound(format!("{item} {number}")))?;
        let signed = signature::given(caller, &loaded);
        let is_left =
            loaded.balances.iter().any(|one| one.lot == number && one.quantity > 0 && !one.location.starts_with('@'));
        let after = expiry::correct(&known.lot, given.expires, is_left, &caller.actor, &signed, caller.lang)?;
        let body =
            json!(LotAnswer { item: item.clone(), lot: number.to_owned(), state: after.state, expires: after.expires });
        let mut commit = caller.commit(200, &body);
        let write = lot::write(&after, known.version);
        signature::book(caller, &mut commit, &write.id, "expiry");
        commit.records.push(write);
        let data = json!({
            "item": item, "lot": number, "before": known.lot.expires, "expires": after.expires, "reason": reason,
            "by": caller.actor.user,
        });
        let event = DomainEvent { kind: "lot.expiry_corrected.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), item.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
