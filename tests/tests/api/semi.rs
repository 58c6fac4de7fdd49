//! Semi-finished goods over HTTP: routed by an import, made and used by reports, moved between workshops, sent to a supplier,
//! taken back, and frozen while they are counted.

use serde_json::{Value, json};
use takt_api::counts::CountAnswer;
use takt_api::import::OpenedImport;
use takt_api::reports::Report;
use takt_api::stock::ItemStock;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, good};

const ITEMS: &str = "id,name\nBLANK,Blank\nBODY,Body\n";
const PLACES: &str = "id,name,kind\nPAINT,Paint shop,line\n";
const ROUTING: &str = "item,operation,name,makes,workshop,supplier\n\
                       P,10,Cut,BLANK,,\nP,20,Paint,BODY,PAINT,\nP,30,Assemble,,,\n";

fn import(people: &People, files: &[(&str, &str)]) {
    let opened: OpenedImport = people.admin.post("/api/v1/imports", json!({})).ok().json();
    for (n, (file, text)) in files.iter().enumerate() {
        let part = format!("/api/v1/imports/{}/parts/{}", opened.id, n + 1);
        people.admin.put(&part, json!({"file": file, "text": text})).ok();
    }
    people.admin.post(&format!("/api/v1/imports/{}/publish", opened.id), json!({})).ok();
}

fn there(people: &People, item: &str) -> String {
    people.manager.get(&format!("/api/v1/stock/{item}")).ok().json::<ItemStock>().on_hand.to_string()
}

fn report(people: &People, body: Value) -> Report {
    people.operator.post("/api/v1/reports", body).expect_status(201).json()
}

#[test]
fn what_stands_between_operations_is_stock_that_follows_the_reports() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    import(&people, &[("items.csv", ITEMS), ("locations.csv", PLACES), ("routings.csv", ROUTING)]);
    let order = people.running(SMALL.product, "10", SMALL.line);
    report(&people, good(&order, 10, 8));
    assert_eq!(there(&people, "BLANK"), "8");
    let to = json!({
        "kind": "transfer", "item": "BLANK", "quantity": "6", "from": SMALL.beside, "to": "PAINT", "order": order,
    });
    people.storekeeper.post("/api/v1/movements", to).expect_status(201);
    let scrapped = json!({
        "order": order, "operation": 20, "good": "5", "scrap": [{"reason": "drops", "quantity": "1"}],
    });
    let painted = report(&people, scrapped);
    assert_eq!((there(&people, "BLANK"), there(&people, "BODY")), ("2".to_owned(), "5".to_owned()));
    let back = json!({"order": order, "operation": 30, "good": "1", "rework": "2", "rework_to": 20});
    report(&people, back);
    assert_eq!((there(&people, "BLANK"), there(&people, "BODY")), ("4".to_owned(), "2".to_owned()));
    let reversal = |report: &Report| format!("/api/v1/reports/{}/reversal", report.id);
    let refused = people.lead.post(&reversal(&painted), json!({"reason": "miscounted"}));
    assert_eq!(refused.unmet(409, "refused"), ["report.rested_on"]);
    let away =
        json!({"kind": "scrap", "item": "BODY", "quantity": "1", "from": "PAINT", "order": order, "reason": "r"});
    people.storekeeper.post("/api/v1/movements", away).expect_status(201);
    let more = report(&people, good(&order, 20, 2));
    people.lead.post(&reversal(&more), json!({"reason": "miscounted"})).ok();
    assert_eq!((there(&people, "BLANK"), there(&people, "BODY")), ("4".to_owned(), "1".to_owned()));
    ledger::check(&people.manager);
}

#[test]
fn pieces_that_go_to_a_supplier_take_their_stock_along_and_not_from_a_place_that_is_frozen() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let routing = "item,operation,name,makes,supplier\nP,10,Cut,BLANK,\nP,20,Plate,,华强电镀\n";
    import(&people, &[("items.csv", ITEMS), ("routings.csv", routing)]);
    let order = people.running(SMALL.product, "10", SMALL.line);
    report(&people, good(&order, 10, 6));
    let step = |name: &str| format!("/api/v1/orders/{order}/operations/20/{name}");
    let count = json!({"scope": {"locations": [SMALL.beside]}, "mode": "frozen"});
    let count: CountAnswer = people.storekeeper.post("/api/v1/counts", count).ok().json();
    let refused = people.storekeeper.post(&step("send"), json!({"quantity": "4"}));
    assert_eq!(refused.unmet(409, "refused"), ["location.frozen"]);
    people.storekeeper.post(&format!("/api/v1/counts/{}/cancellation", count.id), json!({"reason": "r"})).ok();
    people.storekeeper.post(&step("send"), json!({"quantity": "4"})).ok();
    assert_eq!(there(&people, "BLANK"), "2", "four are out");
    people.storekeeper.post(&step("receive"), json!({"quantity": "3"})).ok();
    assert_eq!(there(&people, "BLANK"), "5");
    report(&people, good(&order, 20, 3));
    assert_eq!(there(&people, "BLANK"), "2");
    ledger::audited(|path| people.admin.get(path).ok().json());
}

#[test]
fn a_routing_whose_semi_finished_goods_cannot_be_is_refused() {
    let host = Fresh::small();
    let people = People::at(&host);
    let opened: OpenedImport = people.admin.post("/api/v1/imports", json!({})).ok().json();
    let text = "item,operation,name,makes,workshop\nP,10,Cut,M,Q1\nP,20,Turn,NONE,NOWHERE\nP,30,Mill,P,\nP,40,End,R,\n";
    let files = [("routings.csv", text)];
    for (n, (file, text)) in files.iter().enumerate() {
        let part = format!("/api/v1/imports/{}/parts/{}", opened.id, n + 1);
        people.admin.put(&part, json!({"file": file, "text": text})).ok();
    }
    let refused = people.admin.post(&format!("/api/v1/imports/{}/publish", opened.id), json!({}));
    let at: Vec<_> = refused.expect_problem(422, "invalid").errors.into_iter().map(|error| error.at).collect();
    let at: Vec<_> = at.iter().map(String::as_str).collect();
    assert_eq!(
        at,
        [
            "routings.csv:2:4",
            "routings.csv:2:5",
            "routings.csv:3:4",
            "routings.csv:3:5",
            "routings.csv:4:4",
            "routings.csv:5:4"
        ]
    );
}
