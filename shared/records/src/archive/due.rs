//! Which orders may go.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use takt_api::archive::{DueOrder, DueOrders};
use takt_domain::archive::{closed_at, month_of};
use takt_domain::flow::{Category, Flow, FlowRef};
use takt_domain::order::Order;
use takt_store::{Load, Loaded, Store, UntouchedQuery};

use super::settings;
use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::kind;
use crate::load;

/// Orders that are looked at in one call.
const LOOKED_AT: u32 = 200;

/// Orders that may go, behind this one; with `scheduled` none but in the hour that the plant has set.
pub async fn due<S: Store>(
    store: &S,
    caller: &Caller,
    after: &str,
    scheduled: bool,
) -> Result<DueOrders, CommandError> {
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.with_plant = true;
    first.records = vec![settings::lookup()];
    let loaded = store.load(&first).await?;
    let (settings, _) = settings::stored(&loaded)?;
    let zone = zone(&loaded);
    if scheduled && !settings.is_hour(caller.now, &zone) {
        return Ok(DueOrders { items: Vec::new(), next: None, not_now: true });
    }
    let before = settings.before(caller.now, &zone);
    let flows = load::flows(store, caller).await?;
    let flows: BTreeMap<FlowRef, Arc<Flow>> = flows.into_iter().map(|flow| (flow.reference(), flow)).collect();
    let closed = flows.values().flat_map(|flow| &flow.states).filter(|state| state.category == Category::Closed);
    let mut states: Vec<String> = closed.map(|state| state.name.clone()).collect();
    states.sort();
    states.dedup();
    let query = UntouchedQuery { kind: kind::ORDER.into(), states, before_ms: before.as_millisecond() };
    let ids = store.untouched(caller.plant, &query, after, LOOKED_AT).await?;
    let next = ids.last().filter(|_| ids.len() >= LOOKED_AT as usize).cloned();
    let mut second = Load::new(caller.plant, caller.now_ms());
    second.records =
        ids.iter().flat_map(|id| [kind::ORDER, kind::ARCHIVE_STAY].map(|kind| (kind.to_owned(), id.clone()))).collect();
    let loaded = store.load(&second).await?;
    let mut items = Vec::new();
    for id in &ids {
        let Some(record) = loaded.record(kind::ORDER, id) else { continue };
        let order: Order = record.parse()?;
        let Some(flow) = flows.get(&order.flow) else { continue };
        let closed = closed_at(&order, flow).filter(|at| *at < before);
        if let Some(at) = closed
            && !stays(&loaded, id, caller.now)?
        {
            items.push(DueOrder { order: order.id, month: month_of(at, &zone) });
        }
    }
    Ok(DueOrders { items, next, not_now: false })
}

/// An order that was brought back stays for a while.
fn stays(loaded: &Loaded, order: &str, now: Timestamp) -> Result<bool, CommandError> {
    let Some(record) = loaded.record(kind::ARCHIVE_STAY, order) else { return Ok(false) };
    let until: Timestamp = record.parse()?;
    Ok(until > now)
}

pub(super) fn zone(loaded: &Loaded) -> TimeZone {
    let named = loaded.plant.as_ref().and_then(|plant| TimeZone::get(&plant.time_zone).ok());
    named.unwrap_or(TimeZone::UTC)
}
