//! What a decision has to know: an order with its facts, loaded in two round trips.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use takt_domain::approval::Delegation;
use takt_domain::facts::{Actor, Facts};
use takt_domain::flow::{Category, Flow, FlowRef};
use takt_domain::id::OrderId;
use takt_domain::ledger::Balance;
use takt_domain::master::{Mould, Routing};
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_domain::report;
use takt_domain::resource::{EquipmentUse, SHOTS_SCOPE};
use takt_store::{Load, Loaded, Store, StoreError};

use crate::archive;
use crate::calendar;
use crate::caller::Caller;
use crate::command::CommandError;
use crate::flow::PublishedFlow;
use crate::keep::{PLANT_PARENT, kind};
use crate::lot;
use crate::quality;
use crate::user::StoredUser;

/// An order as it stands, with everything that its guards look at.
#[derive(Clone, Debug)]
pub struct OrderState {
    /// The order.
    pub order: Order,
    /// The version of its record.
    pub version: u64,
    /// What the guards look at.
    pub facts: Facts,
    /// The rules that the order lives under.
    pub flow: Arc<Flow>,
    /// Other records that were asked for.
    pub loaded: Loaded,
}

/// All children of a kind under the plant, as their type.
pub fn few<T: DeserializeOwned>(loaded: &Loaded, kind: &str) -> Result<Vec<T>, StoreError> {
    loaded.children(kind, PLANT_PARENT).map(|record| record.parse()).collect()
}

/// Loads an order, its facts and the records in `also`. A write's key is looked up on the way: when it was used, this
/// is the error that carries the answer of then.
pub async fn order<S: Store>(
    store: &S,
    caller: &Caller,
    id: &OrderId,
    also: Vec<(String, String)>,
) -> Result<OrderState, CommandError> {
    let mut first = first_load(caller, &[id]);
    first.with_plant = true;
    first.key = caller.key_lookup();
    first.records.extend(also);
    let mut loaded = store.load(&first).await?;
    answered_before(&mut loaded, caller)?;
    if loaded.record(kind::ORDER, id.as_str()).is_none() {
        archive::refuse_gone_order(store, caller, id.as_str()).await?;
    }
    let (order, version) = stored_order(&loaded, id)?;
    let stock = store.load(&second_load(caller, &[&order], &loaded)?).await?;
    let facts = facts(&order, &loaded, &stock, caller)?;
    let flow = stored_flow(&stock, &order.flow)?.ok_or_else(|| damaged_flow(&order))?;
    Ok(OrderState { order, version, facts, flow, loaded })
}

fn damaged_flow(order: &Order) -> CommandError {
    CommandError::Damaged(format!("the flow {} of {}", order.flow.id(), order.id))
}

/// The flow of that name and version, among what was loaded unless it is the built-in one.
pub fn stored_flow(loaded: &Loaded, reference: &FlowRef) -> Result<Option<Arc<Flow>>, StoreError> {
    if reference.is_builtin() {
        return Ok(Some(Flow::shared_builtin()));
    }
    let record = loaded.record(kind::FLOW, &reference.id());
    record.map(|record| Ok(Arc::new(record.parse::<PublishedFlow>()?.flow))).transpose()
}

/// The flow of that name and version; nothing is asked of the store for the built-in one.
pub async fn flow<S: Store>(store: &S, caller: &Caller, reference: &FlowRef) -> Result<Option<Arc<Flow>>, StoreError> {
    if reference.is_builtin() {
        return Ok(Some(Flow::shared_builtin()));
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::FLOW.to_owned(), reference.id())];
    stored_flow(&store.load(&load).await?, reference)
}

