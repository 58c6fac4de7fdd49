//! Random days of purchase and sales against a model of its own: what is allowed is the same on both sides, what is open is
//! always what was ordered less what was booked, and nothing comes from nowhere.

mod edit;
use crate::support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{at, item, location};
use takt_domain::decide::CounterChange;
use takt_domain::document::line::LineFacts;
use takt_domain::document::{self, Document, DocumentKind, DocumentLine, DocumentState, LineProgress, LineRef};
use takt_domain::facts::Actor;
use takt_domain::ledger::{Account, Balance, MovementKind, Posting};
use takt_domain::lot::Lots;
use takt_domain::master::{Location, LocationKind};
use takt_domain::movement::{self, NewMovement, StockFacts};
use takt_domain::permission::Role;
use takt_domain::quality::incoming::{IncomingFacts, Waiting};
use takt_domain::quantity::Quantity;
use takt_domain::report::Posted;
use takt_domain::text::Lang;

/// The lines: of which document, how much, what may come on top, and whether deliveries are inspected.
const LINES: [(DocumentKind, &str, u16, i64, u8, bool); 4] = [
    (DocumentKind::Purchase, "P1", 10, 60, 10, false),
    (DocumentKind::Purchase, "P2", 10, 40, 0, true),
    (DocumentKind::Sales, "S1", 10, 50, 0, false),
    (DocumentKind::Sales, "S1", 20, 20, 25, false),
];

const PLACES: [&str; 5] = ["dock", "check", "store", "goods", "side"];

fn locations() -> Vec<Location> {
    vec![
        location("dock", LocationKind::Receiving, None),
        location("check", LocationKind::Quarantine, None),
        location("store", LocationKind::Store, None),
        location("goods", LocationKind::Finished, None),
        location("side", LocationKind::Line, Some("L1")),
    ]
}

fn documents() -> Vec<Document> {
    let of = |kind, id: &str| Document {
        id: id.parse().unwrap(),
        kind,
        partner: "partner".into(),
        note: String::new(),
        lines: LINES
            .iter()
            .filter(|line| line.0 == kind && line.1 == id)
            .map(|line| DocumentLine {
                line: line.2,
                item: "part".parse().unwrap(),
                quantity: Quantity::from_units(line.3, 0),
                due: None,
                tolerance_percent: line.4,
            })
            .collect(),
        state: DocumentState::Open,
        by: "planner".parse().unwrap(),
        at: at(0),
        ended: None,
    };
    vec![of(DocumentKind::Purchase, "P1"), of(DocumentKind::Purchase, "P2"), of(DocumentKind::Sales, "S1")]
}

#[derive(Clone, Debug)]
enum Command {
    Receive { line: usize, to: usize, units: i64 },
    Release { line: usize, units: i64 },
    PutAway { line: usize, to: usize, units: i64 },
    SendBack { line: usize, from: usize, units: i64 },
    Pick { line: usize, from: usize, to: usize, units: i64 },
    Ship { line: usize, from: usize, units: i64 },
    TakeBack { line: usize, to: usize, units: i64 },
    Move { from: usize, to: usize, units: i64 },
    Reverse(usize),
}

/// What stands where for whom, and what each line has come to: plain sums, by rules of their own.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
struct Model(BTreeMap<(String, String), i64>);

impl Model {
    fn get(&self, what: &str, of: &str) -> i64 {
        self.0.get(&(what.to_owned(), of.to_owned())).copied().unwrap_or(0)
    }

    fn add(&mut self, what: &str, of: &str, units: i64) {
        *self.0.entry((what.to_owned(), of.to_owned())).or_default() += units;
    }

    /// Stock at a place, free or held for a line.
    fn stock(&self, place: &str, line: Option<usize>) -> i64 {
        self.get(place, &line.map_or_else(String::new, |line| line.to_string()))
    }

    fn put(&mut self, place: &str, line: Option<usize>, units: i64) {
        self.add(place, &line.map_or_else(String::new, |line| line.to_string()), units);
    }

    fn of(&self, line: usize, what: &str) -> i64 {
        self.get(what, &format!("line {line}"))
    }

    fn count(&mut self, line: usize, what: &str, units: i64) {
        self.add(what, &format!("line {line}"), units);
    }

    fn limit(line: usize) -> i64 {
        LINES[line].3 * (100 + i64::from(LINES[line].4)) / 100
    }

    /// Nothing is below zero, and nobody has more than may be delivered.
    fn is_sound(&self) -> bool {
        let lines = 0..LINES.len();
        self.0.values().all(|units| *units >= 0)
            && lines.clone().all(|line| self.of(line, "received") <= Self::limit(line))
            && lines.clone().all(|line| self.of(line, "picked") + self.of(line, "shipped") <= Self::limit(line))
    }

