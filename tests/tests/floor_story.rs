//! What people do on the floor beside reporting, on the screen of a phone: check in by badge, start and pause an operation,
//! send pieces back, say that something is wrong.

use serde_json::json;
use takt_api::Page;
use takt_api::exceptions::ExceptionRow;
use takt_api::master::PlantDetail;
use takt_api::orders::OrderDetail;
use takt_api::quality::PhotoAnswer;
use takt_api::reports::Report;
use takt_tests::browser::Browser;
use takt_tests::client::Client;
use takt_tests::host::{Folder, Fresh, Host, run_well};
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, good};
use takt_tests::servers;
use takt_tests::wait::until;

fn is_present(client: &Client, user: &str) -> (bool, Option<String>) {
    let plant: PlantDetail = client.get("/api/v1/plant").ok().json();
    let member = plant.crew.into_iter().find(|member| member.user.as_str() == user).expect("it is in the crew");
    (member.present, member.line.map(|line| line.to_string()))
}

/// Opens an order from the list.
fn opens(phone: &mut Browser, order: &str) {
    phone.press("工单");
    phone.press(order);
    phone.read("下一步");
}

#[test]
fn a_badge_checks_in_and_out_on_the_line_page_whether_it_is_typed_or_scanned() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.lead.put("/api/v1/crew/operator", json!({"line": "L2", "badge": "B-17", "qualifications": []})).ok();
    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "lead");
    phone.press("产线");
    phone.fill("form.badge input", "B-99");
    phone.enter();
    phone.read("没有人用这个工牌");
    // The refusal is what this was about.
    phone.complaints.clear();
    phone.fill("form.badge input", "B-17");
    phone.enter();
    phone.read("operator 已签到");
    assert_eq!(is_present(&people.lead, "operator"), (true, Some("L1".into())), "at the line of the page");
    phone.look("line-badge");
    phone.scan("B-17");
    phone.read("operator 已签退");
    assert!(!is_present(&people.lead, "operator").0);
}

#[test]
fn an_operation_is_paused_resumed_and_started_on_the_phone_and_what_is_closed_says_why() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "operator");
    opens(&mut phone, &order);
    phone.press("完工 10 Assemble");
    phone.read("本工序还没有报工");
    phone.read("先报工");
    phone.look("operation-closed");
    phone.press("知道了");
    phone.press("暂停 10 Assemble");
    phone.tap("dialog .submit .primary");
    phone.read("请写明原因");
    phone.compose("dialog textarea", &["d", "deng", "deng'liao"], "等料");
    phone.tap("dialog .submit .primary");
    phone.read("“暂停 10 Assemble”已完成");
    phone.read("等料");
    phone.look("operation-paused");
    let paused = plant::order(&people.planner, &order).order.operations.remove(0);
    assert_eq!(paused.stopped.map(|mark| mark.reason), Some("等料".into()));
    phone.press("恢复 10 Assemble");
    phone.read("“恢复 10 Assemble”已完成");
    phone.press("开工 10 Assemble");
    phone.read("“开工 10 Assemble”已完成");
    phone.read("进行中");
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 4)).ok();
    phone.press("库存");
    opens(&mut phone, &order);
    phone.press("完工 10 Assemble");
    phone.read("“完工 10 Assemble”已完成");
    let done = plant::order(&people.planner, &order).order.operations.remove(0);
    assert!(done.started.is_some() && done.stopped.is_none() && done.finished.is_some(), "{done:?}");
}

#[test]
fn two_phones_report_the_last_pieces_of_one_order_and_the_second_is_told_what_is_left() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "5", SMALL.line);
    let mut phones = [Browser::phone(), Browser::phone()];
    for (phone, user) in phones.iter_mut().zip(["operator", "lead"]) {
        phone.sign_in(&host.base, user);
        opens(phone, &order);
        phone.press("报工");
        phone.press("4");
        phone.read("4");
    }
    let [first, second] = &mut phones;
    first.press("记账");
    first.reported();
    second.press("记账");
    second.read("最多还能报 1 pcs");
    // What was typed is still there to be mended; that it was refused is what this is about.
    second.complaints.clear();
    second.look("report-too-much");
    let good = || plant::order(&people.operator, &order).facts.progress_at(SMALL.operation, 0).good.units();
    until("the first is booked", || (good() == 4).then_some(()));
    if servers::are_used() {
        // A queue has taken it, and the order's page says what came of it.
        second.press("不要了");
        second.press("报工");
    } else {
        second.press("删除一位");
    }
    second.press("1");
    second.press("记账");
    second.reported();
    // Both see the same, without a reload.
    for phone in &mut phones {
        phone.read("已完成");
    }
    assert_eq!(good(), 5);
    ledger::check(&people.manager);
}

#[test]
fn a_report_sends_pieces_back_to_an_earlier_operation() {
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

    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "operator");
    opens(&mut phone, &order);
    phone.press("报工");
    phone.tap("[aria-label=工序] .option:nth-child(2)");
    phone.press("返工");
    phone.tap("[aria-label=返工到] .option:nth-child(2)");
    phone.press("2");
    phone.look("report-rework-to");
    phone.press("记账");
    phone.reported();
    phone.read("待返工 2");
    let reports: Page<Report> = people.operator.get(&format!("/api/v1/reports?order={order}")).ok().json();
    let sent: Vec<_> = reports.rows.iter().map(|row| (row.report.operation, row.report.rework_to)).collect();
    assert!(sent.contains(&(20, Some(10))), "{sent:?}");
    let detail: OrderDetail = plant::order(&people.operator, &order);
    assert_eq!(detail.facts.progress_at(10, 0).redo.units(), 2);
    ledger::check(&people.manager);
}

#[test]
fn something_wrong_is_said_in_two_taps_on_the_line_page_and_its_photo_is_seen_on_the_order() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    let mut phone = Browser::phone();
    phone.sign_in(&host.base, "operator");
    phone.press("产线");
    phone.press("报异常");
    phone.read(&order);
    phone.see("dialog [aria-label=工单] [aria-pressed=true]");
    phone.look("line-andon");
    phone.press("设备");
    phone.read("已上报");
    let raised: Page<ExceptionRow> = people.lead.get("/api/v1/exceptions?state=open").ok().json();
    let exception = &raised.rows[0].exception;
    assert_eq!(exception.order.as_ref().map(ToString::to_string), Some(order.clone()));
    assert_eq!(exception.line.as_ref().map(ToString::to_string), Some(SMALL.line.into()));
    assert_eq!(exception.kind, "equipment");

    let photo: PhotoAnswer = people.operator.post("/api/v1/photos", json!({"data": DOT})).expect_status(201).json();
    let given = json!({"type": "quality", "order": order, "note": "划伤", "photo": photo.id});
    people.operator.post("/api/v1/exceptions", given).expect_status(201);
    opens(&mut phone, &order);
    phone.press("异常、不合格与照片");
    phone.read("划伤");
    phone.tap(".thumb");
    phone.see("dialog img.photo");
    phone.look("order-photo");
}

/// A picture of one dot, as PNG.
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
