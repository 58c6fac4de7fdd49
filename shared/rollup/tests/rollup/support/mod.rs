//! A plant on a real file, where real commands are given.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test takes what it needs, and a test that cannot go on has failed"
)]

pub(crate) mod expected;
pub(crate) mod faulty;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use takt_api::orders::{CreateOrder, MergeOrders, SplitOrder, TakeAction};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::master::{Item, Line, Location, LocationKind, Routing, RoutingOperation};
use takt_domain::order::{InspectionResult, Priority};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::report::{NewReport, Scrap};
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::create_order::create_order;
use takt_records::command::first_plant;
use takt_records::command::merge_orders::merge_orders;
use takt_records::command::report::report;
use takt_records::command::reverse_report::reverse_report;
use takt_records::command::split_order::split_order;
use takt_records::command::take_action::take_action;
use takt_records::keep;
use takt_rollup::{Progress, advance};
use takt_store::{Commit, Driver, Event, NativeDriver, Plant, PlantNumber, SqliteStore, Store, Value};

pub(crate) const PLANT: PlantNumber = PlantNumber(1);
/// Monday 2026-11-23, 06:00 in Shanghai.
pub(crate) const START_S: i64 = 1_795_384_800;
pub(crate) const PEOPLE: [&str; 3] = ["chen", "li", "wang"];
pub(crate) const REASONS: [&str; 2] = ["刮伤", "bent"];

pub(crate) type NativeStore = SqliteStore<NativeDriver>;

/// One thing that happens in the plant.
#[derive(Clone, Debug)]
pub(crate) enum Happens {
    /// An order for up to a dozen pieces, brought into production.
    Order { line: usize, item: usize, quantity: i64 },
    /// An action on one of the orders; most are refused in the state that it is in.
    Act { order: usize, action: usize },
    /// A report on one of the orders; the times are minutes before now.
    Report {
        order: usize,
        last: bool,
        good: i64,
        scrap: Vec<(usize, i64)>,
        rework: i64,
        began: Option<i64>,
        ended: Option<i64>,
    },
    /// One of the reports is taken back.
    Reversal { report: usize },
    /// The plant works by another calendar.
    Calendar { two_shifts: bool },
}

pub(crate) const ACTIONS: [&str; 9] =
    ["pause", "resume", "exception", "complete", "inspect-final", "sign", "close", "archive", "cancel"];

pub(crate) fn happens() -> impl Strategy<Value = Happens> {
    let n = 0..64_usize;
    let order =
        (0..2_usize, 0..2_usize, 1..12_i64).prop_map(|(line, item, quantity)| Happens::Order { line, item, quantity });
    let act = (n.clone(), 0..ACTIONS.len()).prop_map(|(order, action)| Happens::Act { order, action });
    let scrap = prop::collection::vec((0..REASONS.len(), 1..3_i64), 0..3);
    let minutes = || prop::option::of(-30..3000_i64);
    let report = (n.clone(), any::<bool>(), 0..6_i64, scrap, 0..3_i64, minutes(), minutes()).prop_map(
        |(order, last, good, scrap, rework, began, ended)| Happens::Report {
            order,
            last,
            good,
            scrap,
            rework,
            began,
            ended,
        },
    );
    let reversal = n.prop_map(|report| Happens::Reversal { report });
    let calendar = any::<bool>().prop_map(|two_shifts| Happens::Calendar { two_shifts });
    prop_oneof![3 => order, 4 => act, 12 => report, 5 => reversal, 1 => calendar]
}

