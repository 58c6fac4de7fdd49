//! How an order goes: what it holds, and the commit that takes it away.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use takt_api::archive::{ArchivedOrder, BatchState, MovedTotal, OrderHolding, TakeOrder};
use takt_domain::archive::{closed_at, month_of};
use takt_domain::order::Order;
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Away, Expect, HeldPosting, Holding, HoldingQuery, Load, RecordWrite, Store};

use super::batch::{load_batch, not_in};
use super::{due, find, form, quality, refuse_gone_order, settings};
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run};
use crate::keep::kind;
use crate::load;

/// Why an order does not go.
struct Stays {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
}

const STAYS_OPEN: Stays =
    Stays { code: "archive.open", zh: "尚未关闭足够长的时间", en: "has not been closed for long enough" };
const STAYS_QUALITY: Stays = Stays {
    code: "archive.quality",
    zh: "还有未关闭的不合格品或异常",
    en: "has a nonconformance or an exception that is not closed",
};
const STAYS_HELD: Stays =
    Stays { code: "archive.held", zh: "仍有为其保留的库存", en: "still has stock held for it" };
const STAYS_UNSEALED: Stays =
    Stays { code: "archive.unsealed", zh: "有分录尚未封存", en: "has postings that are not sealed yet" };
const STAYS_CROSSED: Stays = Stays {
    code: "archive.reversal",
    zh: "与其他工单的分录有冲销关系",
    en: "has a posting that takes back one of another order, or the other way round",
};
const STAYS_LOTS: Stays = Stays {
    code: "archive.lots",
    zh: "有批次合并或拆分的分录",
    en: "has postings by which lots were put together or divided",
};

impl Stays {
    fn refuse(&self, order: &str, lang: Lang) -> CommandError {
        let detail = match lang {
            Lang::Zh => format!("工单 {order} {}", self.zh),
            Lang::En => format!("order {order} {}", self.en),
        };
        let remedy = lang.pick("处理后将在下次归档时移走", "once that is settled it goes with a later run");
        Refusal::one(Unmet::new(self.code, detail, remedy, Permission::PlantOperate.holders())).into()
    }
}

/// Kinds of records whose parent is the order.
const CHILDREN: [&str; 4] = [kind::REPORT, kind::SIGNATURE, kind::INSPECTION, kind::NONCONFORMANCE];

/// What an order holds, with what has to be known of it.
struct Ready {
    order: Order,
    closed: jiff::Timestamp,
    month: String,
    holding: Holding,
}

/// All that an order holds that may go, as it is to be written.
pub async fn holding<S: Store>(store: &S, caller: &Caller, order: &str) -> Result<OrderHolding, CommandError> {
    let ready = ready(store, caller, order).await?;
    let tables = form::tables(order, &ready.holding);
    Ok(OrderHolding { order: ready.order.id, month: ready.month, sha256: form::digest(&tables), tables })
}

async fn ready<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<Ready, CommandError> {
    let mut query = HoldingQuery {
        order: id.to_owned(),
        records: [kind::ORDER, kind::PLAN].map(|kind| (kind.to_owned(), id.to_owned())).to_vec(),
        children: CHILDREN.map(str::to_owned).to_vec(),
        photos: Vec::new(),
    };
    let mut holding = store.holding(caller.plant, &query).await?;
    let (signatures, photos) = quality::named(&holding)?;
    if !signatures.is_empty() || !photos.is_empty() {
        query.records.extend(signatures.into_iter().map(|id| (kind::SIGNATURE.to_owned(), id)));
        query.photos = photos.into_iter().collect();
        holding = store.holding(caller.plant, &query).await?;
    }
    let Some(record) = holding.records.iter().find(|record| record.kind == kind::ORDER) else {
        refuse_gone_order(store, caller, id).await?;
        return Err(CommandError::NotFound(id.to_owned()));
    };
    let order: Order = serde_json::from_value(record.body.clone())
        .map_err(|error| CommandError::Damaged(format!("the order {id}: {error}")))?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    load.records = vec![settings::lookup()];
    load.balances_of_order = vec![id.to_owned()];
    let loaded = store.load(&load).await?;
    let flow = load::flow(store, caller, &order.flow).await?;
    let flow = flow.ok_or_else(|| CommandError::Damaged(format!("the flow {} of {id}", order.flow.id())))?;
    let zone = due::zone(&loaded);
    let before = settings::stored(&loaded)?.0.before(caller.now, &zone);
    let closed = closed_at(&order, &flow).filter(|at| *at < before);
    let Some(closed) = closed else { return Err(STAYS_OPEN.refuse(id, caller.lang)) };
    if !order.nonconformances.is_empty() || !order.stops.is_empty() {
        return Err(STAYS_QUALITY.refuse(id, caller.lang));
    }
    if !loaded.balances.is_empty() {
        return Err(STAYS_HELD.refuse(id, caller.lang));
    }
    if holding.postings.iter().any(|posting| posting.seal.is_none()) {
        return Err(STAYS_UNSEALED.refuse(id, caller.lang));
    }
    if is_crossed(&holding.postings) {
        return Err(STAYS_CROSSED.refuse(id, caller.lang));
    }
    // What went from which lot to which other one is read from the movement.
    let passes = |account: &takt_store::Account| account.location == "@lots";
    if holding.postings.iter().any(|posting| passes(&posting.row.from) || passes(&posting.row.to)) {
        return Err(STAYS_LOTS.refuse(id, caller.lang));
    }
    Ok(Ready { month: month_of(closed, &zone), order, closed, holding })
}

