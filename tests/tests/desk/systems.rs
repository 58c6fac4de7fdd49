//! The administrator's page of connected systems: one is connected, gets a token, delivers late, and is cut off.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use takt_api::Page;
use takt_api::webhooks::Contact;
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

use super::Screen;

#[test]
fn a_system_is_connected_delivers_late_is_marked_and_is_cut_off() {
    let host = Fresh::small();
    let people = People::at(&host);
    let webhook = json!({
        "version": 0, "name": "MES", "channel": "generic", "url": "http://127.0.0.1:9", "events": ["*"], "enabled": false,
    });
    people.admin.put("/api/v1/webhooks/mes", webhook).ok();
    let mut desk = Screen::at(Browser::desk(), &host, "admin", "/desk/systems");
    desk.browser.read("还没有接入系统");
    desk.browser.read("MES");
    desk.look("systems-empty");
    let reference = host.client().get("/reference.html").ok();
    assert!(reference.text().contains("id=\"bulkItems\""));
    desk.browser.press("接入新系统");
    desk.types("编号(小写字母、数字、横线)", "wms");
    desk.types("名称", "立库 WMS");
    desk.browser.press("秤、立库、WMS");
    desk.look("system-new");
    desk.browser.press("保存");
    desk.browser.read("没有有效令牌,新建一个给对方");
    desk.browser.press("新建令牌");
    desk.browser.read("令牌只显示这一次");
    let token = desk.browser.eval("document.querySelector('[data-token]').textContent");
    let wms = host.client().with_token(token.as_str().expect("a token"));
    desk.look("system-token");

    let happened = Timestamp::now() - SignedDuration::from_hours(3);
    let row = json!({
        "kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1", "occurred_at": happened,
    });
    wms.post("/api/v1/bulk/movements", json!({"rows": vec![row; 8]})).ok();
    desk.browser.read("成批迟到");
    desk.browser.read("对方在攒批");
    desk.look("system-late");
    desk.browser.press("作废");
    desk.browser.read("已作废");
    until("the token works no more", || (wms.get("/api/v1/stock").status == 401).then_some(()));
    desk.browser.read("没有有效令牌,新建一个给对方");
}

#[test]
fn the_number_by_which_somebody_is_called_is_set_on_the_page_of_users() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Screen::at(Browser::desk(), &host, "admin", "/desk/users");
    desk.browser.press("planner");
    desk.types("电话(群里 @、短信通知)", "+86138");
    desk.look("user-phone");
    desk.browser.press("保存电话");
    desk.browser.read("已保存");
    desk.types("电话(群里 @、短信通知)", "call me");
    desk.browser.press("保存电话");
    desk.browser.read("应为 5 到 15 位数字");
    desk.browser.complaints.clear();
    let known: Page<Contact> = people.admin.get("/api/v1/contacts").ok().json();
    assert_eq!((known.rows[0].user.as_str(), known.rows[0].phone.as_str()), ("planner", "+86138"));
}
