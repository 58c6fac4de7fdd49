//! The administrator's page of webhooks: an endpoint is made by hand, tested, seen to fail and to go on.

use serde_json::json;
use takt_api::Page;
use takt_api::webhooks::{Channel, Webhook};
use takt_tests::browser::Browser;
use takt_tests::host::{Folder, Fresh, Host};
use takt_tests::plant::{People, SMALL};
use takt_tests::receiver::{Manner, Receiver};
use takt_tests::wait::until;

use super::Screen;

#[test]
fn a_group_is_told_by_a_webhook_that_was_made_tested_and_mended_on_the_page() {
    let data = Folder::copy_of(Fresh::small_template());
    let host = Host::start_with(data.path(), &["--webhook-inside", "http://127.0.0.1:*"]);
    let people = People::at(&host);
    let receiver = Receiver::start();
    receiver.behave(Manner::Says(200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#.into()));
    let mut desk = Screen::at(Browser::desk(), &host, "admin", "/desk/webhooks");
    desk.browser.read("还没有 Webhook");
    desk.look("webhooks-empty");
    desk.browser.press("新建 Webhook");
    desk.types("编号(小写字母、数字、横线)", "Group 1");
    desk.types("名称", "一车间群");
    desk.types("地址", &receiver.base);
    desk.browser.press("库存移动");
    desk.browser.press("保存");
    desk.browser.read("应为 1 到 40 个小写字母、数字或横线");
    desk.browser.complaints.clear();
    desk.types("编号(小写字母、数字、横线)", "group-1");
    desk.look("webhook-new");
    desk.browser.press("保存");
    desk.browser.read("已保存");
    desk.browser.read("还没有发送过");
    let made: Page<Webhook> = people.admin.get("/api/v1/webhooks").ok().json();
    assert_eq!(
        (made.rows[0].channel, made.rows[0].events.join(" ")),
        (Channel::Wecom, "alert.* exception.* stock.*".into())
    );

    desk.browser.press("发测试消息");
    desk.browser.read("93000 invalid webhook url");
    people.receive(SMALL.material, "1", SMALL.store);
    desk.browser.read("重试中");
    desk.browser.read("失败");
    desk.look("webhook-failing");
    receiver.behave(Manner::Says(200, r#"{"errcode":0,"errmsg":"ok"}"#.into()));
    desk.browser.press("发测试消息");
    desk.browser.read("已收到");
    desk.browser.press("修改");
    desk.browser.press("保存");
    // Without a reload: whoever has mended something sees it go.
    desk.browser.read("送达");
    until("it is delivered", || {
        let now: Page<Webhook> = people.admin.get("/api/v1/webhooks").ok().json();
        (now.rows[0].state.delivered == 1).then_some(())
    });
    desk.browser.press("显示密钥");
    desk.browser.read("whsec_");
    desk.browser.press("换一个新密钥");
    desk.browser.read("旧密钥,有效至");
    desk.look("webhook");
    desk.browser.press("删除这个 Webhook");
    desk.browser.read("还没有 Webhook");
    let gone: Page<Webhook> = people.admin.get("/api/v1/webhooks").ok().json();
    assert!(gone.rows.is_empty());
    people.manager.put("/api/v1/contacts/lead", json!({"phone": "13800000001"})).expect_problem(403, "forbidden");
}
