//! Fills in the plant's own fields of an order, of one of its operations, or of an item.

use serde_json::json;
use takt_api::forms::{CustomState, PutCustom};
use takt_domain::decide::DomainEvent;
use takt_domain::field::{FormOf, Values};
use takt_domain::id::{ItemId, OrderId};
use takt_domain::master::Item;
use takt_domain::order::Order;
use takt_store::{Load, Loaded, RecordWrite, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::forms;
use crate::keep::{self, kind};
use crate::load::answered_before;

/// Fills in the fields of an order; with a number, those of that operation.
pub async fn order<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    operation: Option<u16>,
    given: &PutCustom,
) -> Result<Answer, CommandError> {
    let of = if operation.is_some() { FormOf::Operation } else { FormOf::Order };
    run(store, caller, async || {
        let loaded = load(store, caller, vec![(kind::ORDER.into(), id.to_string()), forms::lookup(of)]).await?;
        let record = loaded.record(kind::ORDER, id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let mut order: Order = record.parse()?;
        let custom = match operation {
            None => &mut order.custom,
            Some(number) => {
                let found = order.operations.iter_mut().find(|operation| operation.number == number);
                &mut found.ok_or_else(|| CommandError::NotFound(format!("{id} {number}")))?.custom
            }
        };
        let before = std::mem::take(custom);
        *custom = read(&loaded, of, operation, given, &before, caller)?;
        let after = custom.clone();
        let data = json!({
            "order": id, "operation": operation, "before": before, "custom": after, "by": caller.actor.user,
        });
        let write = keep::order(&order, record.version);
        Ok(plan(caller, write, after, record.version, ("order.fields.v1", id.as_str()), data))
    })
    .await
}

/// Fills in the fields of an item.
pub async fn item<S: Store>(
    store: &S,
    caller: &Caller,
    id: &ItemId,
    given: &PutCustom,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let wanted = [kind::ITEM, kind::ROUTING].map(|kind| (kind.to_owned(), id.to_string()));
        let wanted = wanted.into_iter().chain([forms::lookup(FormOf::Item)]).collect();
        let loaded = load(store, caller, wanted).await?;
        let record = loaded.record(kind::ITEM, id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let mut item: Item = record.parse()?;
        let before = std::mem::take(&mut item.custom);
        item.custom = read(&loaded, FormOf::Item, None, given, &before, caller)?;
        let data = json!({"item": id, "before": before, "custom": item.custom, "by": caller.actor.user});
        let makes = loaded.record(kind::ROUTING, id.as_str()).is_some();
        let write = keep::item(&item, makes, Some(record.version));
        Ok(plan(caller, write, item.custom, record.version, ("item.fields.v1", id.as_str()), data))
    })
    .await
}

async fn load<S: Store>(store: &S, caller: &Caller, records: Vec<(String, String)>) -> Result<Loaded, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = records;
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    Ok(loaded)
}

fn read(
    loaded: &Loaded,
    of: FormOf,
    operation: Option<u16>,
    given: &PutCustom,
    before: &Values,
    caller: &Caller,
) -> Result<Values, CommandError> {
    let form = forms::stored(loaded, of)?.map(|(form, _)| match operation {
        Some(number) => form.at(number),
        None => form,
    });
    forms::accepted(form, of, &given.custom, before, caller.lang)
}

fn plan(
    caller: &Caller,
    write: RecordWrite,
    custom: Values,
    version: u64,
    (event, subject): (&str, &str),
    data: serde_json::Value,
) -> Plan {
    let body = serde_json::to_value(CustomState { custom, version: version + 1 }).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    commit.records.push(write);
    let filled = DomainEvent { kind: event.into(), data };
    commit.events = keep::events(vec![filled], &caller.derived_id(), subject, caller);
    Plan { commit, status: 200, body }
}
