//! `GET /api/v1/host`: what the host that answers measured of itself, where it is one that does.

use jiff::Timestamp;
use takt_api::host::{HOST_STATE_HEADER, Host, HostFigures};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

/// In it a host tells which classes of calls it refuses.
const LOAD_LEVEL_HEADER: &str = "x-load-level";

pub(crate) async fn host(call: &Call) -> Outcome {
    call.only_params(&[])?;
    let text = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok());
    let level = text(LOAD_LEVEL_HEADER).and_then(|level| level.parse().ok()).unwrap_or(0);
    let figures = text(HOST_STATE_HEADER).and_then(HostFigures::parse);
    json(200, &Host { at: Timestamp::now(), level, figures })
}
