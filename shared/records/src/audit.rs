//! The audit: the ledger added up anew and held against every balance, the counters of orders against their reports, receipts
//! against what was booked, what is open in documents against the postings for their lines; and the chain of seals. It goes in slices, so that no call takes long however much there is.

mod documents;
mod schedule;

use serde::{Deserialize, Serialize};
use takt_domain::text::Label;
use takt_store::{
    AuditReport, PlantNumber, ReceiptFault, ReceiptsReport, Store, StoreError, SumsQuery, SumsReport, Takes,
};

use crate::keep::kind;

pub use schedule::{advance, put_schedule, run_of, settings};

/// Postings, orders and receipts of one slice.
const POSTINGS: u32 = 100_000;
const ORDERS: u32 = 2_000;
const RECEIPTS: u32 = 20_000;

/// The reports of an order and the counters that they move.
const REPORTS: SumsQuery = SumsQuery {
    kind: kind::REPORT,
    parent: kind::ORDER,
    group: "report.operation",
    unless: "reversed_by",
    fields: &[("good", "report.good"), ("total", "report.good"), ("rework", "report.rework")],
    lists: &[("scrap", "report.scrap", "quantity"), ("total", "report.scrap", "quantity")],
    // Pieces that go back to an earlier operation leave its counts and those of what they pass again.
    takes: Some(Takes {
        amount: "report.rework",
        from: "report.rework_to",
        before: "report.operation",
        groups: ("operations", "number"),
        names: &["good", "total"],
    }),
};

/// What is looked at, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Balances against the ledger, item by item.
    #[default]
    Ledger,
    /// Counters of orders against their reports.
    Orders,
    /// Counters of purchase and sales orders against the postings for their lines.
    Documents,
    /// Receipts against reports.
    Receipts,
}

impl Part {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Orders => "orders",
            Self::Documents => "documents",
            Self::Receipts => "receipts",
        }
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Ledger => Some(Self::Orders),
            Self::Orders => Some(Self::Documents),
            Self::Documents => Some(Self::Receipts),
            Self::Receipts => None,
        }
    }
}

/// Where an audit goes on; the default is its start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In which part.
    pub part: Part,
    /// Behind which item, order, document or receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Place {
    /// As it travels.
    pub fn cursor(&self) -> String {
        format!("{}:{}", self.part.as_str(), self.after.as_deref().unwrap_or_default())
    }

    /// The place that a cursor means.
    pub fn read(cursor: &str) -> Option<Self> {
        let (part, after) = cursor.split_once(':')?;
        let parts = [Part::Ledger, Part::Orders, Part::Documents, Part::Receipts];
        let part = parts.into_iter().find(|known| known.as_str() == part)?;
        Some(Self { part, after: Some(after.to_owned()).filter(|after| !after.is_empty()) })
    }
}

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which check found it.
    pub check: String,
    /// What was found, with both numbers.
    pub detail: Label,
}

/// What a slice found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Postings that were added up.
    pub postings: u64,
    /// Balances that were compared.
    pub balances: u64,
    /// Counters that were compared with reports, and with postings for lines of documents.
    pub counters: u64,
    /// Receipts that were compared with reports.
    pub receipts: u64,
    /// How many differences there are; the first of them are told.
    pub count: u64,
    /// Those.
    pub differences: Vec<Difference>,
    /// Where the next slice begins; none after the last.
    pub next: Option<Place>,
}

/// Audits one slice.
pub async fn slice<S: Store>(store: &S, plant: PlantNumber, at: &Place) -> Result<Slice, StoreError> {
    let after = at.after.as_deref();
    let (slice, next) = match at.part {
        Part::Ledger => ledger(store.audit(plant, after, POSTINGS).await?),
        Part::Orders => orders(store.audit_sums(plant, &REPORTS, after, ORDERS).await?),
        Part::Documents => documents::slice(store, plant, after).await?,
        Part::Receipts => receipts(store.audit_receipts(plant, kind::REPORT, "accepted_at", after, RECEIPTS).await?),
    };
    let next = match next {
        Some(after) => Some(Place { part: at.part, after: Some(after) }),
        None => at.part.next().map(|part| Place { part, after: None }),
    };
    Ok(Slice { next, ..slice })
}

fn difference(check: &str, zh: String, en: String) -> Difference {
    Difference { check: check.to_owned(), detail: Label { zh, en } }
}

