//! What is compared when a day is over: balances, what is owed, counters, the audit, the chain, a trace.

use std::collections::{BTreeMap, BTreeSet};

use futures::executor::block_on;
use takt_api::trace::{Trace, TraceKind};
use takt_domain::trace::{DEPTH_MAX, Node, Way};
use takt_records::audit::{Place, slice};
use takt_records::command::{FIRST_PLANT, first_plant};
use takt_records::seal::{seal, verify};
use takt_records::trace::trace;
use takt_store::{BalanceFilter, Load, PageRequest, Store};

use crate::days::model::is_virtual;
use crate::days::walk::Walk;

/// From, to, units.
type Edges = Vec<(String, String, i64)>;

impl Walk {
    /// Every balance, those of virtual places too.
    pub(crate) fn same_stock(&self) {
        let mut books = Vec::new();
        let mut page = PageRequest::first(200);
        loop {
            let filter = BalanceFilter { nonzero: true, ..BalanceFilter::default() };
            let found = block_on(self.world.store.balances(FIRST_PLANT, &filter, &page)).unwrap();
            books.extend(found.items);
            let Some(next) = found.next else { break };
            page.after = Some(next);
        }
        let mut books: Vec<_> = books.into_iter().map(|b| (b.item, b.lot, b.location, b.order, b.quantity)).collect();
        books.sort();
        let model = self.model.all().map(|(item, lot, location, holder, units)| {
            (item.to_owned(), lot.to_owned(), location.to_owned(), holder.to_owned(), units)
        });
        let model: Vec<_> = model.collect();
        assert_eq!(books, model, "seed {}, step {}", self.seed, self.step);
    }

    pub(crate) fn seal(&self) {
        while block_on(seal(&self.world.store, &first_plant(0), self.world.now())).unwrap().is_some() {}
    }

    pub(crate) fn right(&mut self) {
        self.same_stock();
        self.same_counters();
        self.nothing_is_found();
        self.same_trace();
    }

    fn same_counters(&self) {
        let mut load = Load::new(FIRST_PLANT, 0);
        let scope = |purchase: bool, id: &str| format!("@{}/{id}", if purchase { "purchase" } else { "sales" });
        load.counters = vec!["@shortage".into()];
        load.counters.extend(self.model.lines.iter().map(|line| scope(line.purchase, &line.document)));
        load.counters.extend(self.model.orders.iter().map(|order| order.id.clone()));
        let loaded = block_on(self.world.store.load(&load)).unwrap();
        let books = loaded.counters.into_iter().filter(|counter| counter.value != 0);
        let books: BTreeMap<(String, String), i64> = books.map(|one| ((one.scope, one.name), one.value)).collect();
        let mut model = BTreeMap::new();
        let mut put = |scope: &str, name: String, units: i64| {
            if units != 0 {
                model.insert((scope.to_owned(), name), units);
            }
        };
        for (item, units) in &self.model.owed {
            put("@shortage", (*item).to_owned(), *units);
        }
        for line in &self.model.lines {
            for (what, units) in &line.counts {
                put(&scope(line.purchase, &line.document), format!("10.{what}"), *units);
            }
        }
        for order in self.model.orders.iter().filter(|order| !order.gone) {
            put(&order.id, "10.redo".into(), order.redo);
            put(&order.id, "20.rework".into(), order.reworked);
            for (n, number) in [10, 20].into_iter().enumerate() {
                put(&order.id, format!("{number}.good"), order.good[n]);
                put(&order.id, format!("{number}.scrap"), order.scrap[n]);
                put(&order.id, format!("{number}.total"), order.done(n));
            }
        }
        assert_eq!(books, model, "seed {}, step {}", self.seed, self.step);
    }

    fn nothing_is_found(&self) {
        let mut at = Some(Place::default());
        while let Some(place) = at {
            let found = block_on(slice(&self.world.store, FIRST_PLANT, &place)).unwrap();
            assert_eq!(found.count, 0, "seed {}, step {}: {:?}", self.seed, self.step, found.differences);
            at = found.next;
        }
        let mut after = Some(0);
        while let Some(seals) = after {
            let found = block_on(verify(&self.world.store, FIRST_PLANT, seals)).unwrap();
            assert_eq!(found.broken, None, "seed {}, step {}", self.seed, self.step);
            after = found.next;
        }
    }

