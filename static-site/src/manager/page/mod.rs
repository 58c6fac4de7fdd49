//! The pages with charts.

mod manager;
mod operations;

use takt_api::pages::MANAGER;

use crate::frame::pages::{self, Draw};

/// What draws each of them.
pub(crate) const VIEWS: &[(&str, Draw)] = &[("manager", |_| manager::view()), ("operations", |_| operations::view())];

const _: () = pages::check(&MANAGER, VIEWS);
