//! The Spin side: one entry for every component.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use spin_sdk::http::{FullBody, Request};
use takt_api::BODY_MAX;
use takt_api::problem::ProblemType;
use takt_cache::{Cache, Cached, CallerRate, Circuit, SpinClock};
use takt_records::machine;
use takt_redis::SpinRedis;
use takt_store::{
    AnyStore, Commit, PlantNumber, PostgresStore, SpinDriver, SpinPostgres, SqliteStore, Store, StoreError,
};

use crate::call::{self, Call};
use crate::failure::{self, Failure, Outcome};
use crate::origin;

/// The database of a component.
pub type Database = AnyStore<SpinDriver, SpinPostgres>;

/// The store of a component: the database, with the cache before it where there is one.
pub type SpinStore = Cached<Database, SpinRedis, SpinClock>;

/// How long a cache that did not answer is left alone, in milliseconds.
const CACHE_REST_MS: u64 = 1_000;

/// How often it is written down that a machine has called, in milliseconds.
const SEEN_MS: i64 = 5 * 60_000;

/// How long an ended session may still read, in milliseconds.
const ENDED_SESSIONS_TTL_MS: i64 = 5_000;

/// Answers a request with `handle`, which gets a checked call and the store.
pub async fn serve<H>(component: &str, request: Request, handle: H) -> Response<FullBody<Bytes>>
where
    H: AsyncFnOnce(&SpinStore, &Call) -> Outcome,
{
    let (parts, body) = request.into_parts();
    let lang = call::lang(&parts.headers);
    static ORIGINS: OnceLock<String> = OnceLock::new();
    // Pages of the API's own address say no origin with what they read, so most requests need not look it up.
    let is_from_page = parts.headers.contains_key(http::header::ORIGIN);
    let origins = if is_from_page { variable(&ORIGINS, "allowed_origins").await } else { "" };
    let page = origin::allowed(origins, &parts.headers);
    if let Some(answer) = origin::preflight(&parts.method, &parts.headers, page.as_ref()) {
        return answer.map(FullBody::new);
    }
    let outcome = match read_body(&parts.headers, body).await {
        Ok(body) => answer(component, (&parts.method, &parts.uri, parts.headers), body, handle).await,
        Err(failure) => Err(failure),
    };
    let mut response = outcome.unwrap_or_else(|failure| failure.response(lang));
    if !origins.is_empty() {
        origin::mark(response.headers_mut(), page.as_ref());
    }
    // What goes on after the answer keeps its stream open; a client that knows the length need not wait for that.
    if !matches!(response.status().as_u16(), 204 | 304) {
        let length = response.body().len().into();
        response.headers_mut().insert(http::header::CONTENT_LENGTH, length);
    }
    response.map(FullBody::new)
}

async fn answer<H>(component: &str, head: (&http::Method, &http::Uri, HeaderMap), body: Bytes, handle: H) -> Outcome
where
    H: AsyncFnOnce(&SpinStore, &Call) -> Outcome,
{
    let key = token_key().await?;
    let call = Call::read(component, head, body, key, Timestamp::now())?;
    // A write decides on what is so, a query may be answered by the cache.
    let is_query = call.route.method == "GET";
    let store = store().await?;
    let store = if is_query { store.with_cached_reads() } else { store };
    if let Some(caller) = &call.caller
        && is_ended(&store, caller.plant, &caller.session, call.now.as_millisecond()).await?
    {
        return Err(Failure::new(ProblemType::Unauthorized));
    }
    check_rate(&store, &call).await?;
    let answered = handle(&store, &call).await?;
    note_machine(&store, &call).await;
    Ok(match store.as_of_ms() {
        Some(as_of_ms) => failure::unchecked_since(answered, as_of_ms, call.now.as_millisecond()),
        None if is_query => failure::unless_known(answered, &call.headers),
        None => answered,
    })
}

/// Writes down that a machine has called, once in [`SEEN_MS`].
async fn note_machine(store: &SpinStore, call: &Call) {
    let Some(caller) = call.caller.as_ref().filter(|caller| caller.actor.scopes.is_some()) else { return };
    let (now_ms, who) = (caller.now_ms(), (caller.plant, caller.actor.user.to_string()));
    let is_known = SEEN.with_borrow_mut(|seen| {
        let is_known = seen.get(&who).is_some_and(|at_ms| (0..SEEN_MS).contains(&(now_ms - at_ms)));
        if !is_known {
            seen.insert(who, now_ms);
        }
        is_known
    });
    if !is_known {
        let mut commit = Commit::new(caller.plant, now_ms);
        commit.records.push(machine::seen(&caller.actor.user, caller.now));
        // The call has been answered for; this is for a page that shows it.
        if let Err(error) = store.commit(&commit).await {
            eprintln!("that the machine {} has called was not written down: {error}", caller.actor.user);
        }
    }
}