fn ledger(report: AuditReport) -> (Slice, Option<String>) {
    let mut found = Vec::new();
    for m in &report.mismatches {
        let balance = m.balance.map_or_else(|| "-".to_owned(), |units| units.to_string());
        let (item, location, lot, order, postings) = (&m.item, &m.location, &m.lot, &m.order, m.postings);
        found.push(difference(
            "balance",
            format!("{item} 在 {location}（批次 {lot:?}，工单 {order:?}）：结存 {balance}，分录合计 {postings}（最小单位）"),
            format!("{item} at {location} lot {lot:?} order {order:?}: the balance is {balance}, its postings add up to {postings}"),
        ));
    }
    for u in &report.unconserved {
        let (item, sum) = (&u.item, u.sum);
        found.push(difference(
            "conservation",
            format!("{item}：全部账户合计 {sum}，应为 0"),
            format!("{item}: all accounts together hold {sum} instead of 0"),
        ));
    }
    for n in &report.negatives {
        let (item, location, quantity) = (&n.item, &n.location, n.quantity);
        found.push(difference(
            "negative",
            format!("{item} 在 {location} 的结存为 {quantity}"),
            format!("{item} at {location} holds {quantity}"),
        ));
    }
    for seq in &report.broken {
        found.push(difference(
            "sequence",
            format!("分录 {seq}：记账后的结存与之前的不连续"),
            format!("posting {seq}: its balances do not follow from those before it"),
        ));
    }
    let untold = report.mismatch_count.saturating_sub(report.mismatches.len() as u64);
    let slice = Slice {
        postings: report.postings,
        balances: report.balances,
        count: found.len() as u64 + untold,
        differences: found,
        ..Slice::default()
    };
    (slice, report.next)
}

fn orders(report: SumsReport) -> (Slice, Option<String>) {
    let told = |d: &takt_store::SumDifference| {
        let (order, name, told, counted) = (&d.scope, &d.name, d.told, d.counted);
        difference(
            "order",
            format!("工单 {order} 的 {name}：计数 {counted}，报工合计 {told}（最小单位）"),
            format!("{name} of order {order}: the counter is {counted}, its reports add up to {told}"),
        )
    };
    let differences = report.differences.iter().map(told).collect();
    (Slice { counters: report.compared, count: report.count, differences, ..Slice::default() }, report.next)
}

fn receipts(report: ReceiptsReport) -> (Slice, Option<String>) {
    let told = |d: &takt_store::ReceiptDifference| {
        let id = &d.id;
        let (zh, en) = match d.found {
            ReceiptFault::NoRecord => ("回执为已入账，但没有报工", "says booked, and there is no report"),
            ReceiptFault::Record => ("回执为已拒绝，但有报工", "says refused, and there is a report"),
            ReceiptFault::State => ("回执既非已入账也非已拒绝", "says neither booked nor refused"),
            ReceiptFault::NoReceipt => ("经队列入账的报工没有回执", "belongs to a queued report and is not there"),
        };
        difference("receipt", format!("{id}：{zh}"), format!("receipt {id} {en}"))
    };
    let differences = report.differences.iter().map(told).collect();
    (Slice { receipts: report.compared, count: report.count, differences, ..Slice::default() }, report.next)
}

#[cfg(test)]
mod tests {
    use takt_store::{Balance, Mismatch, Unconserved};

    use super::*;

    #[test]
    fn all_parts_are_looked_at_one_after_the_other() {
        let parts = std::iter::successors(Some(Part::default()), |part| part.next());
        let names: Vec<_> = parts.map(Part::as_str).collect();
        assert_eq!(names, ["ledger", "orders", "documents", "receipts"]);
        for name in names {
            let place = Place::read(&format!("{name}:a:b"));
            assert_eq!(place.map(|place| place.cursor()), Some(format!("{name}:a:b")));
        }
    }

    #[test]
    fn whatever_is_wrong_in_the_ledger_is_counted_and_told() {
        let (item, location) = (String::from("bolt"), String::from("S1"));
        let mismatch = Mismatch {
            item: item.clone(),
            location: location.clone(),
            lot: String::new(),
            order: String::new(),
            balance: Some(1),
            postings: 2,
        };
        let negative = Balance {
            item: item.clone(),
            location,
            lot: String::new(),
            order: String::new(),
            quantity: -1,
            bounded: true,
            version: 1,
        };
        let report = AuditReport {
            mismatch_count: 150,
            mismatches: vec![mismatch],
            unconserved: vec![Unconserved { item, sum: 1 }],
            negatives: vec![negative],
            broken: vec![7],
            ..AuditReport::default()
        };
        let (slice, _) = ledger(report);
        let checks: Vec<_> = slice.differences.iter().map(|found| found.check.as_str()).collect();
        assert_eq!(checks, ["balance", "conservation", "negative", "sequence"]);
        assert_eq!(slice.count, 153, "those that are not told one by one are counted too");
    }
}
