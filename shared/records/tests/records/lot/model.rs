//! Random work on lots against a model of its own, which knows nothing of the code under test: receipts, issues, transfers,
//! scrap, splits, merges, quarantines, dispatches and reports, while days pass.
//!
//! What must hold: each lot is where the model has it; what is split or merged is conserved; nothing that has expired or is
//! kept back is ever issued, held or consumed; what is held is what expires first.

use std::collections::BTreeMap;

use futures::executor::block_on;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use takt_domain::id::OrderId;
use takt_domain::permission::Role;
use takt_records::command::{Answer, CommandError, FIRST_PLANT, lot};
use takt_store::{MovementFilter, PageRequest, Store, StoredPosting};

use crate::lot::world::World;

const SEEDS: u64 = 12;
const STEPS: usize = 70;

/// A sequence of numbers that a seed repeats. Source: Marsaglia, "Xorshift RNGs", 2003.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// What the model knows of a lot.
#[derive(Clone, Debug)]
struct Lot {
    expires: Date,
    held: bool,
    /// The order in which lots came.
    came: usize,
}

/// A place, and for whom.
type At = (String, String, String);

struct Model {
    lots: BTreeMap<String, Lot>,
    /// Units by lot, location and order.
    stock: BTreeMap<At, i64>,
    today: Date,
    came: usize,
    received: i64,
    gone: i64,
}

impl Model {
    fn may(&self, lot: &str) -> bool {
        self.lots.get(lot).is_some_and(|lot| !lot.held && lot.expires >= self.today)
    }

    fn move_(&mut self, lot: &str, from: Option<(&str, &str)>, to: Option<(&str, &str)>, units: i64) {
        let key = |(location, order): (&str, &str)| (lot.to_owned(), location.to_owned(), order.to_owned());
        if let Some(from) = from {
            *self.stock.entry(key(from)).or_default() -= units;
        }
        if let Some(to) = to {
            *self.stock.entry(key(to)).or_default() += units;
        }
    }

    fn free(&self, lot: &str, location: &str) -> i64 {
        self.stock.get(&(lot.to_owned(), location.to_owned(), String::new())).copied().unwrap_or(0)
    }

    /// The lots that may be taken, what expires first before the rest.
    fn place(&self, lot: &str) -> (Date, usize) {
        self.lots.get(lot).map_or((Date::MAX, 0), |lot| (lot.expires, lot.came))
    }
}

fn kilos(units: i64) -> String {
    format!("{}.{}", units / 10, units % 10)
}

/// What was posted since.
fn since(world: &World, seq: i64) -> Vec<StoredPosting> {
    let filter = MovementFilter { item: Some("glue".into()), ..MovementFilter::default() };
    let newest = block_on(world.store.movements(FIRST_PLANT, &filter, &PageRequest::first(200))).unwrap().items;
    let mut found: Vec<_> = newest.into_iter().filter(|posting| posting.seq > seq).collect();
    found.reverse();
    found
}

fn last(world: &World) -> i64 {
    let filter = MovementFilter { item: Some("glue".into()), ..MovementFilter::default() };
    let newest = block_on(world.store.movements(FIRST_PLANT, &filter, &PageRequest::first(1))).unwrap().items;
    newest.first().map_or(0, |posting| posting.seq)
}

fn check(world: &World, model: &Model, what: &str) {
    let mut books: BTreeMap<At, i64> = BTreeMap::new();
    for balance in world.balances("glue").into_iter().filter(|balance| !balance.location.starts_with('@')) {
        *books.entry((balance.lot, balance.location, balance.order)).or_default() += balance.quantity;
    }
    let mut known = model.stock.clone();
    known.retain(|_, units| *units != 0);
    assert_eq!(books, known, "{what}");
    let renamed: i64 = world.balances("glue").iter().filter(|b| b.location == "@lots").map(|b| b.quantity).sum();
    assert_eq!(renamed, 0, "{what}: what is renamed is conserved");
    let there: i64 = known.values().sum();
    assert_eq!(there, model.received - model.gone, "{what}");
}