/// A plant in a folder of its own, gone with its owner.
pub(crate) struct World {
    folder: PathBuf,
    pub(crate) store: NativeStore,
    now_s: i64,
    given: u32,
    pub(crate) orders: Vec<String>,
    pub(crate) reports: Vec<String>,
    /// Since when, in seconds, the plant has had two shifts or three.
    pub(crate) calendars: Vec<(i64, bool)>,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl World {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("takt-rollup-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let store = open(&folder);
        block_on(store.ensure_schema()).unwrap();
        let plant = Plant { shift_calendar: shifts(true), ..first_plant(START_S * 1000) };
        block_on(store.put_plant(&plant)).unwrap();
        let mut world = Self {
            folder,
            store,
            now_s: START_S,
            given: 0,
            orders: Vec::new(),
            reports: Vec::new(),
            calendars: vec![(0, true)],
        };
        world.master_data();
        world
    }

    /// Another store on the same file.
    pub(crate) fn another(&self) -> NativeStore {
        open(&self.folder)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("takt.db")
    }

    fn master_data(&mut self) {
        let mut commit = Commit::new(PLANT, self.now_s * 1000);
        for line in ["L1", "L2"] {
            commit.records.push(keep::line(&Line { id: line.parse().unwrap(), name: line.into() }, None));
        }
        for (id, kind) in [("check", LocationKind::Quarantine), ("goods", LocationKind::Finished)] {
            let location = Location { id: id.parse().unwrap(), name: id.into(), kind, line: None };
            commit.records.push(keep::location(&location, None));
        }
        for (id, scale, unit) in [("lamp", 0, "pcs"), ("wire", 3, "m")] {
            let item = Item {
                id: id.parse().unwrap(),
                name: id.into(),
                unit: unit.into(),
                scale,
                kind: String::new(),
                barcode: None,
                tracking: Default::default(),
                shelf_life_days: None,
                units: Vec::new(),
                minimum: None,
                custom: BTreeMap::new(),
            };
            let operation = |number| RoutingOperation {
                number,
                name: number.to_string(),
                tolerance_percent: 10,
                equipment: None,
                mould: None,
                crew_min: 0,
                standard_s: 1,
                ..RoutingOperation::default()
            };
            let operations = vec![operation(10), operation(20)];
            commit.records.push(keep::item(&item, true, None));
            commit.records.push(keep::routing(&Routing { item: item.id, released: true, operations }, None));
        }
        block_on(self.store.commit(&commit)).unwrap();
    }

    /// Who gives the next command: time goes on by some minutes, and the key is a new one.
    fn caller(&mut self) -> Caller {
        self.given += 1;
        self.now_s += 60 * i64::from(self.given * 7 % 50) + 1;
        let user = PEOPLE[self.given as usize % PEOPLE.len()];
        Caller {
            plant: PLANT,
            actor: Actor::new(user.parse().unwrap(), vec![Role::Administrator]),
            session: LOCAL_SESSION.into(),
            expires_s: i64::MAX,
            key: Some(Key { key: self.given.to_string(), fingerprint: "f".into() }),
            device: String::new(),
            source: Source::Hand,
            now: Timestamp::from_second(self.now_s).unwrap(),
            accepted_at: None,
            signature: takt_domain::signature::Signature::Given(self.given.to_string()),
            lang: Lang::En,
        }
    }

    /// Lets it happen; what the rules refuse does not.
    pub(crate) fn happen(&mut self, what: &Happens) {
        match what {
            Happens::Order { line, item, quantity } => {
                self.order(["L1", "L2"][*line], ["lamp", "wire"][*item], *quantity)
            }
            Happens::Act { order, action } => {
                if let Some(order) = pick(&self.orders, *order) {
                    self.act(&order, ACTIONS[*action]);
                }
            }
            Happens::Report { order, last, good, scrap, rework, began, ended } => {
                let Some(order) = pick(&self.orders, *order) else { return };
                let caller = self.caller();
                let before = |minutes: &i64| Timestamp::from_second(self.now_s - minutes * 60).unwrap();
                let units = |units: &i64| Quantity::from_units(*units, 0);
                let given = NewReport {
                    order: order.parse().unwrap(),
                    operation: if *last { 20 } else { 10 },
                    good: units(good),
                    scrap: scrap
                        .iter()
                        .map(|(reason, quantity)| Scrap { reason: REASONS[*reason].into(), quantity: units(quantity) })
                        .collect(),
                    rework: (*rework > 0).then(|| units(rework)),
                    rework_to: None,
                    started_at: began.as_ref().map(before),
                    ended_at: ended.as_ref().map(before),
                    equipment: None,
                    lot: String::new(),
                    note: String::new(),
                    custom: Default::default(),
                };
                if let Ok(answer) = block_on(report(&self.store, &caller, &given)) {
                    self.reports.push(answer.body["id"].as_str().unwrap().to_owned());
                }
            }
            Happens::Reversal { report } => {
                let Some(report) = pick(&self.reports, *report) else { return };
                let caller = self.caller();
                let _refused_or_not = block_on(reverse_report(&self.store, &caller, &report, "wrong"));
            }
            Happens::Calendar { two_shifts } => self.change_calendar(*two_shifts),
        }
    }

    fn order(&mut self, line: &str, item: &str, quantity: i64) {
        let id = self.draft(line, item, quantity, None);
        for action in ["submit", "approve", "dispatch", "start", "inspect-first-article"] {
            assert!(self.act(&id, action), "{action}");
        }
        self.orders.push(id);
    }

    /// An order that nobody has done anything with yet.
    pub(crate) fn draft(&mut self, line: &str, item: &str, quantity: i64, due: Option<Date>) -> String {
        let caller = self.caller();
        let given = CreateOrder {
            id: None,
            item: item.parse().unwrap(),
            quantity: Quantity::from_units(quantity, 0),
            line: line.parse().unwrap(),
            priority: Priority::Normal,
            due,
            customer: String::new(),
            note: String::new(),
            lot: String::new(),
            custom: BTreeMap::new(),
            flow: None,
        };
        let answer = block_on(create_order(&self.store, &caller, &given)).unwrap();
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Some of an order becomes another one, where the rules let it.
    pub(crate) fn split(&mut self, order: &str, quantity: i64) -> Option<String> {
        let caller = self.caller();
        let given = SplitOrder { quantity: Quantity::from_units(quantity, 0) };
        let answer = block_on(split_order(&self.store, &caller, &order.parse().unwrap(), &given)).ok()?;
        answer.body["new"].as_str().map(str::to_owned)
    }

    /// An order takes another one in, where the rules let it.
    pub(crate) fn merge(&mut self, order: &str, other: &str) -> bool {
        let caller = self.caller();
        let given = MergeOrders { orders: vec![other.parse().unwrap()], reason: "alike".into() };
        block_on(merge_orders(&self.store, &caller, &order.parse().unwrap(), &given)).is_ok()
    }

    pub(crate) fn act(&mut self, order: &str, action: &str) -> bool {
        let caller = self.caller();
        let given =
            TakeAction { reason: "because".into(), result: Some(InspectionResult::Pass), ..TakeAction::default() };
        block_on(take_action(&self.store, &caller, &order.parse().unwrap(), action, &given)).is_ok()
    }

    /// As the component does it: the plant's row, then the event.
    fn change_calendar(&mut self, two_shifts: bool) {
        let caller = self.caller();
        let plant = Plant { shift_calendar: shifts(two_shifts), ..first_plant(0) };
        block_on(self.store.put_plant(&plant)).unwrap();
        let mut commit = Commit::new(PLANT, caller.now_ms());
        commit.events.push(Event {
            id: caller.derived_id(),
            event_type: "plant.changed.v1".into(),
            source: "/plants/1".into(),
            subject: "1".into(),
            time_ms: caller.now_ms(),
            data: json!({"name": plant.name, "time_zone": plant.time_zone, "shifts": plant.shift_calendar, "by": "chen"}),
        });
        block_on(self.store.commit(&commit)).unwrap();
        self.calendars.push((self.now_s, two_shifts));
    }

    /// A step of the background.
    pub(crate) fn advance(&self, budget: u64) -> Progress {
        block_on(advance(&self.store, PLANT, self.now_s * 1000, budget)).unwrap()
    }

    /// All of the background's work.
    pub(crate) fn catch_up(&self) {
        while !self.advance(10_000).caught_up {}
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_s * 1000
    }
}

fn open(folder: &std::path::Path) -> NativeStore {
    SqliteStore::new(NativeDriver::open(folder.join("takt.db")).unwrap())
}

fn pick(from: &[String], n: usize) -> Option<String> {
    if from.is_empty() { None } else { Some(from[n % from.len()].clone()) }
}

fn shifts(two: bool) -> Json {
    let shift = |name: &str, start: &str, end: &str| json!({"name": name, "start": start, "end": end, "weekdays": [1, 2, 3, 4, 5, 6, 7]});
    if two {
        json!([shift("day", "08:00", "20:00"), shift("night", "20:00", "08:00")])
    } else {
        json!([shift("early", "06:00", "14:00"), shift("late", "14:00", "22:00"), shift("deep", "22:00", "06:00")])
    }
}

/// Every row of a generation, as bytes.
pub(crate) fn dump(store: &NativeStore, generation: u32) -> Vec<String> {
    let sql = "SELECT json_array(plant, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label,
        good, scrap, rework, seconds, count) FROM rollup WHERE generation = ?1
        ORDER BY plant, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label";
    let rows = block_on(store.driver().query(sql, vec![i64::from(generation).into()])).unwrap();
    rows.0
        .into_iter()
        .map(|row| match &row[0] {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        })
        .collect()
}
