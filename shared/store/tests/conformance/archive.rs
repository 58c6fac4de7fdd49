//! What an order holds goes as it was read or not at all, and the rest of the ledger adds up as before.

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    Away, Back, Commit, Counter, Expect, Holding, HoldingQuery, Photo, Receipt, RecordWrite, Store, StoreError,
    UntouchedQuery,
};

use super::{Harness, NOW, PLANT, book, commit, count, held, outside, place, posting, receive, with_plant};

/// An order with a report, two movements, a counter and a receipt.
fn lived(store: &impl Store) {
    receive(store, "L1", 10);
    let order =
        RecordWrite { state: Some("closed".into()), ..RecordWrite::new("order", "WO-1", Some(0), json!({"n": 1})) };
    let report = RecordWrite {
        parent: Some("WO-1".into()),
        search: Some("Über".into()),
        fields: vec![("shift".into(), "夜".into())],
        ..RecordWrite::new("report", "R-1", Some(0), json!({"good": "1.5", "text": "a\"b"}))
    };
    let mut postings = vec![
        posting("a", place("L1"), held("L1", "WO-1"), 4),
        posting("b", held("L1", "WO-1"), outside("production"), 4),
        posting("c", place("L1"), outside("production"), 1),
    ];
    postings[0].order = Some("WO-1".into());
    postings[1].order = Some("WO-1".into());
    let receipts = vec![Receipt { id: "R-1".into(), state: "booked".into(), body: json!({}) }];
    let counters = vec![count("WO-1", 3, None, None)];
    book(store, &Commit { records: vec![order, report], postings, receipts, counters, ..commit() }).unwrap();
    for id in ["P-1", "P-2"] {
        let photo = Photo {
            plant: PLANT,
            id: id.into(),
            media_type: "image/png".into(),
            data: "QUJD".into(),
            user: "李".into(),
            at_ms: NOW,
        };
        block_on(store.put_photo(&photo)).unwrap();
    }
    receive(store, "L2", 1);
}

fn query() -> HoldingQuery {
    HoldingQuery {
        order: "WO-1".into(),
        records: vec![("order".into(), "WO-1".into())],
        children: vec!["report".into()],
        photos: vec!["P-1".into(), "nowhere".into()],
    }
}

fn holding(store: &impl Store) -> Holding {
    block_on(store.holding(PLANT, &query())).unwrap()
}

fn away() -> Away {
    let expect = |kind: &str, id: &str| Expect { kind: kind.into(), id: id.into(), version: 1 };
    Away {
        order: "WO-1".into(),
        records: vec![expect("order", "WO-1"), expect("report", "R-1")],
        children: vec![("report".into(), 1)],
        postings: 2,
        counters: vec![Counter { scope: "WO-1".into(), name: "good".into(), value: 3 }],
        receipts: vec!["R-1".into()],
        seals: Vec::new(),
        photos: vec!["P-1".into()],
    }
}

fn go(store: &impl Store, away: Away) -> Result<(), StoreError> {
    book(store, &Commit { away: Some(away), ..commit() }).map(drop)
}

fn is_clean(store: &impl Store) -> bool {
    block_on(store.audit(PLANT, None, 1000)).unwrap().is_clean()
}

