//! Purchase and sales through the pages: ordered, received, inspected and put away; ordered, picked and shipped.

use serde_json::json;
use takt_api::supply::DocumentRow;
use takt_domain::document::DocumentState;
use takt_tests::browser::Browser;
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, available};
use takt_tests::wait::until;

use super::Screen;

fn document(client: &Client, path: &str) -> DocumentRow {
    client.get(path).ok().json()
}

/// A new order of one line, made at its page.
fn order(desk: &mut Screen, partner: (&str, &str), item: &str, quantity: &str) {
    desk.browser.press("新建订单");
    desk.types(partner.0, partner.1);
    desk.types("物料", item);
    desk.types("数量", quantity);
    desk.browser.press("保存");
    desk.browser.read("已保存");
    desk.browser.read(partner.1);
}

#[test]
fn what_is_ordered_is_received_inspected_and_put_away_through_the_pages() {
    let host = Fresh::small();
    let people = People::at(&host);
    let look = json!({"id": "look", "label": {"zh": "外观", "en": "look"}, "measure": {"kind": "yes_no"}});
    let plan = json!({"version": 0, "plan": {"id": "in", "name": "来料", "item": SMALL.material, "kind": "incoming",
        "sampling": {"by": "fixed", "count": 1}, "characteristics": [look]}});
    people.inspector.put("/api/v1/inspection-plans/in", plan).expect_status(201);

    let mut planner = Screen::desk(&host, "planner", "purchase");
    order(&mut planner, ("供应商", "华强电子"), SMALL.material, "40");
    planner.look("purchase");

    let mut keeper = Screen::at(Browser::phone(), &host, "storekeeper", "/desk/receive");
    keeper.browser.read("华强电子");
    keeper.browser.press("Material");
    keeper.types("数量", "30");
    keeper.look("receive");
    keeper.browser.tap("dialog .submit .primary");
    keeper.browser.read("已记账");
    keeper.browser.read("待收 10");

    let mut inspector = Screen::at(Browser::phone(), &host, "inspector", "/desk/put-away");
    inspector.browser.press("Material");
    inspector.browser.press("合格");
    inspector.look("incoming-inspection");
    inspector.browser.press("保存");
    inspector.browser.read("上架");

    keeper.browser.open(&format!("{}/desk/put-away", host.base));
    keeper.browser.press("Material");
    keeper.look("put-away");
    keeper.browser.tap("dialog .submit .primary");
    keeper.browser.read("没有待上架或待检的来料");
    let path = "/api/v1/purchase-orders/PO-000001";
    let row = until("it is put away", || {
        let row = document(&people.planner, path);
        (row.progress[0].progress.put_away.to_string() == "30").then_some(row)
    });
    assert_eq!((row.document.state, row.progress[0].progress.open.to_string()), (DocumentState::Open, "10".to_owned()));
    assert_eq!(available(&people.storekeeper, SMALL.material), 40, "ten were there before");

    // A delivery that is not well is to be decided on, here and among the nonconformances.
    let rest = json!({
        "kind": "receipt", "item": SMALL.material, "quantity": "10", "to": "Q1",
        "line": {"kind": "purchase", "document": "PO-000001", "line": 10},
    });
    people.storekeeper.post("/api/v1/movements", rest).expect_status(201);
    inspector.browser.open(&format!("{}/desk/put-away", host.base));
    inspector.browser.press("Material");
    inspector.browser.press("不合格");
    inspector.browser.press("保存");
    inspector.browser.open(&format!("{}/desk/nonconformances", host.base));
    inspector.browser.press("NC-000001");
    inspector.browser.fill("dialog textarea", "划伤");
    inspector.look("delivery-disposition");
    inspector.browser.tap("dialog .submit .primary");
    until("it is sent back", || {
        let row = document(&people.planner, path);
        (row.progress[0].progress.returned.to_string() == "10").then_some(())
    });
    ledger::audited(|path| people.admin.get(path).ok().json());
}

#[test]
fn what_a_customer_orders_is_picked_and_shipped_through_the_pages() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.product, "12", "F1");
    let mut planner = Screen::desk(&host, "planner", "sales");
    order(&mut planner, ("客户", "启明科技"), SMALL.product, "8");

    let mut keeper = Screen::at(Browser::phone(), &host, "storekeeper", "/desk/ship");
    keeper.browser.press("启明科技");
    keeper.browser.read("待拣");
    keeper.browser.press("Product");
    keeper.types("数量", "5");
    keeper.browser.tap("dialog .submit .primary");
    keeper.browser.read("已拣待发");
    keeper.browser.read("3 pcs");
    keeper.look("ship");
    let path = "/api/v1/sales-orders/SO-000001";
    let picked = until("five are picked", || {
        let row = document(&people.planner, path);
        (row.progress[0].progress.picked.to_string() == "5").then_some(row)
    });
    assert_eq!(picked.progress[0].progress.shipped.to_string(), "0");
    keeper.browser.tap("main .rows .plain-row");
    keeper.browser.read("出库");
    keeper.browser.tap("dialog .submit .primary");
    until("they are shipped", || {
        let row = document(&people.planner, path);
        (row.progress[0].progress.shipped.to_string() == "5").then_some(())
    });
    assert_eq!(available(&people.storekeeper, SMALL.product), 7);
    planner.goes("sales");
    planner.browser.press("SO-000001");
    planner.browser.read("已发 5");
    planner.look("sales");
    ledger::audited(|path| people.admin.get(path).ok().json());
}
