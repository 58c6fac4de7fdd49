//! Creates a work order from the master data as it is now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::orders::{CreateOrder, OrderAnswer};
use takt_domain::decide::DomainEvent;
use takt_domain::field::{FormOf, Values};
use takt_domain::flow::{Flow, FlowRef};
use takt_domain::id::{ItemId, OrderId};
use takt_domain::lot::{LOT_MAX, Tracking};
use takt_domain::master::{BOM_DEPTH_MAX, Bom, Item, Need, Routing, needs};
use takt_domain::order::{NewOrder, Order};
use takt_store::{CounterChange, Load, Loaded, Store};

use super::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::forms;
use crate::keep::{self, NUMBER_SCOPE, PLANT_PARENT, kind};
use crate::load::{self, answered_before};

/// How many numbers are looked at in one go for one that is free.
const NUMBERS_TRIED: i64 = 8;

/// Decides and books the order.
pub async fn create_order<S: Store>(store: &S, caller: &Caller, given: &CreateOrder) -> Result<Answer, CommandError> {
    text_at("customer", &given.customer, 200)?;
    text_at("note", &given.note, TEXT_MAX)?;
    text_at("lot", &given.lot, LOT_MAX)?;
    forms::check(&given.custom)?;
    run(store, caller, async || plan(store, caller, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, given: &CreateOrder) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records =
        [(kind::ITEM, given.item.as_str()), (kind::ROUTING, given.item.as_str()), (kind::LINE, given.line.as_str())]
            .map(|(kind, id)| (kind.to_owned(), id.to_owned()))
            .to_vec();
    load.records.push((kind::FLOW_DEFAULT.into(), PLANT_PARENT.into()));
    load.records.push(forms::lookup(FormOf::Order));
    if let Some(id) = &given.id {
        load.records.extend([kind::ORDER, kind::ARCHIVED_ORDER].map(|kind| (kind.to_owned(), id.to_string())));
    }
    load.counters = vec![NUMBER_SCOPE.into()];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let item: Item = match loaded.record(kind::ITEM, given.item.as_str()) {
        Some(record) => record.parse()?,
        None => return Err(CommandError::field("item", format!("there is no item {}", given.item))),
    };
    let routing: Routing = match loaded.record(kind::ROUTING, given.item.as_str()) {
        Some(record) => record.parse()?,
        None => {
            return Err(CommandError::field("item", format!("{} has no routing, so it cannot be made", given.item)));
        }
    };
    if loaded.record(kind::LINE, given.line.as_str()).is_none() {
        return Err(CommandError::field("line", format!("there is no line {}", given.line)));
    }
    let quantity = quantity_at("quantity", given.quantity, item.scale)?;
    let flow = flow(store, caller, given, &loaded).await?;
    let form = forms::stored(&loaded, FormOf::Order)?.map(|(form, _)| form);
    let custom = forms::accepted(form, FormOf::Order, &given.custom, &Values::new(), caller.lang)?;
    let (id, number) = number(store, caller, given, &loaded).await?;
    let needs = needs_with_items(store, caller, &item.id).await?;
    semi_finished(store, caller, &routing, &item, &needs).await?;
    let tracking = item.tracking;
    let new = NewOrder {
        id: id.clone(),
        item,
        quantity,
        line: given.line.clone(),
        priority: given.priority,
        due: given.due,
        customer: given.customer.trim().to_owned(),
        note: given.note.trim().to_owned(),
        custom,
        operations: routing.operations,
        needs,
    };
    let mut order = Order::new(new, &flow, &caller.actor.user, caller.now)
        .map_err(|error| CommandError::field("quantity", error.to_string()))?;
    order.lot = match given.lot.trim() {
        "" if tracking == Tracking::Lot => id.as_str().chars().take(LOT_MAX).collect(),
        lot => lot.to_owned(),
    };
    let answer = OrderAnswer { id: id.clone(), state: order.state.clone(), version: 1 };
    let body = serde_json::to_value(&answer).unwrap_or_default();
    let mut commit = caller.commit(201, &body);
    commit.records.push(keep::order(&order, 0));
    commit.counters.extend(number);
    let data = json!({
        "order": order.id, "item": order.item, "quantity": order.quantity, "line": order.line,
        "priority": order.priority, "due": order.due, "customer": order.customer, "to": order.state,
        "flow": order.flow, "by": caller.actor.user,
    });
    let created = DomainEvent { kind: "order.created.v1".into(), data };
    commit.events = keep::events(vec![created], &caller.derived_id(), id.as_str(), caller);
    Ok(Plan { commit, status: 201, body })
}

/// What operations make for each other is counted like the pieces, and is nothing that the order takes from elsewhere.
async fn semi_finished<S: Store>(
    store: &S,
    caller: &Caller,
    routing: &Routing,
    item: &Item,
    needs: &[(Need, Item)],
) -> Result<(), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    let made = routing.operations.iter().filter_map(|operation| operation.makes.as_ref());
    load.records = made.map(|made| (kind::ITEM.to_owned(), made.to_string())).collect();
    if load.records.is_empty() {
        return Ok(());
    }
    let loaded = store.load(&load).await?;
    for made in routing.operations.iter().filter_map(|operation| operation.makes.as_ref()) {
        let record = loaded.record(kind::ITEM, made.as_str());
        let known: Option<Item> = record.map(|record| record.parse()).transpose()?;
        let wrong = |what: String| Err(CommandError::field("item", what));
        match known {
            None => return wrong(format!("the semi-finished item {made} of its routing is unknown")),
            Some(known) if known.scale != item.scale => {
                return wrong(format!("the semi-finished item {made} has other decimals than {}", item.id));
            }
            Some(known) if known.tracking != Tracking::None => {
                return wrong(format!("the semi-finished item {made} is tracked by lot or serial number"));
            }
            Some(_) if needs.iter().any(|(need, _)| need.component == *made) => {
                return wrong(format!("the semi-finished item {made} is in its bill of material too"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The rules of the new order: those that were asked for, else what the plant has set, else the built-in ones.
async fn flow<S: Store>(
    store: &S,
    caller: &Caller,
    given: &CreateOrder,
    loaded: &Loaded,
) -> Result<Arc<Flow>, CommandError> {
    if let Some(name) = &given.flow {
        let flows = load::flows(store, caller).await?.into_iter().filter(|flow| flow.name == *name);
        let latest = flows.max_by_key(|flow| flow.version);
        return latest.ok_or_else(|| CommandError::field("flow", format!("there is no flow {name}")));
    }
    let Some(record) = loaded.record(kind::FLOW_DEFAULT, PLANT_PARENT) else { return Ok(Flow::shared_builtin()) };
    let reference: FlowRef = record.parse()?;
    let flow = load::flow(store, caller, &reference).await?;
    flow.ok_or_else(|| CommandError::Damaged(format!("the flow {}", reference.id())))
}

/// The order's number: the one that was given, or the plant's next, which moves the counter on. Numbers of this form
/// that somebody gave by hand are passed over.
async fn number<S: Store>(
    store: &S,
    caller: &Caller,
    given: &CreateOrder,
    loaded: &Loaded,
) -> Result<(OrderId, Option<CounterChange>), CommandError> {
    if let Some(id) = &given.id {
        if takt_domain::document::is_reserved(id) {
            return Err(CommandError::field("id", "numbers that begin with PO: or SO: belong to other documents"));
        }
        if loaded.record(kind::ORDER, id.as_str()).is_some() {
            return Err(CommandError::field("id", format!("there is an order {id} already")));
        }
        if loaded.record(kind::ARCHIVED_ORDER, id.as_str()).is_some() {
            return Err(CommandError::field("id", format!("there was an order {id}, which is in the archive")));
        }
        return Ok((id.clone(), None));
    }
    let (id, change) = next_number(store, caller, loaded).await?;
    Ok((id, Some(change)))
}

/// The plant's next number, with the change of the counter that gives it away. `loaded` has the counters of
/// [`NUMBER_SCOPE`].
pub(crate) async fn next_number<S: Store>(
    store: &S,
    caller: &Caller,
    loaded: &Loaded,
) -> Result<(OrderId, CounterChange), CommandError> {
    let last = loaded.counter(NUMBER_SCOPE, kind::ORDER);
    let mut next = last + 1;
    loop {
        let ids: Vec<_> = (next..next + NUMBERS_TRIED).map(|number| format!("WO-{number:06}")).collect();
        let mut load = Load::new(caller.plant, caller.now_ms());
        let kinds = [kind::ORDER, kind::ARCHIVED_ORDER];
        load.records = ids.iter().flat_map(|id| kinds.map(|kind| (kind.to_owned(), id.clone()))).collect();
        let taken = store.load(&load).await?;
        let is_free = |id: &String| kinds.iter().all(|kind| taken.record(kind, id).is_none());
        let Some((number, id)) = (next..).zip(&ids).find(|(_, id)| is_free(id)) else {
            next += NUMBERS_TRIED;
            continue;
        };
        let id = id.parse().map_err(|_| CommandError::Damaged("the counter of orders".into()))?;
        let change = CounterChange {
            scope: NUMBER_SCOPE.into(),
            name: kind::ORDER.into(),
            delta: number - last,
            min_after: Some(number),
            max_after: Some(number),
        };
        return Ok((id, change));
    }
}

/// What one unit of an item needs. Phantoms are opened level by level, one load for each.
pub async fn needs_with_items<S: Store>(
    store: &S,
    caller: &Caller,
    item: &ItemId,
) -> Result<Vec<(Need, Item)>, CommandError> {
    let mut boms: BTreeMap<ItemId, Bom> = BTreeMap::new();
    let mut wanted = BTreeSet::from([item.clone()]);
    for _ in 0..=BOM_DEPTH_MAX {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = wanted.iter().map(|item| (kind::BOM.to_owned(), item.to_string())).collect();
        let loaded = store.load(&load).await?;
        let mut next = BTreeSet::new();
        for record in &loaded.records {
            let bom: Bom = record.parse()?;
            let phantoms = bom.lines.iter().filter(|line| line.phantom && !line.optional);
            next.extend(phantoms.map(|line| line.component.clone()).filter(|item| !boms.contains_key(item)));
            boms.insert(bom.item.clone(), bom);
        }
        if next.is_empty() {
            break;
        }
        wanted = next;
    }
    let needs = needs(item, &boms).map_err(|error| CommandError::field("item", error.to_string()))?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = needs.iter().map(|need| (kind::ITEM.to_owned(), need.component.to_string())).collect();
    load.records.sort();
    load.records.dedup();
    let loaded = store.load(&load).await?;
    let with_item = |need: Need| {
        let record = loaded.record(kind::ITEM, need.component.as_str());
        let record = record
            .ok_or_else(|| CommandError::field("item", format!("its component {} is unknown", need.component)))?;
        Ok((need, record.parse()?))
    };
    needs.into_iter().map(with_item).collect()
}
