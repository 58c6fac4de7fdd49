//! The runtime against a small component that does what it is told, good or bad, and against real servers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod app;
mod http1;
mod limits;
mod manifest;
mod outbound;
mod postgres;
mod process;
mod redis;
mod routes;
mod servers;
mod sqlite;
mod sqlite_batch;
mod traps;
mod variables;
