//! What the clients sent, and what they were told: all that the auditor believes.

use std::sync::{Mutex, PoisonError};

/// What a write asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A report of good pieces.
    Report { order: String, good: i64 },
    /// A movement, in units of the item's scale.
    Movement { item: &'static str, units: i64, from: &'static str, to: &'static str },
    /// An action of an order's flow.
    Action { order: String, action: &'static str },
    /// A new order.
    Create,
}

/// How it ended, for the client.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// 200 or 201: booked, under this id where the answer has one.
    Booked { status: u16, id: String },
    /// 202: in the queue, under this receipt.
    Queued { receipt: String },
    /// Refused for good.
    Refused { status: u16 },
    /// No final answer came in time.
    Open,
}

/// One write.
#[derive(Clone, Debug)]
pub struct Write {
    /// What stands in its document, note or reason, and in no other's.
    pub tag: String,
    /// The key, without its quotes.
    pub key: String,
    /// Who sent it.
    pub user: &'static str,
    /// What it asked for.
    pub asked: Asked,
    /// How it ended.
    pub end: End,
}

/// The record of one run.
#[derive(Default)]
pub struct Record {
    writes: Mutex<Vec<Write>>,
    wrong: Mutex<Vec<String>>,
}

impl Record {
    /// Keeps a write that has ended.
    pub fn keep(&self, write: Write) {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).push(write);
    }

    /// Keeps an answer that must not be.
    pub fn wrong(&self, what: String) {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// All of it.
    pub fn close(self) -> (Vec<Write>, Vec<String>) {
        let writes = self.writes.into_inner().unwrap_or_else(PoisonError::into_inner);
        (writes, self.wrong.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
