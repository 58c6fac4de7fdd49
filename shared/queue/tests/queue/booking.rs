//! What bookers are handed.

use std::collections::BTreeMap;

use crate::{accept, bodies, claim, drain, fill, finish, gate, ids, one, queue, server};

#[tokio::test]
async fn one_caller_is_told_to_call_a_booker_until_none_is_awake() {
    let redis = server();
    let queue = queue(&redis, 1);
    queue.set_gate(&gate("A", 1)).await.expect("an answer");
    assert!(accept(&queue, &one("1", "A")).await.call_booker);
    assert!(!accept(&queue, &one("2", "A")).await.call_booker, "one is starting");
    let claimed = claim(&queue, "b").await.expect("two entries");
    assert_eq!(bodies(&claimed), ["1", "2"]);
    let third = accept(&queue, &one("3", "A")).await;
    assert!(!third.call_booker, "one is awake");
    assert_eq!(third.waiting, 3);
    finish(&queue, &claimed).await;
    assert_eq!(drain(&queue, "b").await, ["3"]);
    assert!(accept(&queue, &one("4", "A")).await.call_booker, "the booker found nothing and went");
    // Who was called and does not come is replaced.
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert!(accept(&queue, &one("5", "A")).await.call_booker);
}

#[tokio::test]
async fn reports_of_one_order_come_in_their_order_and_to_one_booker_at_a_time() {
    let redis = server();
    let queue = queue(&redis, 1);
    let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for order in 0..12 {
        let order = format!("O{order}");
        queue.set_gate(&gate(&order, 1)).await.expect("an answer");
        sent.insert(order, Vec::new());
    }
    for n in 0..30 {
        for (order, all) in &mut sent {
            let id = format!("{order}/{n}");
            accept(&queue, &one(&id, order)).await;
            all.push(id);
        }
    }
    let mut booked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut shards = BTreeMap::new();
    // Two at once share the work: neither is handed what the other has.
    let mut held = [None, None];
    loop {
        for (n, token) in ["b0", "b1"].into_iter().enumerate() {
            if let Some(claimed) = held[n].take() {
                finish(&queue, &claimed).await;
            }
            held[n] = queue.claim(token, 7).await.expect("an answer");
            if let Some(claimed) = &held[n] {
                *shards.entry(n).or_insert(0) += 1;
                for body in bodies(claimed) {
                    let order = body.split('/').next().unwrap_or_default().to_owned();
                    booked.entry(order).or_default().push(body.to_owned());
                }
            }
        }
        if let [Some(one), Some(other)] = &held {
            assert_ne!(one.shard, other.shard);
        }
        if held == [None, None] {
            break;
        }
    }
    assert_eq!(booked, sent);
    assert!(shards.len() == 2 && shards.values().all(|claims| *claims > 5), "both had work: {shards:?}");
}

#[tokio::test]
async fn what_is_acknowledged_twice_counts_once() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("k", 3)).await;
    let claimed = claim(&queue, "b").await.expect("three entries");
    assert_eq!(finish(&queue, &claimed).await, 3);
    assert_eq!(finish(&queue, &claimed).await, 0);
    assert_eq!(queue.pending(&["M"]).await, Ok(vec![0]));
    assert_eq!(queue.hold("A", "t", 10).await, Ok(0));
}

#[tokio::test]
async fn a_burst_comes_in_batches_of_five_hundred() {
    let redis = server();
    let queue = queue(&redis, 1);
    fill(&queue, "A", &ids("k", 1100)).await;
    let mut sizes = Vec::new();
    while let Some(claimed) = claim(&queue, "b").await {
        sizes.push(claimed.entries.len());
        finish(&queue, &claimed).await;
    }
    assert_eq!(sizes, [500, 500, 100]);
}
