//! One shift with the real product: a work order from the planner's desk to the truck. After every step the balances are
//! the sums of the postings, as the API tells both, the audit agrees, and stock is what this test reckons it to be.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use takt_api::import::OpenedImport;
use takt_api::master::{ItemDetail, PlantDetail};
use takt_api::orders::{Board, OrderDetail};
use takt_api::reports::Report;
use takt_api::stock::{ItemStock, MovementAnswer};
use takt_domain::ledger::MovementKind;
use takt_domain::quantity::Quantity;
use takt_tests::client::{Answer, Client};
use takt_tests::host::{Fresh, run_well};
use takt_tests::ledger::{self, Ledger, escaped};
use takt_tests::plant::{self, MACHINE, PIN, People, act};

/// How many machines are ordered.
const ORDERED: i64 = 3;

/// What stands of an item, in its units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stand {
    on_hand: i64,
    reserved: i64,
    quarantine: i64,
    available: i64,
}

/// The order on its way, with what this test reckons.
struct Shift {
    host: Fresh,
    people: People,
    order: String,
    /// What one machine takes at which operation, in units of the item.
    needs: Vec<(String, u16, i64)>,
    /// Decimals of each item.
    scales: BTreeMap<String, u8>,
    /// What should stand of each item.
    stock: BTreeMap<String, Stand>,
    operations: Vec<u16>,
}

fn stock(client: &Client, item: &str) -> ItemStock {
    client.get(&format!("/api/v1/stock/{}", escaped(item))).ok().json()
}

fn stand(stock: &ItemStock) -> Stand {
    let units = |quantity: Quantity| quantity.units();
    Stand {
        on_hand: units(stock.on_hand),
        reserved: units(stock.reserved),
        quarantine: units(stock.quarantine),
        available: units(stock.available),
    }
}

/// The codes of a refusal, sorted.
fn codes(answer: &Answer) -> Vec<String> {
    let mut codes = answer.unmet(409, "refused");
    codes.sort();
    codes
}

impl Shift {
    fn begin() -> Self {
        let host = Fresh::lumenpnp();
        let people = People::at(&host);
        let detail: ItemDetail = people.planner.get(&format!("/api/v1/items/{}", MACHINE.product)).ok().json();
        let operations: Vec<_> =
            detail.routing.expect("the machine has a routing").operations.iter().map(|step| step.number).collect();
        let last = *operations.last().expect("the routing has operations");
        let needs: Vec<_> = detail
            .needs
            .iter()
            .map(|need| (need.component.to_string(), need.operation.unwrap_or(last), need.per.units()))
            .collect();
        assert!(needs.len() > 90, "the whole bill of material: {}", needs.len());
        let (mut scales, mut stands) = (BTreeMap::new(), BTreeMap::new());
        for item in needs.iter().map(|need| need.0.as_str()).chain([MACHINE.product]) {
            let found = stock(&people.planner, item);
            scales.insert(item.to_owned(), found.on_hand.scale());
            stands.insert(item.to_owned(), stand(&found));
        }
        let body = json!({"item": MACHINE.product, "quantity": ORDERED.to_string(), "line": MACHINE.line,
            "priority": "urgent", "due": "2026-12-01", "customer": "Opulo"});
        let made: Value = people.planner.post("/api/v1/orders", body).expect_status(201).json();
        let order = made["id"].as_str().expect("an order has a number").to_owned();
        let shift = Self { host, people, order, needs, scales, stock: stands, operations };
        let detail = shift.detail();
        assert_eq!(detail.order.customer, "Opulo");
        assert_eq!(detail.order.materials.len(), shift.needs.len());
        shift.agrees("pending_review");
        shift
    }

