//! A user's story, timed: somebody at the desk makes an inspection item, the operator's phone shows it without being
//! loaded anew, it is filled in, and it stands in the export.

use std::time::{Duration, Instant};

use serde_json::json;
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL};

/// How soon a phone must show what was saved.
const SOON: Duration = Duration::from_secs(60);

#[test]
fn a_new_inspection_item_is_on_the_phone_within_a_minute_and_in_the_export() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);

    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "operator");
    phone.press("工单");
    phone.press(&order);
    phone.press("报工");
    phone.read("记账");

    let mut desk = Browser::desk();
    desk.sign_in(&format!("{}/desk", host.base), "manager");
    desk.see("nav.side");
    let begun = Instant::now();
    desk.press("表单与报表列");
    desk.press("新字段");
    desk.fill("input[name=zh]", "烙铁温度");
    desk.fill("input[name=en]", "Iron temperature");
    desk.fill("input[name=min]", "380");
    desk.fill("input[name=max]", "320");
    desk.fill("input[name=unit]", "°C");
    desk.press("检验项");
    desk.press("保存表单");
    desk.read("上限低于下限");
    desk.fill("input[name=min]", "320");
    desk.fill("input[name=max]", "380");
    desk.read("标准 320 – 380 °C");
    desk.look("fields-editor");
    desk.press("保存表单");
    desk.read("已保存");
    let saved = Instant::now();

    // Nobody touches the phone meanwhile.
    phone.see("input[name=iron_temperature]");
    let seen = saved.elapsed();
    assert!(seen < SOON, "on the phone after {seen:?}");
    phone.fill("input[name=iron_temperature]", "hot");
    phone.press("2");
    phone.press("记账");
    phone.read("请填数字");
    phone.fill("input[name=iron_temperature]", "391");
    phone.read("不合格");
    phone.look("fields-report");
    phone.press("记账");
    phone.read("已报工");

    desk.press("报工报表列");
    desk.read("391.0");
    desk.read("不合格");
    desk.look("fields-columns");
    let csv = people
        .manager
        .get(&format!("/api/v1/reports.csv?order={order}&columns=custom.iron_temperature,check.iron_temperature"))
        .ok();
    assert_eq!(csv.text(), "Iron temperature,Iron temperature result\r\n391.0,fail\r\n");
    let whole = begun.elapsed();
    println!("saved to seen on the phone: {:.1} s; the whole story: {:.1} s", seen.as_secs_f32(), whole.as_secs_f32());
    people.manager.put("/api/v1/columns/reports", json!({"version": 0, "columns": ["order"]})).ok();
    ledger::check(&people.manager);
}
