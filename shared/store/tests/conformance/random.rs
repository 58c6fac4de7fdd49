//! Whatever is sent, the ledger adds up.

use std::cell::Cell;
use std::collections::BTreeMap;

use futures::executor::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use takt_store::{Account, BalanceFilter, Commit, Direction, MovementFilter, PageRequest, Posting, Store, StoreError};

use super::{Harness, PLANT, book, commit, count, event, key, posting, with_plant};

#[derive(Clone, Debug)]
struct Step {
    item: u8,
    lot: u8,
    from: u8,
    to: u8,
    quantity: i64,
}

fn step() -> impl Strategy<Value = Step> {
    (0..2_u8, 0..2_u8, 0..6_u8, 0..6_u8, 1..8_i64).prop_map(|(item, lot, from, to, quantity)| Step {
        item,
        lot,
        from,
        to,
        quantity,
    })
}

/// Two virtual places, two physical ones, and stock held for an order at each of those.
fn account(number: u8) -> Account {
    let (location, order, bounded) = match number {
        0 => ("supplier", "", false),
        1 => ("production", "", false),
        2 => ("L1", "", true),
        3 => ("L2", "", true),
        4 => ("L1", "WO-1", true),
        _ => ("L2", "WO-1", true),
    };
    Account { location: location.to_owned(), order: order.to_owned(), bounded }
}

type Place = (String, String, String, String);

fn places(posting: &Posting) -> [(Place, bool, i64); 2] {
    let place = |account: &Account| {
        (posting.item.clone(), account.location.clone(), posting.lot.clone(), account.order.clone())
    };
    [
        (place(&posting.from), posting.from.bounded, -posting.quantity),
        (place(&posting.to), posting.to.bounded, posting.quantity),
    ]
}

/// What the rule says, in the simplest words: `None` when it refuses.
fn apply(balances: &BTreeMap<Place, i64>, postings: &[Posting]) -> Option<BTreeMap<Place, i64>> {
    let mut after = balances.clone();
    for posting in postings {
        for (place, bounded, delta) in places(posting) {
            let quantity = after.entry(place).or_default();
            *quantity += delta;
            if bounded && *quantity < 0 {
                return None;
            }
        }
    }
    Some(after)
}

fn run(harness: &impl Harness, store: &impl Store, round: u32, commits: &[Vec<Step>]) {
    let mut model = BTreeMap::new();
    let mut bookings = 0;
    for (n, steps) in commits.iter().enumerate() {
        let postings: Vec<_> = steps
            .iter()
            .filter(|step| step.from != step.to)
            .enumerate()
            .map(|(line, step)| {
                let id = format!("{round}-{n}-{line}");
                let mut posting = posting(&id, account(step.from), account(step.to), step.quantity);
                // Each round has items of its own, so that one file serves them all.
                posting.item = format!("{round}-{}", step.item);
                posting.lot = format!("lot-{}", step.lot);
                posting
            })
            .collect();
        let expected = apply(&model, &postings);
        let this = Commit {
            idempotency: Some(key(&format!("{round}-{n}"), "f")),
            postings,
            counters: vec![count(&round.to_string(), 1, None, None)],
            events: vec![event(&format!("{round}-{n}"))],
            ..commit()
        };
        match (book(store, &this), expected) {
            (Ok(_), Some(after)) => {
                model = after;
                bookings += 1;
            }
            (Err(StoreError::NegativeBalance), None) => {}
            (outcome, expected) => panic!("{outcome:?} where the model has {expected:?}"),
        }
    }
    let items: Vec<_> = (0..2).map(|item| format!("{round}-{item}")).collect();
    let filter = BalanceFilter { items: items.clone(), ..BalanceFilter::default() };
    let balances = block_on(store.balances(PLANT, &filter, &PageRequest::first(200))).unwrap().items;
    let kept: BTreeMap<_, _> = balances
        .iter()
        .map(|b| ((b.item.clone(), b.location.clone(), b.lot.clone(), b.order.clone()), b.quantity))
        .collect();
    assert_eq!(kept, model);
    harness.settle();
    let mut sums: BTreeMap<Place, i64> = BTreeMap::new();
    for item in &items {
        let filter =
            MovementFilter { item: Some(item.clone()), direction: Direction::OldestFirst, ..MovementFilter::default() };
        let page = block_on(store.movements(PLANT, &filter, &PageRequest::first(200))).unwrap();
        assert_eq!(page.next, None);
        for posting in page.items {
            let from = (posting.item.clone(), posting.from.location, posting.lot.clone(), posting.from.order);
            let to = (posting.item, posting.to.location, posting.lot, posting.to.order);
            *sums.entry(from).or_default() -= posting.quantity;
            *sums.entry(to).or_default() += posting.quantity;
        }
    }
    assert_eq!(sums, kept);
    let booked = block_on(store.counters(PLANT, &round.to_string())).unwrap();
    assert_eq!(booked.first().map_or(0, |counter| counter.value), bookings);
}

pub(crate) fn any_commits_leave_a_ledger_that_adds_up(harness: &impl Harness) {
    let store = with_plant(harness);
    let round = Cell::new(0);
    let commits = prop::collection::vec(prop::collection::vec(step(), 0..5), 1..20);
    TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() })
        .run(&commits, |commits| {
            round.set(round.get() + 1);
            run(harness, &store, round.get(), &commits);
            Ok(())
        })
        .unwrap();
    let report = block_on(store.audit(PLANT, None, u32::MAX)).unwrap();
    assert!(report.is_clean(), "{report:?}");
}