    /// Everything that can be compared is.
    fn agrees(&self, state: &str) -> Ledger {
        assert_eq!(self.detail().order.state, state);
        for (item, expected) in &self.stock {
            assert_eq!(stand(&stock(&self.people.planner, item)), *expected, "{item} in {state}");
        }
        let board: Board = self.people.manager.get("/api/v1/board").ok().json();
        let on_board: Vec<_> = board
            .columns
            .iter()
            .filter(|column| column.orders.iter().any(|row| row.id.as_str() == self.order))
            .map(|column| column.state.as_str())
            .collect();
        let open = !matches!(state, "closed" | "archived");
        assert_eq!(on_board, if open { vec![state] } else { vec![] });
        ledger::check(&self.people.manager)
    }

    fn detail(&self) -> OrderDetail {
        plant::order(&self.people.planner, &self.order)
    }

    fn act(&self, client: &Client, action: &str, body: Value) -> Answer {
        act(client, &self.order, action, body)
    }

    fn report(&self, operation: u16, good: i64, scrap: i64) -> Answer {
        let mut body = plant::good(&self.order, operation, good);
        if scrap > 0 {
            body["scrap"] = json!([{"reason": "bent", "quantity": scrap.to_string()}]);
        }
        self.people.operator.post("/api/v1/reports", body)
    }

    fn shows(&self, item: &str, units: i64) -> String {
        Quantity::from_units(units, self.scales[item]).to_string()
    }

    /// Changes what is reckoned to stand.
    fn reckon(&mut self, item: &str, change: impl Fn(&mut Stand)) {
        change(self.stock.get_mut(item).expect("the item is watched"));
    }

    /// What `pieces` take at an operation is gone, and was held.
    fn reckon_used(&mut self, operation: u16, pieces: i64) {
        for (item, _, per) in self.needs.clone().iter().filter(|need| need.1 == operation) {
            self.reckon(item, |stand| {
                stand.on_hand -= per * pieces;
                stand.reserved -= per * pieces;
            });
        }
    }

    fn is_reviewed(&mut self) {
        let People { operator, planner, manager, .. } = &self.people;
        assert_eq!(codes(&self.act(manager, "approve", json!({}))), ["review.not_requested"]);
        assert_eq!(codes(&self.act(planner, "dispatch", json!({}))), ["state.wrong"]);
        self.act(planner, "submit", json!({})).ok();
        assert_eq!(codes(&self.act(planner, "submit", json!({}))), ["review.requested"]);
        self.act(planner, "withdraw", json!({})).ok();
        assert_eq!(codes(&self.act(manager, "reject", json!({"reason": "r"}))), ["review.not_requested"]);
        self.act(planner, "submit", json!({})).ok();
        assert_eq!(codes(&self.act(manager, "reject", json!({}))), ["input.reason"]);
        self.act(manager, "reject", json!({"reason": "too soon"})).ok();
        assert_eq!(self.detail().order.state, "pending_review", "a rejected order may be submitted again");
        self.act(planner, "submit", json!({})).ok();
        for client in [operator, planner] {
            assert_eq!(self.act(client, "approve", json!({})).unmet(403, "forbidden"), ["permission.missing"]);
        }
        self.act(manager, "approve", json!({})).ok();
        self.agrees("approved");
    }

