//! Lots that expire soon, or have expired, while something of them is in stock: each is an alert of its own, which clears
//! when nothing is left of it or it is let be. And reservations of orders that do not start: they are let go.
//!
//! One look an hour, or at once when the settings have changed. The record of the look is written with what it finds, at the
//! version that was read; so of several hosts one books it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use takt_api::lots::LotSettings;
use takt_api::watch::{Alert, AlertState};
use takt_domain::decide::DomainEvent;
use takt_domain::flow::Category;
use takt_domain::id::{LocationId, OrderId};
use takt_domain::kit;
use takt_domain::lot::{Lot, key};
use takt_domain::master::LocationKind;
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::Severity;
use takt_store::{Commit, Expect, ListFilter, Load, PageRequest, PlantNumber, RecordWrite, Store, StoreError};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::{self, MovementHead, PLANT_PARENT, kind};
use crate::{load, lot, watch};

/// A lot in stock whose last day is near or over.
pub const EXPIRING: &str = "lot.expiring";

/// How often it looks, in milliseconds.
const EVERY_MS: i64 = 3_600_000;

/// How long a lot that has expired is told of, in days: by then somebody has looked.
const TOLD_DAYS: i64 = 90;

/// Rows of a page, and the most pages of one look.
const PAGE: u32 = 200;
const PAGES_MAX: usize = 10;

/// When it looked last.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Last {
    at_ms: i64,
}

/// What one look did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Alerts that were raised.
    pub raised: usize,
    /// Alerts that were cleared.
    pub cleared: usize,
    /// Orders whose reservations were let go.
    pub let_go: usize,
}

