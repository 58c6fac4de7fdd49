//! Items of which less is available than the plant wants to have: told of while it is so.
//!
//! One look a minute, at one page of the items that have a minimum and at those that are told of; the record
//! `watch`/`minimum` says where the next look goes on, and must still be at the version that was read, so of several hosts
//! one books what is found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use takt_api::stock::ItemStock;
use takt_api::watch::{Alert, AlertState};
use takt_domain::id::ItemId;
use takt_domain::master::{Item, Location};
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::Severity;
use takt_store::{Commit, ListFilter, Load, PageRequest, PlantNumber, RecordWrite, Store, StoreError};

use super::{alert, background};
use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::{ITEM_MINIMUM, PLANT_PARENT, kind};
use crate::{load, lot, stock};

/// Less of an item is available than its minimum.
pub const SHORT: &str = "stock.minimum";

/// How often it looks, in milliseconds.
const EVERY_MS: i64 = 60_000;

/// Items of one look, and alerts of one look.
const PAGE: u32 = 200;

/// How far the round is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Round {
    /// The last look, in milliseconds since 1970.
    at_ms: i64,
    /// Behind which item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    items: Option<String>,
    /// Behind which alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alerts: Option<String>,
}

/// Has the watch look at the next opportunity, from the start.
pub(crate) fn look_again() -> RecordWrite {
    RecordWrite::new(kind::WATCH, ITEM_MINIMUM, None, json!(Round::default()))
}

fn alert_id(item: &str) -> String {
    format!("{SHORT}~{item}")
}

/// What one look did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Alerts that were raised.
    pub raised: usize,
    /// Alerts that were cleared.
    pub cleared: usize,
}

/// One look, if it is time for one; none when it is not, or another was faster.
pub async fn tick<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<Option<Looked>, CommandError> {
    let caller = &background(plant, now)?;
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.records = vec![(kind::WATCH.to_owned(), ITEM_MINIMUM.to_owned())];
    let loaded = store.load(&first).await?;
    let record = loaded.record(kind::WATCH, ITEM_MINIMUM);
    let mut round: Round = record.and_then(|record| record.parse().ok()).unwrap_or_default();
    if caller.now_ms() - round.at_ms < EVERY_MS {
        return Ok(None);
    }
    let version = record.map_or(0, |record| record.version);
    let ids = next(store, caller, &mut round).await?;
    let mut commit = Commit::new(caller.plant, caller.now_ms());
    let looked = look_at(store, caller, ids, &mut commit).await?;
    round.at_ms = caller.now_ms();
    commit.records.push(RecordWrite::new(kind::WATCH, ITEM_MINIMUM, Some(version), json!(round)));
    match store.commit(&commit).await {
        Ok(_) => Ok(Some(looked)),
        // Another was faster, or somebody has just set a minimum.
        Err(StoreError::VersionConflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The items of this look: the next page of those with a minimum, and of those that are told of, which may have none any more.
async fn next<S: Store>(store: &S, caller: &Caller, round: &mut Round) -> Result<Vec<String>, CommandError> {
    let fields = vec![(ITEM_MINIMUM.to_owned(), ITEM_MINIMUM.to_owned())];
    let filter = ListFilter { fields, ..ListFilter::default() };
    let page = PageRequest { after: round.items.take(), limit: PAGE };
    let found = store.list(caller.plant, kind::ITEM, &filter, &page).await?;
    round.items = found.next;
    let mut ids: Vec<String> = found.items.into_iter().map(|record| record.id).collect();
    let filter = ListFilter { state: alert::standing(), q: Some(SHORT.to_owned()), ..ListFilter::default() };
    let page = PageRequest { after: round.alerts.take(), limit: PAGE };
    let found = store.list(caller.plant, kind::ALERT, &filter, &page).await?;
    round.alerts = found.next;
    let told = found.items.iter().filter_map(|record| record.id.strip_prefix(SHORT)?.strip_prefix('~'));
    ids.extend(told.map(str::to_owned));
    ids.sort();
    ids.dedup();
    Ok(ids)
}

async fn look_at<S: Store>(
    store: &S,
    caller: &Caller,
    ids: Vec<String>,
    commit: &mut Commit,
) -> Result<Looked, CommandError> {
    let mut looked = Looked::default();
    if ids.is_empty() {
        return Ok(looked);
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    load.records = ids.iter().map(|id| (kind::ITEM.to_owned(), id.clone())).collect();
    load.records.extend(ids.iter().map(|id| (kind::ALERT.to_owned(), alert_id(id))));
    load.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    load.lots = Some(kind::LOT.into());
    load.balances_of = ids.clone();
    let loaded = store.load(&load).await?;
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    for id in &ids {
        let item: Option<Item> = loaded.record(kind::ITEM, id).map(|record| record.parse()).transpose()?;
        let short = item.and_then(|item| {
            let stock = stock::sum(&item, &loaded.balances, &locations, &lots, 0, None);
            short(&item.id, &stock, caller.now)
        });
        match alert::tell(&alert_id(id), short, &loaded, caller, commit)? {
            Some(AlertState::Open) => looked.raised += 1,
            Some(AlertState::Cleared) => looked.cleared += 1,
            _ => {}
        }
    }
    Ok(looked)
}

fn short(item: &ItemId, stock: &ItemStock, now: Timestamp) -> Option<Alert> {
    let minimum = stock.minimum.filter(|minimum| stock.available < *minimum)?;
    let (name, unit, available) = (&stock.name, &stock.unit, stock.available);
    Some(Alert {
        id: alert_id(item.as_str()),
        code: SHORT.to_owned(),
        state: AlertState::Open,
        severity: if available.is_positive() { Severity::Notice } else { Severity::Warning },
        order: None,
        line: None,
        detail: Label {
            zh: format!("{item} {name} 可用 {available} {unit},低于最低库存 {minimum} {unit}"),
            en: format!("{item} {name}: {available} {unit} are available, below the minimum of {minimum} {unit}"),
        },
        remedy: Label {
            zh: "采购或生产补足;若不再需要,请修改最低库存".into(),
            en: "buy or make more, or change the minimum where it is not needed any more".into(),
        },
        roles: vec![Role::Storekeeper, Role::Planner],
        users: Vec::new(),
        since: now,
        raised_at: now,
        acknowledged: None,
        cleared_at: None,
        escalated_at: None,
        times: 1,
    })
}
