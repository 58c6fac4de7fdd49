//! A count from end to end: begun at the desk, blind on one phone, counted again on another, approved with a PIN, and the
//! books are what was counted.

use takt_api::Page;
use takt_api::counts::CountRow;
use takt_api::stock::ItemStock;
use takt_domain::count::CountState;
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{PIN, People, SMALL};
use takt_tests::wait::until;

use super::Screen;

/// Counts the material at the store, as somebody on a phone with a scanner.
fn counts(phone: &mut Screen, quantity: &str) {
    // The only place where it is to be counted is chosen with it.
    phone.browser.see("section.card .lead");
    phone.browser.read(SMALL.store);
    phone.browser.scan("6901234567892");
    phone.browser.read("另处又找到");
    for digit in quantity.chars() {
        phone.browser.press(&digit.to_string());
    }
    phone.browser.press("记下,下一个");
}

#[test]
fn a_count_is_begun_at_the_desk_made_twice_blind_and_booked_with_a_pin() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);

    let mut keeper = Screen::desk(&host, "storekeeper", "counts");
    keeper.browser.read("新建盘点");
    keeper.chooses("库位", SMALL.store);
    keeper.browser.press("开始盘点");
    keeper.browser.read("完成盘点");
    let rows = || people.manager.get("/api/v1/counts").ok().json::<Page<CountRow>>().rows;
    let id = until("the count has begun", || rows().first().map(|row| row.count.id.to_string()));

    let mut phone = Screen::at(Browser::phone(), &host, "storekeeper", &format!("/desk/count/{id}"));
    phone.browser.read("先扫或选库位");
    counts(&mut phone, "90");
    phone.browser.read("需另一人复盘");
    phone.look("count-blind");
    let shown = phone.browser.eval("document.body.innerText").to_string();
    assert!(!shown.contains("110") && !shown.contains("-20"), "who counts is not told what the books have: {shown}");
    counts(&mut phone, "91");
    phone.browser.read("复盘要由另一个人来做");
    assert_eq!(rows()[0].count.state, CountState::Open);

    keeper.goes(&format!("counts/{id}"));
    keeper.browser.press("完成盘点");
    keeper.browser.read("还有 1 行需要另一个人复盘");
    // The refusal is what this was about.
    keeper.browser.complaints.clear();
    let mut other = Screen::at(Browser::phone(), &host, "manager", &format!("/desk/count/{id}"));
    counts(&mut other, "90");
    other.browser.read("已盘");

    keeper.browser.press("完成盘点");
    keeper.browser.read("待审核");
    keeper.look("count-finished");

    let mut desk = Screen::desk(&host, "manager", &format!("counts/{id}"));
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
    ledger::audited(|path| people.admin.get(path).ok().json());
}
