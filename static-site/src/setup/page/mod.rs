//! One module for each page of the set-up.

mod design;
mod devices;
mod exception_settings;
mod fields;
mod flows;
mod plans;
mod quality_settings;
mod resources;
mod systems;
mod units;
mod users;
mod watch;
mod webhooks;

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
    ("devices", devices::view),
    ("systems", systems::view),
    ("webhooks", webhooks::view),
    ("design", design::view),
];

const _: () = pages::check(&SETUP, VIEWS);