/// Every flow that the plant has published, in every version, the built-in one first.
pub async fn flows<S: Store>(store: &S, caller: &Caller) -> Result<Vec<Arc<Flow>>, StoreError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::FLOW.to_owned(), PLANT_PARENT.to_owned())];
    let loaded = store.load(&load).await?;
    let published: Vec<PublishedFlow> = few(&loaded, kind::FLOW)?;
    let mut flows = vec![Flow::shared_builtin()];
    flows.extend(published.into_iter().map(|published| Arc::new(published.flow)));
    Ok(flows)
}

/// Loads many orders, each once, with their facts as of one moment, and the records in `also`; what cannot be read is
/// left out. No key is looked up: a commit finds that out by itself.
pub async fn orders<S: Store>(
    store: &S,
    caller: &Caller,
    ids: &[&OrderId],
    also: Vec<(String, String)>,
) -> Result<(Vec<OrderState>, Loaded), CommandError> {
    let mut first = first_load(caller, ids);
    first.with_plant = true;
    first.records.extend(also);
    let loaded = store.load(&first).await?;
    let found: Vec<(Order, u64)> = ids.iter().filter_map(|id| stored_order(&loaded, id).ok()).collect();
    let orders: Vec<&Order> = found.iter().map(|(order, _)| order).collect();
    let stock = store.load(&second_load(caller, &orders, &loaded)?).await?;
    let nothing = || Loaded {
        plant: None,
        key: None,
        session: None,
        records: Vec::new(),
        balances: Vec::new(),
        counters: Vec::new(),
        receipts: Vec::new(),
    };
    let state = |(order, version): (Order, u64)| {
        let facts = facts(&order, &loaded, &stock, caller).ok()?;
        let flow = stored_flow(&stock, &order.flow).ok()??;
        Some(OrderState { order, version, facts, flow, loaded: nothing() })
    };
    let states = found.into_iter().filter_map(state).collect();
    Ok((states, loaded))
}

/// Fills in when something was last reported on those that are being made: nothing else asks for it.
pub async fn last_reports<S: Store>(store: &S, caller: &Caller, states: &mut [OrderState]) -> Result<(), CommandError> {
    let is_made = |state: &&mut OrderState| {
        state.flow.state(&state.order.state).is_some_and(|known| known.category == Category::Running)
    };
    let running: Vec<&mut OrderState> = states.iter_mut().filter(is_made).collect();
    if running.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = running.iter().map(|state| state.order.id.to_string()).collect();
    let newest = store.newest(caller.plant, kind::REPORT, &ids).await?;
    for state in running {
        let found = newest.iter().find(|(order, _)| order == state.order.id.as_str());
        let at = found.and_then(|(_, place)| place.parse().ok());
        state.facts.last_report = at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    }
    Ok(())
}

/// Those in whose stead the caller may sign now.
pub async fn principals<S: Store>(store: &S, caller: &Caller) -> Result<Vec<Actor>, CommandError> {
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.children = vec![(kind::DELEGATION.to_owned(), PLANT_PARENT.to_owned())];
    let loaded = store.load(&first).await?;
    let mut second = Load::new(caller.plant, caller.now_ms());
    second.records = represented(&loaded, caller)?
        .into_iter()
        .map(|delegation| (kind::USER.to_owned(), delegation.from.to_string()))
        .collect();
    if second.records.is_empty() {
        return Ok(Vec::new());
    }
    Ok(acting_for(&loaded, &store.load(&second).await?, caller)?)
}

fn first_load(caller: &Caller, ids: &[&OrderId]) -> Load {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = ids.iter().map(|id| (kind::ORDER.to_owned(), id.to_string())).collect();
    load.records.push(quality::settings_record());
    let few_kinds = [kind::LOCATION, kind::EQUIPMENT, kind::MOULD, kind::CREW, kind::DELEGATION, kind::EQUIPMENT_USE];
    load.children = few_kinds.map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
    load.counters = ids.iter().map(ToString::to_string).collect();
    load.counters.push(SHOTS_SCOPE.to_owned());
    load
}

