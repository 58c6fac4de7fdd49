//! Books a movement that somebody entered or scanned.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::stock::MovementAnswer;
use takt_domain::decide::DomainEvent;
use takt_domain::ledger::Balance;
use takt_domain::master::{Item, Location};
use takt_domain::movement::{self, NewMovement, OWED_SCOPE, StockFacts};
use takt_domain::order::Order;
use takt_store::{Expect, Load, Loaded, Store};

use super::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, PLANT_PARENT, kind};
use crate::load;

/// Decides and books the movement.
pub async fn move_stock<S: Store>(store: &S, caller: &Caller, given: &NewMovement) -> Result<Answer, CommandError> {
    text_at("lot", &given.lot, 64)?;
    text_at("document", &given.document, 200)?;
    text_at("reason", &given.reason, TEXT_MAX)?;
    run(store, caller, async || plan(store, caller, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, given: &NewMovement) -> Result<Plan, CommandError> {
    let item_id = given.item.to_string();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ITEM.into(), item_id.clone())];
    if let Some(order) = &given.order {
        load.records.push((kind::ORDER.into(), order.to_string()));
    }
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.balances_of = vec![item_id.clone()];
    load.counters = vec![OWED_SCOPE.into()];
    let mut loaded = store.load(&load).await?;
    load::answered_before(&mut loaded, caller)?;
    let item: Item = match loaded.record(kind::ITEM, &item_id) {
        Some(record) => record.parse()?,
        None => return Err(CommandError::field("item", format!("there is no item {item_id}"))),
    };
    let expect = open_order(store, caller, given, &loaded).await?;
    let quantity = quantity_at("quantity", given.quantity, item.scale)?;
    let given = NewMovement { quantity, lot: given.lot.trim().to_owned(), ..given.clone() };
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let balances = loaded
        .balances
        .iter()
        .map(|balance| load::balance(balance, item.scale))
        .collect::<Result<Vec<Balance>, _>>()?;
    let facts = StockFacts {
        actor: &caller.actor,
        item: &item,
        locations: &locations,
        balances: &balances,
        owed: loaded.counter(OWED_SCOPE, &item_id),
        lang: caller.lang,
    };
    let change = movement::decide(&given, &facts)?;
    let id = caller.derived_id();
    let body = serde_json::to_value(MovementAnswer { id: id.clone() }).unwrap_or_default();
    let mut commit = caller.commit(201, &body);
    commit.expect.extend(expect);
    let head = MovementHead {
        id: id.clone(),
        order: given.order.as_ref().map(ToString::to_string),
        document: Some(given.document.clone()),
        reason: Some(given.reason.clone()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    commit.counters = keep::counters(&change.counters, OWED_SCOPE);
    let data = json!({
        "movement": id, "kind": given.kind, "item": given.item, "lot": given.lot, "from": given.from, "to": given.to,
        "quantity": given.quantity, "order": given.order, "document": given.document, "by": caller.actor.user,
    });
    let moved = DomainEvent { kind: "stock.moved.v1".into(), data };
    commit.events = keep::events(vec![moved], &id, &item_id, caller);
    Ok(Plan { commit, status: 201, body })
}

/// The order that a movement names must be there and take material, and stay as it is until the movement is booked.
async fn open_order<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewMovement,
    loaded: &Loaded,
) -> Result<Option<Expect>, CommandError> {
    let Some(id) = &given.order else { return Ok(None) };
    let record = loaded.record(kind::ORDER, id.as_str());
    let record = record.ok_or_else(|| CommandError::field("order", format!("there is no order {id}")))?;
    let order: Order = record.parse()?;
    let flow = load::flow(store, caller, &order.flow).await?;
    if !flow.is_some_and(|flow| flow.takes_material(&order.state)) {
        return Err(CommandError::field("order", format!("order {id} is made or over and takes no more material")));
    }
    Ok(Some(Expect { kind: kind::ORDER.into(), id: id.to_string(), version: record.version }))
}
