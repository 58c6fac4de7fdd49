//! What flowed into lots and orders, and out of them.

use futures::executor::block_on;
use takt_store::{Account, Commit, LotFlow, OrderFlow, Posting, StepFlow, Store, Way};

use super::{Harness, PLANT, book, commit, held, outside, place, posting, with_plant};

/// A posting of a lot of `screw` in a movement.
fn of_lot(id: &str, lot: &str, from: Account, to: Account, quantity: i64) -> Posting {
    Posting { lot: lot.to_owned(), ..posting(id, from, to, quantity) }
}

fn for_order(order: &str, posting: Posting) -> Posting {
    Posting { order: Some(order.to_owned()), ..posting }
}

fn by_document(document: &str, posting: Posting) -> Posting {
    Posting { document: Some(document.to_owned()), ..posting }
}

fn in_movement(movement: &str, posting: Posting) -> Posting {
    Posting { movement: movement.to_owned(), ..posting }
}

/// Takes a posting back, in a movement of its own.
fn back(posting: &Posting) -> Posting {
    Posting {
        id: format!("{}-back", posting.id),
        movement: format!("{}-back", posting.movement),
        kind: "reversal".to_owned(),
        from: posting.to.clone(),
        to: posting.from.clone(),
        reverses: Some(posting.id.clone()),
        ..posting.clone()
    }
}

fn at(location: &str) -> Account {
    outside(location)
}

fn book_all(store: &impl Store, postings: impl IntoIterator<Item = Posting>) {
    book(store, &Commit { postings: postings.into_iter().collect(), ..commit() }).unwrap();
}

fn pair(item: &str, lot: &str) -> (String, String) {
    (item.to_owned(), lot.to_owned())
}

/// The flows of lots of `screw`, as `LOT in @place order document quantity`.
fn flows(store: &impl Store, lots: &[&str]) -> Vec<String> {
    let lots: Vec<_> = lots.iter().map(|lot| pair("screw", lot)).collect();
    block_on(store.lot_flows(PLANT, &lots, 100)).unwrap().iter().map(told).collect()
}

