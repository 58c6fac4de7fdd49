//! Brings open orders of one version of a flow under another: looked at first, then done with a reason. A call takes a bounded
//! number of orders in one commit, and says where the next one goes on.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::flows::{MOVED_MAX, MoveOrders, MovedOrder, MovedOrders};
use takt_domain::decide::DomainEvent;
use takt_domain::flow::{Category, Flow, FlowRef};
use takt_domain::id::OrderId;
use takt_domain::order::{HistoryEntry, Order};
use takt_domain::text::Lang;
use takt_store::{ListFilter, Load, PageRequest, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::load::{self, answered_before};

/// How many open orders, of whatever flow, a call reads beside the ones that it takes.
const READ_MAX: usize = 2000;

/// The orders that a call is about, and what is behind them.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The orders: at most [`MOVED_MAX`].
    pub orders: Vec<OrderId>,
    remaining: usize,
    next: Option<String>,
}

/// Says what would happen to each order.
pub async fn preview<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    given: &MoveOrders,
) -> Result<MovedOrders, CommandError> {
    let chosen = choose(store, caller, given).await?;
    let found = look(store, caller, name, given, &chosen.orders).await?;
    let orders = found.into_iter().map(|found| found.told).collect();
    Ok(MovedOrders { preview: true, orders, remaining: chosen.remaining, next: chosen.next })
}

/// Moves the chosen orders, whose queued reports are booked. Whatever cannot be moved stays, and is told with the reason.
pub async fn move_orders<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    given: &MoveOrders,
    chosen: &Chosen,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        answered_before(&mut store.load(&load).await?, caller)?;
        let to = FlowRef { name: name.to_owned(), version: given.to_version };
        let found = look(store, caller, name, given, &chosen.orders).await?;
        let orders = found.iter().map(|found| found.told.clone()).collect();
        let (remaining, next) = (chosen.remaining, chosen.next.clone());
        let body = json!(MovedOrders { preview: false, orders, remaining, next });
        let mut commit = caller.commit(200, &body);
        for found in found {
            let Some(state) = found.told.to else { continue };
            let (before, mut after) = (found.order.clone(), found.order);
            after.flow = to.clone();
            if after.state != state {
                after.state.clone_from(&state);
                after.state_since = caller.now;
            }
            after.history.push(HistoryEntry {
                action: "change-flow".into(),
                state,
                by: caller.actor.user.clone(),
                at: caller.now,
                reason: given.reason.trim().to_owned(),
            });
            commit.records.push(keep::order(&after, found.version));
            let age_s = caller.now.duration_since(before.state_since).as_secs().max(0);
            let data = json!({
                "order": after.id, "item": after.item, "line": after.line, "priority": after.priority,
                "from": before.state, "to": after.state, "in_state_s": age_s, "flow_before": before.flow,
                "flow": after.flow, "by": caller.actor.user, "reason": given.reason,
            });
            let event = DomainEvent { kind: "order.flow_changed.v1".into(), data };
            let id = format!("{}.{}", caller.derived_id(), after.id);
            commit.events.extend(keep::events(vec![event], &id, after.id.as_str(), caller));
        }
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

struct Found {
    order: Order,
    version: u64,
    told: MovedOrder,
}

