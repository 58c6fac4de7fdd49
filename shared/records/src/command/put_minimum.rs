//! Sets how much of an item is to be available. The watch looks at once whether it is.

use serde_json::json;
use takt_api::master::ItemMinimum;
use takt_domain::decide::DomainEvent;
use takt_domain::id::ItemId;
use takt_domain::master::Item;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, quantity_at, run};
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::load::answered_before;
use crate::watch::minimum;

/// Checks and writes it.
pub async fn put_minimum<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ItemId,
    given: &ItemMinimum,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = [kind::ITEM, kind::ROUTING].map(|kind| (kind.to_owned(), id.to_string())).to_vec();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::ITEM, id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let mut item: Item = record.parse()?;
        let wanted = given.minimum.map(|minimum| quantity_at("minimum", minimum, item.scale)).transpose()?;
        if wanted.is_some_and(|minimum| !minimum.is_positive()) {
            return Err(CommandError::field("minimum", "expected a quantity above zero"));
        }
        let before = std::mem::replace(&mut item.minimum, wanted);
        let body = json!(ItemMinimum { minimum: wanted });
        let mut commit = caller.commit(200, &body);
        let makes = loaded.record(kind::ROUTING, id.as_str()).is_some();
        commit.records.push(keep::item(&item, makes, Some(record.version)));
        commit.records.push(minimum::look_again());
        let data = json!({"item": id, "before": before, "minimum": wanted, "by": caller.actor.user});
        let event = DomainEvent { kind: "item.minimum.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