    fn same_trace(&mut self) {
        let lots: Vec<_> = self.model.lots.keys().cloned().collect();
        if lots.is_empty() {
            return;
        }
        let (item, lot) = self.dice.one(&lots).clone();
        let start = Node::Lot { item: item.parse().unwrap(), lot: lot.clone() };
        let found = block_on(trace(&self.world.store, &self.world.caller(), &start, Way::Both, DEPTH_MAX)).unwrap();
        let expected = self.expected(&format!("lot {item}/{lot}"));
        let Some(found) = found else {
            return assert!(expected.is_empty(), "seed {}, step {}: {item} {lot}", self.seed, self.step);
        };
        if found.truncated {
            return;
        }
        self.note("traced");
        assert_eq!(edges(&found), expected, "seed {}, step {}: {item} {lot}", self.seed, self.step);
        let there: i64 = self.model.stands().filter(|one| one.0 == item && one.1 == lot).map(|one| one.4).sum();
        let told = found.nodes[found.start as usize].on_hand.unwrap().units();
        assert_eq!(told, there, "seed {}, step {}: {item} {lot} on hand", self.seed, self.step);
    }

    /// What flowed, by all that was posted and not taken back, as far as it leads to the start or comes from it.
    fn expected(&self, start: &str) -> Edges {
        let mut flows: BTreeMap<(String, String), i64> = BTreeMap::new();
        for movement in &self.model.log {
            let passes = |post: &&crate::days::model::Post| post.to.0 == "@lots" || post.from.0 == "@lots";
            for pair in movement.posts.iter().filter(passes).collect::<Vec<_>>().chunks(2) {
                let [from, to] = [pair[0], pair[1]].map(|post| match post.lot.as_str() {
                    "" => format!("loose {}", post.item),
                    lot => format!("lot {}/{lot}", post.item),
                });
                *flows.entry((from, to)).or_default() += pair[0].units;
            }
            for post in movement.posts.iter().filter(|post| !passes(post)) {
                let (mut from, mut to, mut units) = (&post.from.0, &post.to.0, post.units);
                if post.back {
                    (from, to, units) = (to, from, -units);
                }
                let inward = is_virtual(from);
                if inward == is_virtual(to) && !(from == "@shortage" && to == "@production") {
                    continue;
                }
                let place = if from == "@shortage" && to == "@production" {
                    to
                } else if inward {
                    from
                } else {
                    to
                };
                let other = match place.as_str() {
                    "@production" => format!("order {}", movement.holder),
                    "@supplier" | "@customer" => {
                        let of =
                            movement.holder.split(':').nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("");
                        format!("{place} {inward} {} {of}", movement.document)
                    }
                    place => format!("{place} {inward}"),
                };
                // Of stock without a lot only what an order has to do with is told.
                let this = match post.lot.as_str() {
                    "" if place == "@production" => format!("loose {}", post.item),
                    "" => continue,
                    lot => format!("lot {}/{lot}", post.item),
                };
                let (from, to) = if inward && (place != "@production" || from == "@production") {
                    (other, this)
                } else {
                    (this, other)
                };
                *flows.entry((from, to)).or_default() += units;
            }
        }
        flows.retain(|_, units| *units > 0);
        let goes_on = |node: &str| node.starts_with("lot ") || node.starts_with("order ");
        let mut edges = BTreeSet::new();
        for back in [true, false] {
            let (mut seen, mut left) = (BTreeSet::from([start.to_owned()]), vec![start.to_owned()]);
            while let Some(node) = left.pop() {
                for ((from, to), units) in &flows {
                    let (here, there) = if back { (to, from) } else { (from, to) };
                    if *here == node {
                        edges.insert((from.clone(), to.clone(), *units));
                        if goes_on(there) && seen.insert(there.clone()) {
                            left.push(there.clone());
                        }
                    }
                }
            }
        }
        edges.into_iter().collect()
    }
}

fn edges(found: &Trace) -> Edges {
    let name = |n: u32| {
        let node = &found.nodes[n as usize];
        let item = || node.item.as_ref().map(ToString::to_string).unwrap_or_default();
        match node.kind {
            TraceKind::Lot => format!("lot {}/{}", item(), node.lot),
            TraceKind::NoLot => format!("loose {}", item()),
            TraceKind::Order => format!("order {}", node.order.as_ref().unwrap()),
            TraceKind::Supplier => format!("@supplier {} {} {}", node.inward, node.document, node.ordered_by),
            TraceKind::Customer => format!("@customer {} {} {}", node.inward, node.document, node.ordered_by),
            _ => format!("{} {}", node.document, node.inward),
        }
    };
    let mut edges: Edges =
        found.edges.iter().map(|edge| (name(edge.from), name(edge.to), edge.quantity.units())).collect();
    edges.sort();
    edges
}
