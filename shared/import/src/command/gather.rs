//! Loads what an import needs to know of the plant.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use takt_domain::document::{self, Document};
use takt_domain::field::FormOf;
use takt_domain::id::ItemId;
use takt_domain::master::{BOM_DEPTH_MAX, Bom, Line};
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_records::forms;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::machine::StoredMachine;
use takt_records::supply;
use takt_records::user::StoredUser;
use takt_store::{BalanceFilter, Load, Loaded, PageRequest, Record, Store};

use crate::existing::{Existing, items_named};
use crate::tables::Tables;

/// The most rows of a page of the store.
const PAGE: u32 = 200;

/// What the plant has, with the records as they stand, so that each is written over the version that was looked at.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) existing: Existing,
    pub(super) users: BTreeMap<String, StoredUser>,
    pub(super) records: BTreeMap<(String, String), Record>,
}

impl Gathered {
    /// The record as it stands.
    pub(super) fn record(&self, kind: &str, id: &str) -> Option<&Record> {
        self.records.get(&(kind.to_owned(), id.to_owned()))
    }

    fn take<T: DeserializeOwned>(&mut self, loaded: &Loaded, kind: &str) -> Result<Vec<T>, CommandError> {
        let mut found = Vec::new();
        for record in loaded.records.iter().filter(|record| record.kind == kind) {
            found.push(record.parse()?);
            self.records.insert((kind.to_owned(), record.id.clone()), record.clone());
        }
        Ok(found)
    }
}

/// Loads everything that the tables touch.
pub(super) async fn gather<S: Store>(store: &S, caller: &Caller, tables: &Tables) -> Result<Gathered, CommandError> {
    let mut gathered = Gathered::default();
    let named = items_named(tables);
    let mut load = Load::new(caller.plant, caller.now_ms());
    let few_kinds = [kind::LINE, kind::LOCATION, kind::EQUIPMENT, kind::MOULD, kind::CREW];
    load.children = few_kinds.map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
    for item in &named {
        load.records.extend([kind::ITEM, kind::ROUTING].map(|kind| (kind.to_owned(), item.to_string())));
    }
    for row in &tables.users {
        load.records.extend([kind::USER, kind::MACHINE].map(|kind| (kind.to_owned(), row.value.user.to_string())));
    }
    load.records.push(forms::lookup(FormOf::Item));
    load.records.push(supply::settings_record());
    let documents: BTreeSet<_> = tables.documents.iter().map(|row| (row.value.kind, &row.value.document)).collect();
    for (of, id) in documents {
        load.records.push((supply::kind_of(of).into(), id.to_string()));
        load.counters.push(document::scope(of, id));
    }
    let loaded = store.load(&load).await?;
    gathered.existing.item_form = forms::stored(&loaded, FormOf::Item)?.map(|(form, _)| form);
    gathered.existing.tolerance_percent = supply::settings(&loaded)?.0.tolerance_percent;
    for of in [kind::PURCHASE_ORDER, kind::SALES_ORDER] {
        for found in gathered.take::<Document>(&loaded, of)? {
            let counters = supply::counters_of(&loaded, &found);
            gathered.existing.documents.insert((found.kind, found.id.clone()), (found, counters));
        }
    }
    let lines: Vec<Line> = gathered.take(&loaded, kind::LINE)?;
    gathered.existing.lines = lines.into_iter().map(|line| line.id).collect();
    gathered.existing.locations =
        by(gathered.take(&loaded, kind::LOCATION)?, |it: &takt_domain::master::Location| it.id.clone());
    gathered.existing.equipment =
        by(gathered.take(&loaded, kind::EQUIPMENT)?, |it: &takt_domain::master::Equipment| it.id.clone());
    gathered.existing.moulds =
        by(gathered.take(&loaded, kind::MOULD)?, |it: &takt_domain::master::Mould| it.id.clone());
    gathered.existing.crew =
        by(gathered.take(&loaded, kind::CREW)?, |it: &takt_domain::master::CrewMember| it.user.clone());
    gathered.existing.items = by(gathered.take(&loaded, kind::ITEM)?, |it: &takt_domain::master::Item| it.id.clone());
    gathered.existing.routings =
        by(gathered.take(&loaded, kind::ROUTING)?, |it: &takt_domain::master::Routing| it.item.clone());
    let machines: Vec<StoredMachine> = gathered.take(&loaded, kind::MACHINE)?;
    gathered.existing.machines = machines.into_iter().map(|machine| machine.machine).collect();
    let users: Vec<StoredUser> = gathered.take(&loaded, kind::USER)?;
    gathered.existing.users = users.iter().map(|user| user.user.clone()).collect();
    gathered.users = users.into_iter().map(|user| (user.user.to_string(), user)).collect();
    boms(store, caller, named, &mut gathered).await?;
    posted(store, caller, tables, &mut gathered.existing).await?;
    stocked(store, caller, tables, &mut gathered.existing).await?;
    Ok(gathered)
}

