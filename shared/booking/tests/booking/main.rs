//! Reports through a real queue into a real store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod batches;
mod failing;
mod settling;
mod world;
