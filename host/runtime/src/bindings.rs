//! Spin's interfaces, generated from the WIT that `spin-sdk` carries (see `build.rs`).
#![allow(unreachable_pub, clippy::all, reason = "generated")]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
