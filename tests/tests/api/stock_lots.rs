//! Lots over HTTP: from the receipt to the pick, kept back and released, split and merged.

use serde_json::{Value, json};
use takt_api::lots::{LotDetail, LotSettings};
use takt_api::stock::{ItemStock, PickProposal};
use takt_domain::lot::LotState;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL};

#[test]
fn a_lot_is_received_picked_kept_back_and_released_with_the_pin() {
    let host = Fresh::small();
    let people = People::at(&host);
    let item = SMALL.material;
    for (lot, expires) in [("LATE", "2999-06-30"), ("EARLY/1", "2999-01-31"), ("OVER", "2020-01-31")] {
        let body = json!({"kind": "receipt", "item": item, "lot": lot, "to": SMALL.store, "quantity": "10", "expires": expires});
        people.storekeeper.post("/api/v1/movements", body).ok();
    }
    let pick = || -> PickProposal {
        people.operator.get(&format!("/api/v1/stock/{item}/pick?quantity=15&location={}", SMALL.store)).ok().json()
    };
    let lots = |found: PickProposal| found.take.into_iter().map(|one| one.lot).collect::<Vec<_>>();
    assert_eq!(lots(pick()), ["EARLY/1", "LATE"]);
    let stock: ItemStock = people.operator.get(&format!("/api/v1/stock/{item}?lot=OVER")).ok().json();
    assert_eq!((stock.available.units(), stock.expired.map(|quantity| quantity.units())), (0, Some(10)));

    let path = format!("/api/v1/lots/{item}/EARLY%2F1");
    let state = format!("{path}/state");
    people.storekeeper.post(&state, json!({"act": "quarantine", "reason": "smells"})).ok();
    assert_eq!(lots(pick()), ["LATE", ""], "what never expires comes last");
    let issue = json!({"kind": "issue", "item": item, "lot": "EARLY/1", "from": SMALL.store, "to": SMALL.beside, "quantity": "1"});
    assert_eq!(people.storekeeper.post("/api/v1/movements", issue.clone()).unmet(409, "refused"), ["lot.quarantine"]);
    let release = json!({"act": "release", "reason": "looked at it"});
    assert_eq!(people.inspector.post(&state, release.clone()).unmet(409, "refused"), ["signature.missing"]);
    people.inspector.post_signed(&state, &release).ok();
    people.storekeeper.post("/api/v1/movements", issue).ok();
    let found: LotDetail = people.operator.get(&path).ok().json();
    assert_eq!((found.row.lot.state, found.row.on_hand.units(), found.places.len()), (LotState::Free, 10, 2));

    let split = json!({"item": item, "lot": "EARLY/1", "location": SMALL.store, "quantity": "4", "into": "PART"});
    people.storekeeper.post("/api/v1/lots/split", split).ok();
    let merge = json!({"item": item, "parts": [{"lot": "PART", "location": SMALL.store}], "into": "LATE"});
    people.storekeeper.post("/api/v1/lots/merge", merge).ok();
    let list = |query: &str| -> Vec<String> {
        let found: Value = people.operator.get(&format!("/api/v1/lots?item={item}{query}")).ok().json();
        let rows = found["rows"].as_array().expect("rows").iter();
        rows.map(|row| format!("{} {}", row["lot"]["number"].as_str().unwrap_or_default(), row["on_hand"])).collect()
    };
    assert_eq!(list("&expires_before=2999-01-31"), ["OVER \"10\""]);
    let all = list("");
    assert!(all.contains(&"LATE \"14\"".to_owned()) && all.contains(&"EARLY/1 \"6\"".to_owned()), "{all:?}");
    assert!(list("&state=blocked").is_empty());
    people.operator.get("/api/v1/lots?state=none").expect_problem(422, "invalid");

    // What became of the parts is told, also of a part of which nothing is left.
    let found: LotDetail = people.operator.get(&path).ok().json();
    assert_eq!((found.children, found.row.on_hand.units()), (vec!["PART".to_owned()], 6));
    let part: LotDetail = people.operator.get(&format!("/api/v1/lots/{item}/PART")).ok().json();
    assert_eq!((part.children, part.row.on_hand.units()), (vec!["LATE".to_owned()], 0));
    let expiry = json!({"expires": "2999-02-28", "reason": "the label says so"});
    people.inspector.post_signed(&format!("{path}/expiry"), &expiry).ok();
    let gone = people.inspector.post_signed(&format!("/api/v1/lots/{item}/PART/expiry"), &expiry);
    assert_eq!(gone.unmet(409, "refused"), ["lot.gone"]);
    let wrong = json!({"expires": "2999-02-30", "reason": "r"});
    people.inspector.post(&format!("{path}/expiry"), wrong).expect_status(400);

    let settings = json!({"version": 0, "warn_days": 30, "reservation_hours": 24});
    let set: LotSettings = people.manager.put("/api/v1/lot-settings", settings.clone()).ok().json();
    assert_eq!((set.version, set.warn_days), (1, 30));
    assert_eq!(people.manager.put("/api/v1/lot-settings", settings).unmet(409, "refused"), ["version.stale"]);
    // What is held for an order says how urgent that is, and until when it is held.
    let order = people.dispatched(SMALL.product, "2", SMALL.line);
    let stock: ItemStock = people.operator.get(&format!("/api/v1/stock/{item}")).ok().json();
    let held: Vec<_> = stock.places.iter().flat_map(|place| &place.held_for).collect();
    assert!(!held.is_empty() && held.iter().all(|one| one.order.as_str() == order), "{held:?}");
    assert!(held.iter().all(|one| one.priority.is_some() && one.until.is_some_and(|at| at > jiff::Timestamp::now())));
    ledger::check(&people.manager);
}
