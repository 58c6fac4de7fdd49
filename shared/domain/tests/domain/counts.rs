//! The postings of a count: from whom what is missing is taken, and what pays back what production drew beyond the books.

use takt_domain::count::{Class, CountLine, CountSettings, Freeze, adjust, classes, frozen_unmet, settle};
use takt_domain::id::LocationId;
use takt_domain::ledger::{Account, Balance, MovementKind, Posting};
use takt_domain::master::{Location, LocationKind};
use takt_domain::quantity::Quantity;
use takt_domain::text::Lang;

fn line(book: &str, counted: &str) -> CountLine {
    serde_json::from_value(serde_json::json!({
        "count": "CT-1", "place": {"location": "S1", "item": "bolt"}, "state": "agreed",
        "entries": [{"by": "anna", "at": "2026-11-28T00:00:00Z", "quantity": counted, "book": book, "ledger": 1}],
    }))
    .unwrap()
}

fn balance(location: &str, lot: &str, order: Option<&str>, units: i64) -> Balance {
    Balance {
        item: "bolt".parse().unwrap(),
        lot: lot.into(),
        location: location.parse().unwrap(),
        order: order.map(|order| order.parse().unwrap()),
        quantity: Quantity::from_units(units, 0),
    }
}

fn place(id: &str, kind: LocationKind) -> Location {
    Location { id: id.parse().unwrap(), name: id.into(), kind, line: None }
}

#[test]
fn what_is_missing_is_taken_from_free_stock_first_and_then_from_the_order_that_waits_longest() {
    let there = [
        balance("S1", "", Some("WO-1"), 10),
        balance("S1", "", None, 5),
        balance("S1", "", Some("WO-2"), 3),
        balance("S1", "other", None, 100),
        balance("S2", "", None, 100),
    ];
    let taken = |counted: &str| -> Result<Vec<(String, i64)>, Quantity> {
        let postings = adjust(&line("18", counted), &there)?;
        let from = |posting: &Posting| posting.from.order.as_ref().map_or("free", |order| order.as_str()).to_owned();
        Ok(postings.iter().map(|posting| (from(posting), posting.quantity.units())).collect())
    };
    assert_eq!(taken("14"), Ok(vec![("free".into(), 4)]));
    assert_eq!(taken("8"), Ok(vec![("free".into(), 5), ("WO-2".into(), 3), ("WO-1".into(), 2)]));
    assert_eq!(taken("18"), Ok(vec![]));
    assert_eq!(adjust(&line("30", "10"), &there), Err(Quantity::from_units(2, 0)), "no account goes below zero");
}

#[test]
fn what_is_found_pays_back_no_more_than_is_owed_and_nothing_where_it_waits() {
    let paid = |counted: &str, owed: i64, kind: LocationKind| {
        settle(&line("10", counted), owed, &[place("S1", kind)]).map(|posting| posting.quantity.units())
    };
    assert_eq!(paid("14", 3, LocationKind::Store), Some(3));
    assert_eq!(paid("14", 9, LocationKind::Store), Some(4));
    assert_eq!(paid("14", 0, LocationKind::Store), None);
    assert_eq!(paid("8", 3, LocationKind::Store), None, "nothing was found");
    for waits in [LocationKind::Quarantine, LocationKind::Receiving] {
        assert_eq!(paid("14", 3, waits), None, "{waits:?}");
    }
}

#[test]
fn what_only_changes_for_whom_stock_is_held_moves_nothing_from_a_frozen_location() {
    let posting = |kind: MovementKind, to: &str| Posting {
        kind,
        item: "bolt".parse().unwrap(),
        lot: String::new(),
        from: Account::free("S1".parse::<LocationId>().unwrap()),
        to: Account::free(to.parse::<LocationId>().unwrap()),
        quantity: Quantity::from_units(1, 0),
        reverses: None,
    };
    let freeze = |count: Option<&str>| Freeze {
        location: "S1".parse().unwrap(),
        count: count.map(|count| count.parse().unwrap()),
    };
    let refused = |posting: Posting, count: Option<&str>| frozen_unmet(&[posting], &[freeze(count)], Lang::En).len();
    assert_eq!(refused(posting(MovementKind::Reserve, "S1"), Some("CT-1")), 0);
    assert_eq!(refused(posting(MovementKind::Transfer, "S2"), Some("CT-1")), 1);
    assert_eq!(refused(posting(MovementKind::Transfer, "S2"), None), 0, "it is free again");
}

#[test]
fn an_item_is_of_the_class_in_which_what_comes_before_it_leaves_it() {
    let found = classes(&[("c", 5), ("none", 0), ("a", 80), ("b", 15)], &CountSettings::default());
    assert_eq!(found, [("a", Class::A), ("b", Class::B), ("c", Class::C), ("none", Class::C)]);
    let first = classes(&[("only", 1)], &CountSettings::default());
    assert_eq!(first, [("only", Class::A)], "the largest of all is A, however much of all it makes");
}

#[test]
fn no_setting_is_below_zero() {
    let below = Some(Quantity::from_units(-1, 0));
    let settings = CountSettings { recount_percent: below, alert_percent: below, ..CountSettings::default() };
    let at: Vec<_> = settings.faults().into_iter().map(|(at, _)| at).collect();
    assert_eq!(at, ["recount_percent", "alert_percent"]);
    assert!(CountSettings::default().faults().is_empty());
}
