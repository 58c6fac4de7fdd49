//! The audit of documents: what their counters say is held against the postings for their lines.

use std::cell::{Cell, RefCell};

use futures::FutureExt;
use futures::executor::block_on;
use serde_json::json;
use takt_domain::document::{self, Document, DocumentKind, DocumentLine, DocumentState};
use takt_domain::master::{Location, LocationKind};
use takt_domain::quantity::Quantity;
use takt_records::audit::{Part, Place, Slice, slice};
use takt_records::{keep, supply};
use takt_store::{
    Account, Commit, CounterChange, Driver, DriverError, NativeDriver, Plant, PlantNumber, Posting, Rows, SqliteStore,
    Store, Value,
};

const PLANT: PlantNumber = PlantNumber(1);
const NOW: i64 = 1_800_000_000_000;

struct World {
    folder: tempfile::TempDir,
    store: SqliteStore<NativeDriver>,
    booked: u32,
}

/// A place; with a star behind it what is held there for the line.
fn at(location: &str, holder: &str) -> Account {
    let place = location.trim_end_matches('*');
    let order = if place == location { "" } else { holder };
    Account { location: place.into(), order: order.into(), bounded: !place.starts_with('@') }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::new(NativeDriver::open(folder.path().join("takt.db")).unwrap());
        block_on(store.ensure_schema()).unwrap();
        let plant = Plant {
            number: PLANT,
            name: "p".into(),
            time_zone: "Asia/Shanghai".into(),
            shift_calendar: json!({}),
            settings: json!({}),
            created_ms: NOW,
        };
        block_on(store.put_plant(&plant)).unwrap();
        let mut commit = Commit::new(PLANT, NOW);
        for (id, kind) in [
            ("Q", LocationKind::Quarantine),
            ("R", LocationKind::Receiving),
            ("S", LocationKind::Store),
            ("F", LocationKind::Finished),
        ] {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        block_on(store.commit(&commit)).unwrap();
        Self { folder, store, booked: 0 }
    }

    fn book(&self, commit: Commit) {
        block_on(self.store.commit(&commit)).unwrap();
    }

    fn document(&self, kind: DocumentKind, id: &str) -> Document {
        let line = |line| DocumentLine {
            line,
            item: "steel".parse().unwrap(),
            quantity: Quantity::from_units(50, 0),
            due: None,
            tolerance_percent: 0,
        };
        let document = Document {
            id: id.parse().unwrap(),
            kind,
            partner: "somebody".into(),
            note: String::new(),
            lines: vec![line(10), line(20)],
            state: DocumentState::Open,
            by: "planner".parse().unwrap(),
            at: "2026-11-01T00:00:00Z".parse().unwrap(),
            ended: None,
        };
        self.book(Commit { records: vec![supply::document(&document, 0)], ..Commit::new(PLANT, NOW) });
        document
    }

    /// Books a step of a line, with its counters or without. What is taken back is named by its number.
    fn step(&mut self, of: &Document, line: u16, way: (&str, &str), counted: &[(&str, i64)], back: Option<u32>) -> u32 {
        self.booked += 1;
        let movement = format!("m{}", self.booked);
        let holder = of.line_ref(line).holder().unwrap().to_string();
        let posting = Posting {
            id: format!("{movement}.1"),
            movement,
            kind: "receipt".into(),
            item: "steel".into(),
            lot: "L".into(),
            from: at(way.0, &holder),
            to: at(way.1, &holder),
            quantity: 7,
            order: Some(holder),
            operation: None,
            document: None,
            reason: None,
            user: "storekeeper".into(),
            device: None,
            source: "hand".into(),
            occurred_ms: NOW,
            reverses: back.map(|number| format!("m{number}.1")),
        };
        let counters = counted.iter().map(|(what, delta)| counter(of, line, what, *delta)).collect();
        self.book(Commit { postings: vec![posting], counters, ..Commit::new(PLANT, NOW) });
        self.booked
    }

    fn audit(&self) -> Slice {
        audited(&self.store)
    }
}

