//! One load answers everything.

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    BalanceFilter, Commit, KeyLookup, ListFilter, Load, MovementFilter, PageRequest, PlantNumber, Posting, Receipt,
    RecordWrite, SessionWrite, Store,
};

use super::{
    Harness, NOW, PLANT, book, commit, count, event, held, key, load, look, outside, place, plant, posting, with_plant,
};

fn everything(plant: PlantNumber) -> Commit {
    let mut operations: Vec<_> = ["20", "10"]
        .into_iter()
        .map(|number| {
            let mut operation = RecordWrite::new("operation", format!("WO-1/{number}"), Some(0), json!({"n": number}));
            operation.parent = Some("WO-1".to_owned());
            operation.sort = Some(number.to_owned());
            operation
        })
        .collect();
    operations.push(RecordWrite::new("order", "WO-1", Some(0), json!({"quantity": "5"})));
    let session = SessionWrite::Open { id: "s".to_owned(), user: "operator".to_owned(), expires_ms: NOW + 1 };
    let mut of_lot = posting("lot", outside("supplier"), place("L1"), 7);
    of_lot.lot = "2027-01".to_owned();
    Commit {
        idempotency: Some(key("k", "f")),
        records: operations,
        postings: vec![
            posting("in", outside("supplier"), place("L1"), 9),
            of_lot,
            posting("reserve", place("L1"), held("L1", "WO-1"), 4),
            posting("out", place("L1"), place("L2"), 5),
        ],
        counters: vec![count("WO-1/10", 3, None, None)],
        events: vec![event("e")],
        sessions: vec![session],
        receipts: vec![Receipt { id: "r".to_owned(), state: "refused".to_owned(), body: json!({"unmet": []}) }],
        ..Commit::new(plant, NOW)
    }
}

fn all_of_it(plant: PlantNumber) -> Load {
    Load {
        with_plant: true,
        key: Some(KeyLookup { user: "operator".to_owned(), key: "k".to_owned() }),
        session: Some("s".to_owned()),
        records: vec![("order".to_owned(), "WO-1".to_owned()), ("operation".to_owned(), "WO-1/10".to_owned())],
        children: vec![("operation".to_owned(), "WO-1".to_owned())],
        balances_of: vec!["screw".to_owned()],
        balances_of_order: vec!["WO-1".to_owned()],
        counters: vec!["WO-1/10".to_owned()],
        receipts: vec!["r".to_owned()],
        ..Load::new(plant, NOW)
    }
}

pub(crate) fn everything_comes_at_once(harness: &impl Harness) {
    let store = with_plant(harness);
    book(&store, &everything(PLANT)).unwrap();
    let seen = look(&store, all_of_it(PLANT));
    assert_eq!(seen.plant, Some(plant(PLANT)));
    assert_eq!(seen.key.clone().unwrap().response.body, key("k", "f").body);
    assert_eq!(seen.session.as_ref().unwrap().user, "operator");
    assert_eq!(seen.records.len(), 3);
    assert_eq!(seen.record("order", "WO-1").unwrap().body, json!({"quantity": "5"}));
    let operations: Vec<_> = seen.children("operation", "WO-1").map(|record| record.id.as_str()).collect();
    assert_eq!(operations, ["WO-1/10", "WO-1/20"]);
    let balances: Vec<_> = seen
        .balances
        .iter()
        .map(|b| (b.location.as_str(), b.lot.as_str(), b.order.as_str(), b.quantity, b.bounded))
        .collect();
    // The free account without a lot at L1 is at zero, and so is not here.
    assert_eq!(
        balances,
        [
            ("L1", "", "WO-1", 4, true),
            ("L1", "2027-01", "", 7, true),
            ("L2", "", "", 5, true),
            ("supplier", "", "", -9, false),
            ("supplier", "2027-01", "", -7, false),
        ]
    );
    assert!(seen.balances[0].version < seen.balances[2].version, "a later posting leaves a higher version");
    assert_eq!(seen.counter("WO-1/10", "good"), 3);
    assert_eq!(seen.counter("WO-1/10", "scrap"), 0);
    assert_eq!(seen.receipts[0].state, "refused");

    let mut free = load();
    free.free_of = vec!["screw".to_owned()];
    assert_eq!(look(&store, free).balances.len(), 4);
    let mut of_order = load();
    of_order.balances_of_order = vec!["WO-1".to_owned(), String::new()];
    assert_eq!(look(&store, of_order).balances.len(), 1);
}

