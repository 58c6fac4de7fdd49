//! Nothing is lost, everything in its order, each thing under one id: with receivers that fail in every way, a host that is killed,
//! and a journal that is told from its start.

use std::time::Duration;

use serde_json::json;
use takt_api::webhooks::DeadState;
use takt_tests::host::{Folder, Host};
use takt_tests::receiver::{Manner, Receiver};
use takt_tests::servers;
use takt_tests::wait::until;

use crate::{INSIDE, Site, dead, put};

/// The ids without those that come again.
fn once(ids: &[String]) -> Vec<String> {
    let mut seen = Vec::new();
    for id in ids {
        if !seen.contains(id) {
            seen.push(id.clone());
        }
    }
    seen
}

#[test]
fn whatever_a_receiver_does_wrong_it_gets_everything_in_order_in_the_end() {
    let manners = [
        Manner::Says(500, String::new()),
        Manner::Closes,
        Manner::LeadsTo("http://127.0.0.1:9/".into()),
        Manner::Waits(Duration::from_secs(12)),
        Manner::Says(404, "{}".into()),
    ];
    let site = Site::start();
    let receivers: Vec<_> = manners
        .iter()
        .enumerate()
        .map(|(n, manner)| {
            let receiver = Receiver::start();
            receiver.behave(manner.clone());
            put(&site.people.admin, &format!("e{n}"), json!({"url": receiver.base}));
            receiver
        })
        .collect();
    let well = Receiver::start();
    put(&site.people.admin, "well", json!({"url": well.base}));
    site.moves(3);
    until("one that does well waits for nobody", || (well.received().len() == 3).then_some(()));
    let order = well.ids();
    for (n, receiver) in receivers.iter().enumerate() {
        let state = until("an attempt has failed", || {
            Some(site.webhook(&format!("e{n}")).state).filter(|state| state.attempts > 0)
        });
        assert!(!state.last_error.is_empty() && state.next_at.is_some() && state.delivered == 0, "{state:?}");
        assert!(once(&receiver.ids()).len() == 1, "what comes behind waits: {:?}", receiver.ids());
        receiver.behave(Manner::Takes);
        // Whoever has mended something saves the endpoint, and need not wait.
        put(&site.people.admin, &format!("e{n}"), json!({}));
    }
    for (n, receiver) in receivers.iter().enumerate() {
        until("everything has come", || (site.webhook(&format!("e{n}")).state.delivered == 3).then_some(()));
        assert_eq!(once(&receiver.ids()), order);
        assert!(receiver.ids().len() > 3, "the first came more than once, under one id");
    }
}

#[test]
fn what_was_sent_when_the_host_was_killed_is_sent_again_under_its_id() {
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Waits(Duration::from_secs(3)));
    put(&site.people.admin, "erp", json!({"url": receiver.base}));
    site.moves(2);
    until("the first is on its way", || (receiver.received().len() == 1).then_some(()));
    let Site { host, data, .. } = site;
    host.kill();
    receiver.behave(Manner::Takes);
    let host = Host::start_with(data.path(), INSIDE);
    let ids = until("both have come", || Some(receiver.ids()).filter(|ids| once(ids).len() == 2));
    assert_eq!(ids.iter().filter(|id| **id == ids[0]).count(), 2, "at least once: {ids:?}");
    drop(host);
}

#[test]
fn the_journal_is_told_again_from_its_start_under_the_same_ids() {
    let site = Site::start();
    let receiver = Receiver::start();
    site.moves(2);
    put(&site.people.admin, "erp", json!({"url": receiver.base}));
    site.moves(3);
    until("what happens from then on is told", || (receiver.received().len() == 3).then_some(()));
    until("it is written down", || (site.webhook("erp").state.delivered == 3).then_some(()));
    let told = receiver.ids();
    site.people.admin.post("/api/v1/webhooks/erp/replay", json!({})).ok();
    until("all five have come", || (once(&receiver.ids()).len() == 5).then_some(()));
    until("all five are written down", || (site.webhook("erp").state.delivered == 8).then_some(()));
    let again = &receiver.ids()[3..];
    assert_eq!(again.len(), 5, "each once");
    assert_eq!(again[2..], told, "and under the same ids");
}

#[test]
fn what_is_not_taken_for_three_days_is_a_dead_letter_that_can_be_sent_again() {
    if servers::are_used() {
        // The time is set back in the file of the embedded database.
        return;
    }
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(500, String::new()));
    put(&site.people.admin, "erp", json!({"url": receiver.base}));
    site.moves(2);
    until("it has failed", || (site.webhook("erp").state.attempts > 0).then_some(()));
    let first = receiver.ids()[0].clone();
    let Site { host, data, .. } = site;
    host.terminate();
    host.ended();
    set_back(&data);
    let host = Host::start_with(data.path(), INSIDE);
    let admin = host.client().sign_in("admin");
    let letters = until("it is given up", || Some(dead(&admin, "erp")).filter(|letters| !letters.is_empty()));
    assert_eq!((letters[0].id.as_str(), letters[0].state), (first.as_str(), DeadState::Open));
    assert!(letters[0].error.contains("500"), "{letters:?}");
    receiver.behave(Manner::Takes);
    put(&admin, "erp", json!({}));
    until("the next one is told", || receiver.ids().iter().any(|id| *id != first).then_some(()));
    let before = receiver.ids().iter().filter(|id| **id == first).count();
    admin.post(&format!("/api/v1/webhooks/erp/dead-letters/{first}/replay"), json!({})).ok();
    until("the dead letter is delivered", || (dead(&admin, "erp")[0].state == DeadState::Delivered).then_some(()));
    assert_eq!(receiver.ids().iter().filter(|id| **id == first).count(), before + 1);
    // Once more does nothing.
    admin.post(&format!("/api/v1/webhooks/erp/dead-letters/{first}/replay"), json!({})).ok();
    assert_eq!(dead(&admin, "erp")[0].state, DeadState::Delivered);
}

/// As if the first attempt had been made more than three days ago, and the next were due.
fn set_back(data: &Folder) {
    let database = rusqlite::Connection::open(data.path().join("takt.db")).expect("the database is there");
    let sql =
        "UPDATE record SET body = json_set(body, '$.failing_since_ms', 1000, '$.next_ms', 0, '$.lease_until_ms', 0)
        WHERE kind = 'webhook_progress'";
    assert_eq!(database.execute(sql, []).expect("it is not locked"), 1);
}

#[test]
fn one_that_says_that_it_is_gone_is_called_no_more() {
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(410, String::new()));
    put(&site.people.admin, "erp", json!({"url": receiver.base}));
    site.moves(1);
    until("it is switched off", || (!site.webhook("erp").enabled).then_some(()));
    receiver.behave(Manner::Takes);
    put(&site.people.admin, "erp", json!({"enabled": true}));
    until("what it missed is told when it is back", || (receiver.received().len() == 2).then_some(()));
}