/// The slices of documents, put together.
fn audited(store: &impl Store) -> Slice {
    let mut place = Place { part: Part::Documents, after: None };
    let mut all = Slice::default();
    loop {
        // Not by an executor: what others do meanwhile has one of its own.
        let found = slice(store, PLANT, &place).now_or_never().unwrap().unwrap();
        all.counters += found.counters;
        all.count += found.count;
        all.differences.extend(found.differences);
        match found.next {
            Some(next) if next.part == Part::Documents => place = next,
            _ => return all,
        }
    }
}

/// Before each statement others may do something, who are told its number.
struct Busy<'w> {
    inner: NativeDriver,
    next: Cell<usize>,
    meanwhile: &'w dyn Fn(usize),
}

impl Driver for Busy<'_> {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        (self.meanwhile)(self.next.get());
        self.next.set(self.next.get() + 1);
        self.inner.query(sql, params).await
    }
}

/// What an audit finds while others do this before its statements, and how many those were.
fn audited_while(world: &RefCell<World>, meanwhile: &dyn Fn(usize)) -> (Slice, usize) {
    let inner = NativeDriver::open(world.borrow().folder.path().join("takt.db")).unwrap();
    let store = SqliteStore::new(Busy { inner, next: Cell::new(0), meanwhile });
    let found = audited(&store);
    (found, store.driver().next.get())
}

fn counter(of: &Document, line: u16, what: &str, delta: i64) -> CounterChange {
    let (scope, name) = (document::scope(of.kind, &of.id), document::counter_name(line, what));
    CounterChange { scope, name, delta, min_after: None, max_after: None }
}

/// A purchase order and a sales order of which everything has happened that can.
fn lived() -> (World, Document, Document) {
    let mut world = World::new();
    let order = world.document(DocumentKind::Purchase, "PO-1");
    world.step(&order, 10, ("@supplier", "R*"), &[("net", 7), ("to_put_away", 7)], None);
    world.step(&order, 10, ("R*", "S"), &[("to_put_away", -7), ("put_away", 7)], None);
    let wrong = world.step(&order, 10, ("@supplier", "S"), &[("net", 7), ("put_away", 7)], None);
    world.step(&order, 10, ("S", "@supplier"), &[("net", -7), ("put_away", -7)], Some(wrong));
    // What pays back a shortage is no step.
    world.step(&order, 10, ("S", "@shortage"), &[], None);
    for place in ["Q*", "Q*", "R*", "S", "S", "S"] {
        let what = if place == "Q*" {
            "to_inspect"
        } else if place == "R*" {
            "to_put_away"
        } else {
            "put_away"
        };
        world.step(&order, 20, ("@supplier", place), &[("net", 7), (what, 7)], None);
    }
    world.step(&order, 20, ("Q*", "@scrap"), &[("to_inspect", -7), ("scrapped", 7)], None);
    world.step(&order, 20, ("S", "@supplier"), &[("net", -7), ("put_away", -7), ("returned", 7)], None);
    let sale = world.document(DocumentKind::Sales, "SO-1");
    world.step(&sale, 10, ("S", "F*"), &[("picked", 7), ("committed", 7)], None);
    world.step(&sale, 10, ("F*", "@customer"), &[("picked", -7), ("net", 7)], None);
    world.step(&sale, 10, ("@customer", "S"), &[("net", -7), ("committed", -7), ("returned", 7)], None);
    let wrong = world.step(&sale, 20, ("S", "S*"), &[("picked", 7), ("committed", 7)], None);
    world.step(&sale, 20, ("S*", "S"), &[("picked", -7), ("committed", -7)], Some(wrong));
    world.step(&sale, 20, ("S", "S*"), &[("picked", 7), ("committed", 7)], None);
    world.step(&sale, 20, ("S", "@customer"), &[("net", 7), ("committed", 7)], None);
    // What waits for its inspection is not picked, whoever it is held for.
    world.step(&sale, 20, ("@customer", "Q*"), &[("net", -7), ("committed", -7), ("returned", 7)], None);
    (world, order, sale)
}

#[test]
fn counters_that_follow_the_postings_are_right() {
    let (world, _, _) = lived();
    let found = world.audit();
    assert_eq!((found.counters, found.count), (20, 0), "{found:?}");
}

