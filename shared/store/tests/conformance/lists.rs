//! Lists, pages and cursors.

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    BalanceFilter, Commit, Direction, ListFilter, MovementFilter, PageRequest, Plant, PlantNumber, RecordWrite, Store,
    StoreError,
};

use super::{Harness, NOW, PLANT, book, commit, event, held, outside, place, plant, posting, with_plant};

/// Thirty orders: states by the rest of 3, lines by the rest of 2, sorted against their numbers.
fn thirty_orders(store: &impl Store) {
    let records = (0..30).map(|n| {
        let mut order = RecordWrite::new("order", format!("WO-{n:02}"), Some(0), json!({"n": n}));
        order.state = Some(["waiting", "running", "done"][n % 3].to_owned());
        order.line = Some(format!("line-{}", n % 2));
        order.parent = Some(format!("program-{}", n / 10));
        order.sort = Some(format!("{:02}", (30 - n) / 4));
        order.search = Some(format!("WO-{n:02} 轴承 Bearing {}%_Ärmel", n % 5));
        order.fields =
            vec![("colour".to_owned(), ["red", "blue"][n % 2].to_owned()), ("size".to_owned(), (n % 5).to_string())];
        order
    });
    book(store, &Commit { records: records.collect(), ..commit() }).unwrap();
}

fn ids(store: &impl Store, filter: &ListFilter, limit: u32) -> Vec<String> {
    let mut page = PageRequest::first(limit);
    let mut ids = Vec::new();
    loop {
        let part = block_on(store.list(PLANT, "order", filter, &page)).unwrap();
        assert!(part.items.len() <= limit as usize);
        ids.extend(part.items.into_iter().map(|record| record.id));
        match part.next {
            Some(next) => page.after = Some(next),
            None => return ids,
        }
    }
}

fn expected(keep: impl Fn(usize) -> bool) -> Vec<String> {
    let mut rows: Vec<_> = (0..30).filter(|n| keep(*n)).map(|n| ((30 - n) / 4, format!("WO-{n:02}"))).collect();
    rows.sort();
    rows.into_iter().map(|(_, id)| id).collect()
}

fn check(store: &impl Store, filter: &ListFilter, keep: impl Fn(usize) -> bool) {
    let expected = expected(keep);
    for limit in [1, 4, 200] {
        assert_eq!(ids(store, filter, limit), expected, "{filter:?} by {limit}");
    }
}

pub(crate) fn the_newest_child_of_each_is_found(harness: &impl Harness) {
    let store = with_plant(harness);
    thirty_orders(&store);
    let parents = ["program-0", "program-2", "program-9"].map(str::to_owned);
    let mut newest = block_on(store.newest(PLANT, "order", &parents)).unwrap();
    newest.sort();
    let expected =
        [("program-0", "07"), ("program-2", "02")].map(|(parent, sort)| (parent.to_owned(), sort.to_owned()));
    assert_eq!(newest, expected);
    assert!(block_on(store.newest(PLANT, "report", &parents)).unwrap().is_empty());
}

pub(crate) fn pages_hold_every_record_once_in_order(harness: &impl Harness) {
    let store = with_plant(harness);
    thirty_orders(&store);
    check(&store, &ListFilter::default(), |_| true);
    let ten = block_on(store.list(PLANT, "order", &ListFilter::default(), &PageRequest::first(30))).unwrap();
    assert_eq!(ten.next, None);
    let none = block_on(store.list(PLANT, "order", &ListFilter::default(), &PageRequest::default())).unwrap();
    assert_eq!(none.items.len(), 1, "a page has at least one row");
}

