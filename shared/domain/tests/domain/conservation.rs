//! Any sequence of commands: nothing comes from nowhere, no physical place goes below zero, and what the counters say
//! was made is what the ledger received.

use crate::support;
use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{at, facts, order, quantity};
use takt_domain::decide::{self, Change, CounterChange, Input};
use takt_domain::facts::{Actor, Facts};
use takt_domain::flow::Flow;
use takt_domain::ledger::{Account, Balance, MovementKind, Posting};
use takt_domain::lot::Lots;
use takt_domain::movement::{self, NewMovement, StockFacts};
use takt_domain::operation::{self, Step, StepInput};
use takt_domain::order::{InspectionResult, Order};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::report::{self, BookedReport, NewReport, Posted, Scrap};
use takt_domain::signature::Signature;
use takt_domain::text::Lang;

type Key = (String, String, Account);

/// What a store does with a change, in memory: all of it, or nothing.
struct World {
    order: Order,
    balances: BTreeMap<Key, i64>,
    counters: BTreeMap<String, i64>,
    owed: BTreeMap<String, i64>,
    ledger: Vec<(String, Posting)>,
    /// With the facts that they were booked by, what was posted and what the journal was told.
    reports: Vec<(NewReport, Facts, Vec<Posted>, serde_json::Value, i64)>,
    /// What the journal was told of the completion, while it stands.
    completion: Option<serde_json::Value>,
    second: i64,
}