    fn kit_is_checked_and_reserved(&mut self) {
        let required = |need: &(String, u16, i64)| need.2 * ORDERED;
        let mut short: Vec<_> = Vec::new();
        for need in &self.needs {
            let lacks = required(need) - self.stock[&need.0].available;
            if lacks > 0 {
                short.push((need.0.clone(), required(need), lacks));
            }
        }
        assert_eq!(short.iter().map(|(item, ..)| item.as_str()).collect::<Vec<_>>(), MACHINE.short);
        let refused = self.act(&self.people.planner, "dispatch", json!({}));
        let problem = refused.expect_problem(409, "refused");
        let told: Vec<_> = problem.unmet.iter().map(|unmet| (unmet.code.as_str(), unmet.detail.clone())).collect();
        let expected: Vec<_> = short
            .iter()
            .map(|(item, required, lacks)| {
                let known: ItemStock = stock(&self.people.planner, item);
                let (unit, name) = (known.unit, known.name);
                let (required, lacks) = (self.shows(item, *required), self.shows(item, *lacks));
                ("kit.short", format!("{name} ({item}): {required} {unit} are needed, {lacks} {unit} are short"))
            })
            .collect();
        assert_eq!(told, expected, "exactly what is short, and how much of it");
        let waits = self.detail().actions.into_iter().find(|view| view.action == "dispatch").expect("it is shown");
        assert_eq!(waits.unmet, problem.unmet, "why it waits is the list that the refusal gives");
        self.agrees("approved");
        for (item, _, lacks) in &short {
            self.people.receive(item, &self.shows(item, *lacks), MACHINE.store);
            self.reckon(item, |stand| {
                stand.on_hand += lacks;
                stand.available += lacks;
            });
        }
        self.agrees("approved");
        self.act(&self.people.planner, "dispatch", json!({})).ok();
        for need in self.needs.clone() {
            self.reckon(&need.0, |stand| {
                stand.reserved += required(&need);
                stand.available -= required(&need);
            });
        }
        let ledger = self.agrees("ready");
        let held = ledger.postings.iter().filter(|posting| posting.kind == MovementKind::Reserve);
        assert!(held.clone().all(|posting| posting.order.as_ref().is_some_and(|order| order.as_str() == self.order)));
        assert_eq!(
            held.map(|posting| posting.quantity.units()).sum::<i64>(),
            self.needs.iter().map(required).sum::<i64>()
        );
        let item = &short[0].0;
        let issue = json!({"kind": "issue", "item": item, "from": MACHINE.store, "to": MACHINE.beside,
            "quantity": self.shows(item, short[0].1)});
        let refused = self.people.storekeeper.post("/api/v1/movements", issue);
        assert_eq!(codes(&refused), ["stock.short"], "what is held for the order is nobody else's");
    }

    fn put_routing(&self, released: bool) {
        let detail: ItemDetail = self.people.admin.get(&format!("/api/v1/items/{}", MACHINE.product)).ok().json();
        let routing = detail.routing.expect("the machine has a routing");
        let mut text =
            "item,operation,name,released,tolerance_percent,equipment,mould,crew_min,standard_s\n".to_owned();
        for step in routing.operations {
            let equipment = step.equipment.map(String::from).unwrap_or_default();
            let mould = step.mould.map(String::from).unwrap_or_default();
            let released = if released { "yes" } else { "no" };
            text += &format!(
                "{},{},\"{}\",{released},{},{equipment},{mould},{},{}\n",
                routing.item, step.number, step.name, step.tolerance_percent, step.crew_min, step.standard_s
            );
        }
        let admin = &self.people.admin;
        let import: OpenedImport = admin.post("/api/v1/imports", json!({})).ok().json();
        admin
            .put(&format!("/api/v1/imports/{}/parts/1", import.id), json!({"file": "routings.csv", "text": text}))
            .ok();
        admin.post(&format!("/api/v1/imports/{}/publish", import.id), json!({})).ok();
    }

