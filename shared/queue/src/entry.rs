//! What goes into the queue and what comes out.

/// A report that asks to be accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accept<'a> {
    /// Of the receipt; derives from plant, user and key.
    pub id: &'a str,
    /// Tells the same request from another under the same key.
    pub fingerprint: &'a str,
    /// The session of the token.
    pub session: &'a str,
    /// The order.
    pub order: &'a str,
    /// The operation.
    pub operation: u16,
    /// Good pieces, as a decimal number.
    pub good: &'a str,
    /// Scrapped pieces, as a decimal number.
    pub scrap: &'a str,
    /// Pieces for rework, as a decimal number.
    pub rework: &'a str,
    /// The machine that it comes from; empty where none is named.
    pub equipment: &'a str,
    /// All that the booker needs. It carries a version of its own.
    pub body: &'a str,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the queue, durably.
    Accepted,
    /// The same request was accepted before; its receipt stands.
    Known,
    /// The key was used for another request.
    Reused,
    /// The session has ended.
    SessionEnded,
    /// The order changes its state at this moment: book it at the store.
    Held,
    /// The gate does not let it in: book it at the store, which says why it cannot be booked.
    AtStore,
    /// The gate does not know the order: tell it, and ask again.
    UnknownOrder,
}

/// The answer to a report that asks to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What became of it.
    pub verdict: Verdict,
    /// Nobody books at the moment: the caller calls a booker. Nobody else is told so for half a second.
    pub call_booker: bool,
    /// How many entries of the plant are accepted and not yet booked.
    pub waiting: u64,
}

/// What the queue takes for an order. What it does not take is decided at the store, so that an outdated gate is slow and
/// never wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Which order.
    pub order: String,
    /// The version of the order that this was read from.
    pub version: u64,
    /// It takes no reports as it stands.
    pub shut: bool,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// What the gate knows of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its number.
    pub number: u16,
    /// The most that can ever be reported at it, as a decimal number.
    pub max: String,
    /// The machine that it runs on; empty where none is named. A report from another one is for the store to judge.
    pub equipment: String,
    /// How many decimals a quantity has here.
    pub scale: u8,
    /// The item that it makes and the scale of that: only the last operation makes one.
    pub made: Option<(String, u8)>,
    /// What it uses: item, how much for one piece as a decimal number, scale of the item.
    pub used: Vec<(String, String, u8)>,
}

/// An entry that a booker has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the stream.
    pub place: String,
    /// How often it was handed out, this time included.
    pub deliveries: u32,
    /// As it was accepted.
    pub body: String,
}

/// What a booker is handed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The part of the queue that they are from.
    pub shard: i64,
    /// In the order in which they were accepted.
    pub entries: Vec<Entry>,
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Its place; begins with the time of its burial in milliseconds since 1970.
    pub place: String,
    /// Of the receipt.
    pub id: String,
    /// How often it was handed out.
    pub deliveries: u32,
    /// Why it is here.
    pub reason: String,
    /// As it was accepted.
    pub body: String,
}

/// Where a receipt is, as the queue knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for a booker; with what was accepted.
    Queued(String),
    /// It waits for an operator; with what was accepted.
    Dead(String),
    /// It has ended, or never was.
    Gone,
}

/// How far the queue of a plant lags behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Entries that are accepted and not yet booked.
    pub waiting: u64,
    /// The age of the oldest, in milliseconds.
    pub oldest_ms: u64,
    /// Dead letters.
    pub dead: u64,
    /// Bookers that are awake.
    pub bookers: u64,
}