/// One look, if it is time for one.
pub async fn tick<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<Option<Looked>, CommandError> {
    let caller = watch::background(plant, now)?;
    let mut first = Load::new(plant, caller.now_ms());
    first.with_plant = true;
    first.records = vec![lot::settings_record(), (kind::LOT_WATCH.into(), PLANT_PARENT.into())];
    let loaded = store.load(&first).await?;
    let changed_ms = loaded.record(kind::LOT_SETTINGS, PLANT_PARENT).map_or(0, |record| record.updated_ms);
    let record = loaded.record(kind::LOT_WATCH, PLANT_PARENT);
    let last: Last = record.and_then(|record| record.parse().ok()).unwrap_or_default();
    if caller.now_ms() - last.at_ms < EVERY_MS && changed_ms < last.at_ms {
        return Ok(None);
    }
    let settings = lot::settings(&loaded)?;
    let Some(today) = lot::today(&loaded, &caller) else { return Ok(None) };
    let mut looked = Looked::default();
    let mut commit = Commit::new(plant, caller.now_ms());
    let body = serde_json::to_value(Last { at_ms: caller.now_ms() }).unwrap_or_default();
    let version = record.map_or(0, |record| record.version);
    commit.records.push(RecordWrite::new(kind::LOT_WATCH, PLANT_PARENT, Some(version), body));
    tell(store, &caller, &settings, today, &mut commit, &mut looked).await?;
    match store.commit(&commit).await {
        Ok(_) => {}
        Err(StoreError::VersionConflict) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    if let Some(hours) = settings.reservation_hours {
        looked.let_go = let_go(store, &caller, i64::from(hours)).await?;
    }
    Ok(Some(looked))
}

/// Raises and clears the alerts.
async fn tell<S: Store>(
    store: &S,
    caller: &Caller,
    settings: &LotSettings,
    today: Date,
    commit: &mut Commit,
    looked: &mut Looked,
) -> Result<(), CommandError> {
    let found = expiring(store, caller, settings, today).await?;
    let known = standing(store, caller).await?;
    for (id, lot) in &found {
        let record = match known.get(id) {
            Some(known) => Some(known.clone()),
            None => cleared(store, caller, id).await?,
        };
        let (before, version) = record.map_or((None, 0), |(alert, version)| (Some(alert), version));
        let stands = before.as_ref().filter(|alert| alert.state != AlertState::Cleared);
        let fresh = alert(id, lot, today, before.as_ref(), caller);
        match stands {
            Some(alert) if alert.detail == fresh.detail => {}
            Some(alert) => {
                let after = Alert { detail: fresh.detail, severity: fresh.severity, ..alert.clone() };
                watch::put(&after, version, None, caller, commit);
            }
            None => {
                looked.raised += 1;
                watch::put(&fresh, version, Some("alert.raised.v1"), caller, commit);
            }
        }
    }
    for (_, (alert, version)) in known.into_iter().filter(|(id, _)| !found.contains_key(id)) {
        looked.cleared += 1;
        let after = Alert { state: AlertState::Cleared, cleared_at: Some(caller.now), ..alert };
        watch::put(&after, version, Some("alert.cleared.v1"), caller, commit);
    }
    Ok(())
}

fn alert_id(lot: &Lot) -> String {
    format!("{EXPIRING}~{}", key(lot.item.as_str(), &lot.number))
}

/// The lots of which something is in stock, and that expire by the day that the plant has set.
async fn expiring<S: Store>(
    store: &S,
    caller: &Caller,
    settings: &LotSettings,
    today: Date,
) -> Result<BTreeMap<String, Lot>, CommandError> {
    let until = today.saturating_add(i64::from(settings.warn_days).days());
    let from = today.saturating_sub(TOLD_DAYS.days());
    let filter = ListFilter { from_sort: Some(from.to_string()), ..ListFilter::default() };
    let mut page = PageRequest::first(PAGE);
    let mut lots: Vec<Lot> = Vec::new();
    'pages: for _ in 0..PAGES_MAX {
        let found = store.list(caller.plant, kind::LOT, &filter, &page).await?;
        for record in &found.items {
            let lot: Lot = record.parse()?;
            if lot.expires.is_none_or(|expires| expires > until) {
                break 'pages;
            }
            lots.push(lot);
        }
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    let items: BTreeSet<String> = lots.iter().map(|lot| lot.item.to_string()).collect();
    let items: Vec<String> = items.into_iter().collect();
    let mut stock: BTreeMap<(String, String), i64> = BTreeMap::new();
    for part in items.chunks(50) {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.balances_of = part.to_vec();
        for balance in store.load(&load).await?.balances {
            if !balance.location.starts_with('@') && !balance.lot.is_empty() {
                *stock.entry((balance.item, balance.lot)).or_default() += balance.quantity;
            }
        }
    }
    let is_there = |lot: &Lot| stock.get(&(lot.item.to_string(), lot.number.clone())).is_some_and(|units| *units > 0);
    Ok(lots.into_iter().filter(is_there).map(|lot| (alert_id(&lot), lot)).collect())
}

/// The alerts of expiring lots that stand.
async fn standing<S: Store>(store: &S, caller: &Caller) -> Result<BTreeMap<String, (Alert, u64)>, CommandError> {
    let states = [AlertState::Open, AlertState::Acknowledged].map(|state| state.as_str().to_owned()).to_vec();
    let filter = ListFilter { state: states, q: Some(EXPIRING.to_owned()), ..ListFilter::default() };
    let mut page = PageRequest::first(PAGE);
    let mut known = BTreeMap::new();
    for _ in 0..PAGES_MAX {
        let found = store.list(caller.plant, kind::ALERT, &filter, &page).await?;
        for record in &found.items {
            let alert: Alert = record.parse()?;
            if alert.code == EXPIRING {
                known.insert(alert.id.clone(), (alert, record.version));
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    Ok(known)
}

/// The alert of before, where there was one that has been cleared.
async fn cleared<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<Option<(Alert, u64)>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::ALERT.into(), id.to_owned())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::ALERT, id);
    Ok(record.map(|record| Ok::<_, StoreError>((record.parse()?, record.version))).transpose()?)
}

fn alert(id: &str, lot: &Lot, today: Date, before: Option<&Alert>, caller: &Caller) -> Alert {
    let (item, number) = (&lot.item, &lot.number);
    let expires = lot.expires.unwrap_or(today);
    let over = expires < today;
    let detail = if over {
        Label {
            zh: format!("{item} 批次 {number} 已于 {expires} 过期,仍有库存"),
            en: format!("lot {number} of {item} expired on {expires} and is still in stock"),
        }
    } else {
        Label {
            zh: format!("{item} 批次 {number} 将于 {expires} 到期"),
            en: format!("lot {number} of {item} expires on {expires}"),
        }
    };
    Alert {
        id: id.to_owned(),
        code: EXPIRING.to_owned(),
        state: AlertState::Open,
        severity: if over { Severity::Warning } else { Severity::Notice },
        order: None,
        line: None,
        detail,
        remedy: Label {
            zh: "先用此批次;已过期的报废或退给供应商".into(),
            en: "use it first; scrap it or send it back when it has expired".into(),
        },
        roles: vec![Role::Storekeeper, Role::Planner],
        users: Vec::new(),
        since: caller.now,
        raised_at: caller.now,
        acknowledged: None,
        cleared_at: None,
        escalated_at: None,
        times: before.map_or(1, |alert| alert.times.saturating_add(1)),
    }
}

/// Lets go what is held for orders that were dispatched so many hours ago and have not started; says for how many.
async fn let_go<S: Store>(store: &S, caller: &Caller, hours: i64) -> Result<usize, CommandError> {
    let flows = load::flows(store, caller).await?;
    let states = flows.iter().flat_map(|flow| flow.states.iter());
    let ready: BTreeSet<String> =
        states.filter(|state| state.category == Category::Ready).map(|state| state.name.clone()).collect();
    if ready.is_empty() {
        return Ok(0);
    }
    let filter = ListFilter { state: ready.into_iter().collect(), ..ListFilter::default() };
    let mut page = PageRequest::first(100);
    let mut count = 0;
    for _ in 0..PAGES_MAX {
        let found = store.list(caller.plant, kind::ORDER, &filter, &page).await?;
        let ids: Vec<OrderId> = found.items.iter().filter_map(|record| record.id.parse().ok()).collect();
        let wanted: Vec<&OrderId> = ids.iter().collect();
        let (states, _) = load::orders(store, caller, &wanted, Vec::new()).await?;
        for state in states {
            let is_ready = state.flow.state(&state.order.state).is_some_and(|known| known.category == Category::Ready);
            let age_s = caller.now.duration_since(state.order.state_since).as_secs();
            if !is_ready || age_s < hours * 3600 {
                continue;
            }
            let mut postings = kit::release(&state.order, &state.facts, &[]);
            // What was brought beside the line is no mere reservation.
            let beside = |id: &LocationId| {
                let here = state.facts.locations.iter().find(|known| known.id == *id);
                here.is_some_and(|known| known.kind == LocationKind::Line)
            };
            postings.retain(|posting| !beside(&posting.from.location));
            if postings.is_empty() {
                continue;
            }
            let order = &state.order;
            let movement = format!("{}~reservation~{}", order.id, caller.now_ms());
            let reason = Some("reservation expired".to_owned());
            let head = MovementHead {
                id: movement.clone(),
                order: Some(order.id.to_string()),
                reason,
                ..MovementHead::default()
            };
            let mut commit = Commit::new(caller.plant, caller.now_ms());
            commit.postings = keep::postings(&postings, &head, caller);
            commit.expect.push(Expect { kind: kind::ORDER.into(), id: order.id.to_string(), version: state.version });
            let lines: Vec<_> = postings
                .iter()
                .map(|one| serde_json::json!({"item": one.item, "lot": one.lot, "location": one.from.location, "quantity": one.quantity}))
                .collect();
            let data = serde_json::json!({
                "order": order.id, "priority": order.priority, "since": order.state_since, "hours": hours, "released": lines,
            });
            let event = DomainEvent { kind: "reservation.expired.v1".into(), data };
            commit.events = keep::events(vec![event], &movement, order.id.as_str(), caller);
            match store.commit(&commit).await {
                Ok(_) => count += 1,
                // Somebody acts on it, or has just issued to it: the next look sees what is left.
                Err(StoreError::VersionConflict | StoreError::NegativeBalance | StoreError::Replayed(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    Ok(count)
}