/// Those who have named the caller as their deputy for now.
fn represented(loaded: &Loaded, caller: &Caller) -> Result<Vec<Delegation>, StoreError> {
    let mut all: Vec<Delegation> = few(loaded, kind::DELEGATION)?;
    all.retain(|delegation| delegation.to == caller.actor.user && delegation.is_active(caller.now));
    Ok(all)
}

fn second_load(caller: &Caller, orders: &[&Order], first: &Loaded) -> Result<Load, StoreError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    let product = |kind: &str, order: &&Order| (kind.to_owned(), order.item.to_string());
    load.records =
        orders.iter().flat_map(|order| [kind::ROUTING, kind::ITEM].map(|kind| product(kind, order))).collect();
    let made = |order: &&Order| if order.lot.is_empty() { order.id.to_string() } else { order.lot.clone() };
    load.records.extend(orders.iter().filter_map(|order| lot::record(order.item.as_str(), &made(order))));
    let own = orders.iter().filter(|order| !order.flow.is_builtin());
    load.records.extend(own.map(|order| (kind::FLOW.to_owned(), order.flow.id())));
    let users = represented(first, caller)?;
    load.records.extend(users.into_iter().map(|delegation| (kind::USER.to_owned(), delegation.from.to_string())));
    load.records.sort();
    load.records.dedup();
    let materials = orders.iter().flat_map(|order| order.materials.iter().map(|material| &material.item));
    let made = orders.iter().flat_map(|order| order.semi_finished());
    load.free_of = materials.chain(made).map(ToString::to_string).collect();
    load.free_of.sort();
    load.free_of.dedup();
    load.balances_of_order = orders.iter().map(|order| order.id.to_string()).collect();
    load.lots = Some(kind::LOT.to_owned());
    Ok(load)
}

/// Who the caller may sign for, with the roles that they have now. Whoever may not sign in any more is nobody's principal.
fn acting_for(loaded: &Loaded, stock: &Loaded, caller: &Caller) -> Result<Vec<Actor>, StoreError> {
    let users = represented(loaded, caller)?.into_iter().filter_map(|delegation| {
        let record = stock.record(kind::USER, delegation.from.as_str())?;
        Some(record.parse::<StoredUser>())
    });
    let mut acting_for = Vec::new();
    for user in users {
        let user = user?;
        if user.active {
            acting_for.push(Actor::new(user.user, user.roles));
        }
    }
    Ok(acting_for)
}

fn stored_order(loaded: &Loaded, id: &OrderId) -> Result<(Order, u64), CommandError> {
    let record = loaded.record(kind::ORDER, id.as_str());
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
    Ok((record.parse()?, record.version))
}