pub(crate) fn filters_of_records_combine(harness: &impl Harness) {
    let store = with_plant(harness);
    thirty_orders(&store);
    let text = |text: &str| Some(text.to_owned());
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let states = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let all = ListFilter::default;
    check(&store, &ListFilter { state: states(&["running"]), ..all() }, |n| n % 3 == 1);
    check(&store, &ListFilter { state: states(&["running", "done", "done"]), ..all() }, |n| n % 3 > 0);
    check(&store, &ListFilter { state: states(&["lost"]), ..all() }, |_| false);
    check(&store, &ListFilter { line: text("line-1"), ..all() }, |n| n % 2 == 1);
    check(&store, &ListFilter { parent: text("program-2"), ..all() }, |n| n / 10 == 2);
    check(&store, &ListFilter { fields: vec![pair("colour", "red")], ..all() }, |n| n % 2 == 0);
    check(&store, &ListFilter { fields: vec![pair("colour", "red"), pair("size", "3")], ..all() }, |n| {
        n % 2 == 0 && n % 5 == 3
    });
    check(&store, &ListFilter { fields: vec![pair("colour", "re")], ..all() }, |_| false);
    check(&store, &ListFilter { q: text("wo-1"), ..all() }, |n| n / 10 == 1);
    check(&store, &ListFilter { from_sort: text("05"), ..all() }, |n| (30 - n) / 4 >= 5);
    check(&store, &ListFilter { from_sort: text("05"), parent: text("program-0"), ..all() }, |n| {
        n / 10 == 0 && (30 - n) / 4 >= 5
    });
    check(&store, &ListFilter { q: text("轴承 bEARing 3"), ..all() }, |n| n % 5 == 3);
    check(&store, &ListFilter { q: text("äRMEL"), ..all() }, |_| true);
    let both = ListFilter { state: states(&["waiting"]), line: text("line-0"), q: text(" 3%"), ..all() };
    check(&store, &both, |n| n % 3 == 0 && n % 2 == 0 && n % 5 == 3);
    let many = ListFilter {
        state: states(&["waiting", "done"]),
        parent: text("program-1"),
        fields: vec![pair("size", "2")],
        ..all()
    };
    check(&store, &many, |n| n % 3 != 1 && n / 10 == 1 && n % 5 == 2);
    // Fields are those of the last write.
    let mut order = RecordWrite::new("order", "WO-04", Some(1), json!({}));
    order.fields = vec![pair("colour", "green")];
    book(&store, &Commit { records: vec![order], ..commit() }).unwrap();
    assert_eq!(ids(&store, &ListFilter { fields: vec![pair("colour", "green")], ..all() }, 5), ["WO-04"]);
    assert!(
        !ids(&store, &ListFilter { fields: vec![pair("colour", "red")], ..all() }, 50).contains(&"WO-04".to_owned())
    );
}

pub(crate) fn wildcards_in_a_search_are_letters(harness: &impl Harness) {
    let store = with_plant(harness);
    thirty_orders(&store);
    let q = |q: &str| ListFilter { q: Some(q.to_owned()), ..ListFilter::default() };
    check(&store, &q("%"), |_| true);
    check(&store, &q("2%_"), |n| n % 5 == 2);
    check(&store, &q("w%1"), |_| false);
    check(&store, &q("wo_01"), |_| false);
    check(&store, &q("\\"), |_| false);
    check(&store, &q("' OR 1=1 --"), |_| false);
}

pub(crate) fn a_forged_cursor_is_refused(harness: &impl Harness) {
    let store = with_plant(harness);
    thirty_orders(&store);
    let first = block_on(store.list(PLANT, "order", &ListFilter::default(), &PageRequest::first(3))).unwrap();
    let of_orders = first.next.unwrap();
    for cursor in ["", "x", "WyJvcmRlciJd", "%%%", &of_orders[1..]] {
        let page = PageRequest { after: Some(cursor.to_owned()), limit: 3 };
        let outcome = block_on(store.list(PLANT, "order", &ListFilter::default(), &page));
        assert_eq!(outcome.map(drop), Err(StoreError::BadCursor), "{cursor}");
    }
    let page = PageRequest { after: Some(of_orders.clone()), limit: 3 };
    assert!(block_on(store.list(PLANT, "order", &ListFilter::default(), &page)).is_ok());
    let other_list = block_on(store.list(PLANT, "mould", &ListFilter::default(), &page));
    assert_eq!(other_list.map(drop), Err(StoreError::BadCursor));
    assert_eq!(
        block_on(store.movements(PLANT, &MovementFilter::default(), &page)).map(drop),
        Err(StoreError::BadCursor)
    );
    assert_eq!(block_on(store.journal(PLANT, Some(&of_orders), 3)).map(drop), Err(StoreError::BadCursor));
}

