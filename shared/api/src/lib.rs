//! What travels between the pages, the command line, other systems and the components: one source for all of them.
//!
//! Every type here is plain serde. Unknown fields in a request are an error. [`route::ROUTES`] is the one table of
//! calls: it drives the router, the permission checks, the limits and the OpenAPI document.

pub mod archive;
pub mod audit;
pub mod bulk;
pub mod comparison;
pub mod conflict;
pub mod counts;
pub mod doctor;
pub mod exceptions;
pub mod flows;
pub mod forms;
pub mod host;
pub mod identity;
pub mod import;
pub mod insight;
pub mod lifecycle;
pub mod lots;
pub mod machines;
pub mod master;
#[cfg(feature = "schema")]
pub mod openapi;
pub mod operations;
pub mod orders;
pub mod pages;
pub mod problem;
pub mod production;
pub mod quality;
pub mod reports;
pub mod route;
pub mod schedule;
pub mod stock;
pub mod supply;
pub mod trace;
pub mod watch;
pub mod webhooks;
pub mod words;

use serde::{Deserialize, Serialize};

/// One page of a list. `next` is passed as `after` to get the following one; none when this is the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The rows, at most 200.
    pub rows: Vec<T>,
    /// An opaque cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The most rows that a page may have.
pub const PAGE_MAX: usize = 200;

/// The rows of a page where the caller names no number.
pub const PAGE_DEFAULT: usize = 50;

/// The largest body of a request, in bytes.
pub const BODY_MAX: usize = 256 * 1024;

/// The longest free text (a reason, a note), in characters.
pub const TEXT_MAX: usize = 1000;
