//! Purchase and sales orders: every counter of their lines against the postings for them.
//!
//! What is open of a line is what was ordered less its counter `net`; the others say where its pieces are: waiting for an
//! inspection, to be put away, put away, picked. All of them follow from what moved from place to place, so they are added up
//! anew, by the kinds that the places have now. Somebody may book while it is read: then the counters are not the same before and after, and the document is looked
//! at once more. One that moves each time is left to the next audit.

use std::collections::BTreeMap;

use takt_domain::document::{self, Document, DocumentKind, counter_name};
use takt_domain::master::{Location, LocationKind};
use takt_store::{ListFilter, Load, PageRequest, PlantNumber, StepFlow, Store, StoreError};

use super::{Slice, difference};
use crate::keep::{PLANT_PARENT, kind};
use crate::{load, supply};

/// Documents of one slice.
const DOCUMENTS: u32 = 50;

/// How many holders are added up by one statement, and the most sums that it may give.
const HOLDERS: usize = 200;
const SUMS: u32 = 5_000;

/// How often a document is looked at that moves meanwhile.
const TRIES: usize = 3;

const KINDS: [DocumentKind; 2] = [DocumentKind::Purchase, DocumentKind::Sales];

/// Counters by their scope and name.
type Counters = BTreeMap<(String, String), i64>;

/// What sort of place each location is.
type Kinds = BTreeMap<String, LocationKind>;

/// Looks at some documents of one kind. `after` is the kind, a colon, and where the list goes on.
pub(super) async fn slice<S: Store>(
    store: &S,
    plant: PlantNumber,
    after: Option<&str>,
) -> Result<(Slice, Option<String>), StoreError> {
    let (name, cursor) = match after {
        Some(after) => after.split_once(':').ok_or(StoreError::BadCursor)?,
        None => (KINDS[0].as_str(), ""),
    };
    let kind = KINDS.into_iter().find(|kind| kind.as_str() == name).ok_or(StoreError::BadCursor)?;
    let page = PageRequest { after: Some(cursor.to_owned()).filter(|cursor| !cursor.is_empty()), limit: DOCUMENTS };
    let found = store.list(plant, supply::kind_of(kind), &ListFilter::default(), &page).await?;
    let mut left = found.items.iter().map(|record| record.parse()).collect::<Result<Vec<Document>, _>>()?;
    let mut slice = Slice::default();
    let kinds = kinds(store, plant).await?;
    for _ in 0..TRIES {
        if left.is_empty() {
            break;
        }
        let before = counters(store, plant, &left).await?;
        let sums = sums(store, plant, &left).await?;
        let then = counters(store, plant, &left).await?;
        left.retain(|document| {
            let scope = document::scope(document.kind, &document.id);
            let of = |counters: &Counters| -> Vec<_> {
                let mine = counters.iter().filter(|((known, _), _)| *known == scope);
                mine.map(|((_, name), value)| (name.clone(), *value)).collect()
            };
            let moves = of(&before) != of(&then);
            if !moves {
                compare(document, &then, &sums, &kinds, &mut slice);
            }
            moves
        });
    }
    let next = match found.next {
        Some(cursor) => Some(format!("{}:{cursor}", kind.as_str())),
        None => KINDS.into_iter().skip_while(|known| *known != kind).nth(1).map(|kind| format!("{}:", kind.as_str())),
    };
    Ok((slice, next))
}

async fn kinds<S: Store>(store: &S, plant: PlantNumber) -> Result<Kinds, StoreError> {
    let mut wanted = Load::new(plant, 0);
    wanted.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    let locations: Vec<Location> = load::few(&store.load(&wanted).await?, kind::LOCATION)?;
    Ok(locations.into_iter().map(|known| (known.id.to_string(), known.kind)).collect())
}

async fn counters<S: Store>(store: &S, plant: PlantNumber, documents: &[Document]) -> Result<Counters, StoreError> {
    let mut load = Load::new(plant, 0);
    load.counters = documents.iter().map(|document| document::scope(document.kind, &document.id)).collect();
    let loaded = store.load(&load).await?;
    Ok(loaded.counters.into_iter().map(|counter| ((counter.scope, counter.name), counter.value)).collect())
}

