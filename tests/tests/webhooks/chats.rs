//! Robots of work chats: messages that people read, few enough, with those whom they concern.

use std::time::Duration;

use serde_json::json;
use takt_tests::plant::SMALL;
use takt_tests::receiver::{Manner, Receiver};
use takt_tests::wait::until;

use crate::{Site, put};

const TAKEN: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

#[test]
fn a_group_gets_few_messages_that_together_say_everything() {
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(200, TAKEN.into()));
    put(&site.people.admin, "group", json!({"url": receiver.base, "channel": "wecom"}));
    site.moves(24);
    until("all is told", || (site.webhook("group").state.delivered == 24).then_some(()));
    let received = receiver.received();
    assert!(received.len() <= 8, "{} messages for 24 events", received.len());
    for pair in received.windows(2) {
        assert!(pair[1].at - pair[0].at >= Duration::from_secs(3), "at most twenty a minute");
    }
    let text: String = received.iter().map(|one| one.json()["markdown"]["content"].to_string()).collect();
    assert_eq!(text.matches("库存移动").count(), 24);
    assert!(text.contains(SMALL.material), "{text}");
}

#[test]
fn a_group_that_refuses_in_its_answer_is_told_again() {
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#.into()));
    put(&site.people.admin, "group", json!({"url": receiver.base, "channel": "wecom"}));
    site.moves(1);
    let state = until("it is refused", || Some(site.webhook("group").state).filter(|state| state.attempts > 0));
    assert!(state.last_error.contains("45009"), "{state:?}");
    receiver.behave(Manner::Says(200, TAKEN.into()));
    until("it is taken", || (site.webhook("group").state.delivered == 1).then_some(()));
}

#[test]
fn who_leads_the_shift_now_is_called_by_name() {
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(200, TAKEN.into()));
    let admin = &site.people.admin;
    for (user, phone) in [("lead", "13800000001"), ("manager", "13800000002"), ("operator", "13800000003")] {
        admin.put(&format!("/api/v1/contacts/{user}"), json!({"phone": phone})).ok();
    }
    let more = json!({"url": receiver.base, "channel": "wecom", "events": ["exception.raised"]});
    put(admin, "group", more.clone());
    let ding = Receiver::start();
    ding.behave(Manner::Says(200, TAKEN.into()));
    let mut signed = more;
    signed["channel"] = json!("dingtalk");
    signed["url"] = json!(format!("{}/robot/send?access_token=t", ding.base));
    signed["channel_secret"] = json!("SEC1");
    put(admin, "ding", signed);
    site.people.check_in(SMALL.line);
    let raised = json!({"type": "equipment", "line": SMALL.line, "note": "油压低"});
    site.people.operator.post("/api/v1/exceptions", raised).expect_status(201);
    until("both groups are told", || (!receiver.received().is_empty() && !ding.received().is_empty()).then_some(()));
    let message = receiver.received().remove(0).json();
    assert_eq!(message["msgtype"], "text");
    let called = message["text"]["mentioned_mobile_list"].as_array().cloned().unwrap_or_default();
    assert!(called.contains(&json!("13800000001")), "{message}");
    assert!(!called.contains(&json!("13800000003")), "the operator has said it, and need not be told: {message}");
    let text = message["text"]["content"].as_str().unwrap_or_default();
    assert!(text.contains("现场异常") && text.contains("油压低") && text.contains(SMALL.line), "{text}");
    let sent = ding.received().remove(0);
    assert!(sent.path.contains("access_token=t&timestamp=") && sent.path.contains("&sign="), "{}", sent.path);
    assert_eq!(sent.json()["at"]["atMobiles"], json!(called));
}

#[test]
fn an_sms_gateway_is_a_template_and_gets_a_message_for_each_number() {
    let site = Site::start();
    let receiver = Receiver::start();
    let admin = &site.people.admin;
    for (user, phone) in [("lead", "13800000001"), ("manager", "13800000002")] {
        admin.put(&format!("/api/v1/contacts/{user}"), json!({"phone": phone})).ok();
    }
    let template = r#"{"mobile": "{phone}", "params": {"content": "{title}"}, "sign": "示范工厂"}"#;
    let more = json!({
        "url": receiver.base, "events": ["exception.*"], "template": template, "authorization": "Basic dGFrdDpob29r",
    });
    put(admin, "sms", more);
    site.people
        .operator
        .post("/api/v1/exceptions", json!({"type": "equipment", "line": SMALL.line}))
        .expect_status(201);
    let sent = until("somebody is told", || Some(receiver.received()).filter(|sent| !sent.is_empty()));
    let first = &sent[0];
    assert_eq!(first.header("authorization"), "Basic dGFrdDpob29r");
    assert_eq!(first.json()["sign"], "示范工厂");
    assert!(first.json()["mobile"].as_str().is_some_and(|mobile| mobile.starts_with("1380000000")));
    assert!(first.json()["params"]["content"].as_str().is_some_and(|text| text.contains("现场异常")));
}

#[test]
fn an_alert_that_nobody_looks_after_is_told_once_more_to_the_manager() {
    let site = Site::start();
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(200, TAKEN.into()));
    let admin = &site.people.admin;
    admin.put("/api/v1/contacts/manager", json!({"phone": "13800000002"})).ok();
    put(admin, "group", json!({"url": receiver.base, "channel": "wecom", "events": ["alert.escalated"]}));
    site.people.manager.put("/api/v1/watch", json!({"urgent_dispatch_min": 0, "escalate_min": 0})).ok();
    let urgent = json!({"item": SMALL.product, "quantity": "1", "line": SMALL.line, "priority": "urgent"});
    site.people.planner.post("/api/v1/orders", urgent).expect_status(201);
    let told = until("the manager is called", || receiver.received().first().map(|one| one.json()));
    assert_eq!(told["text"]["mentioned_mobile_list"], json!(["13800000002"]), "{told}");
    let text = told["text"]["content"].as_str().unwrap_or_default();
    assert!(text.contains("预警无人处理") && text.contains("WO-000001"), "{text}");
    // Once: the next looks find that it was told.
    std::thread::sleep(Duration::from_secs(12));
    assert_eq!(receiver.received().len(), 1);
}
