//! The watch over a real SQLite file: what it finds is told of once, and taken back when it is over.

mod world;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use takt_api::master::ItemMinimum;
use takt_api::supply::{EndCall, FulfilCall};
use takt_api::watch::{AcknowledgeAlert, Alert, AlertState};
use takt_domain::order::Priority;
use takt_domain::permission::Role;
use takt_domain::watch::{Severity, WatchSettings};
use takt_records::command::CommandError;
use takt_records::command::acknowledge_alert::acknowledge_alert;
use takt_records::command::kanban;
use takt_records::command::move_stock::move_stock;
use takt_records::command::put_minimum::put_minimum;
use takt_records::command::put_watch::put_watch;
use takt_records::command::report::report;
use takt_records::watch::{Looked, look, minimum};
use world::{PLANT, World};

/// One look so many minutes after the orders were made.
async fn after(world: &World, minutes: i64) -> Looked {
    look(&world.store, PLANT, Timestamp::now() + SignedDuration::from_mins(minutes)).await.unwrap().unwrap_or_default()
}

async fn kinds(world: &World) -> Vec<String> {
    let events = world.events().await.into_iter().map(|event| event.event_type);
    events.filter(|kind| kind.starts_with("alert.")).collect()
}

#[tokio::test]
async fn what_is_found_is_told_of_once_and_taken_back_when_it_is_over() {
    let world = World::new().await;
    let order = world.order(Priority::Normal).await;
    assert_eq!(after(&world, 1).await, Looked { orders: 1, raised: 0, cleared: 0 });
    assert_eq!(after(&world, 500).await.raised, 1);
    assert_eq!(after(&world, 510).await, Looked { orders: 1, raised: 0, cleared: 0 });
    let [alert] = &world.alerts().await[..] else { panic!("there is one alert") };
    assert_eq!(
        (alert.code.as_str(), alert.severity, alert.state),
        ("state.over_limit", Severity::Warning, AlertState::Open)
    );
    assert_eq!(alert.order.as_ref(), Some(&order));

    // Somebody looks after it; when it gets worse they are told again.
    let given = AcknowledgeAlert { note: "tomorrow".into() };
    acknowledge_alert(&world.store, &world.caller(), &alert.id, &given).await.unwrap();
    assert_eq!(after(&world, 520).await.raised, 0);
    assert_eq!(world.alerts().await[0].state, AlertState::Acknowledged);
    assert_eq!(after(&world, 1000).await.raised, 1);
    let worse = world.alerts().await.remove(0);
    assert_eq!((worse.state, worse.severity, worse.times), (AlertState::Open, Severity::Critical, 1));

    // It is approved: what it hung at is over. Then it hangs again, and that is the same alert.
    world.act(&order, "submit").await;
    world.act(&order, "approve").await;
    assert_eq!(after(&world, 1).await, Looked::default(), "a look so soon after another is none");
    assert_eq!(after(&world, 1001).await, Looked { orders: 1, raised: 0, cleared: 0 });
    assert_eq!(after(&world, 2000).await.raised, 0, "it hangs still, or again: there is no telling");
    world.act(&order, "cancel").await;
    assert_eq!(after(&world, 2001).await.cleared, 1, "it is over, and is found by its alert alone");
    let told = ["alert.raised.v1", "alert.acknowledged.v1", "alert.raised.v1", "alert.cleared.v1"];
    assert_eq!(kinds(&world).await, told);
}

async fn least(world: &World, minimum: Option<&str>) {
    let given = ItemMinimum { minimum: minimum.map(|minimum| minimum.parse().unwrap()) };
    put_minimum(&world.store, &world.caller(), &"P".parse().unwrap(), &given).await.unwrap();
}

async fn moved(world: &World, kind: &str, from: Option<&str>, to: Option<&str>, quantity: &str) {
    let given = json!({"kind": kind, "item": "P", "from": from, "to": to, "quantity": quantity, "reason": "r"});
    move_stock(&world.store, &world.caller(), &serde_json::from_value(given).unwrap()).await.unwrap();
}

/// One look at minimum stock so many seconds after the plant began.
async fn short_s(world: &World, seconds: i64) -> minimum::Looked {
    let now = Timestamp::now() + SignedDuration::from_secs(seconds);
    minimum::tick(&world.store, PLANT, now).await.unwrap().unwrap_or_default()
}

async fn short(world: &World, minutes: i64) -> minimum::Looked {
    short_s(world, minutes * 60).await
}

