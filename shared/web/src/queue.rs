//! The queue of reports as components see it: the variable `queue_urls` names its servers, separated by commas; without it
//! there is none.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::Duration;

use http::Request;
use jiff::Timestamp;
use spin_sdk::http::{EmptyBody, send};
use takt_queue::{Lag, Queue, QueueError, server_of};
use takt_redis::{Arg, Redis, RedisError, SpinRedis, Value};
use takt_store::{PlantNumber, Store};

/// A component's queue.
pub type SpinQueue = Queue<Patient>;

/// How long a server that did not answer is left alone, in milliseconds: what comes meanwhile goes on without it.
const REST_MS: i64 = 1_000;

/// How long an ended session is remembered, in seconds: longer than any token works.
const ENDED_S: u32 = 3 * 24 * 3_600;

/// Where components call a booker.
const WAKE: &str = "http://aggregator.spin.internal/internal/v1/wake";

thread_local! {
    /// Servers that did not answer, and when they are asked again.
    static RESTING: RefCell<Vec<(String, i64)>> = const { RefCell::new(Vec::new()) };
}

thread_local! {
    /// Which servers keep what they took, as this instance has found.
    static DURABLE: RefCell<Vec<(String, bool)>> = const { RefCell::new(Vec::new()) };
}

/// A server that is not asked over and over while it does not answer.
#[derive(Clone, Debug)]
pub struct Patient {
    url: String,
    redis: SpinRedis,
}

impl Redis for Patient {
    async fn call(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError> {
        let now_ms = Timestamp::now().as_millisecond();
        let rests = RESTING.with_borrow_mut(|resting| {
            resting.retain(|(_, until_ms)| *until_ms > now_ms);
            resting.iter().any(|(url, _)| *url == self.url)
        });
        if rests {
            return Err(RedisError::Unavailable("it did not answer a moment ago".into()));
        }
        let answer = self.redis.call(command, args).await;
        if let Err(RedisError::Unavailable(_)) = answer {
            let until_ms = Timestamp::now().as_millisecond() + REST_MS;
            RESTING.with_borrow_mut(|resting| resting.push((self.url.clone(), until_ms)));
        }
        answer
    }
}

async fn urls() -> &'static [String] {
    static URLS: OnceLock<Vec<String>> = OnceLock::new();
    if let Some(urls) = URLS.get() {
        return urls;
    }
    let listed = spin_sdk::variables::get("queue_urls").await.unwrap_or_default();
    let urls = listed.split(',').map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    URLS.get_or_init(|| urls.collect())
}

fn at(url: &str, plant: PlantNumber) -> SpinQueue {
    Queue::new(Patient { url: url.to_owned(), redis: SpinRedis::new(url) }, plant.0)
}

/// The queue that a plant's reports go into, if there is one. A server that could lose what it took is none.
pub async fn of(plant: PlantNumber) -> Option<SpinQueue> {
    let urls = urls().await;
    let url = urls.get(server_of(plant.0, urls.len()))?;
    let queue = at(url, plant);
    let is_durable = DURABLE.with_borrow(|known| known.iter().find(|(known, _)| known == url).map(|(_, is)| *is));
    let is_durable = match is_durable {
        Some(is_durable) => is_durable,
        // A server that does not answer says so again when it is asked for something.
        None => queue.missing_settings().await.is_ok_and(|missing| {
            if !missing.is_empty() {
                eprintln!("the queue at {} lacks {}: reports are booked at once", shown(url), missing.join(", "));
            }
            DURABLE.with_borrow_mut(|known| known.push((url.clone(), missing.is_empty())));
            missing.is_empty()
        }),
    };
    is_durable.then_some(queue)
}

/// The plant's part of every server, its own first: for bookers, who find there what was accepted before the list changed.
pub async fn all_of(plant: PlantNumber) -> Vec<SpinQueue> {
    let urls = urls().await;
    let own = server_of(plant.0, urls.len());
    let (before, from) = urls.split_at(own.min(urls.len()));
    from.iter().chain(before).map(|url| at(url, plant)).collect()
}

