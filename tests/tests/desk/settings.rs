//! The settings of quality and of exceptions: for those who may, and in words for those who may not.

use takt_api::exceptions::ExceptionSettingsDocument;
use takt_api::quality::QualitySettingsDocument;
use takt_api::stock::ItemStock;
use takt_domain::order::Priority;
use takt_domain::permission::Role;
use takt_domain::watch::WatchSettings;
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

use super::Screen;

#[test]
fn a_plant_chooses_what_a_failed_first_article_closes() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Screen::desk(&host, "inspector", "quality-settings");
    desk.browser.press("停止报工,直到再次合格");
    desk.look("quality-settings");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    let document: QualitySettingsDocument = people.operator.get("/api/v1/quality-settings").ok().json();
    assert!(document.settings.first_article_failure_closes && document.version == 1, "{document:?}");
}

#[test]
fn a_manager_sets_types_and_levels_of_exceptions_and_others_are_told_who_may() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Screen::desk(&host, "manager", "exception-settings");
    desk.browser.press("加一个类型");
    desk.types("编号", "Tool!");
    desk.types("中文名", "工装");
    desk.types("英文名", "tooling");
    desk.browser.press("保存");
    desk.browser.read("编号用小写字母、数字和下划线");
    desk.types("编号", "tooling");
    desk.types("上报后(分钟)", "5");
    desk.browser.press("保存");
    desk.browser.read("每一级都比上一级晚");
    desk.types("上报后(分钟)", "45");
    desk.look("exception-settings");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    let document = until("they are saved", || {
        let document: ExceptionSettingsDocument = people.operator.get("/api/v1/exception-settings").ok().json();
        (document.version == 1).then_some(document)
    });
    let settings = document.settings;
    assert_eq!(settings.types.last().map(|kind| kind.label.zh.as_str()), Some("工装"));
    assert_eq!(
        (settings.levels[2].after_s, settings.levels[2].roles.as_slice()),
        (45 * 60, &[Role::Administrator][..])
    );

    // The inspector has no such page in the navigation, and its address says who may.
    let mut other = Screen::desk(&host, "inspector", "exception-settings");
    other.browser.read("您没有“设置异常类型”权限");
    other.browser.read("经理");
    other.look("not-allowed");
}

#[test]
fn whoever_says_how_much_is_to_be_there_is_told_where_there_is_less() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Screen::desk(&host, "storekeeper", "units");
    let row = format!("{} ·", SMALL.material);
    desk.browser.press(&row);
    desk.types("最低库存(pcs)", "-5");
    desk.browser.press("保存最低库存");
    desk.browser.read("请填大于 0 的数字");
    desk.types("最低库存(pcs)", "12");
    desk.look("minimum");
    desk.browser.press("保存最低库存");
    desk.browser.read("最低 12 pcs");
    desk.goes("alerts");
    desk.browser.read("可用 10 pcs,低于最低库存 12 pcs");
    desk.look("minimum-alert");
    let mut phone = Screen::at(Browser::phone(), &host, "storekeeper", &format!("/stock/{}", SMALL.material));
    phone.browser.read("不足");
    phone.look("minimum-stock");
    people.receive(SMALL.material, "2", SMALL.store);
    until("there is enough", || {
        let stock: ItemStock = people.storekeeper.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
        (stock.minimum == Some(stock.available)).then_some(())
    });
}

#[test]
fn limits_are_set_for_a_state_and_for_one_priority_in_it() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Screen::desk(&host, "manager", "watch");
    desk.browser.fill("[data-state=approved] label:nth-of-type(1) input", "120");
    desk.browser.fill("[data-state=approved] label:nth-of-type(2) input", "15");
    desk.look("watch");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    let settings: WatchSettings = people.operator.get("/api/v1/watch").ok().json();
    let limits: Vec<_> = settings.limits.iter().map(|limit| (limit.priority, limit.limit_min)).collect();
    assert_eq!(limits, [(None, 120), (Some(Priority::Urgent), 15)]);
    // What is shown again is what was set, and an empty field takes its limit away.
    desk.goes("watch");
    desk.browser.fill("[data-state=approved] label:nth-of-type(1) input", "");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    until("one limit is left", || {
        let settings: WatchSettings = people.operator.get("/api/v1/watch").ok().json();
        (settings.limits.len() == 1 && settings.limits[0].priority == Some(Priority::Urgent)).then_some(())
    });
}
