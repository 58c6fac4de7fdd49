//! Resources: a machine that is down, a badge, and a calibration that is over.

use serde_json::json;
use takt_api::master::PlantDetail;
use takt_domain::master::EquipmentStatus;
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

use super::Screen;

fn plant(client: &Client) -> PlantDetail {
    client.get("/api/v1/plant").ok().json()
}

#[test]
fn a_machine_is_set_down_and_somebody_gets_a_badge_and_qualifications() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Screen::desk(&host, "lead", "resources");
    desk.browser.press("故障");
    desk.browser.read("已保存");
    until("the machine is down", || (plant(&people.lead).equipment[0].status == EquipmentStatus::Down).then_some(()));
    desk.browser.see(".chip.bad");
    desk.look("resources");

    desk.browser.press("Li");
    desk.types("工牌", "B-77");
    desk.types("资质", "压装; 点胶");
    desk.browser.press("保存");
    desk.browser.read("工牌 B-77");
    desk.browser.read("点胶");
    let crew = plant(&people.lead).crew;
    let li = crew.iter().find(|member| member.user.as_str() == "operator").expect("Li");
    assert_eq!(li.qualifications, ["压装", "点胶"], "{li:?}");

    // The badge works at the desk too: typed, and scanned wherever the focus is.
    let is_here = || {
        let crew = plant(&people.lead).crew;
        crew.iter().any(|member| member.user.as_str() == "operator" && member.present)
    };
    desk.browser.fill("form.badge input", "B-77");
    desk.browser.enter();
    desk.browser.read("operator 已签到");
    assert!(is_here());
    desk.browser.scan("B-77");
    desk.browser.read("operator 已签退");
    assert!(!is_here());
    desk.browser.scan("B-78");
    desk.browser.read("没有人用这个工牌");
}

#[test]
fn a_start_says_on_the_phone_that_the_calibration_of_its_machine_is_over() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "20", SMALL.store);
    let order = people.dispatched(SMALL.product, "5", SMALL.line);
    people.check_in(SMALL.line);
    let mut desk = Screen::desk(&host, "lead", "resources");
    desk.browser.see("input[type=date]");
    desk.browser.fill("input[type=date]", "2020-02-01");
    desk.browser.tap("label.inline:has(input[type=date]) button");
    desk.browser.read("校准过期");
    let mut phone = Screen::phone(&host, "operator", &order);
    phone.browser.read("校准");
    phone.browser.read("2020-02-01");
    phone.look("calibration-is-over");
    let refused = people.operator.post(&format!("/api/v1/orders/{order}/actions/start"), json!({}));
    assert_eq!(refused.unmet(409, "refused"), ["equipment.calibration"]);
}