#[test]
fn a_counter_of_each_kind_that_says_something_else_is_named() {
    let (world, order, sale) = lived();
    let purchase = [
        ("net", "35"),
        ("returned", "7"),
        ("to_inspect", "7"),
        ("to_put_away", "7"),
        ("put_away", "14"),
        ("scrapped", "7"),
    ];
    let sales = [("net", "0"), ("returned", "7"), ("picked", "7"), ("committed", "7")];
    let all = purchase.iter().map(|one| (&order, one)).chain(sales.iter().map(|one| (&sale, one)));
    for (of, (what, right)) in all {
        let tamper =
            |delta| world.book(Commit { counters: vec![counter(of, 20, what, delta)], ..Commit::new(PLANT, NOW) });
        tamper(1);
        let found = world.audit();
        let told: Vec<_> = found.differences.iter().map(|found| found.detail.en.clone()).collect();
        let (kind, id) = (of.kind.label(takt_domain::text::Lang::En), &of.id);
        let wrong = right.parse::<i64>().unwrap() + 1;
        let expected = format!("20.{what} of {kind} {id}: the counter is {wrong}, its postings add up to {right}");
        assert_eq!(told, [expected]);
        tamper(-1);
    }
    assert_eq!(world.audit().count, 0);
}

#[test]
fn documents_of_every_slice_are_looked_at() {
    let mut world = World::new();
    // Over one slice, so that the second is looked at too.
    let orders: Vec<_> = (0..60).map(|n| world.document(DocumentKind::Purchase, &format!("PO-{n:02}"))).collect();
    for (at, counted) in [(3, 8), (55, 6), (56, 7)] {
        world.step(&orders[at], 20, ("@supplier", "S"), &[("net", counted), ("put_away", 7)], None);
    }
    let sale = world.document(DocumentKind::Sales, "SO-1");
    world.step(&sale, 10, ("@supplier", "S"), &[("net", 1)], None);
    let found = world.audit();
    let told: Vec<_> = found.differences.iter().map(|found| found.detail.en.clone()).collect();
    let expected = [
        "20.net of purchase order PO-03: the counter is 8, its postings add up to 7",
        "20.net of purchase order PO-55: the counter is 6, its postings add up to 7",
        "10.net of sales order SO-1: the counter is 1, its postings add up to 0",
    ];
    assert_eq!(told, expected);
    assert!(found.differences.iter().all(|found| found.check == "document"));
    assert_eq!((found.counters, found.count), (60 * 2 * 6 + 2 * 4, 3));
}

#[test]
fn what_is_booked_while_documents_are_looked_at_is_no_difference() {
    let (world, order, sale) = lived();
    let world = RefCell::new(world);
    let mut at = 0;
    loop {
        let books = |statement| {
            if statement == at {
                let mut world = world.borrow_mut();
                world.step(&order, 10, ("@supplier", "S"), &[("net", 7), ("put_away", 7)], None);
                world.step(&sale, 20, ("S", "S*"), &[("picked", 7), ("committed", 7)], None);
            }
        };
        let (found, statements) = audited_while(&world, &books);
        assert_eq!((found.counters, found.count), (20, 0), "booked before statement {at}: {found:?}");
        if at >= statements {
            break;
        }
        at += 1;
    }
    assert!(at >= 10, "two kinds, with counters, postings and counters again: {at}");
}

#[test]
fn a_document_that_moves_each_time_is_left_to_the_next_audit_and_the_others_are_not() {
    let (world, order, sale) = lived();
    world.book(Commit { counters: vec![counter(&sale, 20, "picked", 1)], ..Commit::new(PLANT, NOW) });
    let world = RefCell::new(world);
    let books = |_| {
        world.borrow_mut().step(&order, 10, ("@supplier", "S"), &[("net", 7), ("put_away", 7)], None);
    };
    let (found, _) = audited_while(&world, &books);
    let told: Vec<_> = found.differences.iter().map(|found| found.detail.en.as_str()).collect();
    assert_eq!(told, ["20.picked of sales order SO-1: the counter is 8, its postings add up to 7"]);
    assert_eq!(found.counters, 8, "of the one that stood still");
}
