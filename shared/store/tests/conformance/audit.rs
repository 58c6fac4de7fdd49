//! The audit finds what the ledger does not say.

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    AuditReport, Commit, CounterChange, Mismatch, Posting, Receipt, ReceiptFault, RecordWrite, Store, SumDifference,
    SumsQuery, Takes, Unconserved,
};

use super::{Harness, PLANT, book, commit, count, held, outside, place, posting, receive, with_plant};

/// 7 screws at L1, 2 of them held, and 3 at L2.
fn ledger<H: Harness>(harness: &H) -> H::Store {
    let store = with_plant(harness);
    receive(&store, "L1", 10);
    let postings = vec![posting("a", place("L1"), held("L1", "WO-1"), 2), posting("b", place("L1"), place("L2"), 3)];
    book(&store, &Commit { postings, ..commit() }).unwrap();
    store
}

fn audit(store: &impl Store) -> AuditReport {
    block_on(store.audit(PLANT, None, u32::MAX)).unwrap()
}

fn mismatch(location: &str, balance: Option<i64>, postings: i64) -> Mismatch {
    Mismatch {
        item: "screw".to_owned(),
        location: location.to_owned(),
        lot: String::new(),
        order: String::new(),
        balance,
        postings,
    }
}

fn unconserved(sum: i64) -> Unconserved {
    Unconserved { item: "screw".to_owned(), sum }
}

pub(crate) fn a_clean_ledger_passes(harness: &impl Harness) {
    let report = audit(&ledger(harness));
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.postings, report.balances), (3, 4));
}

pub(crate) fn a_balance_changed_behind_the_ledgers_back_is_found(harness: &impl Harness) {
    let store = ledger(harness);
    harness.raw("UPDATE balance SET quantity = 4 WHERE location = 'L2'").unwrap();
    let report = audit(&store);
    assert!(!report.is_clean());
    assert_eq!((report.mismatch_count, report.mismatches), (1, vec![mismatch("L2", Some(4), 3)]));
    assert_eq!(report.unconserved, [unconserved(1)]);
}

pub(crate) fn a_balance_taken_away_is_found(harness: &impl Harness) {
    let store = ledger(harness);
    harness.raw("DELETE FROM balance WHERE location = 'L2'").unwrap();
    let report = audit(&store);
    assert_eq!(report.mismatches, [mismatch("L2", None, 3)]);
    assert_eq!(report.unconserved, [unconserved(-3)]);
}

pub(crate) fn a_balance_from_nowhere_is_found(harness: &impl Harness) {
    let store = ledger(harness);
    harness
        .raw("INSERT INTO balance (plant, item, location, lot, order_id, quantity, bounded, version) VALUES (1, 'screw', 'L9', '', '', 8, true, 1)")
        .unwrap();
    let report = audit(&store);
    assert_eq!(report.mismatches, [mismatch("L9", Some(8), 0)]);
    assert_eq!(report.unconserved, [unconserved(8)]);
}

pub(crate) fn a_negative_balance_is_found(harness: &impl Harness) {
    let store = ledger(harness);
    harness.raw("UPDATE balance SET quantity = -1 WHERE location = 'L2'").unwrap();
    assert_eq!(audit(&store).negatives[0].location, "L2");
}

/// Three items with 4, 2 and 3 postings.
fn three_items<H: Harness>(harness: &H) -> H::Store {
    let store = with_plant(harness);
    for (item, postings) in [("a", 4), ("b", 2), ("c", 3)] {
        let one =
            |n| Posting { item: item.into(), ..posting(&format!("{item}{n}"), outside("supplier"), place("L"), 1) };
        book(&store, &Commit { postings: (0..postings).map(one).collect(), ..commit() }).unwrap();
    }
    store
}

