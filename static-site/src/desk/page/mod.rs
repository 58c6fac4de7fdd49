//! One module for each page of the desk; `app::PAGES` says at which address.

pub(crate) mod alerts;
pub(crate) mod approvals;
pub(crate) mod board;
pub(crate) mod comparisons;
pub(crate) mod conflicts;
pub(crate) mod counts;
pub(crate) mod deputies;
pub(crate) mod exception_settings;
pub(crate) mod exceptions;
pub(crate) mod fields;
pub(crate) mod flows;
pub(crate) mod inspections;
pub(crate) mod labels;
pub(crate) mod lifecycle;
pub(crate) mod morning;
pub(crate) mod new_order;
pub(crate) mod nonconformances;
pub(crate) mod plans;
pub(crate) mod quality_settings;
pub(crate) mod resources;
pub(crate) mod schedule;
pub(crate) mod supply;
pub(crate) mod trail;
pub(crate) mod users;
pub(crate) mod watch;
pub(crate) mod why;
