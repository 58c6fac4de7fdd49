//! What happens when something dies.

use std::time::Duration;

use takt_queue::{DELIVERIES_MAX, QueueError, Status, Verdict};

use crate::{accept, bodies, claim, drain, fill, finish, gate, ids, one, queue, server};

/// As if ten seconds had passed since anybody's last claim.
fn leases_end(redis: &takt_test_servers::Redis) {
    for shard in 0..4 {
        redis.ask(&format!("DEL {{1}}:lease:{shard}"));
    }
    redis.ask("DEL {1}:bookers");
}

#[tokio::test]
async fn entries_of_a_dead_booker_are_handed_out_again_and_first() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("a", 3)).await;
    let claimed = claim(&queue, "dead").await.expect("three entries");
    accept(&queue, &one("later", "A")).await;
    assert_eq!(claim(&queue, "next").await, None, "the lease stands");
    leases_end(&redis);
    let again = claim(&queue, "next").await.expect("they are there");
    assert_eq!(bodies(&again), ["a0", "a1", "a2"]);
    assert!(again.entries.iter().all(|entry| entry.deliveries == 2));
    assert_eq!(finish(&queue, &again).await, 3);
    // The dead one was only slow.
    assert_eq!(finish(&queue, &claimed).await, 0);
    assert_eq!(drain(&queue, "next").await, ["later"]);
}

#[tokio::test]
async fn a_lease_ends_by_itself() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("a", 1)).await;
    claim(&queue, "dead").await.expect("an entry");
    let left = redis
        .ask("PTTL {1}:lease:0")
        .into_iter()
        .chain((1..4).filter_map(|n| redis.ask(&format!("PTTL {{1}}:lease:{n}"))));
    let left: Vec<i64> = left.filter_map(|text| text.trim().trim_start_matches(':').parse().ok()).collect();
    assert!(left.iter().any(|ms| (8_000..=10_000).contains(ms)), "{left:?}");
}

#[tokio::test]
async fn what_brings_its_bookers_down_is_set_apart_and_buried() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &["poison".into(), "good".into(), "fine".into()]).await;
    for _ in 0..3 {
        assert_eq!(bodies(&claim(&queue, "b").await.expect("entries")), ["poison", "good", "fine"]);
        leases_end(&redis);
    }
    let mut last = claim(&queue, "b").await.expect("entries");
    while last.entries[0].deliveries < DELIVERIES_MAX {
        assert_eq!(bodies(&last), ["poison"]);
        leases_end(&redis);
        last = claim(&queue, "b").await.expect("entries");
    }
    assert_eq!(queue.bury(last.shard, &last.entries[0], "it brings bookers down").await, Ok(true));
    assert_eq!(queue.bury(last.shard, &last.entries[0], "again").await, Ok(false));
    assert_eq!(drain(&queue, "b").await, ["good", "fine"]);
    assert_eq!(queue.pending(&["M"]).await, Ok(vec![0]));
    assert_eq!(queue.status("poison").await, Ok(Status::Dead("poison".into())));

    let dead = queue.dead(None, 10).await.expect("an answer");
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].id.as_str(), dead[0].deliveries), ("poison", DELIVERIES_MAX));
    assert_eq!(dead[0].reason, "it brings bookers down");
    assert_eq!(queue.dead(Some(&dead[0].place), 10).await, Ok(Vec::new()));

    assert_eq!(queue.replay(&dead[0].place).await, Ok(Some(true)), "nobody is awake");
    assert_eq!(queue.replay(&dead[0].place).await, Ok(None));
    assert_eq!(queue.pending(&["M"]).await, Ok(vec![-25]));
    assert_eq!(queue.status("poison").await, Ok(Status::Queued("poison".into())));
    let claimed = claim(&queue, "b").await.expect("the letter");
    assert_eq!(claimed.entries[0].deliveries, 1, "it begins anew");
    assert_eq!(finish(&queue, &claimed).await, 1);
    assert_eq!(queue.lag().await.map(|lag| (lag.waiting, lag.dead)), Ok((0, 0)));
}

