//! Split and merge: quantities add up, and what was held stays held, for the one or the other.

use crate::support;
use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{balance, facts, order, quantity};
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::Flow;
use takt_domain::ledger::{Account, Posting};
use takt_domain::lots::{Part, merge, split};
use takt_domain::order::Order;
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;

type Books = BTreeMap<(String, Account), i64>;

/// The balances after postings, none of them below zero.
fn booked(facts: &[&Facts], postings: &[Posting]) -> Books {
    let mut books = Books::new();
    for balance in facts.iter().flat_map(|facts| &facts.balances) {
        books.insert((balance.item.to_string(), balance.account()), balance.quantity.units());
    }
    for posting in postings {
        assert!(posting.quantity.is_positive());
        *books.entry((posting.item.to_string(), posting.from.clone())).or_default() -= posting.quantity.units();
        *books.entry((posting.item.to_string(), posting.to.clone())).or_default() += posting.quantity.units();
    }
    assert!(books.values().all(|units| *units >= 0), "{books:?}");
    books
}

fn held(books: &Books, item: &str, order: &str) -> i64 {
    let of = books.iter().filter(|((what, account), _)| {
        what == item && account.order.as_ref().is_some_and(|holder| holder.as_str() == order)
    });
    of.map(|(_, units)| units).sum()
}

fn reported(facts: &mut Facts, operation: u16, good: i64) {
    facts.progress.insert(operation, Progress { good: Quantity::from_units(good, 0), ..Progress::none(0) });
}

proptest! {
    #[test]
    fn a_split_adds_up(units in -1..12_i64, first in 0..10_i64, second in 0..10_i64, screws in 0..30_i64, there in 0..30_i64) {
        let (mut order, mut facts) = (order(), facts(Role::Planner));
        order.state = "in_progress".into();
        let second = second.min(first);
        reported(&mut facts, 10, first);
        reported(&mut facts, 20, second);
        facts.balances = vec![
            balance("screw", "store", Some("WO-1"), Quantity::from_units(screws, 0)),
            balance("screw", "side", Some("WO-1"), Quantity::from_units(there, 0)),
            balance("wire", "store", Some("WO-1"), quantity("2.500")),
            balance("screw", "store", None, quantity("5")),
        ];
        let id = "WO-2".parse().unwrap();
        let decided = split(&order, Flow::builtin(), &id, Quantity::from_units(units, 0), &facts);
        let fits = units > 0 && 10 - units >= first.max(second + 1) && units < 10;
        prop_assert_eq!(decided.is_ok(), fits);
        let Ok(split) = decided else { return Ok(()) };
        let old = split.change.order.clone().unwrap();
        prop_assert_eq!(old.quantity.units() + split.new.quantity.units(), 10);
        prop_assert!(old.quantity.units() >= first, "what is made stays where it was reported");
        for (a, b) in old.materials.iter().zip(&split.new.materials) {
            let before = order.materials.iter().find(|one| one.item == a.item).unwrap().required.units();
            prop_assert_eq!(a.required.units() + b.required.units(), before, "{} divides evenly here", a.item);
        }
        let books = booked(&[&facts], &split.change.postings);
        prop_assert_eq!(held(&books, "screw", "WO-1") + held(&books, "screw", "WO-2"), screws + there);
        let needs = 2 * (old.quantity.units() - first);
        prop_assert!(held(&books, "screw", "WO-1") >= needs.min(screws + there), "the old order keeps what it needs");
        prop_assert!(held(&books, "screw", "WO-2") <= split.new.materials[0].required.units());
        prop_assert_eq!((&split.new.split_from, &split.new.state), (&Some(order.id.clone()), &order.state));
        prop_assert_eq!(split.new.history.last().unwrap().action.as_str(), "split");
    }
}

#[test]
fn orders_that_are_alike_become_one_with_all_that_was_held_for_them() {
    let make = |id: &str, change: fn(&mut Order)| {
        let mut made = order();
        made.id = id.parse().unwrap();
        made.state = "ready".into();
        change(&mut made);
        made
    };
    let with = |id: &str| {
        let mut facts = facts(Role::Planner);
        facts.balances = vec![balance("screw", "store", Some(id), quantity("20"))];
        facts
    };
    let (first, second) = (make("A", |_| ()), make("B", |order| order.due = Some("2026-12-01".parse().unwrap())));
    let (mine, theirs) = (with("A"), with("B"));
    let into = Part { order: &first, facts: &mine };
    let merged = merge(into, &[Part { order: &second, facts: &theirs }], Flow::builtin(), "").unwrap();
    let after = merged.change.order.clone().unwrap();
    assert_eq!((after.quantity, after.due), (quantity("20"), second.due));
    assert_eq!(after.materials[0].required, quantity("40"));
    let over = &merged.over[0];
    assert_eq!((over.state.as_str(), over.merged_into.as_ref()), ("closed", Some(&first.id)));
    let books = booked(&[&mine, &theirs], &merged.change.postings);
    assert_eq!((held(&books, "screw", "A"), held(&books, "screw", "B")), (40, 0));

    let refused = |second: &Order| {
        let part = Part { order: second, facts: &theirs };
        merge(into, &[part], Flow::builtin(), "").unwrap_err().unmet.remove(0).code
    };
    assert_eq!(refused(&first), "merge.different");
    assert_eq!(refused(&make("B", |order| order.line = "L2".parse().unwrap())), "merge.different");
    assert_eq!(refused(&make("B", |order| order.state = "approved".into())), "merge.different");
    assert_eq!(refused(&make("B", |order| order.state = "in_progress".into())), "merge.begun");
}
