//! The pages with charts.

pub(crate) mod manager;
pub(crate) mod operations;
