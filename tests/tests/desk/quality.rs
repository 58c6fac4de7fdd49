//! Quality from end to end: a plan is made in the editor, the phone inspects by it, what fails becomes a nonconformance,
//! and the manager accepts it by a signature.

use serde_json::json;
use takt_api::Page;
use takt_api::quality::{NonconformanceRow, PlanDocument};
use takt_domain::quality::Sampling;
use takt_domain::quality::nonconformance::Verdict;
use takt_tests::host::Fresh;
use takt_tests::plant::{PIN, People, SMALL};
use takt_tests::wait::until;

use super::Screen;

#[test]
fn a_plan_is_made_the_phone_inspects_by_it_and_what_fails_is_accepted_by_a_signature() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "5", SMALL.line);

    let mut desk = Screen::desk(&host, "inspector", "quality");
    desk.browser.read("还没有检验计划");
    desk.browser.press("新建检验计划");
    desk.types("计划编号", "patrol");
    desk.types("计划名称", "压装巡检");
    desk.browser.press("巡检");
    desk.browser.press("按工单数量");
    desk.types("每多少件取 1 件样品", "5");
    desk.types("中文名", "长度");
    desk.types("英文名", "Length");
    desk.types("上限", "9.9");
    desk.types("下限", "10.1");
    desk.browser.press("保存");
    desk.browser.read("“长度”的上限低于下限");
    desk.types("上限", "10.1");
    desk.types("下限", "9.9");
    desk.types("单位", "mm");
    desk.browser.press("添加项目");
    desk.types("中文名", "外观");
    desk.types("英文名", "Length");
    desk.browser.tap("dialog .step-card + .step-card .options .option:nth-child(2)");
    desk.browser.press("保存");
    desk.browser.read("编号重复:length");
    desk.types("项目编号(空则取自英文名)", "look");
    desk.look("plan-editor");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    let plan =
        |client: &takt_tests::client::Client| client.get("/api/v1/inspection-plans/patrol").ok().json::<PlanDocument>();
    let made = plan(&people.inspector);
    assert_eq!(made.plan.sampling, Sampling::Quantity { per: 5 });
    let ids = |document: &PlanDocument| {
        document.plan.characteristics.iter().map(|known| (known.id.clone(), known.label.en.clone())).collect::<Vec<_>>()
    };
    let named = |id: &str, en: &str| (id.to_owned(), en.to_owned());
    assert_eq!(ids(&made), [named("length", "Length"), named("look", "Length")]);
    // Opened and saved again it is what it was, but for what was changed.
    desk.browser.press("压装巡检");
    desk.types("计划名称", "压装巡检(二)");
    desk.browser.press("保存");
    desk.browser.read("压装巡检(二)");
    let again = plan(&people.inspector);
    assert_eq!((again.version, again.plan.sampling, ids(&again)), (2, made.plan.sampling, ids(&made)));

    let mut phone = Screen::phone(&host, "inspector", &order);
    phone.browser.press("巡检");
    phone.browser.fill("dialog input[inputmode=decimal]", "10.4");
    phone.browser.read("9.9 – 10.1 mm");
    phone.browser.tap("dialog .options .option:first-child");
    phone.look("inspection-in-process");
    phone.browser.press("检验结果");
    phone.browser.read("检验不合格");

    desk.goes("inspections");
    desk.browser.press("压装巡检");
    desk.browser.read("10.4 mm (9.9 – 10.1)");
    desk.look("inspection");

    let mut manager = Screen::desk(&host, "manager", "nonconformances");
    manager.browser.read("待处置");
    manager.browser.press("NC-000001");
    manager.browser.press("让步接收");
    manager.browser.fill("dialog textarea", "客户同意放宽");
    manager.types("输入密码签名", PIN);
    manager.look("disposition");
    manager.browser.tap("dialog .submit .primary");
    manager.browser.read("已保存");
    let rows = || people.manager.get("/api/v1/nonconformances").ok().json::<Page<NonconformanceRow>>().rows;
    let closed = until("it is closed", || rows().into_iter().find(|row| row.state == "closed"));
    let disposition = closed.nonconformance.disposition.expect("a disposition");
    assert_eq!((disposition.verdict, disposition.by.as_str()), (Verdict::Accept, "manager"));
    assert!(disposition.signature.is_some(), "signed with the PIN");
}

#[test]
fn a_photo_of_a_nonconformance_is_seen_small_and_opens_whole() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "5", SMALL.line);
    // One red pixel.
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
    let photo: serde_json::Value = people.inspector.post("/api/v1/photos", json!({"data": png})).ok().json();
    let body = json!({"order": order, "quantity": "1", "what": "划伤", "photo": photo["id"]});
    people.inspector.post("/api/v1/nonconformances", body).ok();
    let mut desk = Screen::desk(&host, "inspector", "nonconformances");
    desk.browser.press("NC-000001");
    desk.browser.see("dialog .thumb img");
    desk.browser.press("查看照片");
    desk.browser.see("dialog img.photo");
    until("the picture is there", || {
        let drawn = desk.browser.eval("document.querySelector('dialog img.photo').naturalWidth");
        (drawn == json!(1)).then_some(())
    });
    desk.look("photo");
}