/// What moved from place to place, by holder; none for one that has more sums than are read.
async fn sums<S: Store>(
    store: &S,
    plant: PlantNumber,
    documents: &[Document],
) -> Result<BTreeMap<String, Vec<StepFlow>>, StoreError> {
    let mut left: Vec<Vec<String>> =
        documents.iter().flat_map(holders).collect::<Vec<_>>().chunks(HOLDERS).map(<[_]>::to_vec).collect();
    let mut sums: BTreeMap<String, Vec<StepFlow>> = BTreeMap::new();
    while let Some(mut holders) = left.pop() {
        let rows = store.step_flows(plant, &holders, SUMS).await?;
        if rows.len() < SUMS as usize {
            sums.extend(holders.into_iter().map(|holder| (holder, Vec::new())));
            for row in rows {
                sums.entry(row.order.clone()).or_default().push(row);
            }
        } else if holders.len() > 1 {
            left.push(holders.split_off(holders.len() / 2));
            left.push(holders);
        }
    }
    Ok(sums)
}

fn holders(document: &Document) -> impl Iterator<Item = String> {
    let holder = |line: &document::DocumentLine| document.line_ref(line.line).holder().ok();
    document.lines.iter().filter_map(holder).map(|holder| holder.to_string())
}

/// Where pieces of a line are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// With the supplier; for a sales line, free in the house.
    Outside,
    Inspect,
    PutAway,
    Stored,
    Scrapped,
    Picked,
    Customer,
}

fn at(of: DocumentKind, place: &str, held: bool, kinds: &Kinds) -> At {
    let kind = kinds.get(place).copied();
    match (of, place) {
        (DocumentKind::Purchase, "@supplier") => At::Outside,
        (DocumentKind::Purchase, "@scrap") => At::Scrapped,
        (DocumentKind::Purchase, _) => match kind {
            Some(LocationKind::Quarantine) => At::Inspect,
            Some(LocationKind::Receiving) => At::PutAway,
            _ => At::Stored,
        },
        (DocumentKind::Sales, "@customer") => At::Customer,
        (DocumentKind::Sales, _) if held && kind != Some(LocationKind::Quarantine) => At::Picked,
        (DocumentKind::Sales, _) => At::Outside,
    }
}

/// What the counters of a line must say, by what moved for it.
fn told(of: DocumentKind, flows: &[StepFlow], kinds: &Kinds) -> Vec<(&'static str, i64)> {
    let ends = |flow: &StepFlow| (at(of, &flow.from, flow.from_held, kinds), at(of, &flow.to, flow.to_held, kinds));
    let all: Vec<((At, At), i64)> = flows.iter().map(|flow| (ends(flow), flow.quantity)).collect();
    let gained = |place: At| -> i64 {
        let moved = all.iter().filter(|((from, to), _)| from != to);
        moved.map(|((from, to), units)| units * (i64::from(*to == place) - i64::from(*from == place))).sum()
    };
    let went = |which: &dyn Fn(At, At) -> bool| -> i64 {
        all.iter().filter(|((from, to), _)| which(*from, *to)).map(|(_, units)| units).sum()
    };
    match of {
        DocumentKind::Purchase => vec![
            ("net", -gained(At::Outside)),
            ("returned", went(&|from, to| from != At::Outside && to == At::Outside)),
            ("to_inspect", gained(At::Inspect)),
            ("to_put_away", gained(At::PutAway)),
            ("put_away", gained(At::Stored)),
            ("scrapped", gained(At::Scrapped)),
        ],
        DocumentKind::Sales => vec![
            ("net", gained(At::Customer)),
            // What a customer sends back may be held for the line again, and is then no return.
            ("returned", went(&|from, to| from == At::Customer && to == At::Outside)),
            ("picked", gained(At::Picked)),
            ("committed", -gained(At::Outside)),
        ],
    }
}

fn compare(
    document: &Document,
    counters: &Counters,
    sums: &BTreeMap<String, Vec<StepFlow>>,
    kinds: &Kinds,
    slice: &mut Slice,
) {
    let scope = document::scope(document.kind, &document.id);
    for line in &document.lines {
        let holder = document.line_ref(line.line).holder().ok();
        let Some(flows) = holder.and_then(|holder| sums.get(holder.as_str())) else { continue };
        for (what, told) in told(document.kind, flows, kinds) {
            let name = counter_name(line.line, what);
            let counted = counters.get(&(scope.clone(), name.clone())).copied().unwrap_or(0);
            slice.counters += 1;
            if counted != told {
                let (zh, en) = match document.kind {
                    DocumentKind::Purchase => ("采购订单", "purchase order"),
                    DocumentKind::Sales => ("销售订单", "sales order"),
                };
                let id = &document.id;
                slice.count += 1;
                slice.differences.push(difference(
                    "document",
                    format!("{zh} {id} 的 {name}：计数 {counted}，分录合计 {told}（最小单位）"),
                    format!("{name} of {en} {id}: the counter is {counted}, its postings add up to {told}"),
                ));
            }
        }
    }
}
