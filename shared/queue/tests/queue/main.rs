//! The queue over real Redis 7 servers, with the settings that it needs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod accepting;
mod booking;
mod failing;

use takt_queue::{Accept, Accepted, BATCH_MAX, Claimed, Gate, Operation, Queue, Verdict};
use takt_redis::NativeRedis;
use takt_test_servers::Redis;

/// A server of its own for each test.
fn server() -> Redis {
    Redis::start(&["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"])
}

fn queue(redis: &Redis, plant: u32) -> Queue<NativeRedis> {
    Queue::new(NativeRedis::new(&redis.url()).expect("a well-formed address"), plant)
}

/// An order of 100 pieces: operation 10 uses 2.5 of M for each, operation 20 makes P.
fn gate(order: &str, version: u64) -> Gate {
    let first = Operation {
        number: 10,
        max: "100".into(),
        scale: 1,
        equipment: String::new(),
        made: None,
        used: vec![("M".into(), "2.5".into(), 1)],
    };
    let last = Operation {
        number: 20,
        max: "100".into(),
        scale: 1,
        equipment: String::new(),
        made: Some(("P".into(), 0)),
        used: Vec::new(),
    };
    Gate { order: order.into(), version, shut: false, operations: vec![first, last] }
}

/// A report of one good piece at operation 10.
fn one<'a>(id: &'a str, order: &'a str) -> Accept<'a> {
    let numbers = Accept { good: "1", scrap: "0", rework: "0", ..Accept::default() };
    Accept { id, fingerprint: "f", session: "s", order, operation: 10, body: id, ..numbers }
}

async fn accept(queue: &Queue<NativeRedis>, given: &Accept<'_>) -> Accepted {
    queue.accept(given, true).await.expect("the queue answers")
}

/// Accepts reports of one piece each with these ids; the gate learns the order first.
async fn fill(queue: &Queue<NativeRedis>, order: &str, ids: &[String]) {
    queue.set_gate(&gate(order, 1)).await.expect("the queue answers");
    for id in ids {
        assert_eq!(accept(queue, &one(id, order)).await.verdict, Verdict::Accepted, "{id}");
    }
}

fn ids(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

async fn claim(queue: &Queue<NativeRedis>, token: &str) -> Option<Claimed> {
    queue.claim(token, BATCH_MAX).await.expect("the queue answers")
}

fn bodies(claimed: &Claimed) -> Vec<&str> {
    claimed.entries.iter().map(|entry| entry.body.as_str()).collect()
}

async fn finish(queue: &Queue<NativeRedis>, claimed: &Claimed) -> u64 {
    let places: Vec<&str> = claimed.entries.iter().map(|entry| entry.place.as_str()).collect();
    queue.finish(claimed.shard, &places).await.expect("the queue answers")
}

/// Books everything; what was booked, in its order.
async fn drain(queue: &Queue<NativeRedis>, token: &str) -> Vec<String> {
    let mut booked = Vec::new();
    while let Some(claimed) = claim(queue, token).await {
        booked.extend(bodies(&claimed).into_iter().map(str::to_owned));
        assert_eq!(finish(queue, &claimed).await, claimed.entries.len() as u64);
    }
    booked
}
