//! The calls that set the background to work.

use http::header::AUTHORIZATION;
use http::{Method, Request};
use subtle::ConstantTimeEq;
use takt_api::problem::ProblemType;
use takt_store::PlantNumber;
use takt_web::failure::{Failure, Outcome, json};

use crate::sweep;

/// Another component says that there is something to do; with `?plant=NUMBER` that reports of this plant wait in the queue.
/// Only components of this application get here.
pub(crate) async fn wake<B>(request: &Request<B>) -> Outcome {
    only_post(request)?;
    let store = takt_web::spin::store().await?;
    json(200, &sweep::sweep(&store, plant(request)).await?)
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
    json(200, &sweep::sweep(&takt_web::spin::store().await?, None).await?)
}

fn only_post<B>(request: &Request<B>) -> Result<(), Failure> {
    if request.method() == Method::POST {
        return Ok(());
    }
    Err(Failure::because(ProblemType::MethodNotAllowed, "POST"))
}
