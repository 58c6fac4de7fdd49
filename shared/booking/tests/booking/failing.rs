//! What happens when something dies, or cannot be booked.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use takt_api::reports::ReportState;
use takt_booking::{Acceptance, book};
use takt_queue::{Accept, BATCH_MAX};

use crate::world::{NativeStore, PLANT, World, report};

fn leases_end(world: &World) {
    for shard in 0..4 {
        world.redis.ask(&format!("DEL {{1}}:lease:{shard}"));
    }
    world.redis.ask("DEL {1}:bookers");
}

#[tokio::test]
async fn a_booker_that_dies_between_its_commit_and_the_acknowledgement_books_nothing_twice() {
    let world = World::new().await;
    let order = world.order(10).await;
    let too_much = {
        world.queued(&order, 10, 8).await;
        world.queued(&order, 10, 5).await
    };
    let fine = world.queued(&order, 10, 1).await;
    let claimed = world.queue.claim("dead", BATCH_MAX).await.expect("an answer").expect("entries");
    let read = |entry: &takt_queue::Entry| takt_booking::QueuedReport::read(&entry.body).expect("a report");
    let reports: Vec<_> = claimed.entries.iter().map(read).collect();
    let all: Vec<_> = reports.iter().collect();
    takt_booking::book_batch(&world.store, PLANT, Timestamp::now(), &all).await.expect("the store answers");
    assert_eq!(world.receipt(&too_much).await.map(|report| report.state), Some(ReportState::Refused));
    // By now the refused one could be booked; but its sender may have seen the receipt.
    let first = world.booked().await.into_values().find(|booked| booked.report.good.units() == 8).expect("the first");
    takt_records::command::reverse_report::reverse_report(&world.store, &world.caller(), &first.id, "wrong")
        .await
        .expect("it is taken back");

    leases_end(&world);
    assert!(world.book().await.done);
    assert_eq!(world.queue.lag().await.map(|lag| lag.waiting), Ok(0));
    assert_eq!(world.receipt(&too_much).await.map(|report| report.state), Some(ReportState::Refused));
    assert_eq!(world.receipt(&fine).await.map(|report| report.state), Some(ReportState::Booked));
    assert_eq!(world.booked().await.len(), 2);
    assert_eq!(world.stock("M").await, 10_000 - 2);
}

#[tokio::test]
async fn poison_is_buried_with_its_reason_and_the_rest_is_booked() {
    let world = World::new().await;
    let order = world.order(10).await;
    let before = world.queued(&order, 10, 1).await;
    for (id, body) in [("broken", "{"), ("newer", r#"{"version": 2}"#)] {
        let poison = Accept {
            id,
            fingerprint: "f",
            session: "s",
            order: order.as_str(),
            operation: 10,
            good: "1",
            scrap: "0",
            rework: "0",
            body,
            ..Accept::default()
        };
        world.queue.accept(&poison, true).await.expect("an answer");
    }
    let after = world.queued(&order, 10, 1).await;
    let progress = world.book().await;
    assert_eq!((progress.booked, progress.buried, progress.done), (2, 2, true));
    for id in [before, after] {
        assert_eq!(world.receipt(&id).await.map(|report| report.state), Some(ReportState::Booked));
    }
    let dead = world.queue.dead(None, 10).await.expect("an answer");
    assert_eq!(dead.iter().map(|letter| letter.id.as_str()).collect::<Vec<_>>(), ["broken", "newer"]);
    assert!(dead.iter().all(|letter| letter.reason.starts_with("unreadable")), "{dead:?}");
}

#[tokio::test]
async fn a_key_that_the_store_knows_for_another_request_ends_among_the_dead() {
    let world = World::new().await;
    let order = world.order(10).await;
    let mut caller = world.caller();
    takt_records::command::report::report(&world.store, &caller, &report(&order, 10, 1)).await.expect("booked");
    caller.key.as_mut().expect("a key").fingerprint = "another".into();
    assert!(matches!(world.send(&caller, &order, 10, 2).await, Acceptance::Queued { .. }));
    assert_eq!(world.book().await.buried, 1);
    let dead = world.queue.dead(None, 10).await.expect("an answer");
    assert!(dead[0].reason.contains("another request"), "{dead:?}");
    assert_eq!(world.stock("M").await, 10_000 - 2);
}

#[tokio::test]
async fn without_the_store_reports_are_accepted_and_wait() {
    let world = World::new().await;
    let order = world.order(10).await;
    let gone =
        NativeStore::new(takt_store::NativeDriver::open("/proc/takt-is-not-there/takt.db").unwrap_or_else(|_| {
            let folder = tempfile::tempdir().expect("a folder");
            // A file in a folder that has gone: whatever is asked fails.
            let driver = takt_store::NativeDriver::open(folder.path().join("x.db")).expect("a file");
            drop(folder);
            driver
        }));
    let sent = takt_booking::accept(&gone, &world.queue, &world.caller(), &report(&order, 10, 1)).await;
    let Ok(Acceptance::Queued { receipt, .. }) = sent else { panic!("it is accepted: {sent:?}") };
    let shown = takt_booking::receipt(&gone, Some(&world.queue), &world.caller(), &receipt.id).await;
    assert_eq!(shown.expect("the queue answers").map(|report| report.state), Some(ReportState::Queued));
    for _ in 0..12 {
        let until = Timestamp::now() + SignedDuration::from_secs(60);
        let progress = book(&gone, &world.queue, PLANT, "b", Timestamp::now, until).await.expect("the queue answers");
        assert!(!progress.done && progress.buried == 0, "{progress:?}");
    }
    assert_eq!(world.book().await.booked, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_bookers_share_the_work_while_redis_is_killed_and_all_is_booked_once() {
    let mut world = World::new().await;
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(world.order(30).await);
    }
    let mut ids = Vec::new();
    for _ in 0..15 {
        for order in &orders {
            ids.push(world.queued(order, 10, 2).await);
            ids.push(world.queued(order, 20, 2).await);
        }
    }
    let url = world.redis.url();
    let mut bookers = Vec::new();
    for n in 0..3 {
        let store = world.another_store();
        let queue = takt_queue::Queue::new(takt_redis::NativeRedis::new(&url).expect("an address"), PLANT.0);
        bookers.push(async move {
            let token = format!("b{n}");
            let give_up = Timestamp::now() + SignedDuration::from_secs(60);
            loop {
                let waiting = queue.lag().await.map(|lag| lag.waiting);
                if waiting == Ok(0) {
                    return;
                }
                assert!(Timestamp::now() < give_up, "{waiting:?}");
                let _ = book(&store, &queue, PLANT, &token, Timestamp::now, give_up).await;
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        });
    }
    let [a, b, c] = <[_; 3]>::try_from(bookers).unwrap_or_else(|_| panic!("three"));
    let kills = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(15)).await;
            world.redis.kill();
            world.redis.start_again();
        }
    };
    tokio::join!(a, b, c, kills);
    assert_eq!(world.stock("P").await, 6 * 30);
    assert_eq!(world.stock("M").await, 10_000 - 6 * 60);
    for order in &orders {
        assert_eq!(world.state(order).await, "completed");
    }
    for id in ids {
        assert_eq!(world.receipt(&id).await.map(|report| report.state), Some(ReportState::Booked), "{id}");
    }
}
