//! The record store of Takt.
//!
//! # The port
//! [`Store`] is all that the rest of the program sees: one [`Commit`] is booked by one statement, one [`Load`] is answered
//! by one statement. It knows no rule of production: kinds are plain strings, bodies are JSON of the caller's, quantities
//! are integers. Everything is led by the number of the plant, and no call crosses it. [`SqliteStore`] and [`PostgresStore`]
//! are its adapters, each over a [`Driver`]: `SpinDriver` and `SpinPostgres` inside a component (feature `spin`),
//! `NativeDriver` and `NativePostgres` in a native program (feature `native`). [`AnyStore`] is either of them.
//!
//! # How a commit is booked
//! The commit goes as JSON into a view, `INSERT INTO commit_in (doc) VALUES (?1)`, whose triggers judge the conditions
//! and write everything. One statement is atomic by itself: there is no `BEGIN` that a guest could leave open when it is
//! dropped, one call into the host, and one fsync. The conditions, in this order, and what the trigger raises:
//!
//! | condition | raised | error |
//! |---|---|---|
//! | the plant exists | `takt:plant` | [`StoreError::UnknownPlant`] |
//! | the idempotency key is new, or has expired | `takt:key` | [`StoreError::Replayed`] or [`StoreError::KeyReused`] |
//! | the session is live | `takt:session` | [`StoreError::SessionEnded`] |
//! | all expected versions hold | `takt:version` | [`StoreError::VersionConflict`] |
//! | a posting takes back what nobody took back before | `takt:reversed` | [`StoreError::AlreadyReversed`] |
//! | after each posting, no bounded account is below zero | `takt:negative` | [`StoreError::NegativeBalance`] |
//! | after all changes, counters are within their bounds | `takt:counter` | [`StoreError::CounterBound`] |
//!
//! A statement that writes has SQLite's one write lock from its start, so nothing changes between what it judges and what
//! it writes; a duplicate that runs at the same time waits, and then finds the key. [`Store::commit_many`] puts all of a
//! batch into one such statement, and falls back to one after another when one of them is refused.
//!
//! # Tables
//! | table | key | holds |
//! |---|---|---|
//! | `plant` | number | name, time zone, shift calendar, settings |
//! | `record` | plant, kind, id | version, JSON body, and the columns that lists filter and sort by |
//! | `record_field` | plant, kind, id, name, value | custom fields, to be found by value |
//! | `posting` | seq | the ledger: append-only, double entry, with both balances afterwards |
//! | `balance` | plant, item, location, lot, order | the sum of the postings of an account, and the seq of the last |
//! | `counter` | plant, scope, name | a bounded number |
//! | `event` | seq | the journal: append-only, CloudEvents attributes |
//! | `idempotency` | plant, user, key | fingerprint of the request and its answer, for 90 days |
//! | `session` | plant, id | who is signed in, until when, and when that was ended |
//! | `receipt` | plant, id | how a queued report ended |
//! | `seal` | plant, number | a chain of hashes over the ledger: append-only, see [`Seal`] |
//! | `archived` | plant, kind, id, order | what has gone to the archive, and with which order |
//! | `carried` | plant, account, seq | what postings that have gone did to an account, see [`Away`] |
//! | `carried_flow` | plant, order, item, lot, ends, document | what such an order consumed and made, for traces |
//! | `photo` | plant, id | a file that somebody took with the phone |
//! | `rollup` | plant, generation, series, bucket, ... | sums that are derived from the journal, see [`RollupKey`] |
//!
//! An account is a location, and the order that stock is held for there; so a reservation is a posting from the free
//! account of a location to the order's at the same place. A balance at zero stays as a row; partial indexes keep reads
//! from wading through them.
//!
//! Migrations are `migrations/sqlite/*.sql`, see [`migrate`].

#![warn(missing_docs)]

mod any;
mod archive;
mod audit;
mod checkup;
mod commit;
mod cursor;
mod document;
mod driver;
mod error;
mod flow;
mod page;
mod photo;
mod plant;
mod port;
mod postgres;
mod read;
mod refused;
mod rollup;
mod seal;
mod sqlite;

pub use any::AnyStore;
pub use archive::{
    Archived, Away, Back, HeldPhoto, HeldPosting, HeldReceipt, HeldRecord, Holding, HoldingQuery, MOVEMENT, PHOTO,
    UntouchedQuery,
};
pub use audit::{
    AuditReport, Mismatch, ReceiptDifference, ReceiptFault, ReceiptsReport, SumDifference, SumsQuery, SumsReport,
    Takes, Unconserved,
};
pub use checkup::{Checkup, DatabaseSession, LONG_TRANSACTION_S};
pub use commit::{
    Account, Commit, Committed, CounterChange, Event, Expect, Idempotency, Posting, Receipt, RecordWrite, SessionWrite,
    StoredResponse,
};
pub use driver::{Driver, DriverError, Rows, Value};
pub use error::StoreError;
pub use flow::{LotFlow, OrderFlow, StepFlow, Way};
pub use photo::Photo;
pub use plant::{Plant, PlantNumber};
pub use port::Store;
#[cfg(feature = "native")]
pub use postgres::NativePostgres;
#[cfg(feature = "spin")]
pub use postgres::SpinPostgres;
pub use postgres::{PostgresStore, missing_rights};
pub use read::{
    Balance, BalanceFilter, Counter, Direction, JournalPage, KeyLookup, ListFilter, LiveSession, Load, Loaded,
    MovementFilter, Page, PageRequest, Record, StoredEvent, StoredKey, StoredPosting,
};
pub use rollup::{Dimension, RollupChange, RollupKey, RollupQuery, RollupRow, RollupSpread, RollupSums, SPREAD_MAX};
pub use seal::{LedgerRow, Seal, SealState, Unsealed};
#[cfg(feature = "native")]
pub use sqlite::NativeDriver;
#[cfg(feature = "spin")]
pub use sqlite::SpinDriver;
pub use sqlite::{SCHEMA_VERSION, SqliteStore, migrate, schema_version};