/// True when a reversal would be torn from what it takes back.
fn is_crossed(postings: &[HeldPosting]) -> bool {
    let ids: HashSet<&str> = postings.iter().map(|posting| posting.row.id.as_str()).collect();
    let others = postings.iter().flat_map(|posting| [&posting.row.reverses, &posting.row.reversed_by]);
    others.flatten().any(|id| !ids.contains(id.as_str()))
}

/// Takes an order away that was read back with this hash from the files of a verified batch.
pub async fn take<S: Store>(
    store: &S,
    caller: &Caller,
    batch: &str,
    given: &TakeOrder,
) -> Result<Answer, CommandError> {
    run(store, caller, async || plan(store, caller, batch, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, batch: &str, given: &TakeOrder) -> Result<Plan, CommandError> {
    let (batch, version) = load_batch(store, caller, batch).await?;
    if batch.state != BatchState::Verified {
        return Err(not_in(&batch, caller.lang).into());
    }
    let id = given.order.as_str();
    let ready = match ready(store, caller, id).await {
        Ok(ready) => ready,
        Err(error) => return gone_before(store, caller, &batch.id, given).await?.ok_or(error),
    };
    let sha256 = form::digest(&form::tables(id, &ready.holding));
    if sha256 != given.sha256 {
        let detail = match caller.lang {
            Lang::Zh => format!("工单 {id} 与文件不一致：写入之后有变化"),
            Lang::En => format!("order {id} is not what the file has: it has changed since it was written"),
        };
        let remedy = caller.lang.pick("它将随下一批次归档", "it goes with the next batch");
        return Err(Refusal::one(Unmet::new("archive.changed", detail, remedy, &[])).into());
    }
    let stays = index(&ready, batch.id.clone(), sha256);
    let body = serde_json::to_value(&stays).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    commit.expect.push(Expect { kind: kind::ARCHIVE_BATCH.into(), id: batch.id, version });
    commit.records.push(record(&stays));
    commit.away = Some(away(id, ready.holding));
    Ok(Plan { commit, status: 200, body })
}

/// The answer for an order that has gone with this batch already: another run was faster, or one was killed before it heard so.
async fn gone_before<S: Store>(
    store: &S,
    caller: &Caller,
    batch: &str,
    given: &TakeOrder,
) -> Result<Option<Plan>, CommandError> {
    let gone = find(store, caller, given.order.as_str()).await?;
    let same = gone.filter(|gone| gone.batch == batch && gone.sha256 == given.sha256);
    Ok(same.map(|gone| {
        let body = serde_json::to_value(gone).unwrap_or_default();
        Plan { commit: caller.commit(200, &body), status: 200, body }
    }))
}

fn away(order: &str, holding: Holding) -> Away {
    let children = |kind: &str| {
        let is_child =
            |record: &&takt_store::HeldRecord| record.kind == kind && record.parent.as_deref() == Some(order);
        (kind.to_owned(), holding.records.iter().filter(is_child).count() as u64)
    };
    let gone = |record: &takt_store::HeldRecord| Expect {
        kind: record.kind.clone(),
        id: record.id.clone(),
        version: record.version,
    };
    let seals: BTreeSet<u64> = holding.postings.iter().filter_map(|posting| posting.seal).collect();
    Away {
        order: order.to_owned(),
        records: holding.records.iter().map(gone).collect(),
        children: CHILDREN.map(children).to_vec(),
        postings: holding.postings.len() as u64,
        counters: holding.counters,
        receipts: holding.receipts.into_iter().map(|receipt| receipt.id).collect(),
        seals: seals.into_iter().collect(),
        photos: holding.photos.into_iter().map(|photo| photo.id).collect(),
    }
}

/// What stays of an order.
fn index(ready: &Ready, batch: String, sha256: String) -> ArchivedOrder {
    let order = &ready.order;
    let scale = order.quantity.scale();
    let of_kind = |kind: &'static str| ready.holding.records.iter().filter(move |record| record.kind == kind);
    let counts = ready.holding.counters.iter().filter(|counter| counter.value != 0);
    ArchivedOrder {
        order: order.id.clone(),
        item: order.item.clone(),
        item_name: order.item_name.clone(),
        quantity: order.quantity,
        unit: order.unit.clone(),
        line: order.line.clone(),
        customer: order.customer.clone(),
        state: order.state.clone(),
        closed_at: ready.closed,
        batch,
        sha256,
        reports: of_kind(kind::REPORT).count() as u64,
        postings: ready.holding.postings.len() as u64,
        inspections: of_kind(kind::INSPECTION).count() as u64,
        nonconformances: of_kind(kind::NONCONFORMANCE).map(|record| record.id.clone()).collect(),
        signatures: of_kind(kind::SIGNATURE).count() as u64,
        photos: ready.holding.photos.len() as u64,
        counts: counts.map(|counter| (counter.name.clone(), Quantity::from_units(counter.value, scale))).collect(),
        totals: totals(&ready.holding.postings),
    }
}

/// What moved, added up by what, why, from where and to where.
fn totals(postings: &[HeldPosting]) -> Vec<MovedTotal> {
    let mut totals: BTreeMap<MovedTotal, (i64, i64, i64)> = BTreeMap::new();
    for HeldPosting { row, .. } in postings {
        let account = |account: &takt_store::Account| match account.order.as_str() {
            "" => account.location.clone(),
            order => format!("{} ({order})", account.location),
        };
        let key = MovedTotal {
            kind: row.kind.clone(),
            item: row.item.clone(),
            lot: row.lot.clone(),
            from: account(&row.from),
            to: account(&row.to),
            reversal: row.reverses.is_some(),
            units: 0,
            first_ms: 0,
            last_ms: 0,
        };
        let (units, first, last) = totals.entry(key).or_insert((0, i64::MAX, i64::MIN));
        *units += row.quantity;
        *first = row.occurred_ms.min(*first);
        *last = row.occurred_ms.max(*last);
    }
    let total = |(key, (units, first_ms, last_ms))| MovedTotal { units, first_ms, last_ms, ..key };
    totals.into_iter().map(total).collect()
}

/// The record of what stays: found by the batch, by text, and by each lot and item that moved.
fn record(stays: &ArchivedOrder) -> RecordWrite {
    let lots = stays.totals.iter().filter(|total| !total.lot.is_empty()).map(|total| ("lot", total.lot.clone()));
    let items = stays.totals.iter().map(|total| ("item", total.item.clone()));
    let fields: BTreeSet<(&str, String)> = lots.chain(items).collect();
    RecordWrite {
        parent: Some(stays.batch.clone()),
        line: Some(stays.line.to_string()),
        // The latest first.
        sort: Some(format!("{:020}", i64::MAX - stays.closed_at.as_millisecond().max(0))),
        search: Some(format!(
            "{} {} {} {} {}",
            stays.order,
            stays.item,
            stays.item_name,
            stays.customer,
            stays.nonconformances.join(" ")
        )),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..RecordWrite::new(
            kind::ARCHIVED_ORDER,
            stays.order.as_str(),
            Some(0),
            serde_json::to_value(stays).unwrap_or_default(),
        )
    }
}

/// The items that moved for an order that has gone: what is carried of them can be folded.
pub fn items(stays: &ArchivedOrder) -> BTreeSet<String> {
    stays.totals.iter().map(|total| total.item.clone()).collect()
}
