//! Sets the other units of an item. What was booked stays in the item's own unit: only what comes in from now on is converted
//! by them.

use serde_json::json;
use takt_api::master::ItemUnits;
use takt_domain::decide::DomainEvent;
use takt_domain::id::ItemId;
use takt_domain::master::Item;
use takt_domain::unit;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::load::answered_before;

/// An item as it is before a change.
pub(super) struct Changed {
    pub(super) item: Item,
    /// It has a routing.
    pub(super) makes: bool,
    pub(super) version: u64,
}

/// Loads an item that is to be changed, unless the change was answered before.
pub(super) async fn item_to_change<S: Store>(store: &S, caller: &Caller, id: &ItemId) -> Result<Changed, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = [kind::ITEM, kind::ROUTING].map(|kind| (kind.to_owned(), id.to_string())).to_vec();
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let record = loaded.record(kind::ITEM, id.as_str());
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
    let makes = loaded.record(kind::ROUTING, id.as_str()).is_some();
    Ok(Changed { item: record.parse()?, makes, version: record.version })
}

/// Checks and writes them.
pub async fn put_units<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ItemId,
    given: &ItemUnits,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let Changed { mut item, makes, version } = item_to_change(store, caller, id).await?;
        if let Some((at, detail)) = unit::wrong(&item, &given.units, caller.lang) {
            return Err(CommandError::field(&at, detail));
        }
        let before = std::mem::replace(&mut item.units, given.units.clone());
        let body = json!(given);
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::item(&item, makes, Some(version)));
        let data = json!({"item": id, "before": before, "units": item.units, "by": caller.actor.user});
        let event = DomainEvent { kind: "item.units.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
