//! One module for each page of the set-up.

mod exception_settings;
mod fields;
mod flows;
mod plans;
mod quality_settings;
mod resources;
mod units;
mod users;
mod watch;

use takt_api::pages::SETUP;

use crate::frame::pages::{self, Draw};

/// What draws each of them.
pub(crate) const VIEWS: &[(&str, Draw)] = &[
    ("resources", resources::view),
    ("flows", flows::view),
    ("quality", plans::view),
    ("quality-settings", quality_settings::view),
    ("exception-settings", exception_settings::view),
    ("watch", watch::view),
    ("fields", fields::view),
    ("units", units::view),
    ("users", users::view),
];

const _: () = pages::check(&SETUP, VIEWS);
