//! The work of a shift in small: reports, movements, transitions and whole lives of orders, each client one thing after the
//! other, and queries beside them that know what they must see.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use takt_tests::plant::{People, SMALL};

use crate::caller::{Caller, Draft, Run};
use crate::record::{Asked, End};

/// An item that is only ever received, at three decimals.
pub const RECEIVED: &str = "W";

/// The orders that run from the beginning.
pub struct Orders {
    /// Never stopped.
    pub steady: String,
    /// Paused and resumed over and over.
    pub restless: String,
}

/// What is surely so, and what may be so, of an item.
#[derive(Default)]
struct Known {
    acknowledged: AtomicI64,
    begun: AtomicI64,
}

/// What queries must see, and how many did.
#[derive(Default)]
pub struct Seen {
    received: Known,
    made: Known,
    /// Answers that were compared.
    pub compared: AtomicU64,
}

/// Brings the plant to where the work can begin.
pub fn prepare(people: &People) -> Orders {
    people.receive(SMALL.material, "2000000", SMALL.store);
    people.receive(SMALL.rare, "50", SMALL.store);
    Orders {
        steady: people.running(SMALL.product, "200000", SMALL.line),
        restless: people.running(SMALL.product, "200000", SMALL.line),
    }
}

/// Works until the time is over and every write has its end.
pub fn work(run: &Run, people: &People, orders: &Orders, seen: &Seen, seed: u64) {
    thread::scope(|scope| {
        let lead = || Caller::new(run, "lead", &people.lead, "board");
        let reporter = |n: u64| Caller::new(run, "operator", &people.operator, &format!("line-{n}"));
        for n in 0..3 {
            scope.spawn(move || {
                report(run, &reporter(n), orders, seen, &mut fastrand::Rng::with_seed(seed ^ (n << 32)))
            });
        }
        let keeper = |device: &str| Caller::new(run, "storekeeper", &people.storekeeper, device);
        scope.spawn(move || receive(run, &keeper("gate"), seen, &mut fastrand::Rng::with_seed(seed ^ (10 << 32))));
        scope.spawn(move || move_about(run, &keeper("store"), &mut fastrand::Rng::with_seed(seed ^ (11 << 32))));
        scope.spawn(move || pause_and_resume(run, &lead(), &orders.restless));
        scope.spawn(move || live(run, people));
        for n in 0..2 {
            scope.spawn(move || look(run, &Caller::new(run, "planner", &people.planner, &format!("desk-{n}")), seen));
        }
    });
}

/// Over when the time is, after a short breath otherwise.
fn goes_on(run: &Run) -> bool {
    thread::sleep(Duration::from_millis(15));
    !run.over.load(Ordering::SeqCst)
}

fn report(run: &Run, caller: &Caller<'_>, orders: &Orders, seen: &Seen, random: &mut fastrand::Rng) {
    while goes_on(run) {
        let steady = random.u64(..4) > 0;
        let order = if steady { &orders.steady } else { &orders.restless };
        let good = random.u64(1..=5) as i64;
        let tag = caller.tag();
        let end = caller.write(reported(&tag, order, good));
        if steady && matches!(end, End::Booked { .. } | End::Queued { .. }) {
            seen.made.acknowledged.fetch_add(good, Ordering::SeqCst);
        }
    }
}

fn reported<'a>(tag: &'a str, order: &str, good: i64) -> Draft<'a> {
    let body = json!({"order": order, "operation": SMALL.operation, "good": good.to_string(), "note": tag});
    Draft { asked: Asked::Report { order: order.to_owned(), good }, path: "/api/v1/reports".into(), tag, body }
}

fn receive(run: &Run, caller: &Caller<'_>, seen: &Seen, random: &mut fastrand::Rng) {
    while goes_on(run) {
        let units = random.u64(1..=5_000) as i64;
        let tag = caller.tag();
        let quantity = format!("{}.{:03}", units / 1_000, units % 1_000);
        let body =
            json!({"kind": "receipt", "item": RECEIVED, "to": SMALL.store, "quantity": quantity, "document": tag});
        let asked = Asked::Movement { item: RECEIVED, units, from: "@supplier", to: SMALL.store };
        seen.received.begun.fetch_add(units, Ordering::SeqCst);
        let end = caller.write(Draft { asked, path: "/api/v1/movements".into(), tag: &tag, body });
        if matches!(end, End::Booked { .. }) {
            seen.received.acknowledged.fetch_add(units, Ordering::SeqCst);
        }
    }
}

