//! A count from end to end: blind on one phone, counted again on another, approved at the desk with a PIN, and the books
//! are what was counted.

use serde_json::json;
use takt_api::counts::CountAnswer;
use takt_api::stock::ItemStock;
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::plant::{PIN, People, SMALL};
use takt_tests::wait::until;

use super::Screen;

/// Counts the material at the store, as somebody on a phone.
fn counts(host: &Fresh, user: &str, id: &str, quantity: &str, said: &str) {
    let mut phone = Screen::at(Browser::phone(), host, user, &format!("/desk/count/{id}"));
    phone.browser.read("先扫或选库位");
    phone.browser.scan(SMALL.store);
    phone.browser.read("扫物料,或从下面选");
    phone.browser.scan(SMALL.material);
    phone.browser.read("Material");
    for digit in quantity.chars() {
        phone.browser.press(&digit.to_string());
    }
    phone.look(&format!("count-{user}"));
    phone.browser.press("记下,下一个");
    phone.browser.read(said);
}

#[test]
fn a_count_is_made_twice_on_phones_and_booked_at_the_desk_with_a_pin() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let scope = json!({"scope": {"locations": [SMALL.store]}});
    let id = people.storekeeper.post("/api/v1/counts", scope).ok().json::<CountAnswer>().id.to_string();
    counts(&host, "storekeeper", &id, "90", "需另一人复盘");
    counts(&host, "manager", &id, "90", "已盘");

    let mut desk = Screen::desk(&host, "manager", "counts");
    desk.browser.read(&id);
    desk.look("counts");
    desk.goes(&format!("counts/{id}"));
    desk.browser.press("完成盘点");
    desk.browser.read("待审核");
    desk.browser.read("-20");
    desk.look("count-review");
    desk.types("输入密码签名", PIN);
    desk.browser.press("差异过账");
    desk.browser.read("已过账");
    let on_hand = || people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json::<ItemStock>().on_hand;
    until("the books are what was counted", || (on_hand().to_string() == "90").then_some(()));
    desk.goes("counts");
    desk.browser.read("盘点准确率");
    desk.look("counts-booked");
}