pub(crate) fn movements_follow_the_journal(harness: &impl Harness) {
    let store = with_plant(harness);
    for n in 0..12_i64 {
        // Ids against the order of booking, and times in no order at all.
        let mut posting = posting(&format!("{:02}", 99 - n), outside("supplier"), place(&format!("L{}", n % 3)), 1 + n);
        posting.item = format!("item-{}", n % 2);
        posting.lot = format!("lot-{}", n % 4);
        posting.kind = ["receipt", "opening"][usize::try_from(n / 6).unwrap()].to_owned();
        posting.order = (n % 3 == 0).then(|| "WO-1".to_owned());
        posting.occurred_ms = NOW + (n * 5) % 12;
        book(&store, &Commit { postings: vec![posting], ..commit() }).unwrap();
    }
    harness.settle();
    let check = |filter: MovementFilter, keep: &dyn Fn(i64) -> bool| {
        let mut expected: Vec<_> = (0..12).filter(|n| keep(*n)).map(|n| 1 + n).collect();
        for direction in [Direction::OldestFirst, Direction::NewestFirst] {
            let filter = MovementFilter { direction, ..filter.clone() };
            for limit in [1, 5, 200] {
                let mut seen = Vec::new();
                let mut page = PageRequest::first(limit);
                loop {
                    let part = block_on(store.movements(PLANT, &filter, &page)).unwrap();
                    seen.extend(part.items.into_iter().map(|posting| posting.quantity));
                    page.after = part.next;
                    if page.after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, expected, "{filter:?} by {limit}");
            }
            expected.reverse();
        }
    };
    let text = |text: &str| Some(text.to_owned());
    let all = MovementFilter::default;
    check(all(), &|_| true);
    check(MovementFilter { item: text("item-1"), ..all() }, &|n| n % 2 == 1);
    check(MovementFilter { location: text("L2"), ..all() }, &|n| n % 3 == 2);
    check(MovementFilter { location: text("supplier"), ..all() }, &|_| true);
    check(MovementFilter { lot: text("lot-3"), ..all() }, &|n| n % 4 == 3);
    check(MovementFilter { order: text("WO-1"), ..all() }, &|n| n % 3 == 0);
    check(MovementFilter { movement: text("m-95"), ..all() }, &|n| n == 4);
    check(MovementFilter { kinds: vec!["opening".to_owned()], ..all() }, &|n| n >= 6);
    check(MovementFilter { from_ms: Some(NOW + 3), to_ms: Some(NOW + 8), ..all() }, &|n| {
        (3..8).contains(&((n * 5) % 12))
    });
    check(MovementFilter { item: text("item-0"), order: text("WO-1"), ..all() }, &|n| n % 6 == 0);
}

