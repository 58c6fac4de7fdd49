//! The watch: looks at every open order again and again, raises an alert for what it finds and clears it when that is over.
//!
//! One call looks at a few pages of orders, so its work is bounded however many orders there are; the record
//! `watch`/`round` says where the next one goes on, and must still be at the version that was read, so of several hosts one
//! wins each page. So every open order is looked at once in as many calls as it takes to get round.
//! It also looks at the orders of alerts that are open, which may be over by now. An alert's id follows from its order and
//! its code: it is raised once, and when the same is found again later it is the same alert that opens anew.

mod alert;
mod escalate;
pub mod host;
pub mod kanban;
pub mod minimum;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_api::stock::Source;
use takt_api::watch::{Alert, AlertState};
use takt_domain::facts::Actor;
use takt_domain::flow::Flow;
use takt_domain::id::OrderId;
use takt_domain::permission::Role;
use takt_domain::text::Lang;
use takt_domain::watch::{Finding, OVERDUE_SIGNATURE, WatchSettings, unreadable, watch};
use takt_store::{Commit, ListFilter, Load, PageRequest, PlantNumber, RecordWrite, Store, StoreError};

use crate::caller::{Caller, LOCAL_SESSION};
use crate::command::CommandError;
use crate::keep::{PLANT_PARENT, kind};
use crate::load::{self, OrderState};

pub use alert::{Known, alert_id, reconcile, record};
pub(crate) use alert::{put, tell};
pub use escalate::escalate;

/// How often the watch looks, in milliseconds.
const EVERY_MS: i64 = 10_000;

/// Orders of one page, and alerts of one page. Each page that is looked at is a commit.
const PAGE: u32 = 100;

/// The most pages of one look.
const PAGES_MAX: usize = 5;

/// The id of the settings' record, and of the one that says how far the round is.
const SETTINGS: &str = "settings";
const ROUND: &str = "round";

/// Where the watch goes on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Round {
    /// The last look, in milliseconds since 1970.
    at_ms: i64,
    /// Behind which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    orders: Option<String>,
    /// Behind which alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alerts: Option<String>,
}

/// What one look did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// How many orders were looked at.
    pub orders: usize,
    /// How many alerts were raised.
    pub raised: usize,
    /// How many were cleared.
    pub cleared: usize,
}

/// The plant's background as somebody who asks.
pub fn background(plant: PlantNumber, now: Timestamp) -> Result<Caller, CommandError> {
    let user = "takt".parse().map_err(|_| CommandError::Damaged("the name of the background".into()))?;
    Ok(Caller {
        plant,
        actor: Actor::new(user, vec![Role::Administrator]),
        session: LOCAL_SESSION.to_owned(),
        expires_s: i64::MAX,
        key: None,
        device: String::new(),
        source: Source::Interface,
        now,
        accepted_at: None,
        signature: takt_domain::signature::Signature::Missing,
        lang: Lang::Zh,
    })
}

/// The plant's limits, and the version of their record; 0 where nobody has set any.
pub async fn settings<S: Store>(store: &S, caller: &Caller) -> Result<(WatchSettings, u64), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::WATCH.into(), SETTINGS.into())];
    let loaded = store.load(&load).await?;
    match loaded.record(kind::WATCH, SETTINGS) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((WatchSettings::default(), 0)),
    }
}

/// The record of the limits.
pub fn settings_record(settings: &WatchSettings, expected: u64) -> RecordWrite {
    RecordWrite::new(kind::WATCH, SETTINGS, Some(expected), serde_json::to_value(settings).unwrap_or_default())
}

