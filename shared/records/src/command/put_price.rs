//! Sets the standard price of an item.

use serde_json::json;
use takt_api::supply::{ItemPrice, PutPrice};
use takt_domain::decide::DomainEvent;
use takt_domain::id::ItemId;
use takt_store::{Load, RecordWrite, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::costs::Price;
use crate::keep::{self, kind};
use crate::load::answered_before;
use crate::supply;

/// Sets it, or takes it away.
pub async fn put_price<S: Store>(
    store: &S,
    caller: &Caller,
    item: &ItemId,
    given: &PutPrice,
) -> Result<Answer, CommandError> {
    if given.price.is_some_and(|price| price.is_negative() || price.scale() > 6) {
        return Err(CommandError::field("price", "expected a price that is not below zero, with at most 6 decimals"));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::ITEM.into(), item.to_string()), supply::settings_record()];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if loaded.record(kind::ITEM, item.as_str()).is_none() {
            return Err(CommandError::NotFound(item.to_string()));
        }
        let currency = supply::settings(&loaded)?.0.currency;
        let body = json!(ItemPrice { item: item.clone(), price: given.price, currency });
        let mut commit = caller.commit(200, &body);
        let price = json!(Price { item: item.clone(), price: given.price });
        commit.records.push(RecordWrite::new(kind::PRICE, item.as_str(), None, price));
        let data = json!({"item": item, "price": given.price, "by": caller.actor.user});
        let event = DomainEvent { kind: "item.price.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), item.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
