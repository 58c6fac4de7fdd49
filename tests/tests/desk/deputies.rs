//! Deputies: one is named for oneself, or for anybody by those who manage users, and signs in that person's stead.

use jiff::{ToSpan, Zoned};
use takt_api::flows::Delegations;
use takt_tests::host::Fresh;
use takt_tests::plant::People;
use takt_tests::wait::until;

use super::Screen;

#[test]
fn one_names_a_deputy_for_oneself_and_whoever_manages_users_for_others() {
    let host = Fresh::small();
    let people = People::at(&host);
    let rows = || people.manager.get("/api/v1/delegations").ok().json::<Delegations>().rows;
    let mut desk = Screen::desk(&host, "lead", "deputies");
    desk.browser.read("现在没有人由别人代签");
    desk.browser.press("指定代理人");
    desk.types("由谁代理(账号)", "nobody");
    desk.browser.press("保存");
    desk.browser.read("请填写:到");
    let tomorrow = Zoned::now().saturating_add(1.day()).strftime("%Y-%m-%dT%H:%M").to_string();
    desk.types("到", &tomorrow);
    desk.browser.press("保存");
    desk.browser.see("dialog .fault");
    assert_eq!(rows(), []);
    // The refusal is what this was about.
    desk.browser.complaints.clear();
    desk.types("由谁代理(账号)", "operator");
    desk.look("deputy-form");
    desk.browser.tap("dialog .submit .primary");
    let named = until("it is kept", || rows().first().cloned());
    assert_eq!((named.from.as_str(), named.to.as_str()), ("lead", "operator"));
    desk.browser.read("Sun (我) → Li");
    desk.browser.read("代理中");
    desk.look("deputies");

    // Another has nothing to end there; whoever manages users has, and names one for somebody else.
    let mut other = Screen::desk(&host, "operator", "deputies");
    other.browser.read("代理中");
    assert!(!other.browser.offers("结束代理"));
    let mut admin = Screen::desk(&host, "admin", "deputies");
    admin.browser.press("结束代理");
    admin.browser.read("现在没有人由别人代签");
    admin.browser.press("指定代理人");
    admin.types("谁外出(账号)", "inspector");
    admin.types("由谁代理(账号)", "lead");
    admin.types("到", &tomorrow);
    admin.browser.tap("dialog .submit .primary");
    let named = until("it is kept", || rows().first().cloned());
    assert_eq!((named.from.as_str(), named.to.as_str()), ("inspector", "lead"));
}