#[tokio::test]
async fn too_little_of_an_item_is_told_of_until_there_is_enough_of_it_to_take() {
    let world = World::new().await;
    moved(&world, "receipt", None, Some("S"), "5").await;
    assert_eq!(short(&world, 0).await.raised, 0, "nobody has said how much there is to be");
    least(&world, Some("5")).await;
    assert_eq!(short(&world, 1).await.raised, 0, "there is as much");
    moved(&world, "scrap", Some("S"), None, "1").await;
    assert_eq!(short(&world, 1).await, minimum::Looked::default(), "a look so soon after another is none");
    assert_eq!(short(&world, 2).await.raised, 1);
    let alert = world.alerts().await.remove(0);
    assert_eq!(
        (alert.id.as_str(), alert.severity, alert.state),
        ("stock.minimum~P", Severity::Notice, AlertState::Open)
    );
    assert_eq!(alert.roles, [Role::Storekeeper, Role::Planner]);
    assert_eq!(alert.detail.en, "P P: 4 pcs are available, below the minimum of 5 pcs");
    // What is told follows what is there, and is told once.
    moved(&world, "scrap", Some("S"), None, "1").await;
    assert_eq!(short(&world, 4).await.raised, 0);
    assert!(world.alerts().await[0].detail.en.contains(": 3 pcs"));
    moved(&world, "receipt", None, Some("S"), "2").await;
    assert_eq!(short(&world, 6).await.cleared, 1);

    // Whoever sets another minimum sees at the next look what that finds; who takes it away hears nothing more.
    least(&world, Some("6")).await;
    assert_eq!(short_s(&world, 375).await.raised, 1);
    least(&world, None).await;
    assert_eq!(short_s(&world, 390).await.cleared, 1);
    assert_eq!(world.alerts().await[0].times, 2);
    let told = ["alert.raised.v1", "alert.cleared.v1", "alert.raised.v1", "alert.cleared.v1"];
    assert_eq!(kinds(&world).await, told);

    let negative = ItemMinimum { minimum: Some("-1".parse().unwrap()) };
    let refused = put_minimum(&world.store, &world.caller(), &"P".parse().unwrap(), &negative).await;
    assert!(matches!(refused, Err(CommandError::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn of_many_lookers_one_raises_each_alert() {
    let world = World::new().await;
    for _ in 0..5 {
        world.order(Priority::Urgent).await;
    }
    let now = Timestamp::now() + SignedDuration::from_mins(40);
    let looks = (0..8).map(|_| look(&world.store, PLANT, now));
    let mut raised = 0;
    for look in looks {
        raised += look.await.unwrap().map_or(0, |looked| looked.raised);
    }
    assert_eq!((raised, world.alerts().await.len()), (5, 5));
    assert_eq!(kinds(&world).await.len(), 5);
}

#[tokio::test]
async fn every_order_has_its_turn_however_many_there_are() {
    let world = World::new().await;
    for _ in 0..530 {
        world.order(Priority::Normal).await;
    }
    assert_eq!(after(&world, 500).await.raised, 500, "five pages are a look");
    assert_eq!(after(&world, 501).await.raised, 30, "the next one goes on, and ends the round");
    assert_eq!(after(&world, 502).await.raised, 0);
}

#[tokio::test]
async fn an_order_that_is_reported_on_is_not_over_its_limit() {
    let world = World::new().await;
    let order = world.order(Priority::Normal).await;
    for action in ["submit", "approve", "dispatch", "start", "inspect-first-article"] {
        world.act(&order, action).await;
    }
    let days = 24 * 60;
    let mut reporter = world.caller();
    reporter.now = Timestamp::now() + SignedDuration::from_mins(2 * days);
    let given = serde_json::json!({"order": order, "operation": 10, "good": "1"});
    report(&world.store, &reporter, &serde_json::from_value(given).unwrap()).await.unwrap();
    assert_eq!(after(&world, 4 * days).await.raised, 0, "two days after its last report");
    assert_eq!(after(&world, 5 * days + 1).await.raised, 1);
    assert_eq!(world.alerts().await[0].since.as_millisecond(), reporter.now.as_millisecond());
}

#[tokio::test]
async fn a_kanban_call_that_nobody_answers_is_told_of_until_it_is_over() {
    let world = World::new().await;
    let given = serde_json::json!({
        "version": 0, "item": "P", "from": "S", "to": "B", "per_card": "2", "cards": 2, "late_minutes": 10,
    });
    let id = "K".parse().unwrap();
    kanban::put_loop(&world.store, &world.caller(), &id, &serde_json::from_value(given).unwrap()).await.unwrap();
    for _ in 0..2 {
        kanban::call(&world.store, &world.caller(), &id).await.unwrap();
    }
    assert_eq!(after(&world, 9).await.raised, 0);
    assert_eq!(after(&world, 11).await.raised, 2);
    assert_eq!(after(&world, 20).await.raised, 0, "it is told of once");
    let alerts = world.alerts().await;
    assert_eq!((alerts[0].code.as_str(), alerts[0].state), ("kanban.late", AlertState::Open));
    let receipt = serde_json::json!({"kind": "receipt", "item": "P", "quantity": "2", "to": "S"});
    move_stock(&world.store, &world.caller(), &serde_json::from_value(receipt).unwrap()).await.unwrap();
    kanban::fulfil(&world.store, &world.caller(), "KB-000001", &FulfilCall::default()).await.unwrap();
    let end = EndCall { reason: "not needed".into() };
    kanban::cancel(&world.store, &world.caller(), "KB-000002", &end).await.unwrap();
    assert!(world.alerts().await.iter().all(|alert| alert.state == AlertState::Cleared));
    let told = ["alert.raised.v1", "alert.raised.v1", "alert.cleared.v1", "alert.cleared.v1"];
    assert_eq!(kinds(&world).await, told);
    assert_eq!(after(&world, 40).await, Looked::default());
}

#[tokio::test]
async fn limits_are_kept_and_looked_by_at_once() {
    let world = World::new().await;
    world.order(Priority::Urgent).await;
    assert_eq!(after(&world, 0).await.raised, 0);
    let settings = WatchSettings { urgent_dispatch_min: 0, ..WatchSettings::default() };
    put_watch(&world.store, &world.caller(), &settings).await.unwrap();
    assert_eq!(after(&world, 0).await.raised, 1);
}

#[tokio::test]
async fn an_alert_for_other_roles_cannot_be_acknowledged() {
    let world = World::new().await;
    world.order(Priority::Urgent).await;
    after(&world, 40).await;
    let alert: Alert = world.alerts().await.remove(0);
    let mut inspector = world.caller();
    inspector.actor.roles = vec![Role::Inspector];
    let refused = acknowledge_alert(&world.store, &inspector, &alert.id, &AcknowledgeAlert::default()).await;
    assert!(matches!(refused, Err(CommandError::NotFound(_))), "{refused:?}");
    assert_eq!(world.alerts().await, [alert]);
}