/// Follows what the system took by itself, and judges it.
fn follow(model: &mut Model, postings: &[StoredPosting], what: &str) {
    for posting in postings {
        let (lot, units) = (posting.lot.as_str(), posting.quantity);
        let (from, to) = (&posting.from, &posting.to);
        if posting.kind == "reserve" {
            assert!(model.may(lot), "{what}: {lot} is not to be held");
            let earlier = model.stock.iter().find(|((other, _, order), left)| {
                **left > 0
                    && order.is_empty()
                    && model.may(other)
                    && model.lots[other].expires < model.lots[lot].expires
            });
            assert_eq!(earlier, None, "{what}: {lot} was held before what expires first");
        }
        if posting.kind == "consume" && from.location != "@shortage" {
            assert!(model.may(lot), "{what}: {lot} is not to be consumed");
            let here =
                |(other, location, order): &At| *location == from.location && *order == from.order && model.may(other);
            let earlier =
                model.stock.iter().find(|(at, left)| **left > 0 && here(at) && model.place(&at.0) < model.place(lot));
            assert_eq!(earlier, None, "{what}: {lot} was consumed before what expires first");
        }
        let place = |account: &takt_store::Account| {
            (!account.location.starts_with('@')).then(|| (account.location.clone(), account.order.clone()))
        };
        let (from, to) = (place(from), place(to));
        if to.is_none() {
            model.gone += if from.is_some() { units } else { 0 };
        }
        model.move_(
            lot,
            from.as_ref().map(|(a, b)| (a.as_str(), b.as_str())),
            to.as_ref().map(|(a, b)| (a.as_str(), b.as_str())),
            units,
        );
    }
}

