//! An order changes its state, and what was reported before counts before.

use std::cell::Cell;

use takt_api::reports::ReportState;
use takt_booking::{Acceptance, Settled};
use takt_records::command::CommandError;
use takt_store::StoreError;

use crate::world::World;

#[tokio::test]
async fn a_pause_books_first_what_was_reported_before_it() {
    let world = World::new().await;
    let order = world.order(10).await;
    let before = world.queued(&order, 10, 3).await;
    let settled = Settled::begin(&world.queue, &order, "t", async || {
        world.book().await;
    });
    let settled = settled.await.expect("it settles").expect("the queue answers");
    assert_eq!(world.receipt(&before).await.map(|report| report.state), Some(ReportState::Booked));
    assert_eq!(world.send(&world.caller(), &order, 10, 1).await, Acceptance::AtStore, "held");
    world.act(&order, "pause").await.expect("a pause");
    settled.end(&world.store, &world.caller()).await;
    assert_eq!(world.send(&world.caller(), &order, 10, 1).await, Acceptance::AtStore, "paused");

    let settled = Settled::begin(&world.queue, &order, "u", async || {}).await.expect("it settles");
    world.act(&order, "resume").await.expect("it goes on");
    settled.expect("the queue answers").end(&world.store, &world.caller()).await;
    world.queued(&order, 10, 1).await;
}

#[tokio::test]
async fn a_change_is_put_off_while_no_booker_comes_and_reports_go_on() {
    let world = World::new().await;
    let order = world.order(10).await;
    world.queued(&order, 10, 3).await;
    let calls = Cell::new(0);
    let settled = Settled::begin(&world.queue, &order, "t", async || calls.set(calls.get() + 1)).await;
    assert!(matches!(settled, Err(CommandError::Store(StoreError::Unavailable(_)))));
    assert!(calls.get() > 1);
    world.queued(&order, 10, 1).await;
}

#[tokio::test]
async fn without_redis_an_order_changes_all_the_same() {
    let mut world = World::new().await;
    let order = world.order(10).await;
    world.redis.kill();
    let settled = Settled::begin(&world.queue, &order, "t", async || {}).await.expect("no refusal");
    assert!(settled.is_none());
}
