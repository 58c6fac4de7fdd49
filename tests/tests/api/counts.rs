//! Counts over HTTP: blind on the phone, recount, approval with a signature, frozen locations, a counted list.

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::counts::{CountAnswer, CountRow, DueList, LineAnswer, LineRow, ListAnswer, Sheet, SinceLast};
use takt_api::stock::ItemStock;
use takt_domain::ledger::MovementKind;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, good};

fn begin(people: &People, body: Value) -> String {
    people.storekeeper.post("/api/v1/counts", body).ok().json::<CountAnswer>().id.to_string()
}

fn line(quantity: &str) -> Value {
    json!({"location": SMALL.store, "item": SMALL.material, "quantity": quantity})
}

fn on_hand(people: &People) -> String {
    people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json::<ItemStock>().on_hand.to_string()
}

#[test]
fn a_blind_count_is_recounted_approved_with_a_signature_and_booked() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let id = begin(&people, json!({"scope": {"locations": [SMALL.store]}}));
    let at = |end: &str| format!("/api/v1/counts/{id}{end}");
    let sheet = people.storekeeper.get(&at("/sheet")).ok();
    let text = sheet.text();
    assert!(!text.contains("110") && !text.contains("\"book\""), "the sheet is blind: {text}");
    let sheet: Sheet = sheet.json();
    assert_eq!(sheet.rows.len(), 1);
    let first = people.storekeeper.post(&at("/lines"), line("90")).ok();
    assert!(!first.text().contains("110"), "the answer is blind");
    assert_eq!(first.json::<LineAnswer>().state, "recount");
    people.storekeeper.post(&at("/lines"), line("90")).expect_problem(409, "refused");
    let hidden: Page<LineRow> = people.storekeeper.get(&at("/lines")).ok().json();
    assert_eq!(hidden.rows.len(), 0, "who counts sees no books while it is open");
    people.operator.post(&at("/lines"), line("90")).expect_problem(403, "forbidden");
    assert_eq!(people.manager.post(&at("/lines"), line("90")).ok().json::<LineAnswer>().state, "agreed");
    people.storekeeper.post(&at("/finish"), json!({})).ok();
    let lines: Page<LineRow> = people.storekeeper.get(&at("/lines?different=true")).ok().json();
    assert_eq!(lines.rows[0].difference.to_string(), "-20");
    let query = format!("/movements?location={}&item={}", SMALL.store, SMALL.material);
    let since: SinceLast = people.manager.get(&at(&query)).ok().json();
    assert_eq!(since.rows.len(), 2, "the opening and the receipt");
    assert!(since.counted_at.is_none());
    let row: CountRow = people.manager.get(&at("")).ok().json();
    assert_eq!(row.needs_approval, Some(true));
    let unmet = people.manager.post(&at("/posting"), json!({})).unmet(409, "refused");
    assert_eq!(unmet, ["signature.missing"]);
    assert_eq!(on_hand(&people), "110");
    let posted = people.manager.post_signed(&at("/posting"), &json!({"reason": "found out"})).ok();
    assert_eq!(posted.json::<CountAnswer>().state, "posted");
    assert_eq!(on_hand(&people), "90");
    let adjusted = format!("/api/v1/movements?kind={}", MovementKind::Adjust.as_str());
    let adjusted: Value = people.manager.get(&adjusted).ok().json();
    assert_eq!(adjusted["rows"][0]["document"], json!(id));
    ledger::audited(|path| people.admin.get(path).ok().json());
}

#[test]
fn a_frozen_location_refuses_movements_and_never_reports() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    let id = begin(&people, json!({"scope": {"all": true}, "mode": "frozen"}));
    let receipt = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1"});
    let refused = people.storekeeper.post("/api/v1/movements", receipt.clone());
    assert!(refused.text().contains(&id), "the remedy names the count: {}", refused.text());
    assert_eq!(refused.unmet(409, "refused"), ["location.frozen"]);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1)).ok();
    people.storekeeper.post(&format!("/api/v1/counts/{id}/cancellation"), json!({"reason": "no time"})).ok();
    people.storekeeper.post("/api/v1/movements", receipt).ok();
    ledger::audited(|path| people.admin.get(path).ok().json());
}

#[test]
fn a_counted_list_is_entered_whole_or_not_at_all() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.product, "5", SMALL.store);
    let id = begin(&people, json!({"scope": {"all": true}}));
    let at = |end: &str| format!("/api/v1/counts/{id}{end}");
    let send = |text: &str, absent: &str| {
        people.storekeeper.put(&at("/list/1"), json!({"text": text})).ok();
        people.storekeeper.post(&at("/list"), json!({"parts": 1, "absent": absent}))
    };
    let wrong = send("location,item,quantity\nS1,M,10\nS1,GHOST,2\nNOWHERE,M,1\nS1,W,1.2345\n", "leave");
    let problem = wrong.expect_problem(422, "invalid");
    let places: Vec<_> = problem.errors.iter().map(|error| error.at.clone()).collect();
    assert_eq!(places, ["balances.csv:3:2", "balances.csv:4:1", "balances.csv:5:3"]);
    let lines: Page<LineRow> = people.manager.get(&at("/lines")).ok().json();
    assert_eq!(lines.rows.len(), 0, "nothing was entered");
    let entered: ListAnswer = send("location,item,quantity\nS1,M,10\nS1,W,1.234\n", "zero").ok().json();
    assert_eq!((entered.rows, entered.recounts), (3, 2), "the five products are not on the list");
}

#[test]
fn what_is_due_is_started_with_one_call() {
    let host = Fresh::small();
    let people = People::at(&host);
    let due: DueList = people.storekeeper.get("/api/v1/counts/due").ok().json();
    assert_eq!(due.rows.len(), 1, "{due:?}");
    begin(&people, json!({"due": true}));
    let due: DueList = people.storekeeper.get("/api/v1/counts/due").ok().json();
    assert_eq!(due.rows.len(), 0);
    people.storekeeper.post("/api/v1/counts", json!({"due": true})).expect_problem(422, "invalid");
    people.storekeeper.post("/api/v1/counts", json!({"scope": {}})).expect_problem(422, "invalid");
}
