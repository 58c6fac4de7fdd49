//! The rules of production, and nothing else: no I/O, no clock, no randomness, nothing async.
//!
//! Time, ids and permissions come in as arguments, so a decision depends on its input alone. The server commits what
//! [`decide`] returns; the same code, compiled into the browser, says which buttons are open and why others are not.

pub mod approval;
pub mod archive;
pub mod calendar;
pub mod columns;
pub mod compare;
pub mod cost;
pub mod count;
pub mod decide;
pub mod document;
pub mod exception;
pub mod extra_issue;
pub mod facts;
pub mod field;
pub mod flow;
pub mod gs1;
pub mod guard;
pub mod id;
pub mod kanban;
pub mod kit;
pub mod label;
pub mod ledger;
pub mod lot;
pub mod lots;
pub mod master;
pub mod movement;
pub mod operation;
pub mod order;
pub mod permission;
pub mod quality;
pub mod quantity;
pub mod refusal;
pub mod report;
pub mod resource;
pub mod scan;
pub mod schedule;
pub mod semi;
pub mod shortage;
pub mod signature;
mod sorted;
pub mod supply;
pub mod text;
pub mod time;
pub mod trace;
pub mod unit;
pub mod watch;
pub mod why;
