//! The administrator's page of devices: what the plant calls each, and one that is lost is blocked.

use serde_json::json;
use takt_api::Page;
use takt_api::identity::Device;
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::plant::People;

use super::Screen;

#[test]
fn a_lost_phone_is_named_and_blocked_and_nobody_signs_in_at_it_again() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "operator");
    phone.see("nav.nav");
    let id = phone.eval("localStorage.getItem('takt.device')");
    let id = id.as_str().expect("a phone has a number").to_owned();

    let mut desk = Screen::desk(&host, "admin", "devices");
    desk.browser.read("本机");
    desk.look("devices");
    desk.browser.press(&id);
    desk.types("名称", "一线手机 3");
    desk.browser.press("已停用");
    desk.look("device-block");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    desk.browser.read("一线手机 3");
    let known: Page<Device> = people.admin.get("/api/v1/devices?limit=100").ok().json();
    let lost = known.rows.iter().find(|device| device.device == id).expect("it is known");
    assert!(lost.blocked && lost.name == "一线手机 3" && lost.user.as_str() == "operator", "{lost:?}");

    // Whoever holds it is signed out by its next question, and told why when they try again.
    phone.press("工单");
    phone.see("input[autocomplete=username]");
    phone.sign_in(&host.base, "lead");
    phone.read("这台终端已被停用");
    phone.complaints.clear();
    phone.look("device-blocked");

    desk.browser.press("一线手机 3");
    desk.browser.press("可用");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    phone.sign_in(&host.base, "lead");
    phone.see("nav.nav");

    // Nobody locks themselves out.
    desk.goes("devices");
    let own = desk_id(&mut desk);
    desk.browser.press(&own);
    desk.browser.press("已停用");
    desk.browser.press("保存");
    desk.browser.read("不能停用正在使用的这台终端");
    desk.browser.complaints.clear();
    people
        .operator
        .put(&format!("/api/v1/devices/{id}"), json!({"name": "", "blocked": true}))
        .expect_problem(403, "forbidden");
}

fn desk_id(desk: &mut Screen) -> String {
    desk.browser.eval("localStorage.getItem('takt.device')").as_str().expect("a desk has a number").to_owned()
}