/// The names of all states in which an order of one of these flows is not over.
pub fn open_states(flows: &[Arc<Flow>]) -> Vec<String> {
    let open = flows.iter().flat_map(|flow| flow.states.iter().filter(|state| flow.is_open(&state.name)));
    let mut names: Vec<_> = open.map(|state| state.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// When the watch looked last, in milliseconds since 1970; 0 where it never has.
pub async fn looked_at_ms<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<i64, StoreError> {
    let mut load = Load::new(plant, now_ms);
    load.records = vec![(kind::WATCH.to_owned(), ROUND.to_owned())];
    let loaded = store.load(&load).await?;
    let round: Round = loaded.record(kind::WATCH, ROUND).map_or(Ok(Round::default()), |record| record.parse())?;
    Ok(round.at_ms)
}

/// One look, if it is time for one; none when it is not, or another was faster.
pub async fn look<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<Option<Looked>, CommandError> {
    let caller = background(plant, now)?;
    let mut first = Load::new(plant, caller.now_ms());
    first.records = [SETTINGS, ROUND].map(|id| (kind::WATCH.to_owned(), id.to_owned())).to_vec();
    let loaded = store.load(&first).await?;
    let changed_ms = loaded.record(kind::WATCH, SETTINGS).map_or(0, |record| record.updated_ms);
    let (mut round, version) = match loaded.record(kind::WATCH, ROUND) {
        Some(record) => (record.parse::<Round>().unwrap_or_default(), record.version),
        None => (Round::default(), 0),
    };
    // Whoever sets limits sees at once what they find.
    if caller.now_ms() - round.at_ms < EVERY_MS && changed_ms < round.at_ms {
        return Ok(None);
    }
    let settings = match loaded.record(kind::WATCH, SETTINGS) {
        Some(record) => record.parse()?,
        None => WatchSettings::default(),
    };
    let open = open_states(&load::flows(store, &caller).await?);
    let mut looked = Looked::default();
    kanban::look(store, &caller, &mut looked).await?;
    for version in (version..).take(PAGES_MAX) {
        let Some(one) = look_at_a_page(store, &caller, &settings, open.clone(), (&mut round, version)).await? else {
            // Another goes on from here.
            return Ok((looked != Looked::default()).then_some(looked));
        };
        looked.orders += one.orders;
        looked.raised += one.raised;
        looked.cleared += one.cleared;
        if round.orders.is_none() {
            break;
        }
    }
    Ok(Some(looked))
}

/// Looks at the next page, and books what it finds with the place where the next one begins; none when another was faster.
async fn look_at_a_page<S: Store>(
    store: &S,
    caller: &Caller,
    settings: &WatchSettings,
    open: Vec<String>,
    (round, version): (&mut Round, u64),
) -> Result<Option<Looked>, CommandError> {
    let plant = caller.plant;
    let mut ids = page(store, plant, kind::ORDER, open, &mut round.orders).await?.ids;
    let alerts = page(store, plant, kind::ALERT, alert::standing(), &mut round.alerts).await?;
    ids.extend(alerts.orders);
    ids.sort();
    ids.dedup();
    let mut commit = Commit::new(plant, caller.now_ms());
    let looked = look_at(store, caller, &ids, settings, &mut commit).await?;
    round.at_ms = caller.now_ms();
    let body = serde_json::to_value(&*round).unwrap_or_default();
    commit.records.push(RecordWrite::new(kind::WATCH, ROUND, Some(version), body));
    match store.commit(&commit).await {
        Ok(_) => Ok(Some(looked)),
        Err(StoreError::VersionConflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[derive(Default)]
struct Paged {
    /// The ids of the records.
    ids: Vec<String>,
    /// The orders that they are part of.
    orders: Vec<String>,
}

/// The page behind a place, which moves on; at the end it goes back to the start.
async fn page<S: Store>(
    store: &S,
    plant: PlantNumber,
    kind: &str,
    state: Vec<String>,
    place: &mut Option<String>,
) -> Result<Paged, CommandError> {
    let filter = ListFilter { state, ..ListFilter::default() };
    let request = PageRequest { after: place.take(), limit: PAGE };
    let found = store.list(plant, kind, &filter, &request).await?;
    *place = found.next;
    // What is about the plant is told and cleared by whoever finds it.
    let orders = found.items.iter().filter_map(|record| record.parent.clone());
    let orders = orders.filter(|parent| parent != PLANT_PARENT).collect();
    Ok(Paged { ids: found.items.into_iter().map(|record| record.id).collect(), orders })
}

async fn look_at<S: Store>(
    store: &S,
    caller: &Caller,
    ids: &[String],
    settings: &WatchSettings,
    commit: &mut Commit,
) -> Result<Looked, CommandError> {
    let mut looked = Looked { orders: ids.len(), ..Looked::default() };
    let orders: Vec<OrderId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let wanted: Vec<&OrderId> = orders.iter().collect();
    let (mut states, records) = load::orders(store, caller, &wanted, Vec::new()).await?;
    load::last_reports(store, caller, &mut states).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = ids.iter().map(|id| (kind::ALERT.to_owned(), id.clone())).collect();
    let loaded = store.load(&load).await?;
    for order in &orders {
        let state = states.iter().find(|state| state.order.id == *order);
        // Nothing is wrong with an order that is not here any more.
        let is_here = records.record(kind::ORDER, order.as_str()).is_some();
        let findings = if is_here { findings(order, state, settings, caller.now) } else { Vec::new() };
        let read = |record: &takt_store::Record| Some(Known { alert: record.parse().ok()?, version: record.version });
        let known: Vec<Known> = loaded.children(kind::ALERT, order.as_str()).filter_map(read).collect();
        let line = state.map(|state| state.order.line.clone());
        for change in reconcile(&known, &findings, Some(order), line.as_ref(), caller.now) {
            looked.raised += usize::from(change.is_raised());
            looked.cleared += usize::from(change.alert.state == AlertState::Cleared);
            change.write(caller, commit);
        }
    }
    Ok(looked)
}

/// What is found of an order as it was loaded; of one that could not be loaded, that.
pub fn findings(order: &OrderId, state: Option<&OrderState>, settings: &WatchSettings, now: Timestamp) -> Vec<Finding> {
    match state {
        Some(state) => watch(&state.order, &state.flow, &state.facts, settings).findings,
        None => vec![unreadable(order.as_str(), now)],
    }
}

/// True for who is told of an alert: one of those whom it concerns, and whoever answers for all. A signature that is
/// overdue concerns also who may give it in the stead of one of them.
pub fn concerns(alert: &Alert, actor: &Actor, acting_for: &[Actor]) -> bool {
    let answers = |role: &Role| matches!(role, Role::Manager | Role::Administrator);
    let is_one =
        |actor: &Actor| alert.users.contains(&actor.user) || actor.roles.iter().any(|role| alert.roles.contains(role));
    actor.roles.iter().any(answers) || is_one(actor) || alert.code == OVERDUE_SIGNATURE && acting_for.iter().any(is_one)
}
