//! Counts, over a real SQLite file.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod killed;
mod plan;
mod race;
mod rules;
mod session;
mod walk;
mod world;