    fn start_is_guarded(&mut self) {
        let People { operator, planner, storekeeper, lead, .. } = &self.people;
        let detail = self.detail();
        let equipment = detail.facts.equipment[0].id.to_string();
        let mould = detail.facts.moulds[0].id.to_string();
        let plant: PlantDetail = planner.get("/api/v1/plant").ok().json();
        for member in plant.crew.iter().filter(|member| member.present) {
            lead.put(&format!("/api/v1/crew/{}/presence", member.user), json!({"present": false})).ok();
        }
        lead.put(&format!("/api/v1/equipment/{equipment}/status"), json!({"status": "down"})).ok();
        lead.put(&format!("/api/v1/moulds/{mould}/status"), json!({"usable": false})).ok();
        self.put_routing(false);
        let start = || self.act(operator, "start", json!({}));
        let mut missing = vec!["crew.absent", "equipment.unavailable", "mould.unusable", "routing.not_released"];
        assert_eq!(codes(&start()), missing, "all of it, not the first");
        let mut told = self.act(storekeeper, "start", json!({})).unmet(403, "forbidden");
        told.sort();
        assert_eq!(told, [&missing[..2], &["mould.unusable", "permission.missing"], &missing[3..]].concat());
        self.people.check_in(MACHINE.line);
        missing.retain(|code| *code != "crew.absent");
        assert_eq!(codes(&start()), missing);
        lead.put(&format!("/api/v1/equipment/{equipment}/status"), json!({"status": "available"})).ok();
        missing.retain(|code| *code != "equipment.unavailable");
        assert_eq!(codes(&start()), missing);
        lead.put(&format!("/api/v1/moulds/{mould}/status"), json!({"usable": true})).ok();
        assert_eq!(codes(&start()), ["routing.not_released"]);
        self.put_routing(true);
        self.agrees("ready");
        start().ok();
        assert!(self.detail().order.started.is_some());
        self.agrees("in_progress");
    }

    fn first_article_gates_reporting_only(&mut self) {
        let People { operator, inspector, .. } = &self.people;
        let first = self.operations[0];
        assert_eq!(codes(&self.report(first, 1, 0)), ["inspection.first_article"]);
        self.act(operator, "exception", json!({"reason": "feeder jams"})).ok();
        self.act(operator, "pause", json!({"reason": "feeder is cleaned"})).ok();
        self.act(operator, "exception", json!({"reason": "still dirty"})).ok();
        assert_eq!(codes(&self.report(first, 1, 0)), ["inspection.first_article", "order.paused"]);
        let fail = json!({"result": "fail", "reason": "leg is loose"});
        self.act(inspector, "inspect-first-article", fail).ok();
        self.act(operator, "resume", json!({})).ok();
        assert_eq!(codes(&self.report(first, 1, 0)), ["inspection.first_article"], "a failed one opens nothing");
        let told = self.act(operator, "inspect-first-article", json!({"result": "pass"})).unmet(403, "forbidden");
        assert_eq!(told, ["permission.missing"]);
        self.act(inspector, "inspect-first-article", json!({"result": "pass"})).ok();
        let detail = self.detail();
        assert_eq!(detail.order.exceptions.len(), 2);
        assert!(detail.order.operations.iter().all(|operation| !operation.paused));
        self.agrees("in_progress");
    }

    fn is_reported(&mut self) {
        let (first, second) = (self.operations[0], self.operations[1]);
        assert_eq!(codes(&self.report(second, 1, 0)), ["report.before_previous"]);
        let tolerance = self.detail().order.operations[0].tolerance_percent;
        let most = ORDERED * (100 + i64::from(tolerance)) / 100;
        assert_eq!(codes(&self.report(first, most + 1, 0)), ["report.over_tolerance"]);
        self.agrees("in_progress");
        let report: Report = self.report(first, 2, 0).expect_status(201).json();
        self.reckon_used(first, 2);
        let ledger = self.agrees("in_progress");
        let used: Vec<_> = ledger.postings.iter().filter(|posting| posting.movement == report.id).collect();
        let expected = self.needs.iter().filter(|need| need.1 == first);
        assert_eq!(
            used.iter().map(|posting| posting.quantity.units()).sum::<i64>(),
            expected.map(|need| need.2 * 2).sum::<i64>(),
            "backflush takes what the bill of material says, and nothing else"
        );
        assert!(used.iter().all(|posting| posting.kind == MovementKind::Consume));
        self.report(first, ORDERED - 2, 0).expect_status(201);
        self.reckon_used(first, ORDERED - 2);
        assert_eq!(codes(&self.report(first, most - ORDERED + 1, 0)), ["report.over_tolerance"]);
        self.agrees("in_progress");
    }