/// The facts of one order out of what was loaded, perhaps for others too.
fn facts(order: &Order, loaded: &Loaded, stock: &Loaded, caller: &Caller) -> Result<Facts, CommandError> {
    let routing =
        stock.record(kind::ROUTING, order.item.as_str()).map(|record| record.parse::<Routing>()).transpose()?;
    let of_order = loaded.counters.iter().filter(|counter| counter.scope == order.id.as_str());
    let counters = of_order.map(|counter| (counter.name.clone(), counter.value)).collect();
    let named_equipment = |id: &takt_domain::id::EquipmentId| {
        order.operations.iter().any(|operation| operation.equipment.as_ref() == Some(id))
    };
    let named_mould =
        |id: &takt_domain::id::MouldId| order.operations.iter().any(|operation| operation.mould.as_ref() == Some(id));
    let concerns = |balance: &&takt_store::Balance| {
        if balance.order.is_empty() { order.uses(&balance.item) } else { balance.order == order.id.as_str() }
    };
    let concerned: Vec<takt_store::Balance> = stock.balances.iter().filter(concerns).cloned().collect();
    let today = loaded.plant.as_ref().map(|plant| calendar::of(plant).day_of(caller.now));
    let mut facts = Facts {
        now: caller.now,
        actor: caller.actor.clone(),
        balances: balances(&concerned, order)?,
        locations: few(loaded, kind::LOCATION)?,
        equipment: few(loaded, kind::EQUIPMENT)?,
        moulds: moulds(loaded)?,
        crew: few(loaded, kind::CREW)?,
        routing_released: routing.is_some_and(|routing| routing.released),
        progress: report::progress(&counters, order.quantity.scale()),
        lang: caller.lang,
        acting_for: acting_for(loaded, stock, caller)?,
        first_article_failure_closes: quality::settings(loaded)?.0.first_article_failure_closes,
        uses: equipment_uses(loaded)?,
        last_report: None,
        today,
        lots: lot::known(stock, today)?,
        product: stock.record(kind::ITEM, order.item.as_str()).map(|record| record.parse()).transpose()?,
    };
    facts.uses.retain(|known| named_equipment(&known.equipment));
    facts.equipment.retain(|equipment| named_equipment(&equipment.id));
    facts.moulds.retain(|mould| named_mould(&mould.id));
    // Whoever reports may be of another line: then only what the person is qualified for matters.
    let asks = order.operations.iter().any(|operation| operation.qualification.is_some());
    facts.crew.retain(|member| member.line.as_ref() == Some(&order.line) || asks && !member.qualifications.is_empty());
    Ok(facts)
}

/// The plant's moulds, with every shot that was counted.
pub fn moulds(loaded: &Loaded) -> Result<Vec<Mould>, StoreError> {
    let mut moulds: Vec<Mould> = few(loaded, kind::MOULD)?;
    for mould in &mut moulds {
        let shots = i64::from(mould.shots).saturating_add(loaded.counter(SHOTS_SCOPE, mould.id.as_str()));
        mould.shots = u32::try_from(shots.max(0)).unwrap_or(u32::MAX);
    }
    Ok(moulds)
}

/// Who has the machines that one order at a time may have.
pub fn equipment_uses(loaded: &Loaded) -> Result<Vec<EquipmentUse>, StoreError> {
    let found = loaded.children(kind::EQUIPMENT_USE, PLANT_PARENT);
    found.map(|record| Ok(EquipmentUse { version: record.version, ..record.parse()? })).collect()
}

/// The error that carries the answer of an earlier request under the same key.
pub fn answered_before(loaded: &mut Loaded, caller: &Caller) -> Result<(), CommandError> {
    match (loaded.key.take(), &caller.key) {
        (Some(stored), Some(key)) => Err(stored.judge(&key.fingerprint).into()),
        _ => Ok(()),
    }
}

/// Balances with their quantities at the scales that the order knows. Stock of an item that the order does not name
/// (an extra issue) is given in units: a decision only passes it on.
fn balances(stored: &[takt_store::Balance], order: &Order) -> Result<Vec<Balance>, CommandError> {
    let mut scales: BTreeMap<&str, u8> = BTreeMap::new();
    for material in &order.materials {
        scales.insert(material.item.as_str(), material.required.scale());
    }
    // One piece is one of what is made of it on the way.
    scales.extend(order.semi_finished().chain([&order.item]).map(|item| (item.as_str(), order.quantity.scale())));
    stored.iter().map(|stored| balance(stored, scales.get(stored.item.as_str()).copied().unwrap_or(0))).collect()
}

/// A balance at the scale of its item.
pub fn balance(stored: &takt_store::Balance, scale: u8) -> Result<Balance, CommandError> {
    let damaged = |_| CommandError::Damaged(format!("the balance of {} at {}", stored.item, stored.location));
    Ok(Balance {
        item: stored.item.parse().map_err(damaged)?,
        lot: stored.lot.clone(),
        location: stored.location.parse().map_err(damaged)?,
        order: if stored.order.is_empty() { None } else { Some(stored.order.parse().map_err(damaged)?) },
        quantity: Quantity::from_units(stored.quantity, scale),
    })
}
