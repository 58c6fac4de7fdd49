//! Exceptions: raised, acknowledged, closed with a cause, and in the Pareto.

use serde_json::json;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};

use super::Screen;

#[test]
fn an_exception_is_raised_on_the_phone_acknowledged_and_closed_at_the_desk_and_counted() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "5", SMALL.line);

    let mut phone = Screen::phone(&host, "operator", &order);
    phone.browser.press("报异常");
    phone.browser.press("设备");
    phone.browser.read("异常 EX-000001 已上报");
    phone.look("exception-raised");

    let mut desk = Screen::desk(&host, "manager", "exceptions");
    desk.browser.read("待响应");
    desk.browser.read("EX-000001 · 设备");
    desk.browser.press("EX-000001 · 设备");
    desk.browser.press("我来处理");
    desk.browser.read("已保存");
    let state = || people.manager.get("/api/v1/exceptions/EX-000001").ok().json::<serde_json::Value>()["state"].clone();
    takt_tests::wait::until("it is acknowledged", || (state() == json!("acknowledged")).then_some(()));
    desk.browser.press("EX-000001 · 设备");
    desk.browser.press("关闭异常");
    desk.browser.read("请填写原因和措施");
    desk.types("原因", "皮带断裂");
    desk.types("措施", "更换皮带");
    desk.look("exception-closing");
    desk.browser.press("关闭异常");
    desk.browser.read("设备 · 皮带断裂");
    desk.look("exceptions");
    assert_eq!(state(), json!("closed"));
}
