//! A user's story, timed: somebody at the desk makes an inspection item, the operator's phone shows it without being
//! loaded anew, it is filled in, and it stands in the export.

use std::time::{Duration, Instant};

use serde_json::json;
use takt_api::Page;
use takt_api::reports::Report;
use takt_tests::browser::Browser;
use takt_tests::host::{Folder, Fresh, Host, run_well};
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, good};

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

#[test]
fn a_field_of_one_operation_is_asked_for_at_that_operation_alone() {
    let data = Folder::copy_of(Fresh::small_template());
    let more = Folder::new();
    let routing = "item,operation,name,tolerance_percent,crew_min\nP,10,Assemble,0,1\nP,20,Test,0,1\n";
    std::fs::write(more.path().join("routings.csv"), routing).expect("a folder of one's own is writable");
    let path = |folder: &Folder| folder.path().display().to_string();
    run_well(&["import", &path(&more), "--data", &path(&data)], &[]);
    let host = Host::start(data.path());
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, 10, 5)).ok();

    let mut desk = Browser::desk();
    desk.sign_in(&format!("{}/desk", host.base), "manager");
    desk.see("nav.side");
    desk.press("表单与报表列");
    desk.press("新字段");
    desk.fill("input[name=zh]", "测试电压");
    desk.fill("input[name=en]", "Test voltage");
    desk.fill("input[name=operations]", "20 x");
    desk.press("必填");
    desk.press("保存表单");
    desk.see("input[name=operations][aria-invalid=true]");
    desk.fill("input[name=operations]", "20");
    desk.look("fields-operation");
    desk.press("保存表单");
    desk.read("已保存");

    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "operator");
    phone.press("工单");
    phone.press(&order);
    phone.press("报工");
    phone.tap("[aria-label=工序] .option:nth-child(1)");
    phone.press("1");
    assert_eq!(phone.eval("document.querySelector('input[name=test_voltage]')"), json!(null), "not at 10");
    phone.tap("[aria-label=工序] .option:nth-child(2)");
    phone.see("input[name=test_voltage]");
    phone.press("记账");
    phone.read("必填");
    phone.fill("input[name=test_voltage]", "5.1");
    phone.look("fields-of-20");
    phone.press("记账");
    phone.read("已报工");
    let reports: Page<Report> = people.operator.get(&format!("/api/v1/reports?order={order}")).ok().json();
    let kept = reports.rows.iter().find(|row| row.report.operation == 20).expect("it was reported");
    assert_eq!(kept.report.custom["test_voltage"], "5.1", "{kept:?}");
    // Another operation has no such field, and the interface says so.
    let body = json!({"order": order, "operation": 10, "good": "1", "custom": {"test_voltage": "5"}});
    people.operator.post("/api/v1/reports", body).expect_problem(422, "invalid");
}
