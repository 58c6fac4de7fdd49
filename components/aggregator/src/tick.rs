//! The calls that set the background to work.

use http::header::AUTHORIZATION;
use http::{Method, Request};
use spin_sdk::http::{EmptyBody, send};
use subtle::ConstantTimeEq;
use takt_api::host::{HOST_STATE_HEADER, HostFigures};
use takt_api::problem::ProblemType;
use takt_store::PlantNumber;
use takt_web::failure::{Failure, Outcome, json};

use crate::sweep;

const DELIVER: &str = "http://notifier.spin.internal/internal/v1/deliver";

/// Another component says that there is something to do; with `?plant=NUMBER` that reports of this plant wait in the queue. A
/// host that measures itself says here what it has measured.
/// Only components of this application get here.
pub(crate) async fn wake<B>(request: &Request<B>) -> Outcome {
    only_post(request)?;
    let store = takt_web::spin::store().await?;
    let said = request.headers().get(HOST_STATE_HEADER).and_then(|value| value.to_str().ok());
    let figures = said.and_then(HostFigures::parse);
    json(200, &sweep::sweep(&store, plant(request), figures.as_ref()).await?)
}

/// The plant that `?plant=` names.
fn plant<B>(request: &Request<B>) -> Option<PlantNumber> {
    let query = request.uri().query()?;
    query.strip_prefix("plant=")?.parse().ok().map(PlantNumber)
}

/// A timer asks for whatever is left to do.
pub(crate) async fn tick<B>(request: &Request<B>) -> Outcome {
    only_post(request)?;
    let expected = spin_sdk::variables::get("tick_token").await.unwrap_or_default();
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // Where nobody has set a token, nobody has it.
    let known = given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(expected.as_bytes())));
    if expected.is_empty() || !known {
        return Err(Failure::new(ProblemType::Unauthorized));
    }
    let swept = sweep::sweep(&takt_web::spin::store().await?, None, None).await?;
    // Where no host of ours calls it, the timer of the plant is the timer of its webhooks as well.
    let request = Request::post(DELIVER).body(EmptyBody::new()).map_err(|_| Failure::new(ProblemType::Internal))?;
    if let Err(error) = send(request).await {
        eprintln!("webhooks are not delivered: {error}");
    }
    json(200, &swept)
}

fn only_post<B>(request: &Request<B>) -> Result<(), Failure> {
    if request.method() == Method::POST {
        return Ok(());
    }
    Err(Failure::because(ProblemType::MethodNotAllowed, "POST"))
}
