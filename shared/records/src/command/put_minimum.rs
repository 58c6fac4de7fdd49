//! Sets how much of an item is to be available. The watch looks at once whether it is.

use serde_json::json;
use takt_api::master::ItemMinimum;
use takt_domain::decide::DomainEvent;
use takt_domain::id::ItemId;
use takt_store::Store;

use super::put_units::{Changed, item_to_change};
use super::{Answer, CommandError, Plan, quantity_at, run};
use crate::caller::Caller;
use crate::keep;
use crate::watch::minimum;

/// Checks and writes it.
pub async fn put_minimum<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ItemId,
    given: &ItemMinimum,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let Changed { mut item, makes, version } = item_to_change(store, caller, id).await?;
        let wanted = given.minimum.map(|minimum| quantity_at("minimum", minimum, item.scale)).transpose()?;
        if wanted.is_some_and(|minimum| !minimum.is_positive()) {
            return Err(CommandError::field("minimum", "expected a quantity above zero"));
        }
        let before = std::mem::replace(&mut item.minimum, wanted);
        let body = json!(ItemMinimum { minimum: wanted });
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::item(&item, makes, Some(version)));
        commit.records.push(minimum::look_again());
        let data = json!({"item": id, "before": before, "minimum": wanted, "by": caller.actor.user});
        let event = DomainEvent { kind: "item.minimum.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