pub(crate) fn a_movement_has_its_postings(harness: &impl Harness) {
    let store = with_plant(harness);
    let mut postings = vec![
        posting("c", outside("supplier"), place("L1"), 5),
        posting("a", place("L1"), held("L1", "WO-1"), 2),
        posting("b", place("L1"), place("L2"), 3),
    ];
    for posting in &mut postings {
        posting.movement = "m".to_owned();
    }
    book(&store, &Commit { postings, ..commit() }).unwrap();
    let movement = block_on(store.movement(PLANT, "m")).unwrap();
    assert_eq!(movement.iter().map(|posting| posting.id.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
    assert_eq!(movement[1].to, held("L1", "WO-1"));
    assert_eq!(movement[0].from, outside("supplier"));
    assert_eq!((movement[2].from_after, movement[2].to_after, movement[2].booked_ms), (0, 3, NOW));
}

pub(crate) fn balances_are_filtered_and_paged(harness: &impl Harness) {
    let store = with_plant(harness);
    for item in ["nut", "bolt"] {
        let mut postings = vec![
            posting(&format!("{item}-1"), outside("supplier"), place("L1"), 5),
            posting(&format!("{item}-2"), place("L1"), held("L1", "WO-1"), 2),
            posting(&format!("{item}-3"), place("L1"), place("L2"), 3),
        ];
        for posting in &mut postings {
            posting.item = item.to_owned();
        }
        book(&store, &Commit { postings, ..commit() }).unwrap();
    }
    let check = |filter: BalanceFilter, expected: &[&str]| {
        for limit in [1, 3, 200] {
            let mut seen = Vec::new();
            let mut page = PageRequest::first(limit);
            loop {
                let part = block_on(store.balances(PLANT, &filter, &page)).unwrap();
                seen.extend(part.items.iter().map(|b| format!("{} {} {} {}", b.item, b.location, b.order, b.quantity)));
                page.after = part.next;
                if page.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{filter:?} by {limit}");
        }
    };
    let all = BalanceFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let nut = || vec!["nut".to_owned()];
    check(BalanceFilter { items: nut(), ..all() }, &["nut L1  0", "nut L1 WO-1 2", "nut L2  3", "nut supplier  -5"]);
    check(BalanceFilter { items: nut(), nonzero: true, ..all() }, &["nut L1 WO-1 2", "nut L2  3", "nut supplier  -5"]);
    check(BalanceFilter { location: text("L2"), nonzero: true, ..all() }, &["bolt L2  3", "nut L2  3"]);
    check(
        BalanceFilter { location: text("L1"), ..all() },
        &["bolt L1  0", "bolt L1 WO-1 2", "nut L1  0", "nut L1 WO-1 2"],
    );
    check(BalanceFilter { order: text("WO-1"), nonzero: true, ..all() }, &["bolt L1 WO-1 2", "nut L1 WO-1 2"]);
    check(BalanceFilter { order: text(""), nonzero: true, items: nut(), ..all() }, &["nut L2  3", "nut supplier  -5"]);
    check(BalanceFilter { lot: text("x"), ..all() }, &[]);
    check(
        BalanceFilter {
            items: vec!["nut".to_owned(), "bolt".to_owned(), "nut".to_owned()],
            location: text("L2"),
            ..all()
        },
        &["bolt L2  3", "nut L2  3"],
    );
}

pub(crate) fn the_journal_is_read_by_cursor(harness: &impl Harness) {
    let store = with_plant(harness);
    let append = |ids: &[&str]| {
        book(&store, &Commit { events: ids.iter().map(|id| event(id)).collect(), ..commit() }).unwrap();
        harness.settle();
    };
    let empty = block_on(store.journal(PLANT, None, 10)).unwrap();
    assert!(empty.events.is_empty());
    append(&["c", "a"]);
    append(&["b"]);
    let two = block_on(store.journal(PLANT, Some(&empty.cursor), 2)).unwrap();
    assert_eq!(two.events.iter().map(|e| e.event.clone()).collect::<Vec<_>>(), [event("c"), event("a")]);
    let one = block_on(store.journal(PLANT, Some(&two.cursor), 2)).unwrap();
    assert_eq!(one.events[0].event, event("b"));
    let none = block_on(store.journal(PLANT, Some(&one.cursor), 2)).unwrap();
    assert!(none.events.is_empty());
    append(&["d"]);
    assert_eq!(block_on(store.journal(PLANT, Some(&none.cursor), 2)).unwrap().events[0].event, event("d"));
}

pub(crate) fn a_plant_keeps_its_birth_when_it_is_put_again(harness: &impl Harness) {
    let store = with_plant(harness);
    let changed =
        Plant { name: "New".to_owned(), time_zone: "Europe/Berlin".to_owned(), created_ms: 5, ..plant(PLANT) };
    block_on(store.put_plant(&changed)).unwrap();
    block_on(store.put_plant(&plant(PlantNumber(u32::MAX)))).unwrap();
    let plants = block_on(store.plants()).unwrap();
    assert_eq!(plants, [Plant { created_ms: NOW, ..changed }, plant(PlantNumber(u32::MAX))]);
}
