//! Rollups over a real file. One program: each would be compiled with all that it stands on, over and over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod derive;
mod lifecycle;
mod production;
mod support;