async fn look<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    given: &MoveOrders,
    orders: &[OrderId],
) -> Result<Vec<Found>, CommandError> {
    let reference = FlowRef { name: name.to_owned(), version: given.to_version };
    let to = load::flow(store, caller, &reference).await?;
    let to = to.ok_or_else(|| CommandError::NotFound(reference.id()))?;
    let from = load::flow(store, caller, &given.from).await?;
    let from = from.ok_or_else(|| CommandError::field("from", format!("there is no flow {}", given.from.id())))?;
    if reference == given.from {
        return Err(CommandError::field("from", "expected another version than the one to come under"));
    }
    for (before, after) in &given.states {
        let at = format!("states.{before}");
        if from.state(before).is_none() {
            return Err(CommandError::field(&at, format!("{} has no state {before}", given.from.id())));
        }
        if to.state(after).is_none() {
            return Err(CommandError::field(&at, format!("{} has no state {after}", reference.id())));
        }
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = orders.iter().map(|id| (kind::ORDER.to_owned(), id.to_string())).collect();
    let mut found = Vec::with_capacity(orders.len());
    for record in store.load(&load).await?.records {
        let order: Order = record.parse()?;
        // Whatever was moved or closed meanwhile is not meant any more.
        if is_under(&order, &from) {
            let told = judge(&order, &from, &to, given, caller.lang);
            found.push(Found { order, version: record.version, told });
        }
    }
    Ok(found)
}

fn is_under(order: &Order, from: &Flow) -> bool {
    order.flow == from.reference() && from.is_open(&order.state)
}

/// The open orders that a call is about: those that were named, or the next ones under the flow, in the order of their sort
/// key. An order that stays keeps its place there, before `next`, and one that is moved is under `from` no more.
pub async fn choose<S: Store>(store: &S, caller: &Caller, given: &MoveOrders) -> Result<Chosen, CommandError> {
    if given.orders.len() > MOVED_MAX {
        return Err(CommandError::field("orders", format!("expected at most {MOVED_MAX} orders")));
    }
    if !given.orders.is_empty() {
        let mut orders = given.orders.clone();
        orders.sort();
        orders.dedup();
        return Ok(Chosen { orders, ..Chosen::default() });
    }
    let from = load::flow(store, caller, &given.from).await?;
    let from = from.ok_or_else(|| CommandError::field("from", format!("there is no flow {}", given.from.id())))?;
    let open = from.states.iter().filter(|state| state.category != Category::Closed);
    let filter = ListFilter { state: open.map(|state| state.name.clone()).collect(), ..ListFilter::default() };
    let mut page = PageRequest { after: given.after.clone(), limit: MOVED_MAX as u32 };
    let (mut chosen, mut read, mut is_full) = (Chosen::default(), 0, false);
    loop {
        let listed = store.list(caller.plant, kind::ORDER, &filter, &page).await?;
        read += listed.items.len();
        let mut wanted = Vec::new();
        for record in &listed.items {
            let order: Order = record.parse()?;
            if is_under(&order, &from) {
                wanted.push(order.id);
            }
        }
        // A page is taken whole or not at all, so the place to go on is always one that the store has given.
        is_full = is_full || chosen.orders.len() + wanted.len() > MOVED_MAX;
        if is_full {
            chosen.remaining += wanted.len();
        } else {
            chosen.orders.extend(wanted);
            chosen.next.clone_from(&listed.next);
        }
        if listed.next.is_none() && chosen.remaining == 0 {
            chosen.next = None;
        }
        if listed.next.is_none() || read >= READ_MAX {
            return Ok(chosen);
        }
        page.after = listed.next;
    }
}

/// An order keeps what it has been through, so it may only come into a state that means the same.
fn judge(order: &Order, from: &Flow, to: &Flow, given: &MoveOrders, lang: Lang) -> MovedOrder {
    let wanted = given.states.get(&order.state).unwrap_or(&order.state);
    let category = |flow: &Flow, state: &str| flow.state(state).map(|state| state.category);
    let why_not = match (category(from, &order.state), category(to, wanted)) {
        (_, None) => match lang {
            Lang::Zh => format!("新流程没有状态“{wanted}”,请指定对应状态"),
            Lang::En => format!("the other version has no state {wanted}: say which it becomes"),
        },
        (before, after) if before != after => match lang {
            Lang::Zh => format!("“{}”与“{wanted}”类别不同,不能对应", order.state),
            Lang::En => format!("{} and {wanted} do not mean the same", order.state),
        },
        _ => String::new(),
    };
    let moved = why_not.is_empty().then(|| wanted.clone());
    MovedOrder { order: order.id.clone(), from: order.state.clone(), to: moved, why_not }
}