#[derive(Clone, Debug)]
enum Command {
    Act(&'static str),
    Report { operation: u16, good: i64, scrap: i64, rework: i64 },
    Step(u16, Step),
    Reverse(usize),
    Move { kind: MovementKind, item: &'static str, from: &'static str, to: &'static str, units: i64, for_order: bool },
}

fn scale(item: &str) -> u8 {
    if item == "wire" { 3 } else { 0 }
}

impl World {
    fn new() -> Self {
        Self {
            order: order(),
            balances: BTreeMap::new(),
            counters: BTreeMap::new(),
            owed: BTreeMap::new(),
            ledger: Vec::new(),
            reports: Vec::new(),
            completion: None,
            second: 0,
        }
    }

    fn balances(&self, wanted: impl Fn(&Key) -> bool) -> Vec<Balance> {
        let rows = self.balances.iter().filter(|(key, units)| **units != 0 && wanted(key));
        rows.map(|((item, lot, account), units)| Balance {
            item: item.parse().unwrap(),
            lot: lot.clone(),
            location: account.location.clone(),
            order: account.order.clone(),
            quantity: Quantity::from_units(*units, scale(item)),
        })
        .collect()
    }

    fn facts(&self) -> Facts {
        let mut facts = facts(Role::Administrator);
        facts.now = at(self.second);
        facts.balances = self.balances(|_| true);
        facts.progress = report::progress(&self.counters, 0);
        facts
    }

    fn book(&mut self, postings: &[Posting], counters: &[CounterChange], order: Option<Order>) -> Vec<Posted> {
        for change in counters {
            let value = self.counters.entry(change.name.clone()).or_default();
            *value += change.delta;
            assert!(change.min_after.is_none_or(|min| *value >= min), "{change:?} at {value}");
            assert!(change.max_after.is_none_or(|max| *value <= max), "{change:?} at {value}");
        }
        for change in movement::owed_changes(postings) {
            let owed = self.owed.entry(change.name.clone()).or_default();
            *owed += change.delta;
            assert!(*owed >= 0, "{change:?}");
        }
        let mut posted = Vec::new();
        for posting in postings {
            assert!(posting.quantity.is_positive(), "{posting:?}");
            for (account, units) in
                [(&posting.from, -posting.quantity.units()), (&posting.to, posting.quantity.units())]
            {
                let key = (posting.item.to_string(), posting.lot.clone(), account.clone());
                let balance = self.balances.entry(key).or_default();
                *balance += units;
                assert!(account.location.is_virtual() || *balance >= 0, "{posting:?} leaves {balance}");
            }
            let id = format!("p{}", self.ledger.len());
            self.ledger.push((id.clone(), posting.clone()));
            posted.push(Posted { id, posting: posting.clone() });
        }
        if let Some(order) = order {
            self.order = order;
        }
        posted
    }

    fn book_change(&mut self, change: Change) -> Vec<Posted> {
        self.book(&change.postings, &change.counters, change.order)
    }

    /// The journal is told each completion once, and exactly that one again when the order is opened again.
    fn follow_completion(&mut self, change: &Change) {
        for event in &change.events {
            if let Some(completed) = event.data.get("completed") {
                assert_eq!(self.completion.replace(completed.clone()), None);
            }
            if let Some(reopened) = event.data.get("reopened") {
                assert_eq!(self.completion.take().as_ref(), Some(reopened));
            }
        }
        let after = change.order.as_ref().unwrap_or(&self.order);
        assert_eq!(self.completion.is_some(), after.completed.is_some());
    }

    fn run(&mut self, command: &Command) {
        self.second += 1;
        let flow = Flow::builtin();
        match command {
            Command::Act(action) => {
                let signature = Signature::Given("s1".into());
                let input = Input {
                    reason: "because".into(),
                    result: Some(InspectionResult::Pass),
                    signature,
                    ..Input::default()
                };
                if let Ok(change) = decide::decide(&self.order, flow, action, &input, &self.facts()) {
                    self.follow_completion(&change);
                    self.book_change(change);
                }
            }
            Command::Report { operation, good, scrap, rework } => {
                let scrap = Scrap { reason: "bent".into(), quantity: Quantity::from_units(*scrap, 0) };
                let report = NewReport {
                    order: self.order.id.clone(),
                    operation: *operation,
                    good: Quantity::from_units(*good, 0),
                    scrap: vec![scrap],
                    rework: (*rework > 0).then(|| Quantity::from_units(*rework, 0)),
                    rework_to: (*rework > 0 && *operation == 20).then_some(10),
                    started_at: None,
                    ended_at: None,
                    equipment: None,
                    lot: String::new(),
                    note: String::new(),
                    custom: Default::default(),
                };
                let facts = self.facts();
                if let Ok(change) = report::decide(&self.order, flow, &report, &facts) {
                    self.follow_completion(&change);
                    let told = change.events[0].data.clone();
                    let redo = report::counter_name(report.operation, "redo");
                    let redone = change.counters.iter().find(|counter| counter.name == redo && counter.delta < 0);
                    let redone = redone.map_or(0, |counter| -counter.delta);
                    let posted = self.book_change(change);
                    self.reports.push((report, facts, posted, told, redone));
                }
            }
            Command::Step(number, step) => {
                let input = StepInput { reason: "because".into(), quantity: None };
                if let Ok(change) = operation::decide(&self.order, flow, *number, *step, &input, &self.facts()) {
                    self.book_change(change);
                }
            }
            Command::Reverse(n) => {
                if self.reports.is_empty() {
                    return;
                }
                let (report, then, posted, told, redone) = self.reports[n % self.reports.len()].clone();
                let owed = self.owed.iter().map(|(item, units)| (item.parse().unwrap(), *units)).collect();
                let booked =
                    BookedReport { report: &report, by: &then.actor.user, at: then.now, posted: &posted, redone };
                let facts = self.facts();
                let decided = report::decide_reversal(&self.order, flow, booked, "wrong", &owed, &facts);
                if let Ok(change) = decided {
                    assert_eq!(change.events[0].data["report"], told, "a reversal tells what it takes back");
                    self.follow_completion(&change);
                    self.book_change(change);
                    self.reports.remove(n % self.reports.len());
                }
            }
            Command::Move { kind, item, from, to, units, for_order } => {
                self.run_move(*kind, item, from, to, *units, *for_order)
            }
        }
    }

    fn run_move(&mut self, kind: MovementKind, item: &str, from: &str, to: &str, units: i64, for_order: bool) {
        if for_order && !Flow::builtin().takes_material(&self.order.state) {
            return;
        }
        let movement = NewMovement {
            kind,
            item: item.parse().unwrap(),
            lot: String::new(),
            from: Some(from.parse().unwrap()),
            to: Some(to.parse().unwrap()),
            quantity: Quantity::from_units(units, scale(item)),
            order: for_order.then(|| self.order.id.clone()),
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
        let (actor, base) = (Actor::new("keeper".parse().unwrap(), vec![Role::Storekeeper]), facts(Role::Storekeeper));
        let balances = self.balances(|key| key.0 == item);
        let master = support::item(item, scale(item));
        let facts = StockFacts {
            actor: &actor,
            item: &master,
            locations: &base.locations,
            balances: &balances,
            owed: self.owed.get(item).copied().unwrap_or(0),
            line: None,
            lots: &Lots::default(),
            picks: false,
            lang: Lang::En,
        };
        if let Ok(change) = movement::decide(&movement, &facts) {
            self.book(&change.postings, &[], None);
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let mut sums: BTreeMap<Key, i64> = BTreeMap::new();
        for (_, posting) in &self.ledger {
            let key = |account: &Account| (posting.item.to_string(), posting.lot.clone(), account.clone());
            *sums.entry(key(&posting.from)).or_default() -= posting.quantity.units();
            *sums.entry(key(&posting.to)).or_default() += posting.quantity.units();
        }
        prop_assert_eq!(&sums, &self.balances);
        for item in ["screw", "wire", "lamp"] {
            let total: i64 = self.balances.iter().filter(|(key, _)| key.0 == item).map(|(_, units)| units).sum();
            prop_assert_eq!(total, 0, "{} is conserved", item);
        }
        let made: i64 = self
            .balances
            .iter()
            .filter(|(key, _)| key.0 == "lamp" && key.2.location.as_str() == "@production")
            .map(|(_, units)| -units)
            .sum();
        prop_assert_eq!(
            made,
            self.counters.get("20.good").copied().unwrap_or(0),
            "what was received is what was reported"
        );
        let count = |name: &str| self.counters.get(name).copied().unwrap_or(0);
        let total = count("20.total");
        prop_assert!(count("10.good") >= total, "each piece passes the first operation before the second");
        let used: i64 = self
            .balances
            .iter()
            .filter(|(key, _)| key.0 == "screw" && key.2.location.as_str() == "@production")
            .map(|(_, units)| *units)
            .sum();
        prop_assert_eq!(used, 2 * (count("10.total") + count("10.redo")), "a piece takes its screws once");
        let paused = self.order.operations.iter().any(|one| one.stopped.is_some() && one.running_since.is_some());
        prop_assert!(!paused, "no clock runs while its operation is paused");
        prop_assert!(total <= 11, "ten and ten per cent");
        let state = self.order.state.as_str();
        if state == "in_progress" {
            prop_assert!(total < 10, "the last quantity completes the order");
        }
        if matches!(state, "completed" | "closed" | "archived") {
            let held =
                self.balances.iter().filter(|(key, units)| key.2.order.is_some() && key.0 != "lamp" && **units > 0);
            prop_assert_eq!(held.count(), 0, "nothing stays held for what is made");
        }
        Ok(())
    }
}

fn command() -> impl Strategy<Value = Command> {
    use MovementKind::{Issue, Receipt, Return, Scrap as Throw, Shipment, Transfer};
    let act = prop::sample::select(vec![
        "submit",
        "approve",
        "dispatch",
        "start",
        "inspect-first-article",
        "pause",
        "resume",
        "exception",
        "complete",
        "inspect-final",
        "sign",
        "close",
        "archive",
        "cancel",
        "withdraw",
        "reject",
    ]);
    let places = prop::sample::select(vec![
        (Receipt, "@supplier", "store"),
        (Receipt, "@supplier", "side"),
        (Issue, "store", "side"),
        (Issue, "store", "other-side"),
        (Return, "side", "store"),
        (Transfer, "store", "goods"),
        (Throw, "side", "@scrap"),
        (Shipment, "goods", "@customer"),
    ]);
    let moves = (places, prop::sample::select(vec!["screw", "wire", "lamp"]), 1..40_i64, any::<bool>());
    prop_oneof![
        3 => act.prop_map(Command::Act),
        4 => (prop::sample::select(vec![10_u16, 20]), 0..6_i64, 0..3_i64, prop::sample::select(vec![0, 0, 0, 1, 2]))
            .prop_map(|(operation, good, scrap, rework)| Command::Report { operation, good, scrap, rework }),
        1 => (prop::sample::select(vec![10_u16, 20]), prop::sample::select(Step::ALL.to_vec()))
            .prop_map(|(number, step)| Command::Step(number, step)),
        1 => any::<usize>().prop_map(Command::Reverse),
        3 => moves.prop_map(|((kind, from, to), item, units, for_order)| Command::Move { kind, item, from, to, units, for_order }),
    ]
}

/// The way to production, so that most sequences get that far.
fn prologue() -> Vec<Command> {
    let receive = |item, units| Command::Move {
        kind: MovementKind::Receipt,
        item,
        from: "@supplier",
        to: "store",
        units,
        for_order: false,
    };
    let mut way = vec![receive("screw", 25), receive("wire", 2600)];
    way.extend(["submit", "approve", "dispatch", "start", "inspect-first-article"].map(Command::Act));
    way
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_sequence_of_commands_conserves_and_stays_above_zero(
        skip in 0..8_usize,
        commands in prop::collection::vec(command(), 1..60),
    ) {
        let mut world = World::new();
        for command in prologue().iter().skip(skip.saturating_sub(6)).chain(&commands) {
            world.run(command);
            world.check()?;
        }
    }
}

#[test]
fn a_whole_order_goes_through_and_its_goods_leave_quarantine_with_the_signature() {
    let mut world = World::new();
    for command in prologue() {
        world.run(&command);
    }
    assert_eq!(world.order.state, "in_progress");
    world.run(&Command::Report { operation: 20, good: 1, scrap: 0, rework: 0 });
    assert!(world.reports.is_empty(), "operation 20 works on what 10 has made");
    world.run(&Command::Report { operation: 10, good: 9, scrap: 1, rework: 0 });
    world.run(&Command::Report { operation: 20, good: 9, scrap: 0, rework: 0 });
    assert_eq!(world.order.state, "in_progress", "nine of ten");
    world.run(&Command::Act("complete"));
    assert_eq!(world.order.state, "completed");
    let lamps = |world: &World, place: &str| world.balances(|key| key.0 == "lamp" && key.2.location.as_str() == place);
    assert_eq!(lamps(&world, "check")[0].quantity, quantity("9"));
    world.run(&Command::Act("close"));
    assert_eq!(world.order.state, "completed", "not inspected, not signed");
    for action in ["inspect-final", "sign", "close", "archive"] {
        world.run(&Command::Act(action));
    }
    assert_eq!(world.order.state, "archived");
    assert!(lamps(&world, "check").is_empty());
    assert_eq!(lamps(&world, "goods")[0].quantity, quantity("9"));
    assert!(world.check().is_ok());
}

#[test]
fn goods_that_are_made_after_the_final_inspection_need_another_one() {
    let mut world = World::new();
    for command in prologue() {
        world.run(&command);
    }
    world.run(&Command::Report { operation: 10, good: 10, scrap: 0, rework: 0 });
    world.run(&Command::Report { operation: 20, good: 10, scrap: 0, rework: 0 });
    world.run(&Command::Act("inspect-final"));
    world.run(&Command::Reverse(1));
    assert_eq!(world.order.state, "in_progress", "the ten are taken back");
    world.run(&Command::Report { operation: 20, good: 10, scrap: 0, rework: 0 });
    assert_eq!(world.order.state, "completed");
    world.run(&Command::Act("sign"));
    assert!(world.order.signed.is_none(), "nobody has inspected these");
    world.run(&Command::Act("inspect-final"));
    world.run(&Command::Act("sign"));
    assert!(world.order.signed.is_some());
}

#[test]
fn pieces_for_rework_are_no_more_than_there_can_be() {
    let mut world = World::new();
    for command in prologue() {
        world.run(&command);
    }
    let report = |operation, rework: &str| NewReport {
        order: "WO-1".parse().unwrap(),
        operation,
        good: quantity("0"),
        scrap: Vec::new(),
        rework: Some(quantity(rework)),
        rework_to: None,
        started_at: None,
        ended_at: None,
        equipment: None,
        lot: String::new(),
        note: String::new(),
        custom: Default::default(),
    };
    let decided = |world: &World, report: &NewReport| {
        report::decide(&world.order, Flow::builtin(), report, &world.facts())
            .map_err(|refusal| refusal.unmet.into_iter().map(|unmet| unmet.code).collect::<Vec<_>>())
    };
    assert!(decided(&world, &report(10, "10")).is_ok());
    assert_eq!(decided(&world, &report(10, "11")).unwrap_err(), ["report.over_tolerance"]);
    world.run(&Command::Report { operation: 10, good: 4, scrap: 0, rework: 0 });
    assert!(decided(&world, &report(20, "4")).is_ok());
    assert_eq!(decided(&world, &report(20, "5")).unwrap_err(), ["report.before_previous"]);
}

#[test]
fn what_the_books_lack_comes_from_the_shortage_and_the_next_receipt_pays_it_back() {
    let mut world = World::new();
    for command in prologue() {
        world.run(&command);
    }
    let throw = |item, from, units| Command::Move {
        kind: MovementKind::Scrap,
        item,
        from,
        to: "@scrap",
        units,
        for_order: true,
    };
    world.run(&throw("screw", "store", 25));
    world.run(&Command::Report { operation: 10, good: 3, scrap: 0, rework: 0 });
    assert_eq!(world.owed.get("screw"), Some(&6));
    let receive = |units| Command::Move {
        kind: MovementKind::Receipt,
        item: "screw",
        from: "@supplier",
        to: "store",
        units,
        for_order: false,
    };
    world.run(&receive(4));
    assert_eq!(world.owed.get("screw"), Some(&2));
    world.run(&receive(10));
    assert_eq!(world.owed.get("screw"), Some(&0));
    let free = world.balances(|key| key.0 == "screw" && key.2.location.as_str() == "store");
    assert_eq!(free[0].quantity, quantity("8"));
}
