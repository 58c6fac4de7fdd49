//! Purchase and sales orders: what their counters say was delivered or shipped, against the postings for their lines.
//!
//! What is open of a line is what was ordered less its counter `net`; so that, and what went back to the supplier, is added up
//! anew. Somebody may book while it is read: then the counters are not the same before and after, and the document is looked
//! at once more. One that moves each time is left to the next audit.

use std::collections::BTreeMap;

use takt_domain::document::{self, Document, DocumentKind, counter_name};
use takt_store::{ListFilter, Load, OrderFlow, PageRequest, PlantNumber, Store, StoreError, Way};

use super::{Slice, difference};
use crate::supply;

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

/// Looks at some documents of one kind. `after` is the kind, a colon, and where the list goes on.
pub(super) async fn slice<S: Store>(
    store: &S,
    plant: PlantNumber,
    after: Option<&str>,
) -> Result<(Slice, Option<String>), StoreError> {
    let (name, cursor) = after.and_then(|after| after.split_once(':')).unwrap_or((KINDS[0].as_str(), ""));
    let kind = KINDS.into_iter().find(|kind| kind.as_str() == name).ok_or(StoreError::BadCursor)?;
    let page = PageRequest { after: Some(cursor.to_owned()).filter(|cursor| !cursor.is_empty()), limit: DOCUMENTS };
    let found = store.list(plant, supply::kind_of(kind), &ListFilter::default(), &page).await?;
    let mut left = found.items.iter().map(|record| record.parse()).collect::<Result<Vec<Document>, _>>()?;
    let mut slice = Slice::default();
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
                compare(document, &then, &sums, &mut slice);
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

async fn counters<S: Store>(store: &S, plant: PlantNumber, documents: &[Document]) -> Result<Counters, StoreError> {
    let mut load = Load::new(plant, 0);
    load.counters = documents.iter().map(|document| document::scope(document.kind, &document.id)).collect();
    let loaded = store.load(&load).await?;
    Ok(loaded.counters.into_iter().map(|counter| ((counter.scope, counter.name), counter.value)).collect())
}

/// What went to suppliers and customers and what came from them, by holder; none for one that has more sums than are read.
async fn sums<S: Store>(
    store: &S,
    plant: PlantNumber,
    documents: &[Document],
) -> Result<BTreeMap<String, Vec<OrderFlow>>, StoreError> {
    let mut left: Vec<Vec<String>> =
        documents.iter().flat_map(holders).collect::<Vec<_>>().chunks(HOLDERS).map(<[_]>::to_vec).collect();
    let mut sums: BTreeMap<String, Vec<OrderFlow>> = BTreeMap::new();
    while let Some(mut holders) = left.pop() {
        let rows = store.order_flows(plant, &holders, SUMS).await?;
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

fn compare(document: &Document, counters: &Counters, sums: &BTreeMap<String, Vec<OrderFlow>>, slice: &mut Slice) {
    let scope = document::scope(document.kind, &document.id);
    for line in &document.lines {
        let holder = document.line_ref(line.line).holder().ok();
        let Some(flows) = holder.and_then(|holder| sums.get(holder.as_str())) else { continue };
        let at = |place: &str, way: Way| -> i64 {
            let those = flows.iter().filter(|flow| flow.place == place && flow.way == way);
            those.map(|flow| flow.quantity).sum()
        };
        let supplier = (at("@supplier", Way::Out), at("@supplier", Way::In));
        let customer = (at("@customer", Way::In), at("@customer", Way::Out));
        let told = match document.kind {
            DocumentKind::Purchase => vec![("net", supplier.0 - supplier.1), ("returned", supplier.1)],
            // What a customer sends back may be held for the line again, and is then no return.
            DocumentKind::Sales => vec![("net", customer.0 - customer.1)],
        };
        for (what, told) in told {
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
