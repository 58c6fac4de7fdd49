//! What an audit asks of the store, and what it found. Each call looks at a slice, so that none takes long however much there
//! is: the answer says where the next one begins. A slice is one statement, and sees one moment.

use serde::{Deserialize, Serialize};

use crate::read::Balance;

/// Greater than every name: the end of a slice that takes all that is left.
pub(crate) const LAST: &str = "\u{10ffff}\u{10ffff}";

/// How far a slice goes; none takes all that is left.
#[derive(Deserialize)]
pub(crate) struct Bound {
    pub(crate) last: Option<String>,
}

/// What an audit of the ledger found. The ledger alone is believed; all else is held against it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditReport {
    /// How many postings were added up.
    pub postings: u64,
    /// How many balances were compared.
    pub balances: u64,
    /// How many balances are not the sum of their postings; the first 100 of them.
    pub mismatch_count: u64,
    /// Balances that are not the sum of their postings.
    pub mismatches: Vec<Mismatch>,
    /// Items whose balances do not add up to zero over all accounts, with what they add up to.
    pub unconserved: Vec<Unconserved>,
    /// Bounded accounts below zero.
    pub negatives: Vec<Balance>,
    /// Postings whose balances afterwards do not follow from those before; the first 100.
    pub broken: Vec<i64>,
    /// The item behind which the next slice begins; none after the last.
    #[serde(default)]
    pub next: Option<String>,
}

impl AuditReport {
    /// True when nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.mismatch_count == 0 && self.unconserved.is_empty() && self.negatives.is_empty() && self.broken.is_empty()
    }
}

/// A balance that is not the sum of its postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// What.
    pub item: String,
    /// Where.
    pub location: String,
    /// Which lot.
    pub lot: String,
    /// For which order.
    pub order: String,
    /// What the balance says; none when there is no balance.
    pub balance: Option<i64>,
    /// What the postings add up to.
    pub postings: i64,
}

/// An item of which something came from nowhere or went nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unconserved {
    /// What.
    pub item: String,
    /// How much too much.
    pub sum: i64,
}

/// Which records are held against which counters: those of a kind, added up by parent and by a field, are what counters in the
/// scope of the parent say under `FIELD.NAME`. Quantities are decimals whose digits are the units that the counter has. A field inside
/// another is called `outer.inner`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SumsQuery {
    /// The records.
    pub kind: &'static str,
    /// What their parents are.
    pub parent: &'static str,
    /// The field whose value leads the name of a counter.
    pub group: &'static str,
    /// A record with this field does not count.
    pub unless: &'static str,
    /// Names of counters, and the field that is added up in them.
    pub fields: &'static [(&'static str, &'static str)],
    /// Names of counters, a field with a list, and the field of its entries that is added up.
    pub lists: &'static [(&'static str, &'static str, &'static str)],
    /// What a record takes from counters of other groups.
    pub takes: Option<Takes>,
}

/// What records take from the counters of a run of groups, which a list of their parent names.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Takes {
    /// The field with how much.
    pub amount: &'static str,
    /// The field with the first group, as a whole number; a record without it takes nothing.
    pub from: &'static str,
    /// The field with the first group that nothing is taken from any more.
    pub before: &'static str,
    /// The list of the parent, and the field of its entries that has the group.
    pub groups: (&'static str, &'static str),
    /// Names of counters.
    pub names: &'static [&'static str],
}

/// Sums of records held against counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SumsReport {
    /// How many sums were compared.
    pub compared: u64,
    /// How many are not what the counter says; the first 100 of them.
    pub count: u64,
    /// What is not what the counter says.
    pub differences: Vec<SumDifference>,
    /// The parent behind which the next slice begins; none after the last.
    #[serde(default)]
    pub next: Option<String>,
}

/// A counter that is not the sum of its records.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SumDifference {
    /// The parent.
    pub scope: String,
    /// The counter.
    pub name: String,
    /// What the records add up to.
    pub told: i64,
    /// What the counter says.
    pub counted: i64,
}

/// Receipts held against what was booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ReceiptsReport {
    /// How many receipts there are.
    pub compared: u64,
    /// How many do not go with the records; the first 100 of them.
    pub count: u64,
    /// What does not go together.
    pub differences: Vec<ReceiptDifference>,
    /// The id behind which the next slice begins; none after the last.
    #[serde(default)]
    pub next: Option<String>,
}

/// A receipt, or a record that came through the queue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReceiptDifference {
    /// Which.
    pub id: String,
    /// What is wrong.
    pub found: ReceiptFault,
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptFault {
    /// It says booked, and there is no record.
    NoRecord,
    /// It says refused, and there is a record.
    Record,
    /// It says neither booked nor refused.
    State,
    /// The record came through the queue and has no receipt.
    NoReceipt,
}
