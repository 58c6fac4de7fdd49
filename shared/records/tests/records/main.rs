//! Commands over a real file. One program: each would be compiled with all that it stands on, over and over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod archive;
mod count;
mod days;
mod documents;
mod lot;
mod quality;
mod seal;
mod watch;
