//! Semi-finished goods against a model of their own: what stands between two operations is what is good at the first less
//! what the second has finished or scrapped, whatever is reported, sent back, moved and taken back.

use crate::support;
use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{at, facts, item, quantity};
use takt_domain::decide::{self, Change, Input};
use takt_domain::facts::Facts;
use takt_domain::flow::Flow;
use takt_domain::ledger::{Account, Balance, MovementKind, Posting};
use takt_domain::master::{LocationKind, RoutingOperation};
use takt_domain::movement::{self, NewMovement, StockFacts};
use takt_domain::order::{InspectionResult, NewOrder, Order, Priority};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Refusal;
use takt_domain::report::{self, BookedReport, NewReport, Posted, Scrap};
use takt_domain::signature::Signature;
use takt_domain::text::Lang;

const OPERATIONS: [u16; 3] = [10, 20, 30];
/// What each operation but the last makes, and where all three are done.
const MADE: [&str; 2] = ["blank", "body"];
const WORKSHOPS: [&str; 3] = ["side", "paint", "side"];

/// What somebody who counts pieces by hand would say, and nothing of postings.
#[derive(Clone, Default)]
struct Model {
    /// Good pieces, and scrapped ones, by operation; what went back has left both.
    good: [i64; 3],
    scrap: [i64; 3],
}

impl Model {
    fn report(&mut self, of: &Pieces, sign: i64) {
        self.good[of.at] += sign * of.good;
        self.scrap[of.at] += sign * of.scrap;
        for passed in of.back_to..of.at {
            self.good[passed] -= sign * of.back;
        }
    }

    /// What stands behind an operation.
    fn between(&self, n: usize) -> i64 {
        self.good[n] - self.good[n + 1] - self.scrap[n + 1]
    }
}

#[derive(Clone, Debug)]
struct Pieces {
    at: usize,
    good: i64,
    scrap: i64,
    back: i64,
    back_to: usize,
}

