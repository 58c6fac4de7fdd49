//! Trace: a lot is received, consumed, made into goods and shipped; the page shows where each came from and where it went.

use serde_json::{Value, json};
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL, act, good};

use super::Screen;

fn moved(people: &People, body: Value) {
    people.storekeeper.post("/api/v1/movements", body).expect_status(201);
}

/// Material of two lots goes into goods of lot G-1, some of which a customer gets.
fn shipped(people: &People) -> String {
    for (lot, document) in [("LA", "DN-1"), ("LB", "DN-2")] {
        moved(
            people,
            json!({"kind": "receipt", "item": SMALL.material, "lot": lot, "to": SMALL.store, "quantity": "6", "document": document}),
        );
        moved(
            people,
            json!({"kind": "issue", "item": SMALL.material, "lot": lot, "from": SMALL.store, "to": SMALL.beside, "quantity": "5"}),
        );
    }
    let body = json!({"item": SMALL.product, "quantity": "5", "line": SMALL.line, "lot": "G-1"});
    let order = people.planner.post("/api/v1/orders", body).expect_status(201).json::<Value>()["id"].clone();
    let order = order.as_str().expect("a number").to_owned();
    act(&people.planner, &order, "submit", json!({})).ok();
    act(&people.manager, &order, "approve", json!({})).ok();
    act(&people.planner, &order, "dispatch", json!({})).ok();
    people.check_in(SMALL.line);
    act(&people.operator, &order, "start", json!({})).ok();
    act(&people.inspector, &order, "inspect-first-article", json!({"result": "pass"})).ok();
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 5)).expect_status(201);
    act(&people.inspector, &order, "inspect-final", json!({"result": "pass"})).ok();
    act(&people.inspector, &order, "sign", json!({})).ok();
    moved(
        people,
        json!({"kind": "shipment", "item": SMALL.product, "lot": "G-1", "from": "F1", "quantity": "3", "document": "SN-9"}),
    );
    order
}

/// The texts of the boxes of the picture.
fn boxes(screen: &mut Screen) -> Vec<String> {
    let script = "[...document.querySelectorAll('.genealogy .kin title')].map(box => box.textContent)";
    let found = screen.browser.eval(script);
    found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn has(boxes: &[String], part: &str) -> bool {
    boxes.iter().any(|text| text.contains(part))
}

#[test]
fn a_lot_is_traced_both_ways_in_a_picture_and_a_table() {
    let host = Fresh::small();
    let people = People::at(&host);
    let order = shipped(&people);
    let mut desk = Screen::desk(&host, "storekeeper", "trace");
    desk.browser.read("填写物料和批次");
    desk.types("物料", SMALL.material);
    desk.types("批次", "LA");
    desk.browser.press("查询");
    desk.browser.see(".genealogy .kin.start");
    let found = boxes(&mut desk);
    for part in ["DN-1", "LA", order.as_str(), "G-1", "SN-9"] {
        assert!(has(&found, part), "{part} of {found:?}");
    }
    assert!(!has(&found, "DN-2") && !has(&found, "LB"), "the other lot is no place where this one went: {found:?}");
    desk.browser.read("明细");
    desk.look("trace");

    // On from the goods, by a tap: what they were made of, all of it.
    desk.browser.tap(".genealogy a[aria-label*='G-1']");
    desk.browser.see(".genealogy .kin.start.lot");
    takt_tests::wait::until("the picture is that of the goods", || has(&boxes(&mut desk), "DN-2").then_some(()));
    let found = boxes(&mut desk);
    for part in ["DN-1", "DN-2", "LA", "LB", order.as_str(), "SN-9"] {
        assert!(has(&found, part), "{part} of {found:?}");
    }
    desk.look("trace-both");
    desk.goes(&format!("trace?item={}&lot=G-1&direction=from", SMALL.product));
    desk.browser.see(".genealogy");
    assert!(!has(&boxes(&mut desk), "SN-9"), "only where it came from");

    desk.goes("trace?item=M&lot=none");
    desk.browser.see(".fault[role=alert]");
    desk.goes(&format!("trail/{}", SMALL.material));
    desk.browser.press("批次追溯");
}

#[test]
fn the_picture_scrolls_by_itself_on_a_phone() {
    let host = Fresh::small();
    let people = People::at(&host);
    shipped(&people);
    let path = format!("/desk/trace?item={}&lot=G-1", SMALL.product);
    let mut phone = Screen::at(Browser::phone(), &host, "storekeeper", &path);
    phone.browser.see(".genealogy .kin.start");
    let sideways = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    assert_eq!(phone.browser.eval(sideways), json!(true), "the page itself does not go sideways");
    let inside = "(() => { const start = document.querySelector('.kin.start').getBoundingClientRect(); \
                  return start.left >= 0 && start.right <= innerWidth })()";
    assert_eq!(phone.browser.eval(inside), json!(true), "what was asked about is seen");
    phone.look("trace-phone");
}