pub(crate) fn an_order_goes_and_comes_back_as_it_was(harness: &impl Harness) {
    let store = with_plant(harness);
    lived(&store);
    harness.settle();
    let before = (holding(&store), block_on(store.ledger(PLANT, "", None, 100)).unwrap());
    assert_eq!((before.0.postings.len(), before.0.records.len(), before.0.receipts.len()), (2, 2, 1));
    assert_eq!(before.0.records[1].fields, [("shift".to_owned(), "夜".to_owned())]);
    assert_eq!(before.0.photos.iter().map(|photo| photo.id.as_str()).collect::<Vec<_>>(), ["P-1"]);
    go(&store, away()).unwrap();
    assert_eq!(holding(&store), Holding::default());
    let photos = ["P-1".to_owned(), "P-2".to_owned()];
    assert_eq!(block_on(store.photos_there(PLANT, &photos)).unwrap(), ["P-2"], "the other one stays");
    assert!(is_clean(&store));
    harness.settle();
    assert_eq!(block_on(store.ledger(PLANT, "", None, 100)).unwrap().len(), before.1.len() - 2);
    let gone = [("movement", "m-a"), ("photo", "P-1"), ("report", "R-1")];
    let gone = gone.map(|(kind, id)| (kind.to_owned(), id.to_owned()));
    let found = block_on(store.archived(PLANT, &gone)).unwrap();
    assert_eq!(found.iter().map(|gone| gone.order.as_str()).collect::<Vec<_>>(), ["WO-1", "WO-1", "WO-1"]);
    block_on(store.fold_carried(PLANT, "screw")).unwrap();
    assert!(is_clean(&store));
    book(&store, &Commit { postings: vec![posting("d", place("L1"), place("L3"), 2)], ..commit() }).unwrap();
    assert!(is_clean(&store), "work goes on");
    let index = RecordWrite::new("stands", "WO-1", Some(0), json!(null));
    book(&store, &Commit { records: vec![index], ..commit() }).unwrap();
    let back = |version| Back {
        order: "WO-1".into(),
        instead: vec![Expect { kind: "stands".into(), id: "WO-1".into(), version }],
        holding: before.0.clone(),
    };
    let wrong = book(&store, &Commit { back: Some(back(2)), ..commit() });
    assert_eq!(wrong.map(drop), Err(StoreError::VersionConflict));
    book(&store, &Commit { back: Some(back(1)), ..commit() }).unwrap();
    assert_eq!(holding(&store), before.0);
    harness.settle();
    assert_eq!(block_on(store.ledger(PLANT, "", None, 100)).unwrap()[..before.1.len()], before.1[..]);
    assert!(is_clean(&store));
    assert_eq!(block_on(store.archived(PLANT, &gone)).unwrap(), []);
    let again = book(&store, &Commit { back: Some(back(1)), ..commit() });
    assert_eq!(again.map(drop), Err(StoreError::VersionConflict), "once");
}

pub(crate) fn what_is_not_as_it_was_read_does_not_go(harness: &impl Harness) {
    let store = with_plant(harness);
    lived(&store);
    let before = holding(&store);
    let record = |version| Expect { kind: "order".into(), id: "WO-1".into(), version };
    let counter = |value| Counter { scope: "WO-1".into(), name: "good".into(), value };
    for (what, wrong) in [
        ("another version", Away { records: vec![record(2)], ..away() }),
        ("a report more", Away { children: vec![("report".into(), 0)], ..away() }),
        ("a posting more", Away { postings: 1, ..away() }),
        ("a posting less", Away { postings: 3, ..away() }),
        ("a counter that moved", Away { counters: vec![counter(2)], ..away() }),
        ("a counter more", Away { counters: Vec::new(), ..away() }),
        ("a photo that is not there", Away { photos: vec!["P-1".into(), "P-3".into()], ..away() }),
    ] {
        assert_eq!(go(&store, wrong), Err(StoreError::VersionConflict), "{what}");
        assert_eq!(holding(&store), before, "{what}");
    }
    let mut held_for = posting("e", outside("supplier"), held("L9", "WO-1"), 1);
    held_for.order = Some("WO-1".into());
    book(&store, &Commit { postings: vec![held_for], ..commit() }).unwrap();
    assert_eq!(go(&store, Away { postings: 3, ..away() }), Err(StoreError::VersionConflict), "stock is held for it");
    assert!(harness.raw("DELETE FROM posting").is_err(), "nothing goes another way");
    assert!(is_clean(&store));
}

pub(crate) fn what_nobody_touched_is_found(harness: &impl Harness) {
    let store = with_plant(harness);
    for n in 0..3 {
        let order = RecordWrite {
            state: Some(if n == 1 { "open" } else { "closed" }.into()),
            ..RecordWrite::new("order", format!("WO-{n}"), Some(0), json!({}))
        };
        book(&store, &Commit { records: vec![order], ..commit() }).unwrap();
    }
    let query = |before_ms| UntouchedQuery { kind: "order".into(), states: vec!["closed".into()], before_ms };
    let found = |before_ms, after: &str| block_on(store.untouched(PLANT, &query(before_ms), after, 10)).unwrap();
    assert_eq!(found(NOW + 1, ""), ["WO-0", "WO-2"]);
    assert_eq!(found(NOW + 1, "WO-0"), ["WO-2"]);
    assert_eq!(found(NOW, ""), Vec::<String>::new());
}