#[derive(Clone, Debug)]
enum Command {
    Report(Pieces),
    Reverse(usize),
    /// What is made at an operation goes from one workshop to another.
    Move(usize, &'static str, &'static str, i64, bool),
    Scrap(usize, &'static str, i64),
    Complete,
}

struct World {
    order: Order,
    balances: BTreeMap<(String, Account), i64>,
    counters: BTreeMap<String, i64>,
    owed: BTreeMap<String, i64>,
    postings: usize,
    reports: Vec<(NewReport, Facts, Vec<Posted>, i64, Pieces)>,
    /// Pieces that somebody has thrown away between operations, by operation.
    thrown: [i64; 2],
    model: Model,
    second: i64,
}

fn order() -> Order {
    let operations = OPERATIONS.iter().enumerate().map(|(n, number)| RoutingOperation {
        number: *number,
        name: format!("op {number}"),
        tolerance_percent: 20,
        makes: MADE.get(n).map(|made| made.parse().unwrap()),
        workshop: (n == 1).then(|| "paint".parse().unwrap()),
        ..RoutingOperation::default()
    });
    let new = NewOrder {
        id: "WO-1".parse().unwrap(),
        item: item("lamp", 0),
        quantity: quantity("10"),
        line: "L1".parse().unwrap(),
        priority: Priority::Normal,
        due: None,
        customer: String::new(),
        note: String::new(),
        custom: BTreeMap::new(),
        operations: operations.collect(),
        needs: Vec::new(),
    };
    Order::new(new, Flow::builtin(), &"planner".parse().unwrap(), at(0)).unwrap()
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            order: order(),
            balances: BTreeMap::new(),
            counters: BTreeMap::new(),
            owed: BTreeMap::new(),
            postings: 0,
            reports: Vec::new(),
            thrown: [0; 2],
            model: Model::default(),
            second: 0,
        };
        for action in ["submit", "approve", "dispatch", "start", "inspect-first-article"] {
            world.act(action);
        }
        assert_eq!(world.order.state, "in_progress");
        world
    }

    fn facts(&self) -> Facts {
        let mut facts = facts(Role::Administrator);
        facts.now = at(self.second);
        facts.locations.push(support::location("paint", LocationKind::Line, Some("L2")));
        facts.balances = self.stock(|_| true);
        facts.progress = report::progress(&self.counters, 0);
        facts
    }

    fn stock(&self, wanted: impl Fn(&str) -> bool) -> Vec<Balance> {
        let rows = self.balances.iter().filter(|((item, _), units)| **units != 0 && wanted(item));
        rows.map(|((item, account), units)| Balance {
            item: item.parse().unwrap(),
            lot: String::new(),
            location: account.location.clone(),
            order: account.order.clone(),
            quantity: Quantity::from_units(*units, 0),
        })
        .collect()
    }

    fn act(&mut self, action: &str) {
        self.second += 1;
        let input = Input {
            reason: "because".into(),
            result: Some(InspectionResult::Pass),
            signature: Signature::Given("s1".into()),
            ..Input::default()
        };
        if let Ok(change) = decide::decide(&self.order, Flow::builtin(), action, &input, &self.facts()) {
            self.book(change);
        }
    }

    fn post(&mut self, postings: &[Posting]) -> Vec<Posted> {
        for change in movement::owed_changes(postings) {
            let owed = self.owed.entry(change.name.clone()).or_default();
            *owed += change.delta;
            assert!(*owed >= 0, "{change:?}");
        }
        let mut posted = Vec::new();
        for posting in postings {
            assert!(posting.quantity.is_positive(), "{posting:?}");
            let sides = [(&posting.from, -posting.quantity.units()), (&posting.to, posting.quantity.units())];
            for (account, units) in sides {
                let balance = self.balances.entry((posting.item.to_string(), account.clone())).or_default();
                *balance += units;
                assert!(account.location.is_virtual() || *balance >= 0, "{posting:?} leaves {balance}");
            }
            self.postings += 1;
            posted.push(Posted { id: format!("p{}", self.postings), posting: posting.clone() });
        }
        posted
    }

    fn book(&mut self, change: Change) -> Vec<Posted> {
        for change in &change.counters {
            let value = self.counters.entry(change.name.clone()).or_default();
            *value += change.delta;
            assert!(change.min_after.is_none_or(|min| *value >= min), "{change:?} at {value}");
            assert!(change.max_after.is_none_or(|max| *value <= max), "{change:?} at {value}");
        }
        let posted = self.post(&change.postings);
        if let Some(order) = change.order {
            self.order = order;
        }
        posted
    }

    fn report(&mut self, pieces: &Pieces) -> Result<(), Refusal> {
        let units = |units| Quantity::from_units(units, 0);
        let report = NewReport {
            order: self.order.id.clone(),
            operation: OPERATIONS[pieces.at],
            good: units(pieces.good),
            scrap: vec![Scrap { reason: "bent".into(), quantity: units(pieces.scrap) }],
            rework: (pieces.back > 0).then(|| units(pieces.back)),
            rework_to: (pieces.back > 0 && pieces.back_to < pieces.at).then(|| OPERATIONS[pieces.back_to]),
            started_at: None,
            ended_at: None,
            equipment: None,
            note: String::new(),
            lot: String::new(),
            custom: BTreeMap::new(),
        };
        let facts = self.facts();
        let change = report::decide(&self.order, Flow::builtin(), &report, &facts)?;
        let redo = report::counter_name(report.operation, "redo");
        let redone = change.counters.iter().find(|counter| counter.name == redo && counter.delta < 0);
        let redone = redone.map_or(0, |counter| -counter.delta);
        let posted = self.book(change);
        self.model.report(pieces, 1);
        self.reports.push((report, facts, posted, redone, pieces.clone()));
        Ok(())
    }

    fn reverse(&mut self, n: usize) -> Result<(), Refusal> {
        let (report, then, posted, redone, pieces) = self.reports[n].clone();
        let booked = BookedReport { report: &report, by: &then.actor.user, at: then.now, posted: &posted, redone };
        let owed = self.owed.iter().map(|(item, units)| (item.parse().unwrap(), *units)).collect();
        let facts = self.facts();
        let change = report::decide_reversal(&self.order, Flow::builtin(), booked, "wrong", &owed, &facts)?;
        self.book(change);
        self.model.report(&pieces, -1);
        self.reports.remove(n);
        Ok(())
    }

    fn move_stock(&mut self, kind: MovementKind, what: usize, from: &str, to: &str, units: i64, held: bool) -> bool {
        let movement = NewMovement {
            kind,
            item: MADE[what].parse().unwrap(),
            lot: String::new(),
            from: Some(from.parse().unwrap()),
            to: Some(to.parse().unwrap()),
            quantity: Quantity::from_units(units, 0),
            order: held.then(|| self.order.id.clone()),
            document: String::new(),
            line: None,
            reason: "because".into(),
            scan: String::new(),
            occurred_at: None,
            expires: None,
            made: None,
            supplier_lot: String::new(),
            unit: String::new(),
        };
        let (base, master) = (self.facts(), item(MADE[what], 0));
        let balances = self.stock(|item| item == MADE[what]);
        let facts = StockFacts {
            actor: &base.actor,
            item: &master,
            locations: &base.locations,
            balances: &balances,
            owed: self.owed.get(MADE[what]).copied().unwrap_or(0),
            line: None,
            lots: &base.lots,
            picks: false,
            lang: Lang::En,
        };
        let Ok(change) = movement::decide(&movement, &facts) else { return false };
        self.post(&change.postings);
        true
    }

    fn run(&mut self, command: &Command) {
        self.second += 1;
        match command {
            Command::Report(pieces) => {
                let _refused = self.report(pieces);
            }
            Command::Reverse(n) => {
                if !self.reports.is_empty() {
                    let _refused = self.reverse(n % self.reports.len());
                }
            }
            // Nothing is brought to an order that takes nothing more.
            Command::Move(_, _, _, _, true) if !Flow::builtin().takes_material(&self.order.state) => {}
            Command::Move(what, from, to, units, held) => {
                self.move_stock(MovementKind::Transfer, *what, from, to, *units, *held);
            }
            Command::Scrap(what, from, units) => {
                if self.move_stock(MovementKind::Scrap, *what, from, "@scrap", *units, true) {
                    self.thrown[*what] += units;
                }
            }
            Command::Complete => self.act("complete"),
        }
    }

    /// What the books have of it at real places.
    fn there(&self, made: &str) -> i64 {
        let real = self.balances.iter().filter(|((item, account), _)| item == made && !account.location.is_virtual());
        real.map(|(_, units)| units).sum()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        for (n, made) in MADE.iter().enumerate() {
            let total: i64 = self.balances.iter().filter(|((item, _), _)| item == made).map(|(_, units)| units).sum();
            prop_assert_eq!(total, 0, "{} is conserved", made);
            let owed = self.owed.get(*made).copied().unwrap_or(0);
            prop_assert_eq!(self.there(made) - owed + self.thrown[n], self.model.between(n), "{}", made);
            prop_assert!(self.model.between(n) >= 0);
            if self.order.completed.is_some() {
                let mut held = self.balances.iter().filter(|((item, account), units)| {
                    item == made && account.order.is_some() && **units > 0 && !account.location.is_virtual()
                });
                prop_assert!(held.next().is_none(), "nothing stays held for what is made");
            }
        }
        for (n, number) in OPERATIONS.iter().enumerate() {
            let count = |what: &str| self.counters.get(&format!("{number}.{what}")).copied().unwrap_or(0);
            prop_assert_eq!((count("good"), count("scrap")), (self.model.good[n], self.model.scrap[n]));
        }
        Ok(())
    }
}

