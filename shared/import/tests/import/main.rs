//! Imports and comparisons over a real file. One program: each would be compiled with all that it stands on, over and over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_files;
mod compared;
mod counted_list;
mod counted_rows;
mod document;
mod documents;
mod lumenpnp;
mod parts;
mod support;
