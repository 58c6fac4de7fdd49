//! A power cut in the middle of the work.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;
use takt_api::stock::MovementAnswer;
use takt_tests::client::key;
use takt_tests::host::{Fresh, Host};
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

const WRITES: usize = 200;
const WRITERS: usize = 8;

#[test]
fn after_a_kill_every_acknowledged_write_is_there_once_and_may_be_sent_again() {
    let Fresh { host, data } = Fresh::small();
    let people = People::at(&host);
    let writes: Vec<_> = (0..WRITES).map(|n| (format!("D{n:03}"), key())).collect();
    let body = |document: &str| json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1", "document": document});
    let acknowledged: Mutex<BTreeMap<String, String>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let base = host.base.clone();
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let client = people.storekeeper.at(&base);
                while let Some((document, key)) = writes.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let sent = client.try_send("POST", "/api/v1/movements", Some(key), Some(&body(document)));
                    if let Ok(answer) = sent {
                        assert_eq!(answer.status, 201, "{}", answer.text());
                        let id = answer.json::<MovementAnswer>().id;
                        acknowledged.lock().expect("no writer failed").insert(document.clone(), id);
                    }
                }
            });
        }
        until("half of the writes are acknowledged", || {
            (acknowledged.lock().expect("no writer failed").len() >= WRITES / 2).then_some(())
        });
        host.kill();
    });
    let acknowledged = acknowledged.into_inner().expect("no writer failed");
    assert!(acknowledged.len() < WRITES, "the host died before the end of the work");

    let host = Host::start(data.path());
    let storekeeper = people.storekeeper.at(&host.base);
    let manager = people.manager.at(&host.base);
    let booked = |expected: &str| {
        let ledger = ledger::check(&manager);
        let mut by_document: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for posting in ledger.postings.into_iter().filter(|posting| posting.document.starts_with('D')) {
            by_document.entry(posting.document).or_default().push(posting.movement);
        }
        for (document, movements) in &by_document {
            assert_eq!(movements.len(), 1, "{document} {expected}: {movements:?}");
        }
        by_document
    };
    let survived = booked("once after the kill");
    for (document, id) in &acknowledged {
        assert_eq!(survived.get(document).map(|found| &found[0]), Some(id), "{document} was acknowledged");
    }
    for (document, key) in &writes {
        let again = storekeeper.post_with(key, "/api/v1/movements", &body(document)).expect_status(201);
        if let Some(id) = acknowledged.get(document) {
            assert_eq!(again.json::<MovementAnswer>().id, *id, "answered as the first time");
        }
    }
    assert_eq!(booked("once after all were sent again").len(), WRITES);
}