    /// The model after the command; none where it is not allowed.
    fn after(&self, command: &Command, done: &[Option<(Model, Model)>]) -> Option<Model> {
        let mut next = self.clone();
        let purchase = |line: usize| LINES[line].0 == DocumentKind::Purchase;
        let waits = |place: &str| place == "dock" || place == "check";
        match *command {
            Command::Receive { line, to, units } => {
                let to = PLACES[to];
                let inspected = LINES[line].5;
                if !purchase(line) || inspected != (to == "check") {
                    return None;
                }
                next.put(to, waits(to).then_some(line), units);
                next.count(line, "received", units);
                next.count(line, if waits(to) { to } else { "stored" }, units);
            }
            Command::Release { line, units } => {
                if !purchase(line) {
                    return None;
                }
                next.put("check", Some(line), -units);
                next.put("dock", Some(line), units);
                next.count(line, "check", -units);
                next.count(line, "dock", units);
            }
            Command::PutAway { line, to, units } => {
                let to = PLACES[to];
                if !purchase(line) || waits(to) {
                    return None;
                }
                next.put("dock", Some(line), -units);
                next.put(to, None, units);
                next.count(line, "dock", -units);
                next.count(line, "stored", units);
            }
            Command::SendBack { line, from, units } => {
                let from = PLACES[from];
                if !purchase(line) {
                    return None;
                }
                next.put(from, waits(from).then_some(line), -units);
                next.count(line, if waits(from) { from } else { "stored" }, -units);
                next.count(line, "received", -units);
                next.count(line, "returned", units);
            }
            Command::Pick { line, from, to, units } => {
                let (from, to) = (PLACES[from], PLACES[to]);
                if purchase(line) || waits(from) || waits(to) {
                    return None;
                }
                next.put(from, None, -units);
                next.put(to, Some(line), units);
                next.count(line, "picked", units);
            }
            Command::Ship { line, from, units } => {
                let from = PLACES[from];
                if purchase(line) || !["store", "goods"].contains(&from) {
                    return None;
                }
                let held = units.min(self.stock(from, Some(line)));
                next.put(from, Some(line), -held);
                next.put(from, None, held - units);
                next.count(line, "picked", -held);
                next.count(line, "shipped", units);
            }
            Command::TakeBack { line, to, units } => {
                let to = PLACES[to];
                if purchase(line) || !["store", "goods", "check"].contains(&to) {
                    return None;
                }
                next.put(to, waits(to).then_some(line), units);
                next.count(line, "shipped", -units);
                next.count(line, "returned", units);
            }
            Command::Move { from, to, units } => {
                let (from, to) = (PLACES[from], PLACES[to]);
                if waits(from) || waits(to) || from == to {
                    return None;
                }
                next.put(from, None, -units);
                next.put(to, None, units);
            }
            Command::Reverse(nth) => {
                let (before, after) = done.get(nth)?.as_ref()?;
                for key in before.0.keys().chain(after.0.keys()).collect::<std::collections::BTreeSet<_>>() {
                    let was = before.0.get(key).copied().unwrap_or(0);
                    *next.0.entry(key.clone()).or_default() -= after.0.get(key).copied().unwrap_or(0) - was;
                }
            }
        }
        next.is_sound().then_some(next)
    }
}

/// What a store does with a change, in memory.
struct World {
    documents: Vec<Document>,
    balances: BTreeMap<Account, i64>,
    counters: BTreeMap<String, BTreeMap<String, i64>>,
    movements: Vec<(Option<LineRef>, Vec<Posted>)>,
    ids: usize,
}

impl World {
    fn line_ref(&self, line: usize) -> LineRef {
        let (kind, id, number, ..) = LINES[line];
        LineRef { kind, document: id.parse().unwrap(), line: number }
    }

    fn document(&self, line: &LineRef) -> &Document {
        self.documents.iter().find(|known| known.kind == line.kind && known.id == line.document).unwrap()
    }

    fn counters(&self, line: &LineRef) -> BTreeMap<String, i64> {
        self.counters.get(&line.scope()).cloned().unwrap_or_default()
    }

    fn balances(&self) -> Vec<Balance> {
        let rows = self.balances.iter().filter(|(_, units)| **units != 0);
        rows.map(|(account, units)| Balance {
            item: "part".parse().unwrap(),
            lot: String::new(),
            location: account.location.clone(),
            order: account.order.clone(),
            quantity: Quantity::from_units(*units, 0),
        })
        .collect()
    }