    fn last_quantity_completes(&mut self) {
        let last = *self.operations.last().expect("there are operations");
        for operation in self.operations.clone().into_iter().skip(1) {
            if operation != last {
                self.report(operation, ORDERED, 0).expect_status(201);
                self.reckon_used(operation, ORDERED);
            }
        }
        let one: Report = self.report(last, 1, 0).expect_status(201).json();
        assert_eq!(one.order_state, "in_progress");
        self.reckon_used(last, 1);
        self.reckon(MACHINE.product, |stand| {
            stand.on_hand += 1;
            stand.quarantine += 1;
        });
        self.agrees("in_progress");
        let back =
            self.people.lead.post(&format!("/api/v1/reports/{}/reversal", one.id), json!({"reason": "miscounted"}));
        back.expect_status(200);
        self.reckon_used(last, -1);
        self.reckon(MACHINE.product, |stand| {
            stand.on_hand -= 1;
            stand.quarantine -= 1;
        });
        self.agrees("in_progress");
        let all: Report = self.report(last, ORDERED - 1, 1).expect_status(201).json();
        assert_eq!(all.order_state, "completed", "two are well, one is scrap, none is left to make");
        self.reckon_used(last, ORDERED);
        self.reckon(MACHINE.product, |stand| {
            stand.on_hand += ORDERED - 1;
            stand.quarantine += ORDERED - 1;
        });
        for need in &self.needs {
            assert_eq!(self.stock[&need.0].reserved, 0, "nothing is held for what is made: {}", need.0);
        }
        self.agrees("completed");
        let over = ["report.before_previous", "report.over_tolerance", "state.wrong"];
        assert_eq!(codes(&self.report(last, 1, 0)), over);
    }

    fn ship(&self, quantity: i64) -> Answer {
        let body = json!({"kind": "shipment", "item": MACHINE.product, "from": MACHINE.finished,
            "quantity": quantity.to_string(), "document": "DN-1"});
        self.people.storekeeper.post("/api/v1/movements", body)
    }

    fn quality_releases(&mut self) {
        let People { operator, planner, inspector, manager, .. } = &self.people;
        assert_eq!(codes(&self.ship(1)), ["stock.short"], "goods in quarantine are not shipped");
        let missing = ["inspection.final", "quality.not_signed"];
        assert_eq!(codes(&self.act(planner, "close", json!({}))), missing);
        assert_eq!(codes(&self.act(manager, "archive", json!({}))), missing);
        assert_eq!(codes(&self.act(inspector, "sign", json!({}))), ["inspection.final"]);
        self.act(inspector, "inspect-final", json!({"result": "fail", "reason": "scratched"})).ok();
        assert_eq!(codes(&self.act(inspector, "sign", json!({}))), ["inspection.final"]);
        self.act(inspector, "inspect-final", json!({"result": "pass"})).ok();
        assert_eq!(codes(&self.act(planner, "close", json!({}))), ["quality.not_signed"]);
        assert_eq!(codes(&self.ship(1)), ["stock.short"], "passed, not signed");
        for client in [operator, manager] {
            assert_eq!(self.act(client, "sign", json!({})).unmet(403, "forbidden"), ["permission.missing"]);
        }
        self.agrees("completed");
        self.act(&self.people.inspector, "sign", json!({})).ok();
        self.reckon(MACHINE.product, |stand| {
            stand.quarantine = 0;
            stand.available += ORDERED - 1;
        });
        self.agrees("completed");
    }