fn by<K: Ord, T>(all: Vec<T>, key: impl Fn(&T) -> K) -> BTreeMap<K, T> {
    all.into_iter().map(|one| (key(&one), one)).collect()
}

/// The bills of material of the named items and of all that is below them, level by level.
async fn boms<S: Store>(
    store: &S,
    caller: &Caller,
    named: BTreeSet<ItemId>,
    gathered: &mut Gathered,
) -> Result<(), CommandError> {
    let mut asked = named.clone();
    let mut wanted = named;
    for _ in 0..=BOM_DEPTH_MAX {
        if wanted.is_empty() {
            break;
        }
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = wanted.iter().map(|item| (kind::BOM.to_owned(), item.to_string())).collect();
        let loaded = store.load(&load).await?;
        let found: Vec<Bom> = gathered.take(&loaded, kind::BOM)?;
        wanted = BTreeSet::new();
        for bom in found {
            let below = bom.lines.iter().map(|line| line.component.clone());
            wanted.extend(below.filter(|item| asked.insert(item.clone())));
            gathered.existing.boms.insert(bom.item.clone(), bom);
        }
    }
    Ok(())
}

/// Which items of another scale than before have been moved.
async fn posted<S: Store>(
    store: &S,
    caller: &Caller,
    tables: &Tables,
    existing: &mut Existing,
) -> Result<(), CommandError> {
    for row in &tables.items {
        let id = &row.value.id;
        if existing.items.get(id).is_none_or(|before| before.scale == row.value.scale) {
            continue;
        }
        let filter = BalanceFilter { items: vec![id.to_string()], ..BalanceFilter::default() };
        if !store.balances(caller.plant, &filter, &PageRequest::first(1)).await?.items.is_empty() {
            existing.posted.insert(id.clone());
        }
    }
    Ok(())
}

/// Where the items of the opening stock have free balances, at zero as well.
async fn stocked<S: Store>(
    store: &S,
    caller: &Caller,
    tables: &Tables,
    existing: &mut Existing,
) -> Result<(), CommandError> {
    // A new item has none; so a first import does not ask.
    let items: BTreeSet<_> = tables.balances.iter().map(|row| &row.value.item).collect();
    let items: Vec<_> = items.into_iter().filter(|item| existing.items.contains_key(*item)).collect();
    if items.is_empty() {
        return Ok(());
    }
    let items = items.into_iter().map(ToString::to_string).collect();
    let filter = BalanceFilter { items, order: Some(String::new()), ..BalanceFilter::default() };
    let mut page = PageRequest::first(PAGE);
    loop {
        let found = store.balances(caller.plant, &filter, &page).await?;
        for balance in found.items {
            let damaged = |_| CommandError::Damaged(format!("the balance of {} at {}", balance.item, balance.location));
            let item = balance.item.parse().map_err(damaged)?;
            let location = balance.location.parse().map_err(damaged)?;
            existing.stocked.insert((item, location, balance.lot.clone()));
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(());
        }
    }
}