    fn book(&mut self, line: Option<LineRef>, postings: Vec<Posting>, progress: &[CounterChange]) {
        if let Some(line) = &line {
            let counters = self.counters.entry(line.scope()).or_default();
            for change in progress {
                let value = counters.entry(change.name.clone()).or_default();
                *value += change.delta;
                assert!(change.min_after.is_none_or(|min| *value >= min), "{change:?} at {value}");
                assert!(change.max_after.is_none_or(|max| *value <= max), "{change:?} at {value}");
            }
            let counters = self.counters(line);
            let state = self.document(line).state_by(&counters);
            let document = self.documents.iter_mut().find(|known| known.kind == line.kind && known.id == line.document);
            document.unwrap().state = state;
        }
        let mut posted = Vec::new();
        for posting in postings {
            for (account, units) in
                [(&posting.from, -posting.quantity.units()), (&posting.to, posting.quantity.units())]
            {
                let balance = self.balances.entry(account.clone()).or_default();
                *balance += units;
                assert!(account.location.is_virtual() || *balance >= 0, "{posting:?} leaves {balance}");
            }
            self.ids += 1;
            posted.push(Posted { id: format!("p{}", self.ids), posting });
        }
        self.movements.push((line, posted));
    }

    fn run(&mut self, command: &Command) -> bool {
        let place = |n: usize| Some(PLACES[n].parse().unwrap());
        let supplier = || Some("@supplier".parse().unwrap());
        let (kind, line, from, to, units) = match *command {
            Command::Receive { line, to, units } => (MovementKind::Receipt, Some(line), None, place(to), units),
            Command::PutAway { line, to, units } => (MovementKind::Transfer, Some(line), place(0), place(to), units),
            Command::SendBack { line, from, units } => {
                (MovementKind::Return, Some(line), place(from), supplier(), units)
            }
            Command::Pick { line, from, to, units } => {
                (MovementKind::Transfer, Some(line), place(from), place(to), units)
            }
            Command::Ship { line, from, units } => (MovementKind::Shipment, Some(line), place(from), None, units),
            Command::TakeBack { line, to, units } => {
                (MovementKind::Return, Some(line), Some("@customer".parse().unwrap()), place(to), units)
            }
            Command::Move { from, to, units } => (MovementKind::Transfer, None, place(from), place(to), units),
            Command::Release { line, units } => return self.release(line, units),
            Command::Reverse(nth) => return self.reverse(nth),
        };
        // What the model calls a purchase step of a sales line is another step there.
        let purchase_step =
            matches!(command, Command::Receive { .. } | Command::PutAway { .. } | Command::SendBack { .. });
        let reference = line.map(|line| self.line_ref(line));
        if let Some(reference) = &reference
            && (reference.kind == DocumentKind::Purchase) != purchase_step
        {
            return false;
        }
        let given = NewMovement {
            kind,
            item: "part".parse().unwrap(),
            lot: String::new(),
            from,
            to,
            quantity: Quantity::from_units(units, 0),
            order: None,
            document: String::new(),
            line: reference.clone(),
            reason: String::new(),
            scan: String::new(),
            occurred_at: None,
            expires: None,
            made: None,
            supplier_lot: String::new(),
            unit: String::new(),
        };
        let actor = Actor::new("keeper".parse().unwrap(), vec![Role::Storekeeper]);
        let (master, places, balances) = (item("part", 0), locations(), self.balances());
        let counters = reference.as_ref().map(|line| self.counters(line)).unwrap_or_default();
        let facts = reference.as_ref().map(|reference| LineFacts {
            reference,
            document: self.document(reference),
            counters: &counters,
            inspected: line.is_some_and(|line| LINES[line].5),
        });
        let facts = StockFacts {
            actor: &actor,
            item: &master,
            locations: &places,
            balances: &balances,
            owed: 0,
            line: facts.as_ref(),
            lots: &Lots::default(),
            picks: false,
            lang: Lang::En,
        };
        let Ok(change) = movement::decide(&given, &facts) else { return false };
        self.book(reference, change.postings, &change.progress);
        true
    }

    fn release(&mut self, line: usize, units: i64) -> bool {
        let reference = self.line_ref(line);
        if reference.kind == DocumentKind::Sales {
            return false;
        }
        let actor = Actor::new("inspector".parse().unwrap(), vec![Role::Inspector]);
        let (master, places, balances) = (item("part", 0), locations(), self.balances());
        let facts = IncomingFacts {
            actor: &actor,
            item: &master,
            locations: &places,
            balances: &balances,
            owed: 0,
            lang: Lang::En,
        };
        let location = "check".parse().unwrap();
        let quantity = Quantity::from_units(units, 0);
        let waiting = Waiting { line: &reference, location: &location, lot: "", quantity };
        let holder = reference.holder().unwrap();
        if !facts.there(&waiting, &holder).is_empty() {
            return false;
        }
        let postings = facts.release(&waiting, &holder, None).unwrap();
        let changes = document::changes(&reference, &postings, &places, i64::MAX);
        assert!(document::refused(&reference, &changes, &self.counters(&reference), 0, Lang::Zh).is_empty());
        self.book(Some(reference), postings, &changes);
        true
    }