    fn is_closed_archived_and_shipped(&mut self) {
        self.act(&self.people.planner, "close", json!({})).ok();
        self.agrees("closed");
        self.act(&self.people.manager, "archive", json!({})).ok();
        self.agrees("archived");
        assert_eq!(codes(&self.ship(ORDERED)), ["stock.short"], "only what is well is there");
        let shipped: MovementAnswer = self.ship(ORDERED - 1).expect_status(201).json();
        let gone = |stand: &mut Stand| {
            stand.on_hand -= ORDERED - 1;
            stand.available -= ORDERED - 1;
        };
        self.reckon(MACHINE.product, gone);
        let ledger = self.agrees("archived");
        assert_eq!(ledger.moved(MACHINE.product, "@production", MACHINE.quarantine), ORDERED);
        assert_eq!(ledger.moved(MACHINE.product, MACHINE.finished, "@customer"), ORDERED - 1);
        let chain = ledger.postings.iter().find(|posting| posting.movement == shipped.id).expect("it is in the ledger");
        assert_eq!((chain.by.as_str(), chain.document.as_str()), ("storekeeper", "DN-1"));
        let history: Vec<_> = self.detail().order.history.into_iter().map(|entry| entry.state).collect();
        let mut passed = history.clone();
        passed.dedup();
        let states = ["pending_review", "approved", "ready", "in_progress", "completed", "closed", "archived"];
        assert_eq!(passed, states);
        let told = run_well(&["audit", "--target", &self.host.base, "--user", "manager"], &[("TAKT_PIN", PIN)]);
        assert!(told.contains("agree"), "{told}");
    }
}

#[test]
fn a_shift_on_the_real_product_goes_through_and_every_number_agrees() {
    let mut shift = Shift::begin();
    shift.is_reviewed();
    shift.kit_is_checked_and_reserved();
    shift.start_is_guarded();
    shift.first_article_gates_reporting_only();
    shift.is_reported();
    shift.last_quantity_completes();
    shift.quality_releases();
    shift.is_closed_archived_and_shipped();
}

#[test]
fn the_part_that_is_missing_is_made_by_an_order_of_its_own_and_the_machine_takes_it() {
    let host = Fresh::lumenpnp();
    let people = People::at(&host);
    let made = MACHINE.short[0];
    let machine = people.create(MACHINE.product, &ORDERED.to_string(), MACHINE.line);
    act(&people.planner, &machine, "submit", json!({})).ok();
    act(&people.manager, &machine, "approve", json!({})).ok();
    assert_eq!(codes(&act(&people.planner, &machine, "dispatch", json!({}))), ["kit.short"]);

    let board = people.dispatched(made, "1", "SMT");
    act(&people.operator, &board, "start", json!({})).ok();
    act(&people.inspector, &board, "inspect-first-article", json!({"result": "pass"})).ok();
    let detail = plant::order(&people.planner, &board);
    assert!(detail.order.materials.len() > 40, "the placement list: {}", detail.order.materials.len());
    let last = detail.order.operations.last().expect("there are operations").number;
    for operation in detail.order.operations.iter().map(|operation| operation.number) {
        people.operator.post("/api/v1/reports", plant::good(&board, operation, 1)).expect_status(201);
        ledger::check(&people.manager);
    }
    assert_eq!(plant::order(&people.planner, &board).facts.progress[&last].good.to_string(), "1");
    let told = act(&people.planner, &machine, "dispatch", json!({}));
    assert_eq!(codes(&told), ["kit.short"], "what waits for its inspection is not taken");
    act(&people.inspector, &board, "inspect-final", json!({"result": "pass"})).ok();
    act(&people.inspector, &board, "sign", json!({})).ok();
    act(&people.planner, &machine, "dispatch", json!({})).ok();
    let held = stock(&people.planner, made);
    assert_eq!((held.on_hand.units(), held.reserved.units(), held.available.units()), (ORDERED, ORDERED, 0));
    let ledger = ledger::check(&people.manager);
    for material in &detail.order.materials {
        let used = ledger.moved(material.item.as_str(), "ESTORE", "@production");
        assert_eq!(used, material.required.units(), "{} was taken from where it was held", material.item);
    }
}