/// With a Redis, all hosts count the calls of one user at one device together, at the rate in the variable `caller_rate`.
/// Without one each host counts for itself.
async fn check_rate(store: &SpinStore, call: &Call) -> Result<(), Failure> {
    static RATE: OnceLock<String> = OnceLock::new();
    let (Some(cache), Some(caller)) = (store.cache(), &call.caller) else { return Ok(()) };
    let Some(rate) = CallerRate::parse(variable(&RATE, "caller_rate").await) else { return Ok(()) };
    let name = format!("{}|{}|{}", caller.plant, caller.actor.user, caller.device);
    match cache.count_call(&name, rate).await {
        None => Ok(()),
        Some(wait_ms) => {
            Err(Failure { retry_after_s: Some(wait_ms.div_ceil(1_000)), ..Failure::new(ProblemType::TooMany) })
        }
    }
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

/// The database that the variable `store_url` names, else SQLite. Nothing is opened yet.
pub async fn database() -> Database {
    static URL: OnceLock<String> = OnceLock::new();
    match variable(&URL, "store_url").await {
        "" => AnyStore::Sqlite(SqliteStore::new(SpinDriver::default())),
        url => AnyStore::Postgres(PostgresStore::new(SpinPostgres::new(url.to_owned()))),
    }
}

/// The cache that the variable `cache_url` names, if any.
pub async fn cache() -> Option<Cache<SpinRedis, SpinClock>> {
    static URL: OnceLock<String> = OnceLock::new();
    static CIRCUIT: Circuit = Circuit::new(CACHE_REST_MS);
    match variable(&URL, "cache_url").await {
        "" => None,
        url => Some(Cache::new(SpinRedis::new(url), SpinClock, &CIRCUIT)),
    }
}

/// The record store, at the schema of this build. While the database does not answer, neither does what is asked of it; but
/// there are calls that can do without.
pub async fn store() -> Result<SpinStore, Failure> {
    static READY: OnceLock<()> = OnceLock::new();
    let database = database().await;
    if READY.get().is_none() {
        match database.ensure_schema().await {
            Ok(()) => drop(READY.set(())),
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Cached::new(database, cache().await))
}

/// A variable of the application: the same for every request, so it may stay in the instance.
async fn variable(known: &'static OnceLock<String>, name: &str) -> &'static str {
    if let Some(value) = known.get() {
        return value;
    }
    let value = spin_sdk::variables::get(name).await.unwrap_or_default();
    known.get_or_init(|| value.trim().to_owned())
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
    /// When machines were last written down as having called, in milliseconds since 1970.
    static SEEN: RefCell<BTreeMap<(PlantNumber, String), i64>> = const { RefCell::new(BTreeMap::new()) };
    /// The ended sessions of the plants that this instance has served. They are no user's data but the absence of it.
    static ENDED: RefCell<Vec<Ended>> = const { RefCell::new(Vec::new()) };
}

async fn is_ended(store: &SpinStore, plant: PlantNumber, session: &str, now_ms: i64) -> Result<bool, Failure> {
    let known = |ttl_ms: i64| {
        ENDED.with_borrow(|all| {
            let fresh = |ended: &&Ended| ended.plant == plant && (0..ttl_ms).contains(&(now_ms - ended.read_at_ms));
            all.iter().find(fresh).map(|ended| ended.sessions.contains(session))
        })
    };
    if let Some(ended) = known(ENDED_SESSIONS_TTL_MS) {
        return Ok(ended);
    }
    let sessions: BTreeSet<String> = match store.ended_sessions(plant, now_ms).await {
        Ok(sessions) => sessions.into_iter().collect(),
        // Nobody can end a session while the store is away, so what was known last is still so. Whoever was never told
        // lets the token speak: the queue, which takes what is written meanwhile, has a list of its own.
        Err(StoreError::Unavailable(_)) => return Ok(known(i64::MAX).unwrap_or(false)),
        Err(error) => return Err(error.into()),
    };
    let ended = sessions.contains(session);
    ENDED.with_borrow_mut(|all| {
        all.retain(|known| known.plant != plant);
        all.push(Ended { plant, read_at_ms: now_ms, sessions });
    });
    Ok(ended)
}
