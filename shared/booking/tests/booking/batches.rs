//! What is booked, refused and answered.

use takt_api::reports::ReportState;
use takt_booking::{Acceptance, accept};
use takt_domain::permission::Role;
use takt_domain::report::NewReport;
use takt_domain::text::Lang;
use takt_records::caller::Caller;
use takt_records::command::{CommandError, report};

use crate::world::{self, World, pieces};

#[tokio::test]
async fn a_queued_report_is_shown_as_pending_and_then_booked_as_if_at_once() {
    let world = World::new().await;
    let order = world.order(10).await;
    let caller = world.caller();
    let Acceptance::Queued { receipt, call_booker, .. } = world.send(&caller, &order, 10, 4).await else {
        panic!("it is queued")
    };
    assert!(call_booker);
    assert_eq!((receipt.state, receipt.booked_at), (ReportState::Queued, None));
    assert_eq!(receipt.id, caller.derived_id());
    assert_eq!(world.receipt(&receipt.id).await.as_ref(), Some(&*receipt));
    assert_eq!(world.queue.pending(&["M", "P"]).await, Ok(vec![-8, 0]));
    assert_eq!(world.stock("M").await, 10_000);

    assert_eq!(world.book().await.booked, 1);
    let booked = world.receipt(&receipt.id).await.expect("it is there");
    assert_eq!((booked.state, booked.accepted_at), (ReportState::Booked, receipt.accepted_at));
    assert!(booked.booked_at >= booked.accepted_at);
    assert_eq!(booked.report.ended_at, booked.accepted_at, "the work did not end when a booker had time");
    assert_eq!(world.stock("M").await, 9_992);
    assert_eq!(world.queue.pending(&["M"]).await, Ok(vec![0]));
    let audit = takt_store::Store::audit(&world.store, crate::world::PLANT, None, u32::MAX).await.expect("an audit");
    assert!(audit.is_clean(), "{audit:?}");
}

#[tokio::test]
async fn a_batch_decides_each_report_after_the_ones_before_it() {
    let world = World::new().await;
    let (first, second) = (world.order(20).await, world.order(6).await);
    let mut ids = Vec::new();
    for _ in 0..6 {
        // The second operation rests on what the first one made a moment before.
        ids.push(world.queued(&first, 10, 3).await);
        ids.push(world.queued(&first, 20, 3).await);
        ids.push(world.queued(&second, 10, 1).await);
        ids.push(world.queued(&second, 20, 1).await);
    }
    let progress = world.book().await;
    assert_eq!((progress.booked, progress.refused, progress.buried, progress.done), (24, 0, 0, true));
    assert_eq!(world.state(&second).await, "completed");
    assert_eq!(world.state(&first).await, "in_progress");
    assert_eq!(world.stock("P").await, 24);
    assert_eq!(world.stock("M").await, 10_000 - 48);
    assert_eq!(world.booked().await.len(), 24);
}

#[tokio::test]
async fn one_that_is_refused_says_why_and_the_others_are_booked() {
    let world = World::new().await;
    let order = world.order(10).await;
    let good = world.queued(&order, 10, 6).await;
    let too_much = world.queued(&order, 10, 5).await;
    let rest = world.queued(&order, 10, 4).await;
    let early = world.queued(&order, 20, 11 - 1).await;
    let progress = world.book().await;
    assert_eq!((progress.booked, progress.refused), (3, 1));
    for booked in [&good, &rest, &early] {
        assert_eq!(world.receipt(booked).await.map(|report| report.state), Some(ReportState::Booked));
    }
    let refused = world.receipt(&too_much).await.expect("a receipt");
    assert_eq!(refused.state, ReportState::Refused);
    assert_eq!(refused.unmet[0].code, "report.over_tolerance");
    assert_eq!(refused.report.good, pieces(5));
    assert_eq!(world.queue.lag().await.map(|lag| lag.waiting), Ok(0));
}

#[tokio::test]
async fn a_receipt_tells_what_was_wrong_in_the_senders_language() {
    let world = World::new().await;
    let order = world.order(10).await;
    let en = "lot: expected only where the last operation makes good pieces";
    for (lang, said) in [(Lang::Zh, "lot: 只有末道工序报良品时才填写"), (Lang::En, en)] {
        let caller = Caller { lang, ..world.caller() };
        let given = NewReport { lot: "L-1".into(), ..world::report(&order, 10, 1) };
        let accepted = accept(&world.store, &world.queue, &caller, &given).await.expect("an answer");
        let Acceptance::Queued { receipt, .. } = accepted else { panic!("it is queued") };
        assert_eq!(world.book().await.refused, 1);
        let refused = world.receipt(&receipt.id).await.expect("a receipt");
        assert_eq!((refused.unmet[0].code.as_str(), refused.unmet[0].detail.as_str()), ("input.invalid", said));
    }
}

#[tokio::test]
async fn what_the_order_does_not_take_is_decided_at_the_store_at_once() {
    let world = World::new().await;
    let order = world.order(10).await;
    assert_eq!(world.send(&world.caller(), &order, 30, 1).await, Acceptance::AtStore, "no such operation");
    assert_eq!(world.send(&world.caller(), &order, 10, 11).await, Acceptance::AtStore, "more than it may ever take");
    assert_eq!(world.send(&world.caller(), &"none".parse().expect("an id"), 10, 1).await, Acceptance::AtStore);
    let mut inspector = world.caller();
    inspector.actor.roles = vec![Role::Inspector];
    assert_eq!(world.send(&inspector, &order, 10, 1).await, Acceptance::AtStore, "no permission");
    let paused = world.order(10).await;
    world.act(&paused, "pause").await.expect("a pause");
    assert_eq!(world.send(&world.caller(), &paused, 10, 1).await, Acceptance::AtStore, "paused");
    assert_eq!(world.queue.lag().await.map(|lag| lag.waiting), Ok(0));
}

#[tokio::test]
async fn the_same_key_is_one_report_through_the_queue_and_at_the_store() {
    let world = World::new().await;
    let order = world.order(10).await;
    let given = crate::world::report(&order, 10, 1);
    // First in the queue, then, since Redis seemed gone, at the store.
    let (queued_first, stored_first) = (world.caller(), world.caller());
    world.send(&queued_first, &order, 10, 1).await;
    report::report(&world.store, &queued_first, &given).await.expect("it is booked");
    // First at the store, then in the queue.
    report::report(&world.store, &stored_first, &given).await.expect("it is booked");
    world.send(&stored_first, &order, 10, 1).await;
    let progress = world.book().await;
    assert_eq!((progress.refused, progress.buried), (0, 0));
    assert_eq!(world.booked().await.len(), 2);
    assert_eq!(world.stock("M").await, 10_000 - 4);

    let mut other = queued_first.clone();
    other.key.as_mut().expect("a key").fingerprint = "another".into();
    let reused = takt_booking::accept(&world.store, &world.queue, &other, &given).await;
    assert_eq!(reused, Err(CommandError::KeyReused));
}
