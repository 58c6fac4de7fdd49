//! What is accepted and what is not.

use takt_queue::{Accept, Status, Verdict};

use crate::{accept, drain, fill, gate, ids, one, queue, server};

#[tokio::test]
async fn the_same_key_is_accepted_once_and_another_request_under_it_is_refused() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &["k".into()]).await;
    assert_eq!(accept(&queue, &one("k", "A")).await.verdict, Verdict::Known);
    let other = Accept { fingerprint: "g", good: "2", ..one("k", "A") };
    assert_eq!(accept(&queue, &other).await.verdict, Verdict::Reused);
    assert_eq!(drain(&queue, "b").await, ["k"]);
    // Nor is it booked again once it has been.
    assert_eq!(accept(&queue, &one("k", "A")).await.verdict, Verdict::Known);
    assert_eq!(accept(&queue, &other).await.verdict, Verdict::Reused);
    assert_eq!(drain(&queue, "b").await, Vec::<String>::new());
    assert_eq!(queue.lag().await.expect("an answer").waiting, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_send_the_same_key_at_once_are_accepted_once() {
    let redis = server();
    fill(&queue(&redis, 1), "A", &[]).await;
    let url = redis.url();
    let send = |n: usize| {
        let url = url.clone();
        async move {
            let queue = takt_queue::Queue::new(takt_redis::NativeRedis::new(&url).expect("an address"), 1);
            let key = format!("k{}", n % 20);
            accept(&queue, &one(&key, "A")).await.verdict
        }
    };
    let mut tasks = Vec::new();
    for n in 0..200 {
        tasks.push(tokio::spawn(send(n)));
    }
    let mut accepted = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Verdict::Accepted => accepted += 1,
            verdict => assert_eq!(verdict, Verdict::Known),
        }
    }
    assert_eq!(accepted, 20);
    let mut booked = drain(&queue(&redis, 1), "b").await;
    booked.sort();
    let mut sent = ids("k", 20);
    sent.sort();
    assert_eq!(booked, sent);
}

#[tokio::test]
async fn what_the_gate_does_not_let_in_is_decided_at_the_store() {
    let redis = server();
    let queue = queue(&redis, 1);
    assert_eq!(accept(&queue, &one("a", "A")).await.verdict, Verdict::UnknownOrder);
    queue.set_gate(&gate("A", 5)).await.expect("an answer");
    let check =
        async |given: Accept<'_>, verdict| assert_eq!(accept(&queue, &given).await.verdict, verdict, "{given:?}");
    check(Accept { operation: 30, ..one("a", "A") }, Verdict::AtStore).await;
    check(Accept { good: "100.1", ..one("a", "A") }, Verdict::AtStore).await;
    check(Accept { good: "60", scrap: "30", rework: "11", ..one("a", "A") }, Verdict::AtStore).await;
    check(Accept { good: "0", ..one("a", "A") }, Verdict::AtStore).await;
    check(Accept { good: "60", scrap: "30", rework: "10", ..one("a", "A") }, Verdict::Accepted).await;
    // A picture from before does not open the gate again, nor does one of the same moment close it.
    let shut = takt_queue::Gate { shut: true, ..gate("A", 6) };
    assert!(queue.set_gate(&shut).await.expect("an answer"));
    assert!(!queue.set_gate(&gate("A", 5)).await.expect("an answer"));
    check(one("b", "A"), Verdict::AtStore).await;
    // Where the order cannot be looked up, it is accepted all the same.
    assert_eq!(queue.accept(&one("c", "B"), false).await.expect("an answer").verdict, Verdict::Accepted);
}

#[tokio::test]
async fn nothing_is_accepted_for_an_ended_session_or_an_order_that_changes() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &["a".into()]).await;
    queue.end_sessions(&["gone", "too"], 60).await.expect("an answer");
    assert_eq!(accept(&queue, &Accept { session: "gone", ..one("b", "A") }).await.verdict, Verdict::SessionEnded);
    // What was accepted before the session ended stays accepted.
    assert_eq!(accept(&queue, &Accept { session: "gone", ..one("a", "A") }).await.verdict, Verdict::Known);

    assert_eq!(queue.hold("A", "first", 60_000).await, Ok(1));
    assert_eq!(queue.hold("A", "second", 60_000).await, Ok(1));
    assert_eq!(accept(&queue, &one("b", "A")).await.verdict, Verdict::Held);
    queue.unhold("A", "second").await.expect("an answer");
    assert_eq!(accept(&queue, &one("b", "A")).await.verdict, Verdict::Held);
    queue.unhold("A", "first").await.expect("an answer");
    assert_eq!(accept(&queue, &one("b", "A")).await.verdict, Verdict::Accepted);
    assert_eq!(drain(&queue, "t").await, ["a", "b"]);
    assert_eq!(queue.hold("A", "third", 30).await, Ok(0));
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(accept(&queue, &one("c", "A")).await.verdict, Verdict::Accepted, "a hold ends by itself");
}

#[tokio::test]
async fn what_is_accepted_and_not_booked_is_told_by_item_and_receipt() {
    let redis = server();
    let queue = queue(&redis, 1);
    queue.set_gate(&gate("A", 1)).await.expect("an answer");
    let made = Accept { operation: 20, good: "3", scrap: "1", ..one("made", "A") };
    let used = Accept { good: "3", scrap: "1.5", ..one("used", "A") };
    accept(&queue, &made).await;
    accept(&queue, &used).await;
    // 4.5 pieces at 2.5 are 11.25, which is 112.5 tenths; half goes away from zero.
    assert_eq!(queue.pending(&["P", "M", "X"]).await, Ok(vec![3, -113, 0]));
    assert_eq!(queue.status("used").await, Ok(Status::Queued("used".into())));
    assert_eq!(queue.status("never").await, Ok(Status::Gone));
    drain(&queue, "b").await;
    assert_eq!(queue.pending(&["P", "M", "X"]).await, Ok(vec![0, 0, 0]));
    assert_eq!(queue.status("used").await, Ok(Status::Gone));
}

#[tokio::test]
async fn plants_on_one_server_see_nothing_of_each_other() {
    let redis = server();
    let (first, other) = (queue(&redis, 1), queue(&redis, 11));
    fill(&first, "A", &["k".into()]).await;
    assert_eq!(accept(&other, &one("k", "A")).await.verdict, Verdict::UnknownOrder);
    fill(&other, "A", &["k".into(), "l".into()]).await;
    assert_eq!(drain(&first, "b").await, ["k"]);
    assert_eq!(drain(&other, "b").await, ["k", "l"]);
}

#[tokio::test]
async fn two_servers_hold_the_plants_that_belong_to_them() {
    let servers = [server(), server()];
    for plant in 1..=4 {
        fill(&queue(&servers[takt_queue::server_of(plant, 2)], plant), "A", &[format!("of {plant}")]).await;
    }
    for (n, plants) in [(0, [2, 4]), (1, [1, 3])] {
        for plant in 1..=4 {
            let expected = if plants.contains(&plant) { vec![format!("of {plant}")] } else { Vec::new() };
            assert_eq!(drain(&queue(&servers[n], plant), "b").await, expected, "server {n} plant {plant}");
        }
    }
}
