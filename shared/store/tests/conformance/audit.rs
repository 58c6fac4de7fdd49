//! The audit finds what the ledger does not say.

use futures::executor::block_on;
use takt_store::{AuditReport, Commit, Mismatch, Store, Unconserved};

use super::{Harness, PLANT, book, commit, held, place, posting, receive, with_plant};

/// 7 screws at L1, 2 of them held, and 3 at L2.
fn ledger<H: Harness>(harness: &H) -> H::Store {
    let store = with_plant(harness);
    receive(&store, "L1", 10);
    let postings = vec![posting("a", place("L1"), held("L1", "WO-1"), 2), posting("b", place("L1"), place("L2"), 3)];
    book(&store, &Commit { postings, ..commit() }).unwrap();
    store
}

fn audit(store: &impl Store) -> AuditReport {
    block_on(store.audit(PLANT)).unwrap()
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
