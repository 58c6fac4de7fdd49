//! `GET /health/live`: the program answers, whatever else is missing. Nothing is looked at.

use takt_api::master::{Health, HealthPart};
use takt_web::failure::{Outcome, json};

pub(crate) fn live() -> Outcome {
    let program = HealthPart { part: "program".into(), ok: true, detail: env!("CARGO_PKG_VERSION").into() };
    json(200, &Health { ok: true, degraded: false, parts: vec![program] })
}
