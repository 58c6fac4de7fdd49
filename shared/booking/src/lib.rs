//! Production reports through the queue. At a peak a report is accepted at the speed of Redis, and its sender has a
//! receipt that ends as booked or refused; bookers take what was accepted and book it in batches.
//!
//! | function | who calls it |
//! |---|---|
//! | [`accept`] | who takes reports; what it leaves to the store is booked there at once |
//! | [`book`] | a booker: until nothing is left, or its time is over |
//! | [`Settled`] | who changes the state of an order: its queued reports are booked first |
//! | [`receipt`] | who is asked what became of a report |
//!
//! The guards of a report are judged as of its acceptance: while an order changes its state nothing is accepted for it,
//! and what was accepted before is booked before. A receipt is written by the commit that books, or by one of its own for
//! a refusal, always before the entry is acknowledged; what is handed out twice meets its own idempotency key.

#![warn(missing_docs)]

mod accept;
mod batch;
mod book;
mod gate;
mod queued;
mod receipt;
mod settle;

pub use accept::{Acceptance, accept};
pub use batch::{Ended, book_batch};
pub use book::{Progress, book};
pub use gate::{gate_of, refresh_gate};
pub use queued::QueuedReport;
pub use receipt::receipt;
pub use settle::Settled;