pub(crate) fn slices_of_whole_items_add_up_to_the_whole(harness: &impl Harness) {
    let store = three_items(harness);
    for (most, expected) in [(1, vec![4, 2, 3, 0]), (5, vec![4, 5]), (6, vec![6, 3]), (9, vec![9]), (100, vec![9])] {
        let (mut after, mut slices) = (None, Vec::new());
        loop {
            let report = block_on(store.audit(PLANT, after.as_deref(), most)).unwrap();
            assert!(report.is_clean(), "{report:?}");
            slices.push(report.postings);
            after = report.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(slices, expected, "at most about {most}");
    }
}

pub(crate) fn a_difference_is_in_the_slice_of_its_item(harness: &impl Harness) {
    let store = three_items(harness);
    harness.raw("UPDATE balance SET quantity = 9 WHERE item = 'b' AND location = 'L'").unwrap();
    let slice = |after: Option<&str>| block_on(store.audit(PLANT, after, 1)).unwrap();
    assert!(slice(None).is_clean());
    assert_eq!(slice(Some("a")).mismatches.len(), 1);
    assert!(slice(Some("b")).is_clean());
}

const REPORTS: SumsQuery = SumsQuery {
    kind: "report",
    parent: "order",
    group: "report.operation",
    unless: "reversed_by",
    fields: &[("good", "report.good"), ("total", "report.good")],
    lists: &[("scrap", "report.scrap", "quantity"), ("total", "report.scrap", "quantity")],
    takes: Some(Takes {
        amount: "report.rework",
        from: "report.rework_to",
        before: "report.operation",
        groups: ("operations", "number"),
        names: &["good", "total"],
    }),
};

fn report(id: &str, order: &str, good: &str, scrap: &[&str]) -> RecordWrite {
    let scrap: Vec<_> = scrap.iter().map(|quantity| json!({"reason": "r", "quantity": quantity})).collect();
    let body = json!({"report": {"operation": 10, "good": good, "scrap": scrap}, "reversed_by": null});
    RecordWrite { parent: Some(order.to_owned()), ..RecordWrite::new("report", id, Some(0), body) }
}

fn counter(scope: &str, name: &str, delta: i64) -> CounterChange {
    CounterChange { name: name.to_owned(), ..count(scope, delta, None, None) }
}

/// An order with two reports, and one that was taken back.
fn reported<H: Harness>(harness: &H) -> H::Store {
    let store = with_plant(harness);
    let order = |id: &str| RecordWrite::new("order", id, Some(0), json!({}));
    let taken_back = RecordWrite {
        body: json!({"report": {"operation": 10, "good": "7", "scrap": []}, "reversed_by": "x"}),
        ..report("r3", "WO-1", "7", &[])
    };
    let records = vec![
        order("WO-1"),
        order("WO-2"),
        report("r1", "WO-1", "1.50", &["0.25", "0.05"]),
        report("r2", "WO-1", "2.00", &[]),
        taken_back,
    ];
    let counters = vec![
        counter("WO-1", "10.good", 350),
        counter("WO-1", "10.scrap", 30),
        counter("WO-1", "10.total", 380),
        counter("WO-1", "10.run_s", 99),
        counter("@owed", "10.good", 5),
    ];
    book(&store, &Commit { records, counters, ..commit() }).unwrap();
    store
}

pub(crate) fn reports_are_added_up_and_held_against_counters(harness: &impl Harness) {
    let store = reported(harness);
    let sums = || block_on(store.audit_sums(PLANT, &REPORTS, None, 100)).unwrap();
    assert_eq!((sums().compared, sums().count, sums().next), (3, 0, None));
    harness.raw("UPDATE counter SET value = 351 WHERE scope = 'WO-1' AND name = '10.good'").unwrap();
    let wrong = SumDifference { scope: "WO-1".into(), name: "10.good".into(), told: 350, counted: 351 };
    assert_eq!(sums().differences, std::slice::from_ref(&wrong));
    // A counter that nothing was reported for, and a report that no counter knows.
    book(&store, &Commit { counters: vec![counter("WO-2", "20.good", 4)], ..commit() }).unwrap();
    book(&store, &Commit { records: vec![report("r4", "WO-9", "0.01", &[])], ..commit() }).unwrap();
    let from_nowhere = SumDifference { scope: "WO-2".into(), name: "20.good".into(), told: 0, counted: 4 };
    let uncounted = |name: &str| SumDifference { scope: "WO-9".into(), name: name.into(), told: 1, counted: 0 };
    assert_eq!(sums().differences, [wrong, from_nowhere, uncounted("10.good"), uncounted("10.total")]);
    let slice = block_on(store.audit_sums(PLANT, &REPORTS, None, 1)).unwrap();
    assert_eq!(slice.next.as_deref(), Some("WO-2"), "a slice ends with the order behind so many");
}

pub(crate) fn what_goes_back_is_taken_from_what_it_passes_again(harness: &impl Harness) {
    let store = with_plant(harness);
    let operations: Vec<_> = [10, 20, 30, 40].iter().map(|number| json!({"number": number})).collect();
    let back = json!({"report": {"operation": 40, "good": "1.00", "rework": "2.00", "rework_to": 20, "scrap": []}});
    let records = vec![
        RecordWrite::new("order", "WO-1", Some(0), json!({"operations": operations})),
        RecordWrite { parent: Some("WO-1".into()), ..RecordWrite::new("report", "r1", Some(0), back) },
    ];
    let counters = vec![
        counter("WO-1", "20.good", -200),
        counter("WO-1", "20.total", -200),
        counter("WO-1", "30.good", -200),
        counter("WO-1", "30.total", -200),
        counter("WO-1", "40.good", 100),
        counter("WO-1", "40.total", 100),
    ];
    book(&store, &Commit { records, counters, ..commit() }).unwrap();
    let sums = || block_on(store.audit_sums(PLANT, &REPORTS, None, 100)).unwrap();
    assert_eq!((sums().compared, sums().differences), (6, vec![]));
    harness.raw("UPDATE counter SET value = 0 WHERE scope = 'WO-1' AND name = '30.good'").unwrap();
    let wrong = SumDifference { scope: "WO-1".into(), name: "30.good".into(), told: -200, counted: 0 };
    assert_eq!(sums().differences, [wrong]);
}

pub(crate) fn receipts_are_held_against_reports(harness: &impl Harness) {
    let store = with_plant(harness);
    let queued = |id: &str| RecordWrite::new("report", id, Some(0), json!({"accepted_at": "now"}));
    let inline = RecordWrite::new("report", "r9", Some(0), json!({}));
    let receipt = |id: &str, state: &str| Receipt { id: id.into(), state: state.into(), body: json!({}) };
    let records = vec![queued("r1"), queued("r2"), inline];
    let receipts = vec![receipt("r1", "booked"), receipt("r2", "booked"), receipt("r3", "refused")];
    book(&store, &Commit { records, receipts, ..commit() }).unwrap();
    let look = || block_on(store.audit_receipts(PLANT, "report", "accepted_at", None, 100)).unwrap();
    assert_eq!((look().compared, look().count, look().next), (3, 0, None));
    let records = vec![queued("r4"), queued("r6")];
    let receipts = vec![receipt("r5", "booked"), receipt("r6", "refused"), receipt("r7", "queued")];
    book(&store, &Commit { records, receipts, ..commit() }).unwrap();
    let found: Vec<_> = look().differences.into_iter().map(|difference| (difference.id, difference.found)).collect();
    let expected = [
        ("r4", ReceiptFault::NoReceipt),
        ("r5", ReceiptFault::NoRecord),
        ("r6", ReceiptFault::Record),
        ("r7", ReceiptFault::State),
    ];
    assert_eq!(found, expected.map(|(id, fault)| (id.to_owned(), fault)));
    let slice = block_on(store.audit_receipts(PLANT, "report", "accepted_at", None, 2)).unwrap();
    assert_eq!((slice.compared, slice.next.as_deref()), (3, Some("r3")));
}
