//! Many at once: nothing is lost, nothing is taken twice.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::reports::Report;
use takt_tests::client::{Answer, Client};
use takt_tests::host::{Fresh, Host};
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, good};

/// Sends all of them at the same moment, each over a connection of its own.
fn at_once(host: &Host, client: &Client, path: &str, bodies: &[Value]) -> Vec<Answer> {
    let start = Barrier::new(bodies.len());
    thread::scope(|scope| {
        let start = &start;
        let threads: Vec<_> = bodies
            .iter()
            .map(|body| {
                let client = client.at(&host.base);
                scope.spawn(move || {
                    start.wait();
                    client.post(path, body.clone())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).collect()
    })
}

fn statuses(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[test]
fn fifty_reports_at_once_on_one_operation_all_count_and_complete_the_order_once() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "200", SMALL.store);
    let order = people.running(SMALL.product, "50", SMALL.line);
    let bodies = vec![good(&order, SMALL.operation, 1); 50];
    let answers = at_once(&host, &people.operator, "/api/v1/reports", &bodies);
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let detail = plant::order(&people.planner, &order);
    assert_eq!(detail.order.state, "completed");
    assert_eq!(detail.facts.progress[&SMALL.operation].good.to_string(), "50");
    let completions = detail.order.history.iter().filter(|entry| entry.state == "completed").count();
    assert_eq!(completions, 1, "{:?}", detail.order.history);
    let ends = answers.iter().filter(|answer| answer.json::<Report>().order_state == "completed").count();
    assert_eq!(ends, 1, "one report is told that it completed the order");
    let reports: Page<Report> = people.planner.get(&format!("/api/v1/reports?order={order}&limit=200")).ok().json();
    assert_eq!(reports.rows.len(), 50);
    let ledger = ledger::check(&people.manager);
    let made: i64 = ledger
        .postings
        .iter()
        .filter(|posting| posting.item.as_str() == SMALL.product)
        .map(|posting| posting.quantity.units())
        .sum();
    assert_eq!(made, 50);
    let used: i64 = ledger
        .postings
        .iter()
        .filter(|posting| posting.to.location.as_str() == "@production")
        .map(|posting| posting.quantity.units())
        .sum();
    assert_eq!(used, 50 * i64::from(SMALL.per));
}

#[test]
fn sixty_reports_at_once_on_an_order_of_fifty_count_fifty() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "200", SMALL.store);
    let order = people.running(SMALL.product, "50", SMALL.line);
    let bodies = vec![good(&order, SMALL.operation, 1); 60];
    let answers = at_once(&host, &people.operator, "/api/v1/reports", &bodies);
    assert_eq!((statuses(&answers, 201), statuses(&answers, 409)), (50, 10));
    let detail = plant::order(&people.planner, &order);
    assert_eq!(detail.facts.progress[&SMALL.operation].good.to_string(), "50");
    ledger::check(&people.manager);
}

#[test]
fn of_two_issues_of_the_last_piece_exactly_one_wins() {
    let host = Fresh::small();
    let people = People::at(&host);
    let issue = json!({"kind": "issue", "item": SMALL.rare, "from": SMALL.store, "to": SMALL.beside, "quantity": "1"});
    for round in 0..20 {
        people.receive(SMALL.rare, "1", SMALL.store);
        let answers = at_once(&host, &people.storekeeper, "/api/v1/movements", &[issue.clone(), issue.clone()]);
        assert_eq!(statuses(&answers, 201), 1, "round {round}: {answers:?}");
        for loser in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(loser.unmet(409, "refused"), ["stock.short"]);
        }
    }
    ledger::check(&people.manager);
}

#[test]
fn of_two_dispatches_that_need_the_same_material_exactly_one_reserves_it() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, &(10 * SMALL.per).to_string(), SMALL.store);
    let free = plant::available(&people.manager, SMALL.material) / i64::from(SMALL.per);
    let orders: Vec<_> = (0..2).map(|_| people.create(SMALL.product, &free.to_string(), SMALL.line)).collect();
    for order in &orders {
        plant::act(&people.planner, order, "submit", json!({})).ok();
        plant::act(&people.manager, order, "approve", json!({})).ok();
    }
    let start = Barrier::new(2);
    let answers: Vec<_> = thread::scope(|scope| {
        let dispatch = |order| {
            let (client, start) = (people.planner.at(&host.base), &start);
            move || {
                start.wait();
                plant::act(&client, order, "dispatch", json!({}))
            }
        };
        let threads: Vec<_> = orders.iter().map(|order| scope.spawn(dispatch(order))).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).collect()
    });
    assert_eq!(answers.iter().filter(|answer| (200..300).contains(&answer.status)).count(), 1, "{answers:?}");
    ledger::check(&people.manager);
}