pub(crate) fn what_is_known_of_a_lot_comes_with_its_accounts(harness: &impl Harness) {
    let store = with_plant(harness);
    let of_lot = |id: &str, item: &str, lot: &str| Commit {
        postings: vec![Posting {
            item: item.to_owned(),
            lot: lot.to_owned(),
            ..posting(id, outside("supplier"), place("L1"), 7)
        }],
        ..commit()
    };
    for (n, (item, lot)) in [("a/b", "c"), ("a", "b/c"), ("a", "50%"), ("a", "")].into_iter().enumerate() {
        book(&store, &of_lot(&format!("p{n}"), item, lot)).unwrap();
    }
    let known = ["a%2Fb/c", "a/b%2Fc", "a/50%25", "a/gone", "a/"];
    let records = known.map(|id| RecordWrite::new("lot", id, Some(0), json!({"id": id})));
    let other = RecordWrite::new("other", "a/b%2Fc", Some(0), json!({}));
    book(&store, &Commit { records: records.into_iter().chain([other]).collect(), ..commit() }).unwrap();
    let ids = |load: Load| look(&store, load).records.iter().map(|record| record.id.clone()).collect::<Vec<_>>();
    let mut wanted = Load { balances_of: vec!["a".to_owned()], lots: Some("lot".to_owned()), ..load() };
    assert_eq!(ids(wanted.clone()), ["a/50%25", "a/b%2Fc"]);
    wanted.records = vec![("lot".to_owned(), "a/50%25".to_owned()), ("lot".to_owned(), "a/gone".to_owned())];
    assert_eq!(ids(wanted.clone()), ["a/50%25", "a/b%2Fc", "a/gone"], "each once");
    wanted.lots = None;
    assert_eq!(ids(wanted), ["a/50%25", "a/gone"]);
    let free = Load { free_of: vec!["a/b".to_owned()], lots: Some("lot".to_owned()), ..load() };
    assert_eq!(ids(free), ["a%2Fb/c"]);
    assert!(ids(Load { lots: Some("lot".to_owned()), ..load() }).is_empty());
}

pub(crate) fn what_is_not_there_is_absent(harness: &impl Harness) {
    let store = with_plant(harness);
    let seen = look(&store, Load { with_plant: false, ..all_of_it(PLANT) });
    assert_eq!((seen.plant, seen.key, seen.session), (None, None, None));
    assert!(
        seen.records.is_empty() && seen.balances.is_empty() && seen.counters.is_empty() && seen.receipts.is_empty()
    );
    assert!(look(&store, load()).records.is_empty());
}

pub(crate) fn plants_do_not_see_each_other(harness: &impl Harness) {
    let store = with_plant(harness);
    let other = PlantNumber(2);
    block_on(store.put_plant(&plant(other))).unwrap();
    book(&store, &everything(PLANT)).unwrap();
    let seen = look(&store, Load { with_plant: false, ..all_of_it(other) });
    assert_eq!((seen.key, seen.session), (None, None));
    assert!(
        seen.records.is_empty() && seen.balances.is_empty() && seen.counters.is_empty() && seen.receipts.is_empty()
    );
    let page = PageRequest::first(10);
    assert!(block_on(store.list(other, "order", &ListFilter::default(), &page)).unwrap().items.is_empty());
    assert!(block_on(store.movements(other, &MovementFilter::default(), &page)).unwrap().items.is_empty());
    assert!(block_on(store.balances(other, &BalanceFilter::default(), &page)).unwrap().items.is_empty());
    assert!(block_on(store.movement(other, "m-in")).unwrap().is_empty());
    assert!(block_on(store.counters(other, "WO-1/10")).unwrap().is_empty());
    assert!(block_on(store.journal(other, None, 10)).unwrap().events.is_empty());
    assert_eq!(block_on(store.audit(other, None, u32::MAX)).unwrap().postings, 0);
    // The same numbers may be used again there.
    book(&store, &everything(other)).unwrap();
    assert_eq!(look(&store, all_of_it(PLANT)).balances.len(), 5);
    assert_eq!(look(&store, all_of_it(other)).balances.len(), 5);
    assert!(book(&store, &Commit { session: Some("s".to_owned()), ..commit() }).is_ok());
}
