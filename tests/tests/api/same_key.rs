//! The same key: the same answer, and nothing booked twice.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use takt_tests::client::{Client, key};
use takt_tests::host::Fresh;
use takt_tests::ledger::{self, Ledger};
use takt_tests::plant::{People, SMALL};

fn receipt(quantity: u32) -> Value {
    json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": quantity.to_string(), "document": "D1"})
}

fn receipts(client: &Client) -> usize {
    Ledger::read_where(client, "&kind=receipt").postings.len()
}

#[test]
fn the_same_key_again_answers_the_same_and_books_nothing() {
    let host = Fresh::small();
    let people = People::at(&host);
    let key = key();
    let first = people.storekeeper.post_with(&key, "/api/v1/movements", &receipt(7)).expect_status(201);
    assert!(first.headers.get("idempotency-replayed").is_none());
    let before = receipts(&people.storekeeper);
    for _ in 0..3 {
        let again = people.storekeeper.post_with(&key, "/api/v1/movements", &receipt(7));
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.headers.get("idempotency-replayed").map(|value| value.as_bytes()), Some(&b"true"[..]));
    }
    assert_eq!(receipts(&people.storekeeper), before);
    ledger::check(&people.manager);
}

#[test]
fn another_payload_under_the_same_key_is_refused() {
    let host = Fresh::small();
    let people = People::at(&host);
    let key = key();
    people.storekeeper.post_with(&key, "/api/v1/movements", &receipt(7)).expect_status(201);
    let before = Ledger::read(&people.storekeeper);
    people.storekeeper.post_with(&key, "/api/v1/movements", &receipt(8)).expect_problem(422, "idempotency-key-reused");
    let elsewhere = people.storekeeper.post_with(&key, "/api/v1/movements/x/reversal", &json!({"reason": "r"}));
    assert!(!(200..300).contains(&elsewhere.status), "{elsewhere:?}");
    assert_eq!(Ledger::read(&people.storekeeper), before);
}

#[test]
fn twenty_double_submits_at_once_book_once() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = receipts(&people.storekeeper);
    let key = key();
    let start = Barrier::new(20);
    let answers: Vec<_> = thread::scope(|scope| {
        let send = || {
            let client = people.storekeeper.at(&host.base);
            start.wait();
            client.post_with(&key, "/api/v1/movements", &receipt(3))
        };
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).collect()
    });
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body), "{}", answer.text());
    }
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replayed, 19);
    assert_eq!(receipts(&people.storekeeper), before + 1);
    ledger::check(&people.manager);
}

#[test]
fn the_keys_of_two_users_are_independent() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = receipts(&people.storekeeper);
    let key = key();
    let one = people.storekeeper.post_with(&key, "/api/v1/movements", &receipt(3)).expect_status(201);
    let other = people.admin.post_with(&key, "/api/v1/movements", &receipt(4)).expect_status(201);
    assert_ne!(one.body, other.body);
    assert_eq!(receipts(&people.storekeeper), before + 2);
}

#[test]
fn a_refusal_is_not_kept_so_the_same_key_books_once_it_is_possible() {
    let host = Fresh::small();
    let people = People::at(&host);
    let key = key();
    let issue = json!({"kind": "issue", "item": SMALL.rare, "from": SMALL.store, "to": SMALL.beside, "quantity": "1"});
    let refused = people.storekeeper.post_with(&key, "/api/v1/movements", &issue);
    assert_eq!(refused.unmet(409, "refused"), ["stock.short"]);
    people.receive(SMALL.rare, "1", SMALL.store);
    people.storekeeper.post_with(&key, "/api/v1/movements", &issue).expect_status(201);
    let again = people.storekeeper.post_with(&key, "/api/v1/movements", &issue).expect_status(201);
    assert!(again.headers.contains_key("idempotency-replayed"));
    ledger::check(&people.manager);
}
