//! `GET` and `POST /api/v1/webhooks/{webhook}/secret`: what signs, and another one in its place.
//!
//! A rotation keeps the one before for a day: both sign, so that a receiver has time to take up the new one. The answer to a rotation
//! does not tell the secret, since answers are kept for repeats; it is read.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use takt_api::webhooks::{Nothing, WebhookSecret};
use takt_records::webhook::{Endpoint, Previous};
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json as answered};
use takt_web::queue::token;

use crate::list_webhooks::named;
use crate::remove_webhook::changed;

/// How long both sign.
const BOTH: SignedDuration = SignedDuration::from_hours(24);

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let (endpoint, _) = named(store, call).await?;
    let key = takt_web::spin::token_key().await?;
    let plant = call.caller()?.plant.0;
    let secret = |salt: &str| takt_notify::secret(key, plant, &endpoint.id, salt);
    let previous = endpoint.previous.as_ref().filter(|previous| previous.until > call.now);
    let shown = WebhookSecret {
        secret: secret(&endpoint.salt),
        previous: previous.map(|previous| secret(&previous.salt)),
        previous_until: previous.map(|previous| previous.until),
    };
    answered(200, &shown)
}

pub(crate) async fn rotate<S: Store>(store: &S, call: &Call) -> Outcome {
    let Nothing {} = call.json()?;
    let now: Timestamp = call.now;
    let change = |endpoint: &mut Endpoint| {
        let salt = std::mem::replace(&mut endpoint.salt, token());
        endpoint.previous = Some(Previous { salt, until: now + BOTH });
    };
    let caller = call.caller()?;
    answer(&changed(store, caller, call.segment(0), "webhook.secret_rotated.v1", change, |_| json!({})).await?)
}
