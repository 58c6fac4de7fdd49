//! The `takt` command as people and scripts call it: what it prints, how it ends. Needs built components, as
//! `cargo takt test` and `cargo takt build` make them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arguments;
mod demo;
mod import;
mod plant;
mod support;
