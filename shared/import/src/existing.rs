//! What the plant has before an import, as far as the import touches it.

use std::collections::{BTreeMap, BTreeSet};

use takt_domain::document::{Document, DocumentKind};
use takt_domain::field::Form;
use takt_domain::id::{DocumentId, EquipmentId, ItemId, LineId, LocationId, MouldId, UserId};
use takt_domain::master::{Bom, CrewMember, Equipment, Item, Location, Mould, Routing};

use crate::tables::Tables;

/// What the plant has already.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named after the tables")]
pub struct Existing {
    pub items: BTreeMap<ItemId, Item>,
    pub boms: BTreeMap<ItemId, Bom>,
    pub routings: BTreeMap<ItemId, Routing>,
    pub lines: BTreeSet<LineId>,
    pub locations: BTreeMap<LocationId, Location>,
    pub equipment: BTreeMap<EquipmentId, Equipment>,
    pub moulds: BTreeMap<MouldId, Mould>,
    pub crew: BTreeMap<UserId, CrewMember>,
    /// Users; each of them has a PIN.
    pub users: BTreeSet<UserId>,
    /// Systems that call by themselves; no user has the name of one.
    pub machines: BTreeSet<UserId>,
    /// Items that have been moved: their scale is frozen.
    pub posted: BTreeSet<ItemId>,
    /// Item, location and lot that have a balance, at zero as well.
    pub stocked: BTreeSet<(ItemId, LocationId, String)>,
    /// The documents that the files name, each with its counters.
    pub documents: BTreeMap<(DocumentKind, DocumentId), (Document, BTreeMap<String, i64>)>,
    /// How much more may be delivered where nobody says, in percent.
    pub tolerance_percent: u8,
    /// The plant's own fields of items.
    pub item_form: Option<Form>,
}

/// Every item that the tables name, so that their records can be loaded.
pub fn items_named(tables: &Tables) -> BTreeSet<ItemId> {
    let mut named = BTreeSet::new();
    named.extend(tables.items.iter().map(|row| row.value.id.clone()));
    for row in &tables.boms {
        named.insert(row.value.parent.clone());
        named.insert(row.value.line.component.clone());
    }
    named.extend(tables.routings.iter().map(|row| row.value.item.clone()));
    named.extend(tables.routings.iter().filter_map(|row| row.value.operation.makes.clone()));
    named.extend(tables.balances.iter().map(|row| row.value.item.clone()));
    named.extend(tables.documents.iter().map(|row| row.value.item.clone()));
    named
}
