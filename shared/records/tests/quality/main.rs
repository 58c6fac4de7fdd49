//! Commands of quality and of exceptions, over a real SQLite file.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod exceptions;
mod inspections;
mod signatures;
mod world;