fn command() -> impl Strategy<Value = Command> {
    let place = || prop::sample::select(vec!["side", "paint", "store"]);
    let pieces = (0..3_usize, 0..6_i64, 0..2_i64, prop::sample::select(vec![0, 0, 1, 2]), 0..3_usize);
    prop_oneof![
        6 => pieces.prop_map(|(at, good, scrap, back, back_to)| {
            Command::Report(Pieces { at, good, scrap, back, back_to: back_to.min(at) })
        }),
        2 => any::<usize>().prop_map(Command::Reverse),
        2 => (0..2_usize, place(), place(), 1..5_i64, any::<bool>())
            .prop_map(|(what, from, to, units, held)| Command::Move(what, from, to, units, held)),
        1 => (0..2_usize, place(), 1..3_i64).prop_map(|(what, from, units)| Command::Scrap(what, from, units)),
        1 => Just(Command::Complete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn what_stands_between_two_operations_is_what_the_pieces_say(commands in prop::collection::vec(command(), 1..50)) {
        let mut world = World::new();
        world.check()?;
        for command in &commands {
            world.run(command);
            world.check()?;
        }
    }
}

fn good(at: usize, good: i64) -> Pieces {
    Pieces { at, good, scrap: 0, back: 0, back_to: at }
}

fn codes(refused: Result<(), Refusal>) -> Vec<String> {
    refused.unwrap_err().unmet.into_iter().map(|unmet| unmet.code).collect()
}

impl World {
    fn at(&self, item: &str, place: &str) -> i64 {
        let here =
            self.balances.iter().filter(|((known, account), _)| known == item && account.location.as_str() == place);
        here.map(|(_, units)| units).sum()
    }
}

#[test]
fn each_operation_puts_its_pieces_into_its_own_workshop_and_takes_them_there() {
    let mut world = World::new();
    world.report(&good(0, 8)).unwrap();
    assert_eq!(world.at("blank", WORKSHOPS[0]), 8);
    assert!(world.move_stock(MovementKind::Transfer, 0, "side", "paint", 5, true));
    world.report(&Pieces { scrap: 1, ..good(1, 4) }).unwrap();
    assert_eq!((world.at("blank", "side"), world.at("blank", "paint"), world.at("body", "paint")), (3, 0, 4));
    // Nobody has booked how the next ones came to the workshop; they were there all the same.
    world.report(&good(1, 2)).unwrap();
    assert_eq!((world.at("blank", "side"), world.at("body", "paint")), (1, 6));
    assert!(world.owed.is_empty());
}

#[test]
fn pieces_that_go_back_become_what_they_were() {
    let mut world = World::new();
    world.report(&good(0, 6)).unwrap();
    world.report(&good(1, 6)).unwrap();
    world.report(&Pieces { at: 2, good: 1, scrap: 0, back: 2, back_to: 1 }).unwrap();
    assert_eq!((world.there("blank"), world.there("body")), (2, 3));
    world.report(&Pieces { at: 2, good: 0, scrap: 0, back: 1, back_to: 0 }).unwrap();
    assert_eq!((world.there("blank"), world.there("body")), (2, 2), "it is to be made from the beginning");
    world.report(&good(0, 1)).unwrap();
    world.report(&good(1, 3)).unwrap();
    assert_eq!((world.there("blank"), world.there("body")), (0, 5));
}

#[test]
fn a_report_is_not_taken_back_while_its_goods_are_gone_and_is_wherever_they_were_moved() {
    let mut world = World::new();
    world.report(&good(0, 5)).unwrap();
    assert!(world.move_stock(MovementKind::Transfer, 0, "side", "paint", 4, true));
    assert!(world.move_stock(MovementKind::Scrap, 0, "paint", "@scrap", 1, true));
    assert_eq!(codes(world.reverse(0)), ["report.semi_gone"]);
    world.report(&good(0, 1)).unwrap();
    world.reverse(0).unwrap();
    assert_eq!(world.there("blank"), 0);
}

#[test]
fn what_is_left_when_the_order_is_done_is_free() {
    let mut world = World::new();
    world.report(&good(0, 7)).unwrap();
    world.report(&good(1, 7)).unwrap();
    world.report(&good(2, 3)).unwrap();
    world.act("complete");
    let free = Account::free("paint".parse().unwrap());
    assert_eq!(world.balances.get(&("body".to_owned(), free)), Some(&4));
}