#[tokio::test]
async fn a_booker_without_a_store_leaves_the_entries_as_they_were() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("a", 2)).await;
    for _ in 0..20 {
        let claimed = claim(&queue, "b").await.expect("entries");
        assert_eq!(claimed.entries.iter().map(|entry| entry.deliveries).collect::<Vec<_>>(), [1, 1]);
        let places: Vec<&str> = claimed.entries.iter().map(|entry| entry.place.as_str()).collect();
        queue.release("b", claimed.shard, &places).await.expect("an answer");
    }
    assert!(accept(&queue, &one("next", "A")).await.call_booker, "it is not awake any more");
    assert_eq!(drain(&queue, "c").await, ["a0", "a1", "next"]);
}

#[tokio::test]
async fn what_was_accepted_outlives_the_server() {
    let mut redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("a", 50)).await;
    let taken = claim(&queue, "b").await.expect("entries");
    redis.kill();
    let refused = queue.accept(&one("lost", "A"), true).await;
    assert!(matches!(refused, Err(QueueError::Unavailable(_))), "{refused:?}");
    redis.start_again();
    assert_eq!(accept(&queue, &one("a7", "A")).await.verdict, Verdict::Known);
    assert_eq!(finish(&queue, &taken).await, 50, "what was claimed can still be acknowledged");
    assert_eq!(accept(&queue, &one("new", "A")).await.verdict, Verdict::Accepted);
    assert_eq!(drain(&queue, "b").await, ["new"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_survives_kills_under_load() {
    let mut redis = server();
    let url = redis.url();
    fill(&queue(&redis, 1), "A", &[]).await;
    let mut tasks = Vec::new();
    for sender in 0..8 {
        let url = url.clone();
        tasks.push(tokio::spawn(async move {
            let queue = takt_queue::Queue::new(takt_redis::NativeRedis::new(&url).expect("an address"), 1);
            let mut accepted = Vec::new();
            for n in 0..60 {
                let id = format!("{sender}/{n}");
                // As clients do: the same key until there is an answer.
                while queue.accept(&one(&id, "A"), true).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                accepted.push(id);
            }
            accepted
        }));
    }
    let mut booked = Vec::new();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        redis.kill();
        redis.start_again();
        if let Some(claimed) = claim(&queue(&redis, 1), "b").await {
            booked.extend(bodies(&claimed).into_iter().map(str::to_owned));
            finish(&queue(&redis, 1), &claimed).await;
        }
    }
    let mut accepted = Vec::new();
    for task in tasks {
        accepted.extend(task.await.expect("no panic"));
    }
    booked.extend(drain(&queue(&redis, 1), "b").await);
    accepted.sort();
    booked.sort();
    assert_eq!(booked, accepted);
}

#[tokio::test]
async fn a_server_that_lost_the_library_is_told_it_again() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("a", 1)).await;
    assert!(redis.ask("FUNCTION FLUSH").is_some_and(|answer| answer.starts_with("+OK")));
    assert_eq!(accept(&queue, &one("b", "A")).await.verdict, Verdict::Accepted);
    assert!(redis.ask("FUNCTION FLUSH").is_some_and(|answer| answer.starts_with("+OK")));
    assert_eq!(drain(&queue, "b").await, ["a0", "b"]);
}

#[tokio::test]
async fn a_full_server_takes_nothing_new_and_is_emptied_all_the_same() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("a", 5)).await;
    redis.ask("CONFIG SET maxmemory 1");
    let refused = queue.accept(&one("b", "A"), true).await;
    assert!(matches!(refused, Err(QueueError::Unavailable(_))), "{refused:?}");
    assert_eq!(drain(&queue, "b").await, ids("a", 5));
    redis.ask("CONFIG SET maxmemory 0");
    assert_eq!(accept(&queue, &one("b", "A")).await.verdict, Verdict::Accepted);
}

#[tokio::test]
async fn settings_that_could_lose_something_are_named() {
    let redis = server();
    let queue = queue(&redis, 1);
    assert_eq!(queue.missing_settings().await, Ok(Vec::new()));
    redis.ask("CONFIG SET appendfsync everysec");
    redis.ask("CONFIG SET maxmemory-policy allkeys-lru");
    let missing = queue.missing_settings().await.expect("an answer");
    assert_eq!(missing, ["appendfsync always", "maxmemory-policy noeviction"]);
    queue.set_gate(&gate("A", 1)).await.expect("an answer");
}
