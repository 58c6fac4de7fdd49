//! The rules, without a store. One program: each would be compiled with all that it stands on, over and over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calendar;
mod conservation;
mod counts;
mod documents;
mod fields;
mod flow_check;
mod flow_document;
mod gs1;
mod label;
mod lot_use;
mod lots;
mod model;
mod operations;
mod quality;
mod schedule;
mod semi;
mod shortage;
mod support;
mod trace;
mod transitions;
mod walk;
mod watch;
mod why;