/// Takes something of which there is little to the line and back, so that some of it is refused.
fn move_about(run: &Run, caller: &Caller<'_>, random: &mut fastrand::Rng) {
    while goes_on(run) {
        let (kind, from, to) = match random.u64(..3) {
            0 => ("issue", SMALL.store, SMALL.beside),
            1 => ("return", SMALL.beside, SMALL.store),
            _ => ("transfer", SMALL.beside, "B2"),
        };
        let units = random.u64(1..=20) as i64;
        let tag = caller.tag();
        let body = json!({
            "kind": kind, "item": SMALL.rare, "from": from, "to": to, "quantity": units.to_string(), "document": tag,
        });
        let asked = Asked::Movement { item: SMALL.rare, units, from, to };
        caller.write(Draft { asked, path: "/api/v1/movements".into(), tag: &tag, body });
    }
}

fn action<'a>(tag: &'a str, order: &str, action: &'static str, body: Value) -> Draft<'a> {
    let path = format!("/api/v1/orders/{order}/actions/{action}");
    Draft { asked: Asked::Action { order: order.to_owned(), action }, path, tag, body }
}

fn pause_and_resume(run: &Run, caller: &Caller<'_>, order: &str) {
    for what in ["pause", "resume"].into_iter().cycle() {
        let tag = caller.tag();
        caller.write(action(&tag, order, what, json!({"reason": tag})));
        thread::sleep(Duration::from_millis(200));
        if !goes_on(run) {
            return;
        }
    }
}

/// Whole lives of orders, one after the other, from the planner's desk to the signature.
fn live(run: &Run, people: &People) {
    let planner = Caller::new(run, "planner", &people.planner, "life");
    let manager = Caller::new(run, "manager", &people.manager, "life");
    let operator = Caller::new(run, "operator", &people.operator, "life");
    let inspector = Caller::new(run, "inspector", &people.inspector, "life");
    while goes_on(run) {
        let tag = planner.tag();
        let body = json!({"item": SMALL.product, "quantity": "3", "line": SMALL.line, "note": tag});
        let draft = Draft { asked: Asked::Create, path: "/api/v1/orders".into(), tag: &tag, body };
        let End::Booked { id: order, .. } = planner.write(draft) else { continue };
        let steps = [
            (&planner, "submit", json!({})),
            (&manager, "approve", json!({})),
            (&planner, "dispatch", json!({})),
            (&operator, "start", json!({})),
            (&inspector, "inspect-first-article", json!({"result": "pass"})),
        ];
        for (who, what, body) in steps {
            let tag = who.tag();
            who.write(action(&tag, &order, what, body));
        }
        for good in [1, 2] {
            let tag = operator.tag();
            operator.write(reported(&tag, &order, good));
        }
        // What is queued may not be booked yet; then this is refused, which is a legal end too.
        for (what, body) in [("inspect-final", json!({"result": "pass"})), ("sign", json!({}))] {
            let tag = inspector.tag();
            inspector.write(action(&tag, &order, what, body));
        }
        let tag = planner.tag();
        planner.write(action(&tag, &order, "close", json!({})));
    }
}

/// A decimal in units of a scale.
fn units(value: &Value, scale: usize) -> Option<i64> {
    let text = value.as_str()?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<scale$}").parse().ok()
}

/// Asks for stock and compares the answer with what was acknowledged before the question. An answer that says how old
/// it is was not checked against the store, and says so.
fn look(run: &Run, caller: &Caller<'_>, seen: &Seen) {
    while goes_on(run) {
        for (item, scale, known) in [(RECEIVED, 3, &seen.received), (SMALL.product, 0, &seen.made)] {
            let at_least = known.acknowledged.load(Ordering::SeqCst);
            let Some(answer) = caller.get(&format!("/api/v1/stock/{item}")) else { continue };
            let stock: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if stock.get("as_of").is_some() && answer.headers.contains_key("age") {
                continue;
            }
            let on_hand = units(&stock["on_hand"], scale);
            let pending = units(&stock["pending"], scale);
            let at_most = known.begun.load(Ordering::SeqCst);
            let is_right = match on_hand {
                None => false,
                Some(on_hand) if item == RECEIVED => (at_least..=at_most).contains(&on_hand),
                // What waits is not told while the queue does not answer; then the number says no more than it can.
                Some(on_hand) => pending.is_none_or(|pending| on_hand + pending >= at_least),
            };
            seen.compared.fetch_add(1, Ordering::Relaxed);
            if !is_right {
                let what = format!("stock of {item}: at least {at_least} units were acknowledged, shown was {stock}");
                run.record.wrong(what);
            }
        }
    }
}