fn booked(answer: &Result<Answer, CommandError>) -> bool {
    match answer {
        Ok(_) => true,
        Err(CommandError::Refused(_) | CommandError::Invalid(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

struct Walk {
    world: World,
    model: Model,
    random: Random,
    orders: Vec<(OrderId, bool)>,
}

impl Walk {
    fn lot(&mut self) -> Option<String> {
        let all: Vec<String> = self.model.lots.keys().cloned().collect();
        (!all.is_empty()).then(|| self.random.of(&all).clone())
    }

    fn receive(&mut self) {
        let units = 10 + self.random.below(200) as i64;
        let number = format!("L{}", self.model.came);
        let expires = self.model.today.saturating_add((self.random.below(12) as i64).days());
        let body = json!({"kind": "receipt", "item": "glue", "lot": number, "to": self.random.of(&["S1", "S2"]),
            "quantity": kilos(units), "expires": expires.to_string()});
        let to = body["to"].as_str().unwrap().to_owned();
        let seq = last(&self.world);
        assert!(booked(&self.world.moved(body)), "a receipt");
        self.model.came += 1;
        self.model.lots.insert(number.clone(), Lot { expires, held: false, came: self.model.came });
        self.model.received += units;
        let posted = since(&self.world, seq);
        assert_eq!((posted[0].lot.as_str(), posted[0].to.location.as_str()), (number.as_str(), to.as_str()));
        // What it pays back of a shortage has gone.
        self.model.move_(&number, None, Some((&to, "")), units);
        let paid: i64 = posted.iter().filter(|one| one.kind == "settle").map(|one| one.quantity).sum();
        self.model.move_(&number, Some((&to, "")), None, paid);
        self.model.gone += paid;
    }

    fn moves(&mut self) {
        let Some(number) = self.lot() else { return };
        let (kind, from, to): (&str, &str, Option<&str>) = *self.random.of(&[
            ("issue", "S1", Some("side")),
            ("issue", "S2", Some("side")),
            ("transfer", "S1", Some("S2")),
            ("return", "side", Some("S1")),
            ("scrap", "S2", None),
        ]);
        let units = 1 + self.random.below(60) as i64;
        let mut body = json!({"kind": kind, "item": "glue", "lot": number, "from": from, "quantity": kilos(units)});
        match to {
            Some(to) => body["to"] = json!(to),
            None => body["reason"] = json!("bad"),
        }
        let enough = self.model.free(&number, from) >= units;
        let may = enough && (kind != "issue" || self.model.may(&number));
        let answer = self.world.moved(body);
        assert_eq!(booked(&answer), may, "{kind} {units} of {number} from {from}: {answer:?}");
        if may {
            self.model.move_(&number, Some((from, "")), to.map(|to| (to, "")), units);
            self.model.gone += if to.is_none() { units } else { 0 };
        }
    }

    fn rename(&mut self) {
        let (Some(number), Some(other)) = (self.lot(), self.lot()) else { return };
        let splits = self.random.below(2) == 0;
        let at = *self.random.of(&["S1", "S2", "side"]);
        let units = 1 + self.random.below(60) as i64;
        let enough = self.model.free(&number, at) >= units;
        let caller = self.world.caller(Role::Storekeeper);
        if splits {
            let into = format!("S{}", self.model.came);
            let body = json!({"item": "glue", "lot": number, "location": at, "quantity": kilos(units), "into": into});
            let answer = block_on(lot::split(&self.world.store, &caller, &serde_json::from_value(body).unwrap()));
            assert_eq!(booked(&answer), enough, "split {number}: {answer:?}");
            if enough {
                self.model.came += 1;
                let part = self.model.lots[&number].clone();
                self.model.lots.insert(into.clone(), part);
                self.model.move_(&number, Some((at, "")), None, units);
                self.model.move_(&into, None, Some((at, "")), units);
            }
            return;
        }
        let parts = json!([{"lot": number, "location": at, "quantity": kilos(units)}]);
        let body = json!({"item": "glue", "parts": parts, "into": other});
        let held = self.model.lots[&number].held || self.model.lots[&other].held;
        let may = number != other && enough && !held;
        let answer = block_on(lot::merge(&self.world.store, &caller, &serde_json::from_value(body).unwrap()));
        assert_eq!(booked(&answer), may, "merge {number} into {other}: {answer:?}");
        if may {
            let part = self.model.lots[&number].clone();
            let into = self.model.lots.get_mut(&other).unwrap();
            into.expires = into.expires.min(part.expires);
            into.came = into.came.min(part.came);
            self.model.move_(&number, Some((at, "")), None, units);
            self.model.move_(&other, None, Some((at, "")), units);
        }
    }

    fn quality(&mut self) {
        let Some(number) = self.lot() else { return };
        let known = self.model.lots.get_mut(&number).unwrap();
        let act = if known.held { "release" } else { "quarantine" };
        known.held = !known.held;
        let given = serde_json::from_value(json!({"act": act, "reason": "r"})).unwrap();
        let caller = self.world.signing(Role::Administrator);
        let item = "glue".parse().unwrap();
        block_on(lot::set_state(&self.world.store, &caller, &item, &number, &given)).unwrap();
    }

    fn dispatch(&mut self) {
        let pieces = 1 + self.random.below(4);
        let order = self.world.order(&pieces.to_string());
        let seq = last(&self.world);
        let answer = self.world.act(&order, "dispatch");
        if booked(&answer) {
            let posted = since(&self.world, seq);
            follow(&mut self.model, &posted, &format!("dispatch of {order}"));
            self.orders.push((order, false));
        }
    }

    fn report(&mut self) {
        let Some(index) = (!self.orders.is_empty()).then(|| self.random.below(self.orders.len() as u64) as usize)
        else {
            return;
        };
        let (order, started) = self.orders[index].clone();
        if !started {
            if !booked(&self.world.act(&order, "start")) {
                return;
            }
            self.world.act(&order, "inspect-first-article").unwrap();
            self.orders[index].1 = true;
        }
        let seq = last(&self.world);
        let answer = self.world.report(json!({"order": order, "operation": 10, "good": "1"}));
        if booked(&answer) {
            let posted = since(&self.world, seq);
            follow(&mut self.model, &posted, &format!("report on {order}"));
        } else {
            self.orders.remove(index);
        }
    }
}

#[test]
fn whatever_people_do_lots_are_conserved_and_nothing_that_is_not_to_be_used_is() {
    for seed in 1..=SEEDS {
        let world = World::new();
        let today = "2027-03-04".parse().unwrap();
        let model = Model { lots: BTreeMap::new(), stock: BTreeMap::new(), today, came: 0, received: 0, gone: 0 };
        let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut walk = Walk { world, model, random, orders: Vec::new() };
        for step in 0..STEPS {
            let what = match walk.random.below(14) {
                0..=3 => {
                    walk.receive();
                    "receive"
                }
                4..=6 => {
                    walk.moves();
                    "move"
                }
                7 | 8 => {
                    walk.rename();
                    "rename"
                }
                9 => {
                    walk.quality();
                    "quality"
                }
                10 => {
                    walk.dispatch();
                    "dispatch"
                }
                11 | 12 => {
                    walk.report();
                    "report"
                }
                _ => {
                    walk.world.days(1);
                    walk.model.today = walk.model.today.tomorrow().unwrap();
                    "a day"
                }
            };
            check(&walk.world, &walk.model, &format!("seed {seed}, step {step}: {what}"));
        }
        walk.world.audit();
    }
}
