//! The steps of the protocol, each one call of a function in Redis.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use takt_redis::{Arg, Redis, RedisError, Value};

use crate::clock::{Circuit, Clock};
use crate::{KEEP_MS, LEASE_MS, MARK_MS};

/// Grows with every change of the library, so that a program brings its own along.
const VERSION: &str = "1";

/// How long Redis may take for an answer, in milliseconds: the store is asked instead, so waiting longer gains nothing.
const ANSWER_MS: u64 = 250;

/// What a writer waits beyond the lease, since Redis counts in whole milliseconds.
const MARGIN_MS: u64 = 10;

/// The function library as it is loaded.
pub fn library() -> String {
    include_str!("cache.lua")
        .replace("@VERSION@", VERSION)
        .replace("@LEASE_MS@", &LEASE_MS.to_string())
        .replace("@MARK_MS@", &MARK_MS.to_string())
}

/// A cache in one Redis.
#[derive(Debug)]
pub struct Cache<R, C> {
    redis: R,
    clock: C,
    circuit: &'static Circuit,
    library: String,
}

/// What a reader finds.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// An entry that may be shown.
    Fresh(Vec<u8>),
    /// Nothing: read the store, then fill under this token.
    Token(Token),
    /// Nothing, and nothing may be filled in now.
    Store,
}

/// The right to fill an entry with what is read from now on.
#[derive(Debug, PartialEq)]
pub(crate) struct Token {
    life: String,
    number: i64,
    read_ms: i64,
}

/// What stands until a writer finishes, or for `MARK_MS`.
#[derive(Debug)]
pub(crate) struct Mark {
    life: String,
    number: i64,
}

/// No answer of use came from Redis.
#[derive(Debug)]
pub(crate) struct Failed;

impl<R: Redis, C: Clock> Cache<R, C> {
    /// The cache in this server. The circuit outlives a request, and is one for each server that a process speaks to.
    pub fn new(redis: R, clock: C, circuit: &'static Circuit) -> Self {
        Self { redis, clock, circuit, library: library() }
    }

    /// With another library: for tests, which leave steps of it out.
    #[must_use]
    pub fn with_library(self, library: String) -> Self {
        Self { library, ..self }
    }

    pub(crate) async fn look(&self, entry: &str, tags: &[String]) -> Result<Found, Failed> {
        let answer = self.function("takt_cache_look", &[entry], Vec::new(), tags).await?;
        let found = match (answer.first().and_then(Value::text), answer.get(1..).unwrap_or_default()) {
            (Some("fresh"), [Value::Bytes(body)]) => Found::Fresh(body.clone()),
            (Some("token"), [life, number, read_ms]) => {
                let token = |life: &str, number, read_ms| Token { life: life.to_owned(), number, read_ms };
                let read = life.text().zip(number.int()).zip(read_ms.int());
                read.map_or(Found::Store, |((life, number), read_ms)| Found::Token(token(life, number, read_ms)))
            }
            _ => Found::Store,
        };
        Ok(found)
    }

    pub(crate) async fn fill(&self, entry: &str, token: Token, body: Vec<u8>) {
        let args = vec![
            token.life.into(),
            token.number.into(),
            token.read_ms.into(),
            (KEEP_MS as i64).into(),
            Arg::Bytes(body),
        ];
        // A server that is full may refuse it, and then the next reader tries.
        let _ = self.function("takt_cache_fill", &[entry], args, &[]).await;
    }

    pub(crate) async fn begin(&self, tags: &[String]) -> Result<Mark, Failed> {
        let answer = self.function("takt_cache_begin", &[], Vec::new(), tags).await?;
        match answer.as_slice() {
            [word, life, number] if word.text() == Some("marked") => {
                let mark = life.text().zip(number.int());
                mark.map(|(life, number)| Mark { life: life.to_owned(), number }).ok_or(Failed)
            }
            _ => Err(Failed),
        }
    }

    pub(crate) async fn finish(&self, mark: Option<&Mark>, booked: bool, tags: &[String]) -> Result<(), Failed> {
        let (life, number) = mark.map_or(("", 0), |mark| (mark.life.as_str(), mark.number));
        let args = vec![life.into(), number.into(), i64::from(booked).into()];
        let answer = self.function("takt_cache_finish", &[], args, tags).await?;
        if answer.first().and_then(Value::text) == Some("finished") { Ok(()) } else { Err(Failed) }
    }

    /// Until no entry from before is fresh any more, without the help of Redis.
    pub(crate) async fn wait_lease_out(&self) {
        self.clock.wait(LEASE_MS + MARGIN_MS).await;
    }

    /// What was last filled in, fresh or not, and when that was read from the store, in ms since 1970.
    pub(crate) async fn last(&self, entry: &str) -> Option<(i64, Vec<u8>)> {
        let args = vec![entry.into(), "read_ms".into(), "body".into()];
        let answer = self.call("HMGET", args).await.ok()?;
        match answer.as_slice() {
            [read_ms, Value::Bytes(body)] => Some((read_ms.int()?, body.clone())),
            _ => None,
        }
    }

    /// Whether the server answers; why not, in words.
    pub async fn ping(&self) -> Result<(), String> {
        self.call("PING", Vec::new()).await.map(|_| ()).map_err(|error| error.to_string())
    }

    async fn function(&self, name: &str, keys: &[&str], args: Vec<Arg>, tags: &[String]) -> Result<Vec<Value>, Failed> {
        let mut all: Vec<Arg> = vec![name.into(), (keys.len() as i64).into()];
        all.extend(keys.iter().map(|key| Arg::from(*key)));
        all.push(VERSION.into());
        all.extend(args);
        all.extend(tags.iter().map(|tag| Arg::from(tag.as_str())));
        let mut load: Vec<Arg> = vec!["LOAD".into()];
        match self.call("FCALL", all.clone()).await {
            Ok(answer) if answer.first().and_then(Value::text) != Some("version") => return Ok(answer),
            // The library of another version.
            Ok(_) => load.push("REPLACE".into()),
            // A new server.
            Err(error) if error.is_missing_function() => {}
            Err(_) => return Err(Failed),
        }
        load.push(self.library.as_str().into());
        // Where somebody else was faster it is refused, and that is well: loading it again would end a life that began.
        if let Err(RedisError::Unavailable(_)) = self.call("FUNCTION", load).await {
            return Err(Failed);
        }
        self.call("FCALL", all).await.map_err(|_| Failed)
    }

    pub(crate) async fn call(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError> {
        if !self.circuit.lets_through(self.clock.now_ms()) {
            return Err(RedisError::Unavailable("it did not a moment ago".to_owned()));
        }
        let mut call = pin!(self.redis.call(command, args));
        let mut limit = pin!(self.clock.wait(ANSWER_MS));
        let first = poll_fn(|context| match call.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer),
            Poll::Pending => limit
                .as_mut()
                .poll(context)
                .map(|()| Err(RedisError::Unavailable(format!("no answer within {ANSWER_MS} ms")))),
        });
        let answer = first.await;
        match &answer {
            Err(RedisError::Unavailable(_)) => self.circuit.failed(self.clock.now_ms()),
            Err(RedisError::Refused(why)) if !why.contains("Function not found") && !why.contains("already exists") => {
                eprintln!("the cache's Redis refuses {command}: {why}");
            }
            _ => {}
        }
        answer
    }
}
