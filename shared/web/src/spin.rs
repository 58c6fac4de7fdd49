//! The Spin side: one entry for every component.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use spin_sdk::http::{FullBody, Request};
use takt_api::BODY_MAX;
use takt_api::problem::ProblemType;
use takt_store::{PlantNumber, SpinDriver, SqliteStore, Store};

use crate::call::{self, Call};
use crate::failure::{Failure, Outcome};

/// The store of a component.
pub type SpinStore = SqliteStore<SpinDriver>;

/// How long an ended session may still read, in milliseconds.
const ENDED_SESSIONS_TTL_MS: i64 = 5_000;

/// Answers a request with `handle`, which gets a checked call and the store.
pub async fn serve<H>(component: &str, request: Request, handle: H) -> Response<FullBody<Bytes>>
where
    H: AsyncFnOnce(&SpinStore, &Call) -> Outcome,
{
    let (parts, body) = request.into_parts();
    let lang = call::lang(&parts.headers);
    let outcome = match read_body(&parts.headers, body).await {
        Ok(body) => answer(component, (&parts.method, &parts.uri, parts.headers), body, handle).await,
        Err(failure) => Err(failure),
    };
    outcome.unwrap_or_else(|failure| failure.response(lang)).map(FullBody::new)
}

async fn answer<H>(component: &str, head: (&http::Method, &http::Uri, HeaderMap), body: Bytes, handle: H) -> Outcome
where
    H: AsyncFnOnce(&SpinStore, &Call) -> Outcome,
{
    let key = token_key().await?;
    let call = Call::read(component, head, body, key, Timestamp::now())?;
    let store = store().await?;
    if let Some(caller) = &call.caller
        && is_ended(&store, caller.plant, &caller.session, call.now.as_millisecond()).await?
    {
        return Err(Failure::new(ProblemType::Unauthorized));
    }
    handle(&store, &call).await
}

async fn read_body<B>(headers: &HeaderMap, body: B) -> Result<Bytes, Failure>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let declared =
        headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared == Some(0) {
        return Ok(Bytes::new());
    }
    if declared.is_some_and(|length| length > BODY_MAX) {
        return Err(Failure::new(ProblemType::TooLarge));
    }
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::new(ProblemType::TooLarge)),
        Err(error) => Err(Failure::because(ProblemType::BadRequest, format!("the body broke off: {error}"))),
    }
}

/// The record store, at the schema of this build.
pub async fn store() -> Result<SpinStore, Failure> {
    static READY: OnceLock<()> = OnceLock::new();
    let store = SqliteStore::new(SpinDriver::default());
    if READY.get().is_none() {
        store.ensure_schema().await?;
        let _ = READY.set(());
    }
    Ok(store)
}

/// The key that signs tokens: the same for every request of the application, so it may stay in the instance.
pub async fn token_key() -> Result<&'static [u8], Failure> {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key);
    }
    let key = spin_sdk::variables::get("token_key").await.unwrap_or_default();
    if key.len() < 32 {
        eprintln!("the variable token_key needs at least 32 characters");
        return Err(Failure::new(ProblemType::Internal));
    }
    Ok(KEY.get_or_init(|| key.into_bytes()))
}

struct Ended {
    plant: PlantNumber,
    read_at_ms: i64,
    sessions: BTreeSet<String>,
}

thread_local! {
    /// The ended sessions of the plants that this instance has served. They are no user's data but the absence of it.
    static ENDED: RefCell<Vec<Ended>> = const { RefCell::new(Vec::new()) };
}

async fn is_ended(store: &SpinStore, plant: PlantNumber, session: &str, now_ms: i64) -> Result<bool, Failure> {
    let known = ENDED.with_borrow(|all| {
        let fresh =
            |ended: &&Ended| ended.plant == plant && (0..ENDED_SESSIONS_TTL_MS).contains(&(now_ms - ended.read_at_ms));
        all.iter().find(fresh).map(|ended| ended.sessions.contains(session))
    });
    if let Some(ended) = known {
        return Ok(ended);
    }
    let sessions: BTreeSet<String> = store.ended_sessions(plant, now_ms).await?.into_iter().collect();
    let ended = sessions.contains(session);
    ENDED.with_borrow_mut(|all| {
        all.retain(|known| known.plant != plant && now_ms - known.read_at_ms < ENDED_SESSIONS_TTL_MS);
        all.push(Ended { plant, read_at_ms: now_ms, sessions });
    });
    Ok(ended)
}
