//! The calls of the functions, as methods.

use takt_redis::{Arg, Redis, RedisError, Value};

use crate::entry::{Accept, Accepted, Claimed, Dead, Entry, Gate, Lag, Operation, Status, Verdict};
use crate::library::{library, name_of};

/// Why the queue did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// No answer came, or the server takes nothing at the moment. What was asked may have happened all the same.
    #[error("the queue does not answer: {0}")]
    Unavailable(String),
    /// The answer is not one that the functions give.
    #[error("the queue answers something else: {0}")]
    NotUnderstood(String),
}

impl From<RedisError> for QueueError {
    fn from(error: RedisError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Which of several servers a plant belongs to.
pub fn server_of(plant: u32, servers: usize) -> usize {
    plant as usize % servers.max(1)
}

/// The queue of one plant on its server.
#[derive(Debug)]
pub struct Queue<R> {
    redis: R,
    tag: String,
}

impl<R: Redis> Queue<R> {
    /// The plant's queue on this server.
    pub fn new(redis: R, plant: u32) -> Self {
        Self { redis, tag: format!("{{{plant}}}") }
    }

    /// Calls a function, and tells the server the library when it does not know it.
    async fn ask(&self, function: &str, args: Vec<Arg>) -> Result<Vec<Value>, QueueError> {
        let mut call: Vec<Arg> = vec![name_of(function).into(), 1_i64.into(), self.tag.as_str().into()];
        call.extend(args);
        match self.redis.call("FCALL", call.clone()).await {
            Err(error) if error.is_missing_function() => {
                self.redis.call("FUNCTION", vec!["LOAD".into(), "REPLACE".into(), library().into()]).await?;
                Ok(self.redis.call("FCALL", call).await?)
            }
            other => Ok(other?),
        }
    }

    /// Asks for a report to be accepted. Without the gate, where the order cannot be looked up, nothing is judged.
    pub async fn accept(&self, given: &Accept<'_>, gated: bool) -> Result<Accepted, QueueError> {
        let operation = given.operation.to_string();
        let ungated = if gated { "0" } else { "1" };
        let args = [
            given.id,
            given.fingerprint,
            given.session,
            given.order,
            &operation,
            given.good,
            given.scrap,
            given.rework,
            given.body,
            ungated,
            given.equipment,
        ];
        let answer = self.ask("accept", args.map(Arg::from).to_vec()).await?;
        let verdict = match text(&answer, 0)? {
            "accepted" => Verdict::Accepted,
            "known" => Verdict::Known,
            "reused" => Verdict::Reused,
            "ended" => Verdict::SessionEnded,
            "held" => Verdict::Held,
            "store" => Verdict::AtStore,
            "unknown" => Verdict::UnknownOrder,
            other => return Err(QueueError::NotUnderstood(other.to_owned())),
        };
        Ok(Accepted { verdict, call_booker: int(&answer, 1)? == 1, waiting: natural(&answer, 2)? })
    }

    /// Tells the gate of an order. False when it knows a newer version.
    pub async fn set_gate(&self, gate: &Gate) -> Result<bool, QueueError> {
        let version = i64::try_from(gate.version).unwrap_or(i64::MAX);
        let mut args: Vec<Arg> = vec![gate.order.as_str().into(), version.into(), i64::from(gate.shut).into()];
        for operation in &gate.operations {
            args.push(operation.number.to_string().into());
            args.push(rules(operation).into());
        }
        Ok(int(&self.ask("gate", args).await?, 0)? == 1)
    }

    /// From now on nothing is accepted for the order, until [`Self::unhold`] or for `ms` milliseconds. Answers how many
    /// of its reports wait.
    pub async fn hold(&self, order: &str, token: &str, ms: u32) -> Result<u64, QueueError> {
        natural(&self.ask("hold", vec![order.into(), token.into(), i64::from(ms).into()]).await?, 0)
    }

    /// Reports of the order are accepted again, unless somebody else holds it too.
    pub async fn unhold(&self, order: &str, token: &str) -> Result<(), QueueError> {
        self.ask("unhold", vec![order.into(), token.into()]).await.map(|_| ())
    }

    /// Nothing more is accepted for sessions that were ended, for as long as their tokens could be shown.
    pub async fn end_sessions(&self, sessions: &[&str], ttl_s: u32) -> Result<(), QueueError> {
        let mut args = vec![Arg::from(i64::from(ttl_s.max(1)))];
        args.extend(sessions.iter().map(|&session| Arg::from(session)));
        self.ask("end_sessions", args).await.map(|_| ())
    }

    /// Entries to book, for a booker that calls itself `token`; none when nothing is left for it, and then it no longer
    /// counts as awake.
    pub async fn claim(&self, token: &str, limit: usize) -> Result<Option<Claimed>, QueueError> {
        let limit = i64::try_from(limit.max(1)).unwrap_or(i64::MAX);
        let answer = self.ask("claim", vec![token.into(), limit.into()]).await?;
        let Some((shard, rest)) = answer.split_first() else { return Ok(None) };
        let shard = shard.int().ok_or_else(|| not_understood(shard))?;
        let entry = |one: &[Value]| {
            Ok(Entry {
                place: text(one, 0)?.to_owned(),
                deliveries: natural(one, 1)?.try_into().unwrap_or(u32::MAX),
                body: text(one, 2)?.to_owned(),
            })
        };
        Ok(Some(Claimed { shard, entries: rest.chunks(3).map(entry).collect::<Result<_, QueueError>>()? }))
    }

    /// Acknowledges what has ended durably, and forgets it. Answers how many there still were.
    pub async fn finish(&self, shard: i64, places: &[&str]) -> Result<u64, QueueError> {
        if places.is_empty() {
            return Ok(0);
        }
        let mut args = vec![Arg::from(shard)];
        args.extend(places.iter().map(|&place| Arg::from(place)));
        natural(&self.ask("finish", args).await?, 0)
    }

    /// The booker stops and leaves these entries for the next, as if they had not been handed out.
    pub async fn release(&self, token: &str, shard: i64, places: &[&str]) -> Result<(), QueueError> {
        let mut args = vec![Arg::from(token), Arg::from(shard)];
        args.extend(places.iter().map(|&place| Arg::from(place)));
        self.ask("release", args).await.map(|_| ())
    }

    /// Puts an entry among the dead letters. False when it is gone.
    pub async fn bury(&self, shard: i64, entry: &Entry, reason: &str) -> Result<bool, QueueError> {
        let deliveries = i64::from(entry.deliveries);
        let args = vec![shard.into(), entry.place.as_str().into(), deliveries.into(), reason.into()];
        Ok(int(&self.ask("bury", args).await?, 0)? == 1)
    }

    /// Dead letters behind a place, oldest first.
    pub async fn dead(&self, after: Option<&str>, limit: usize) -> Result<Vec<Dead>, QueueError> {
        let limit = i64::try_from(limit.max(1)).unwrap_or(i64::MAX);
        let answer = self.ask("dead", vec![after.unwrap_or_default().into(), limit.into()]).await?;
        let letter = |one: &[Value]| {
            Ok(Dead {
                place: text(one, 0)?.to_owned(),
                id: text(one, 1)?.to_owned(),
                deliveries: natural(one, 2)?.try_into().unwrap_or(u32::MAX),
                reason: text(one, 3)?.to_owned(),
                body: text(one, 4)?.to_owned(),
            })
        };
        answer.chunks(5).map(letter).collect()
    }

    /// Puts a dead letter back into the queue. None when there is no such letter; else whether a booker must be called.
    pub async fn replay(&self, place: &str) -> Result<Option<bool>, QueueError> {
        let answer = self.ask("replay", vec![place.into()]).await?;
        let call_booker = int(&answer, 1)? == 1;
        Ok((int(&answer, 0)? == 1).then_some(call_booker))
    }

    /// What accepted reports will move, by item, in units of the item's scale: above zero where stock will grow.
    pub async fn pending(&self, items: &[&str]) -> Result<Vec<i64>, QueueError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.ask("pending", items.iter().map(|&item| Arg::from(item)).collect()).await?;
        (0..items.len()).map(|n| int(&answer, n)).collect()
    }

    /// Where a receipt is.
    pub async fn status(&self, id: &str) -> Result<Status, QueueError> {
        let answer = self.ask("status", vec![id.into()]).await?;
        match answer.first().and_then(Value::text) {
            None => Ok(Status::Gone),
            Some("dead") => Ok(Status::Dead(text(&answer, 1)?.to_owned())),
            Some(_) => Ok(Status::Queued(text(&answer, 1)?.to_owned())),
        }
    }

    /// How far the plant's queue lags behind.
    pub async fn lag(&self) -> Result<Lag, QueueError> {
        let answer = self.ask("lag", Vec::new()).await?;
        let at = |n| natural(&answer, n);
        Ok(Lag { waiting: at(0)?, oldest_ms: at(1)?, dead: at(2)?, bookers: at(3)? })
    }

    /// What the server's settings lack for a queue that loses nothing; empty when all is well.
    pub async fn missing_settings(&self) -> Result<Vec<String>, QueueError> {
        let mut missing = Vec::new();
        for (name, wanted) in [("appendonly", "yes"), ("appendfsync", "always"), ("maxmemory-policy", "noeviction")] {
            // Many services forbid CONFIG: there the operator's word has to do.
            let Ok(answer) = self.redis.call("CONFIG", vec!["GET".into(), name.into()]).await else { continue };
            if answer.get(1).and_then(Value::text).is_some_and(|found| found != wanted) {
                missing.push(format!("{name} {wanted}"));
            }
        }
        self.lag().await.map(|_| missing)
    }
}

/// The rules of an operation as the functions read them.
fn rules(operation: &Operation) -> String {
    let Operation { max, equipment, scale, made, used, .. } = operation;
    serde_json::json!({"max": max, "equipment": equipment, "scale": scale, "made": made, "used": used}).to_string()
}

fn not_understood(value: &impl std::fmt::Debug) -> QueueError {
    QueueError::NotUnderstood(format!("{value:?}"))
}

fn text(values: &[Value], n: usize) -> Result<&str, QueueError> {
    values.get(n).and_then(Value::text).ok_or_else(|| not_understood(&values.get(n)))
}

fn int(values: &[Value], n: usize) -> Result<i64, QueueError> {
    values.get(n).and_then(Value::int).ok_or_else(|| not_understood(&values.get(n)))
}

fn natural(values: &[Value], n: usize) -> Result<u64, QueueError> {
    u64::try_from(int(values, n)?).map_err(|_| not_understood(&values.get(n)))
}
