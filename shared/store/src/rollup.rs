//! Rollups: sums that are derived from the journal, by time and by whatever else a series tells apart.
//!
//! The store adds and groups, and knows no more: which series there are, what their sums mean and when a bucket starts is
//! the caller's business. A generation is one derivation from the start of the journal, so that a new one can grow beside
//! the one that is read.

use serde::{Deserialize, Serialize};

use crate::plant::PlantNumber;

/// What a sum is about. What a series does not tell apart is left empty, or 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RollupKey {
    /// Which derivation.
    pub generation: u32,
    /// Which sums.
    pub series: String,
    /// Start of the bucket of time, in milliseconds since 1970.
    pub bucket_ms: i64,
    /// The day on which the shift began, where the plant is.
    pub shift_date: String,
    /// The shift.
    pub shift: String,
    /// The line.
    pub line: String,
    /// The item.
    pub item: String,
    /// How many decimals the quantities have.
    pub scale: u8,
    /// Who did it.
    pub operator: String,
    /// The order.
    pub order: String,
    /// The operation of the order.
    pub operation: u16,
    /// What else the series tells apart, such as a reason.
    pub label: String,
}

/// The sums. Quantities are in units of the key's scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollupSums {
    /// Good pieces.
    pub good: i64,
    /// Scrapped pieces.
    pub scrap: i64,
    /// Pieces sent to rework.
    pub rework: i64,
    /// A duration.
    pub seconds: i64,
    /// How many times.
    pub count: i64,
}

impl RollupSums {
    /// Adds another to it; a sum that leaves 64 bits stays at their end.
    pub fn add(&mut self, other: &Self) {
        self.good = self.good.saturating_add(other.good);
        self.scrap = self.scrap.saturating_add(other.scrap);
        self.rework = self.rework.saturating_add(other.rework);
        self.seconds = self.seconds.saturating_add(other.seconds);
        self.count = self.count.saturating_add(other.count);
    }
}

/// What a commit adds to a sum. A sum that is not there starts at zero; one that comes back to zero stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RollupChange {
    /// To which sum.
    #[serde(flatten)]
    pub key: RollupKey,
    /// How much.
    #[serde(flatten)]
    pub add: RollupSums,
}

/// What an answer tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Shifts, with the day on which each began.
    Shift,
    /// Lines.
    Line,
    /// Items, with their scale.
    Item,
    /// Operators.
    Operator,
    /// Orders.
    Order,
    /// Operations of orders.
    Operation,
    /// Whatever the label of the series says.
    Label,
}

/// Which sums, and how they are put together. What is absent does not restrict.
#[derive(Clone, Debug, Serialize)]
pub struct RollupQuery {
    /// Whose.
    pub plant: PlantNumber,
    /// Of which derivation.
    pub generation: u32,
    /// Of these series.
    pub series: Vec<String>,
    /// Start and end, in milliseconds since 1970; the end is not part of it. Each period has rows of its own, and a bucket
    /// belongs to the period in which it starts. Periods must not overlap.
    pub periods: Vec<(i64, i64)>,
    /// What is told apart beside the period; all else is added up.
    pub by: Vec<Dimension>,
    /// This shift.
    pub shift: Option<String>,
    /// This line.
    pub line: Option<String>,
    /// This item.
    pub item: Option<String>,
    /// This operator.
    pub operator: Option<String>,
    /// This order.
    pub order: Option<String>,
    /// This operation.
    pub operation: Option<u16>,
    /// This label.
    pub label: Option<String>,
}

impl RollupQuery {
    /// All sums of these series in these periods, as one row for each period.
    pub fn new(plant: PlantNumber, generation: u32, series: &[&str], periods: Vec<(i64, i64)>) -> Self {
        Self {
            plant,
            generation,
            series: series.iter().map(|name| (*name).to_owned()).collect(),
            periods,
            by: Vec::new(),
            shift: None,
            line: None,
            item: None,
            operator: None,
            order: None,
            operation: None,
            label: None,
        }
    }
}

/// One row of an answer: what it is about, and its sums. What was not told apart is empty, or 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "explained at `RollupKey`")]
pub struct RollupRow {
    /// Start of the period.
    pub from_ms: i64,
    /// End of the period.
    pub to_ms: i64,
    pub shift_date: String,
    pub shift: String,
    pub line: String,
    pub item: String,
    pub scale: u8,
    pub operator: String,
    pub order: String,
    pub operation: u16,
    pub label: String,
    /// The sums.
    #[serde(flatten)]
    pub sums: RollupSums,
}

/// The most rows of a spread.
pub const SPREAD_MAX: i64 = 2_000;

/// How the seconds of orders lie: the seconds of each order are added up first. What was not told apart is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollupSpread {
    /// Start of the period.
    pub from_ms: i64,
    /// End of the period.
    pub to_ms: i64,
    /// The line.
    pub line: String,
    /// The item.
    pub item: String,
    /// The label.
    pub label: String,
    /// How many orders.
    pub orders: i64,
    /// How many times, of all of them.
    pub times: i64,
    /// The seconds of all of them.
    pub total_s: i64,
    /// The seconds of the order in the middle, the lower one of two (nearest rank).
    pub median_s: i64,
    /// The seconds of the order that nine of ten do not exceed (nearest rank).
    pub p90_s: i64,
    /// The most seconds of an order.
    pub longest_s: i64,
}

/// The place of a row in an answer: rows are ordered by it.
pub(crate) type RollupPlace = (i64, String, String, String, String, u8, String, String, u16, String);

impl RollupRow {
    pub(crate) fn place(&self) -> RollupPlace {
        (
            self.from_ms,
            self.shift_date.clone(),
            self.shift.clone(),
            self.line.clone(),
            self.item.clone(),
            self.scale,
            self.operator.clone(),
            self.order.clone(),
            self.operation,
            self.label.clone(),
        )
    }
}