    fn reverse(&mut self, nth: usize) -> bool {
        let Some((line, posted)) = self.movements.get(nth).cloned() else { return false };
        // What takes a movement back is not taken back itself.
        if posted.iter().any(|one| one.posting.reverses.is_some()) {
            return false;
        }
        let reversals: Vec<Posting> = posted.iter().rev().map(Posted::reversal).collect();
        let there = |account: &Account| self.balances.get(account).copied().unwrap_or(0);
        let short = |one: &Posting| !one.from.location.is_virtual() && there(&one.from) < one.quantity.units();
        if reversals.iter().any(short) {
            return false;
        }
        let mut changes = Vec::new();
        if let Some(line) = &line {
            let limit = self.document(line).line(line.line).unwrap().limit();
            changes = document::changes(line, &reversals, &locations(), limit);
            if !document::refused(line, &changes, &self.counters(line), 0, Lang::En).is_empty() {
                return false;
            }
        }
        self.book(line, reversals, &changes);
        true
    }

    /// What the documents say is what the model says, and so are the shelves.
    fn check(&self, model: &Model) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.balances.values().sum::<i64>(), 0);
        for (n, (kind, _, number, ordered, ..)) in LINES.iter().enumerate() {
            let reference = self.line_ref(n);
            let line = self.document(&reference).line(*number).unwrap();
            let progress = LineProgress::of(*kind, line, &self.counters(&reference));
            let booked = model.of(n, "received") + model.of(n, "shipped");
            prop_assert_eq!(progress.open.units(), (ordered - booked).max(0), "line {}", n);
            prop_assert_eq!(progress.received.units(), model.of(n, "received"));
            prop_assert_eq!(progress.to_inspect.units(), model.of(n, "check"));
            prop_assert_eq!(progress.to_put_away.units(), model.of(n, "dock"));
            prop_assert_eq!(progress.put_away.units(), model.of(n, "stored"));
            prop_assert_eq!(progress.picked.units(), model.of(n, "picked"));
            prop_assert_eq!(progress.shipped.units(), model.of(n, "shipped"));
            prop_assert_eq!(progress.returned.units(), model.of(n, "returned"));
            let holder = reference.holder().unwrap();
            for place in PLACES {
                let account = Account::held(place.parse().unwrap(), &holder);
                let there = self.balances.get(&account).copied().unwrap_or(0);
                prop_assert_eq!(there, model.stock(place, Some(n)), "{} for line {}", place, n);
            }
        }
        for place in PLACES {
            let free = self.balances.get(&Account::free(place.parse().unwrap())).copied().unwrap_or(0);
            prop_assert_eq!(free, model.stock(place, None), "free at {}", place);
        }
        for document in &self.documents {
            let counters = self.counters(&document.line_ref(1));
            let open =
                document.lines.iter().any(|line| LineProgress::of(document.kind, line, &counters).open.is_positive());
            prop_assert_eq!(document.state == DocumentState::Open, open);
        }
        Ok(())
    }
}

fn command() -> impl Strategy<Value = Command> {
    let (line, place, units) = (0..LINES.len(), 0..PLACES.len(), 1_i64..30);
    let parts = (line, place.clone(), place, units, 0..10_u8, 0..200_usize);
    parts.prop_map(|(line, from, to, units, what, nth)| match what {
        0 | 1 => Command::Receive { line, to, units },
        2 => Command::Release { line, units },
        3 => Command::PutAway { line, to, units },
        4 => Command::SendBack { line, from, units },
        5 => Command::Pick { line, from, to, units },
        6 => Command::Ship { line, from, units },
        7 => Command::TakeBack { line, to, units },
        8 => Command::Move { from, to, units },
        _ => Command::Reverse(nth),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_open_is_what_was_ordered_less_what_was_booked(commands in prop::collection::vec(command(), 200..400)) {
        let mut world = World {
            documents: documents(),
            balances: BTreeMap::new(),
            counters: BTreeMap::new(),
            movements: Vec::new(),
            ids: 0,
        };
        let mut model = Model::default();
        let mut done: Vec<Option<(Model, Model)>> = Vec::new();
        let mut reversed = std::collections::BTreeSet::new();
        for command in &commands {
            if let Command::Reverse(nth) = command
                && !reversed.insert(*nth)
            {
                continue;
            }
            let after = model.after(command, &done);
            prop_assert_eq!(world.run(command), after.is_some(), "{:?} in {:?}", command, model);
            if let Some(after) = after {
                let is_reversal = matches!(command, Command::Reverse(_));
                done.push((!is_reversal).then(|| (model.clone(), after.clone())));
                model = after;
            } else if let Command::Reverse(nth) = command {
                reversed.remove(nth);
            }
            world.check(&model)?;
        }
    }
}