/// A name that nobody else has, for a booker or a holder.
pub fn token() -> String {
    let mut bytes = [0_u8; 12];
    // Without random bytes the time of the call tells one from another.
    if getrandom::fill(&mut bytes).is_err() {
        bytes[..8].copy_from_slice(&Timestamp::now().as_nanosecond().to_le_bytes()[..8]);
    }
    crate::failure::hex(&bytes)
}

/// Has a booker work on what waits for a plant, and comes back when it has done so. What goes wrong is left to the timer.
pub async fn call_booker(plant: PlantNumber) {
    let request = Request::post(format!("{WAKE}?plant={plant}")).body(EmptyBody::new());
    match request {
        Ok(request) => {
            if let Err(error) = send(request).await {
                eprintln!("no booker could be called: {error}");
            }
        }
        Err(error) => eprintln!("no booker could be called: {error}"),
    }
}

/// Lets some time pass.
pub async fn pause(time: Duration) {
    let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    spin_sdk::wasip3::clocks::monotonic_clock::wait_for(ns).await;
}

/// Has a booker work after the caller has answered.
pub fn call_booker_later(plant: PlantNumber) {
    spin_sdk::wasip3::spawn(call_booker(plant));
}

/// What accepted reports will move of items, in units of their scale; none where the queue does not answer, and so nobody
/// knows.
pub async fn pending(plant: PlantNumber, items: &[&str]) -> Option<Vec<i64>> {
    let urls = urls().await;
    match urls.get(server_of(plant.0, urls.len())) {
        Some(url) => at(url, plant).pending(items).await.ok(),
        None => Some(vec![0; items.len()]),
    }
}

/// Tells the queue which sessions of a plant have ended: nothing more is accepted for them. Where the queue does not
/// answer, their tokens stop to work within five seconds all the same.
pub async fn tell_ended_sessions<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) {
    let Some(queue) = of(plant).await else { return };
    let Ok(ended) = store.ended_sessions(plant, now_ms).await else { return };
    let ended: Vec<&str> = ended.iter().map(String::as_str).collect();
    if let Err(error) = queue.end_sessions(&ended, ENDED_S).await {
        eprintln!("the queue has not heard of ended sessions: {error}");
    }
}

/// How a server of the queue is.
#[derive(Clone, Debug)]
pub struct Health {
    /// Its address, without secrets.
    pub server: String,
    /// What it holds of these plants, and the settings that it lacks; else why there is no answer.
    pub found: Result<(Lag, Vec<String>), String>,
}

/// How each server is, with the plants that belong to it.
pub async fn health(plants: &[PlantNumber]) -> Vec<Health> {
    let urls = urls().await;
    let mut all = Vec::new();
    for (at_place, url) in urls.iter().enumerate() {
        let found = look(url, plants.iter().filter(|plant| server_of(plant.0, urls.len()) == at_place)).await;
        all.push(Health { server: shown(url), found: found.map_err(|error| error.to_string()) });
    }
    all
}

async fn look(url: &str, plants: impl Iterator<Item = &PlantNumber>) -> Result<(Lag, Vec<String>), QueueError> {
    // A server without plants is looked at as well.
    let missing = at(url, PlantNumber(0)).missing_settings().await?;
    let mut sum = Lag::default();
    for plant in plants {
        let lag = at(url, *plant).lag().await?;
        sum.waiting += lag.waiting;
        sum.oldest_ms = sum.oldest_ms.max(lag.oldest_ms);
        sum.dead += lag.dead;
        sum.bookers += lag.bookers;
    }
    Ok((sum, missing))
}

/// An address without what must not be shown.
pub(crate) fn shown(url: &str) -> String {
    url.rsplit_once('@').map_or(url, |(_, host)| host).trim_start_matches("redis://").to_owned()
}