fn told(flow: &LotFlow) -> String {
    let way = if flow.way == Way::In { "in" } else { "out" };
    let words = [&flow.lot, way, &flow.place, &flow.order, &flow.document, &flow.other_lot, &flow.quantity.to_string()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(" ")
}

fn order_flows(store: &impl Store, orders: &[&str]) -> Vec<String> {
    let orders: Vec<_> = orders.iter().map(|order| (*order).to_owned()).collect();
    let told = |flow: &OrderFlow| {
        let way = if flow.way == Way::In { "in" } else { "out" };
        format!("{} {way} {} {} {:?} {}", flow.order, flow.place, flow.item, flow.lot, flow.quantity)
    };
    block_on(store.order_flows(PLANT, &orders, 100)).unwrap().iter().map(told).collect()
}

/// What moved for orders from place to place; with a star what is held there for the order.
fn step_flows(store: &impl Store, orders: &[&str]) -> Vec<String> {
    let orders: Vec<_> = orders.iter().map(|order| (*order).to_owned()).collect();
    let star = |held: bool| if held { "*" } else { "" };
    let told = |flow: &StepFlow| {
        let (from, to) = (star(flow.from_held), star(flow.to_held));
        format!("{} {}{from} > {}{to} {}", flow.order, flow.from, flow.to, flow.quantity)
    };
    block_on(store.step_flows(PLANT, &orders, 100)).unwrap().iter().map(told).collect()
}

/// Lot A: 30 from a supplier, 12 to order WO-1 and 5 to WO-2, which makes lot P of 4 nuts that go to a customer.
fn life(store: &impl Store) {
    let nuts = |posting: Posting| Posting { item: "nut".to_owned(), ..posting };
    book_all(
        store,
        [
            by_document("DN-1", of_lot("r1", "A", at("@supplier"), place("S"), 20)),
            by_document("DN-1", of_lot("r2", "A", at("@supplier"), place("S"), 10)),
            of_lot("t", "A", place("S"), place("L"), 30),
            for_order("WO-1", of_lot("h", "A", place("L"), held("L", "WO-1"), 9)),
            for_order("WO-1", of_lot("c1", "A", held("L", "WO-1"), at("@production"), 9)),
            for_order("WO-1", of_lot("c2", "A", place("L"), at("@production"), 3)),
            for_order("WO-2", of_lot("c3", "A", place("L"), at("@production"), 5)),
            for_order("WO-2", of_lot("c4", "", at("@shortage"), at("@production"), 2)),
            for_order(
                "WO-2",
                of_lot("o1", "", at("@production"), Account { order: "WO-2".into(), ..at("@supplier") }, 4),
            ),
            for_order(
                "WO-2",
                of_lot("o2", "", Account { order: "WO-2".into(), ..at("@supplier") }, at("@production"), 4),
            ),
            nuts(for_order("WO-2", of_lot("p", "P", at("@production"), held("Q", "WO-2"), 4))),
            nuts(for_order("WO-2", of_lot("q", "P", held("Q", "WO-2"), place("F"), 4))),
            nuts(by_document("SN-1", of_lot("s", "P", place("F"), at("@customer"), 4))),
            of_lot("x", "A", place("L"), at("@scrap"), 1),
        ],
    );
}

pub(crate) fn what_flowed_through_a_lot_is_summed(harness: &impl Harness) {
    let store = with_plant(harness);
    life(&store);
    let all = [
        "A in @supplier DN-1 30",
        "A out 12",
        "A out @production WO-1 12",
        "A out @production WO-2 5",
        "A out @scrap 1",
    ];
    assert_eq!(flows(&store, &["A", "A", "lost", ""]), all);
    let nuts = block_on(store.lot_flows(PLANT, &[pair("nut", "P"), pair("screw", "P")], 100)).unwrap();
    let nuts: Vec<_> = nuts.iter().map(told).collect();
    assert_eq!(nuts, ["P in @production WO-2 4", "P out @customer SN-1 4"]);
    let few = block_on(store.lot_flows(PLANT, &[pair("screw", "A")], 2)).unwrap();
    assert_eq!(few.iter().map(told).collect::<Vec<_>>(), all[..2]);
    assert!(block_on(store.lot_flows(takt_store::PlantNumber(2), &[pair("screw", "A")], 9)).unwrap().is_empty());
}

pub(crate) fn what_an_order_consumed_and_made_is_summed(harness: &impl Harness) {
    let store = with_plant(harness);
    life(&store);
    let second = [
        "WO-2 out @production nut \"P\" 4",
        "WO-2 in @production screw \"\" 2",
        "WO-2 out @shortage screw \"\" 2",
        "WO-2 in @production screw \"A\" 5",
    ];
    assert_eq!(order_flows(&store, &["WO-2"]), second);
    assert_eq!(order_flows(&store, &["WO-2", "WO-1", "WO-9"])[0], "WO-1 in @production screw \"A\" 12");
    assert_eq!(block_on(store.order_flows(PLANT, &["WO-2".to_owned()], 2)).unwrap().len(), 2);
    let steps = [
        "WO-2 @production > @supplier* 4",
        "WO-2 @production > Q* 4",
        "WO-2 @supplier* > @production 4",
        "WO-2 L > @production 5",
        "WO-2 Q* > F 4",
    ];
    assert_eq!(step_flows(&store, &["WO-2", "WO-2", "WO-9"]), steps);
    assert_eq!(block_on(store.step_flows(PLANT, &["WO-2".to_owned()], 2)).unwrap().len(), 2);
    assert!(block_on(store.step_flows(takt_store::PlantNumber(2), &["WO-2".to_owned()], 9)).unwrap().is_empty());
}

pub(crate) fn what_was_taken_back_has_not_flowed(harness: &impl Harness) {
    let store = with_plant(harness);
    life(&store);
    let taken = [
        for_order("WO-1", of_lot("c1", "A", held("L", "WO-1"), at("@production"), 9)),
        for_order("WO-2", of_lot("c3", "A", place("L"), at("@production"), 5)),
        by_document("DN-1", of_lot("r2", "A", at("@supplier"), place("S"), 10)),
    ];
    // What came back stands at the line; the second receipt has to be at its place again before it can be taken back.
    book_all(
        &store,
        [back(&taken[0]), back(&taken[1]), of_lot("t2", "A", place("L"), place("S"), 10), back(&taken[2])],
    );
    assert_eq!(
        flows(&store, &["A"]),
        ["A in @supplier DN-1 20", "A out 16", "A out @production WO-1 3", "A out @scrap 1"]
    );
    assert_eq!(order_flows(&store, &["WO-1"]), ["WO-1 in @production screw \"A\" 3"]);
    assert_eq!(step_flows(&store, &["WO-1"]), ["WO-1 L > @production 3", "WO-1 L > L* 9"]);
    assert_eq!(
        order_flows(&store, &["WO-2"]),
        ["WO-2 out @production nut \"P\" 4", "WO-2 in @production screw \"\" 2", "WO-2 out @shortage screw \"\" 2",]
    );
}

pub(crate) fn lots_that_are_split_and_merged_know_each_other(harness: &impl Harness) {
    let store = with_plant(harness);
    book_all(
        &store,
        [of_lot("r1", "A", at("@supplier"), place("S"), 20), of_lot("r2", "B", at("@supplier"), place("S"), 5)],
    );
    let lots = || at("@lots");
    let split = [
        in_movement("m1", of_lot("s1", "A", place("S"), lots(), 10)),
        in_movement("m1", of_lot("s2", "A", place("S"), lots(), 2)),
        in_movement("m1", of_lot("s3", "A1", lots(), place("S"), 7)),
        in_movement("m1", of_lot("s4", "A2", lots(), place("S"), 5)),
    ];
    let merge = [
        in_movement("m2", of_lot("g1", "A1", place("S"), lots(), 7)),
        in_movement("m2", of_lot("g2", "B", place("S"), lots(), 4)),
        in_movement("m2", of_lot("g3", "AB", lots(), place("S"), 11)),
    ];
    book_all(&store, split);
    book_all(&store, merge.clone());
    assert_eq!(flows(&store, &["A"]), ["A in @supplier 20", "A out 8", "A out @lots A1 7", "A out @lots A2 5"]);
    assert_eq!(
        flows(&store, &["AB", "B"]),
        ["AB in @lots A1 7", "AB in @lots B 4", "AB out 11", "B in @supplier 5", "B out 1", "B out @lots AB 4"]
    );
    assert_eq!(flows(&store, &["A1"]), ["A1 in @lots A 7", "A1 out @lots AB 7"]);
    book_all(&store, merge.iter().rev().map(|one| in_movement("m3", back(one))));
    assert_eq!(flows(&store, &["AB", "B", "A1"]), ["A1 in @lots A 7", "A1 out 7", "B in @supplier 5", "B out 5"]);
}
