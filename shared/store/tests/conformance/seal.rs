//! Seals follow each other and never change, and what they are made of is read in one order.

use futures::executor::block_on;
use takt_store::{Commit, LedgerRow, Seal, SealState, Store, StoreError};

use super::{Harness, NOW, PLANT, book, commit, outside, place, posting, receive, with_plant};

fn seal(number: u64, from: &str, to: &str, previous: &str) -> Seal {
    Seal {
        plant: PLANT,
        number,
        day: format!("2026-01-0{}", number.div_ceil(2)),
        from_place: from.to_owned(),
        to_place: to.to_owned(),
        count: 1,
        postings: format!("{to} 00"),
        previous: previous.to_owned(),
        hash: format!("hash-{number}"),
        state: SealState::Sealed,
        sealed_ms: NOW,
    }
}

fn put(store: &impl Store, seal: &Seal) -> bool {
    block_on(store.put_seal(seal)).unwrap()
}

fn rows(store: &impl Store, after: &str, to: Option<&str>, limit: u32) -> Vec<LedgerRow> {
    block_on(store.ledger(PLANT, after, to, limit)).unwrap()
}

pub(crate) fn the_ledger_is_read_between_places(harness: &impl Harness) {
    let store = with_plant(harness);
    for n in 1..=5 {
        receive(&store, &format!("L{n}"), n);
    }
    harness.settle();
    let all = rows(&store, "", None, 100);
    let quantities = |rows: &[LedgerRow]| rows.iter().map(|row| row.row.quantity).collect::<Vec<_>>();
    assert_eq!(quantities(&all), [1, 2, 3, 4, 5]);
    assert_eq!(rows(&store, "", None, 2), all[..2]);
    assert_eq!(rows(&store, &all[1].place, Some(&all[3].place), 100), all[2..4]);
    assert_eq!(rows(&store, &all[4].place, None, 100), []);
    let left = block_on(store.unsealed(PLANT, &all[2].place)).unwrap();
    assert_eq!((left.count, left.oldest_ms), (2, Some(NOW)));
    assert_eq!(block_on(store.unsealed(PLANT, &all[4].place)).unwrap().oldest_ms, None);
    for forged in ["x", "1.2", "1.x.3", "1.2.3.4", "-"] {
        assert_eq!(block_on(store.ledger(PLANT, forged, None, 1)), Err(StoreError::BadCursor), "{forged}");
    }
}

pub(crate) fn a_seal_follows_the_last_one(harness: &impl Harness) {
    let store = with_plant(harness);
    assert!(!put(&store, &seal(2, "", "1", "")), "there is no first one yet");
    assert!(put(&store, &seal(1, "", "1", "")));
    assert!(!put(&store, &seal(1, "", "1", "")), "it is there");
    assert!(!put(&store, &seal(3, "1", "2", "hash-1")), "a gap");
    assert!(!put(&store, &seal(2, "0", "2", "hash-1")), "another place");
    assert!(!put(&store, &seal(2, "1", "2", "hash-0")), "another hash");
    assert!(put(&store, &seal(2, "1", "2", "hash-1")));
    assert!(put(&store, &seal(3, "2", "3", "hash-2")));
    assert_eq!(
        block_on(store.seals(PLANT, 1, 100)).unwrap(),
        [seal(2, "1", "2", "hash-1"), seal(3, "2", "3", "hash-2")]
    );
    assert_eq!(block_on(store.seals(PLANT, 0, 1)).unwrap(), [seal(1, "", "1", "")]);
    let heads = block_on(store.seal_heads(PLANT, 10)).unwrap();
    let told: Vec<_> = heads.iter().map(|head| (head.number, head.hash.as_str(), head.postings.as_str())).collect();
    assert_eq!(told, [(3, "hash-3", ""), (2, "hash-2", "")]);
}

pub(crate) fn a_seal_never_changes_but_for_its_archive(harness: &impl Harness) {
    let store = with_plant(harness);
    assert!(put(&store, &seal(1, "", "1", "")));
    for sql in [
        "UPDATE seal SET hash = 'x'",
        "UPDATE seal SET count = 2",
        "UPDATE seal SET postings = ''",
        "UPDATE seal SET state = 'archived', day = '2026-02-02'",
        "UPDATE seal SET state = 'open'",
        "DELETE FROM seal",
    ] {
        assert!(harness.raw(sql).is_err(), "{sql}");
    }
    harness.raw("UPDATE seal SET state = 'archived'").unwrap();
    assert!(harness.raw("UPDATE seal SET state = 'sealed'").is_err(), "it does not come back");
    let kept = block_on(store.seals(PLANT, 0, 1)).unwrap();
    assert_eq!(kept, [Seal { state: SealState::Archived, ..seal(1, "", "1", "") }]);
}

pub(crate) fn of_many_that_seal_at_once_one_does(harness: &impl Harness) {
    with_plant(harness);
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| put(&harness.store(), &seal(1, "", "1", "")))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|set| **set).count(), 1);
}

pub(crate) fn every_posting_of_a_batch_has_its_place(harness: &impl Harness) {
    let store = with_plant(harness);
    let postings = (0..30).map(|n| posting(&format!("p{n}"), outside("supplier"), place("L"), n + 1)).collect();
    book(&store, &Commit { postings, ..commit() }).unwrap();
    harness.settle();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = rows(&store, &after, None, 7);
        let Some(last) = page.last() else { break };
        after.clone_from(&last.place);
        seen.extend(page.into_iter().map(|row| row.row.quantity));
    }
    assert_eq!(seen, (1..=30).collect::<Vec<_>>());
}
