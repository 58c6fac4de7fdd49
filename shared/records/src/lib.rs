//! Between the domain, which decides, and the store, which books: how each thing is kept as a record, what a decision
//! has to load, and the commands themselves.
//!
//! A command is: load, let the domain decide, book one commit; when others were faster, again, at most three times.
//! Commands know no HTTP and run over any [`takt_store::Store`], so that components, the background and tests share them.

pub mod archive;
pub mod audit;
pub mod calendar;
pub mod caller;
pub mod command;
pub mod costs;
pub mod count;
pub mod entry;
pub mod exceptions;
pub mod export;
pub mod flow;
pub mod forms;
pub mod keep;
pub mod load;
pub mod lot;
pub mod machine;
pub mod planning;
pub mod quality;
pub mod reservation;
pub mod scan;
pub mod seal;
pub mod shortages;
pub mod signature;
pub mod stock;
pub mod supply;
pub mod trace;
pub mod user;
pub mod watch;
pub mod webhook;
