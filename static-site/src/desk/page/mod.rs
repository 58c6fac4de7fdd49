//! One module for each page of the desk's daily pages.

mod alerts;
mod approvals;
mod board;
mod deputies;
mod exceptions;
mod inspections;
mod lifecycle;
mod morning;
mod new_order;
mod nonconformances;
mod orders;
mod schedule;
mod why;
mod work_order;

use takt_api::pages::DESK;

use crate::frame::pages::{self, Draw};

/// What draws each of them.
pub(crate) const VIEWS: &[(&str, Draw)] = &[
    ("board", board::view),
    ("orders", orders::view),
    ("work-order", work_order::view),
    ("schedule", schedule::view),
    ("approvals", approvals::view),
    ("deputies", deputies::view),
    ("morning", morning::view),
    ("alerts", alerts::view),
    ("why", why::view),
    ("lifecycle", lifecycle::view),
    ("new-order", new_order::view),
    ("exceptions", exceptions::view),
    ("nonconformances", nonconformances::view),
    ("inspections", inspections::view),
];

const _: () = pages::check(&DESK, VIEWS);
