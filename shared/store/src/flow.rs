//! What came into a lot and what went out of it, and the same for an order: the ledger summed for a trace.

use serde::{Deserialize, Serialize};

/// Into what was asked about, or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Into it.
    In,
    /// Out of it.
    Out,
}

/// A sum of postings of one lot that came from a virtual location, or went there. What was taken back is not in it; so a sum is
/// above zero, as long as nobody has taken back what was never booked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LotFlow {
    /// What.
    pub item: String,
    /// Of which lot.
    pub lot: String,
    /// Into the lot, or out of it.
    pub way: Way,
    /// The virtual location, such as `@supplier`; empty for what is left in the plant's own places.
    pub place: String,
    /// The order that consumed or made it, or the holder that a document's line has; empty for none, and at other places than
    /// production, suppliers and customers.
    pub order: String,
    /// The document; empty for none, and at other places than suppliers and customers.
    pub document: String,
    /// Where the place is `@lots`: the item of the lot at the other end; else empty.
    pub other_item: String,
    /// Where the place is `@lots`: the lot at the other end, of those that went through it in the same movement; else empty, as
    /// for what had no lot.
    pub other_lot: String,
    /// In the item's scale.
    pub quantity: i64,
}

/// A sum of postings for an order, or for the holder that a document's line has, that went into a virtual location or came out
/// of it. What was taken back is not in it, nor are pieces that a supplier works on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderFlow {
    /// Which order.
    pub order: String,
    /// What.
    pub item: String,
    /// Of which lot; empty for none.
    pub lot: String,
    /// The virtual location, such as `@production`.
    pub place: String,
    /// Into that place, or out of it: what an order consumed went in, what it made came out.
    pub way: Way,
    /// In the item's scale.
    pub quantity: i64,
}

/// A sum of postings for the holder that a document's line has, or for an order, from one place to another. What was taken back is
/// not in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepFlow {
    /// Whose.
    pub order: String,
    /// From this location.
    pub from: String,
    /// It was held there for whose step it is.
    pub from_held: bool,
    /// To this one.
    pub to: String,
    /// It is held there for whose step it is.
    pub to_held: bool,
    /// In the item's scale.
    pub quantity: i64,
}
