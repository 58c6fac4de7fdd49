//! The whole job, clicked through on the screen of a phone: nothing but what a reader sees and touches. Pictures of it
//! are left in `tests/screenshots`.

use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, PIN, People, SMALL};
use takt_tests::wait::until;

/// A phone in somebody's hand.
struct Phone {
    browser: Browser,
    base: String,
    pictures: u32,
    faults: Vec<String>,
}

impl Phone {
    fn at(host: &Fresh) -> Self {
        let mut browser = Browser::phone();
        browser.speak("zh-CN,zh");
        browser.open(&host.base);
        Self { browser, base: host.base.clone(), pictures: 0, faults: Vec::new() }
    }

    /// Looks at the page: what is wrong with it is told, and a picture is kept.
    fn look(&mut self, what: &str) {
        self.pictures += 1;
        self.browser.screenshot(&format!("{:02}-{what}", self.pictures));
        let complaints = std::mem::take(&mut self.browser.complaints);
        let found = self.browser.faults().into_iter().chain(complaints);
        let found: Vec<_> = found.map(|fault| format!("{what}: {fault}")).collect();
        found.iter().for_each(|fault| println!("{fault}"));
        self.faults.extend(found);
    }

    /// All that was wrong with the pages on the way.
    fn is_content(&self) {
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n"));
    }

    fn signs_in(&mut self, user: &str) {
        self.browser.read("登录");
        self.browser.fill("input[autocomplete=username]", user);
        for digit in PIN.chars() {
            self.browser.press(&digit.to_string());
        }
        self.look(&format!("sign-in-{user}"));
        self.browser.press("登录");
        self.browser.see("nav.nav");
    }

    fn signs_out(&mut self) {
        self.browser.press("我");
        self.browser.press("退出登录");
        self.browser.see("input[autocomplete=username]");
    }

    /// Opens an order from the list, as somebody.
    fn opens(&mut self, user: &str, order: &str) {
        self.signs_in(user);
        self.browser.press("工单");
        self.browser.press(order);
        self.browser.read("下一步");
    }

    /// Takes an action that needs no more than the touch.
    fn takes(&mut self, action: &str) {
        self.browser.press(action);
        self.browser.read(&format!("“{action}”已完成"));
    }

    /// Confirms in the sheet.
    fn confirms(&mut self, action: &str) {
        self.browser.tap("dialog .submit .primary");
        self.browser.read(&format!("“{action}”已完成"));
    }

    fn passes(&mut self, inspection: &str) {
        self.browser.press(inspection);
        self.browser.tap("dialog .option.pass");
        self.look(inspection);
        self.confirms(inspection);
    }
}

#[test]
fn the_whole_job_is_clicked_through_on_a_phone() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut phone = Phone::at(&host);

    phone.signs_in("planner");
    phone.look("orders-empty");
    // The form is a page of the desk: another bundle, and the same session.
    phone.browser.press("新工单");
    phone.browser.fill("input[inputmode=decimal]", "8");
    phone.browser.press("加急");
    phone.look("new-order");
    phone.browser.press("新建工单");
    phone.browser.read("已建工单 WO-000001");
    phone.browser.see("nav.nav");
    let order = "WO-000001";
    phone.takes("提交");
    phone.look("order-in-review");
    phone.signs_out();

    phone.opens("manager", order);
    phone.takes("审核通过");
    phone.signs_out();

    // There is material for five of the eight: the page says what is short, and the planner can do no more.
    phone.signs_in("planner");
    phone.browser.press("工单");
    phone.browser.press(order);
    phone.browser.read("还缺 6 pcs");
    phone.look("kit-is-short");
    phone.signs_out();

    phone.signs_in("storekeeper");
    phone.look("receipt");
    phone.browser.fill("form.scan input", "6901234567892");
    phone.browser.enter();
    phone.browser.read("可用 10 pcs");
    phone.browser.press("6");
    phone.look("receipt-filled");
    phone.browser.tap(".bottom .primary");
    phone.browser.read("已记账");
    phone.signs_out();

    phone.opens("planner", order);
    phone.takes("派发至车间");
    phone.signs_out();

    phone.signs_in("operator");
    phone.browser.press("工单");
    phone.browser.press(order);
    phone.browser.read("需要 1 人到位");
    phone.look("crew-is-absent");
    phone.browser.press("我");
    phone.browser.press("签到");
    phone.browser.read("在岗");
    phone.look("me");
    phone.browser.press("工单");
    phone.browser.press(order);
    phone.takes("启动生产");
    phone.browser.read("还没有合格的首检");
    phone.look("first-article-is-missing");
    phone.signs_out();

    phone.opens("inspector", order);
    phone.passes("首检");
    phone.signs_out();

    phone.opens("operator", order);
    phone.browser.press("报工");
    phone.browser.press("8");
    phone.look("report");
    phone.browser.press("记账");
    phone.browser.reported();
    phone.browser.read("已完成");
    phone.look("completed");
    phone.signs_out();

    phone.opens("inspector", order);
    phone.passes("终检");
    phone.browser.press("质检签字");
    phone.browser.fill("dialog input", PIN);
    phone.confirms("质检签字");
    phone.signs_out();

    phone.opens("planner", order);
    phone.browser.press("关闭");
    phone.look("close");
    phone.confirms("关闭");
    phone.browser.read("已关闭");
    phone.look("closed");
    phone.signs_out();

    phone.signs_in("storekeeper");
    phone.browser.press("库存");
    phone.browser.read("Product");
    phone.look("stock");

    phone.is_content();
    assert_eq!(plant::order(&people.planner, order).order.state, "closed");
    assert_eq!(plant::available(&people.planner, SMALL.product), 8);
    let ledger = ledger::check(&people.manager);
    assert_eq!(ledger.moved(SMALL.product, "@production", "Q1"), 8);
    assert_eq!(ledger.moved(SMALL.product, "Q1", "F1"), 8);
}

#[test]
fn a_page_speaks_english_to_who_asks_for_it_and_says_no_in_words() {
    let host = Fresh::small();
    let mut phone = Phone::at(&host);
    phone.browser.press("English");
    phone.browser.read("Sign in");
    phone.browser.fill("input[autocomplete=username]", "operator");
    for digit in "0000".chars() {
        phone.browser.press(&digit.to_string());
    }
    phone.browser.press("Sign in");
    phone.browser.read("user or PIN is wrong");
    phone.browser.complaints.clear();
    phone.look("wrong-pin");
    phone.browser.open(&format!("{}/no/such/page", phone.base));
    phone.browser.read("Sign in");
    phone.is_content();
}

/// How many answers this device keeps of a session that is open.
const KEPT: &str = "(async () => { let kept = 0; for (const name of await caches.keys()) if (name.startsWith('takt-answers-')) \
                    kept += (await (await caches.open(name)).keys()).length; return kept })()";

#[test]
fn the_pages_open_and_read_without_a_network_for_who_is_signed_in_and_for_nobody_else() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    let order = people.running(SMALL.product, "40", SMALL.line);
    let path = format!("/orders/{order}");
    let mut phone = Phone::at(&host);
    phone.opens("operator", &order);
    let kept = |phone: &mut Phone| phone.browser.eval(KEPT).as_u64().unwrap_or_default();
    let serves = "navigator.serviceWorker.controller?.state === 'activated'";
    until("the worker serves the page", || (phone.browser.eval(serves) == true).then_some(()));
    phone.browser.open(&format!("{}{path}", phone.base));
    phone.browser.read("下一步");
    until("answers are kept", || (kept(&mut phone) > 1).then_some(()));
    // Chromium finds nothing that keeps it from being put on the home screen.
    let hindered = phone.browser.call("Page.getInstallabilityErrors", serde_json::json!({}));
    assert_eq!(hindered["installabilityErrors"], serde_json::json!([]));
    // All of the second visit came from the device.
    let loaded = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
                  .filter(each => !each.name.includes('/api/') && each.transferSize > 0).map(each => each.name)";
    assert_eq!(phone.browser.eval(loaded), serde_json::json!([]), "loaded over the network on a second visit");
    phone.signs_out();
    until("a sign-out leaves nothing behind", || (kept(&mut phone) == 0).then_some(()));

    phone.opens("operator", &order);
    until("answers are kept", || (kept(&mut phone) > 1).then_some(()));
    phone.is_content();
    host.terminate();
    let address = host.base.trim_start_matches("http://").to_owned();
    until("the host is gone", || std::net::TcpStream::connect(&address).is_err().then_some(()));
    phone.browser.open(&format!("{}{path}", phone.base));
    phone.browser.read("离线,截至 ");
    phone.browser.read("下一步");
    phone.browser.screenshot("offline-order");
    let as_another = format!(
        "fetch('/api/v1{path}', {{headers: {{authorization: 'Bearer another', 'accept-language': 'zh-CN'}}}})\
         .then(() => 'answered', () => 'nothing')"
    );
    assert_eq!(phone.browser.eval(&as_another), "nothing", "what one session was told is not told to another one");
}

#[test]
fn the_desk_is_wide_shares_the_session_and_is_found_under_its_old_addresses() {
    let host = Fresh::small();
    let _ = People::at(&host);
    let mut desk = Phone { browser: Browser::desk(), ..Phone::at(&host) };
    desk.browser.speak("zh-CN,zh");
    desk.browser.open(&host.base);
    // On a wide screen the desk is where a manager begins.
    desk.browser.read("登录");
    desk.browser.fill("input[autocomplete=username]", "manager");
    for digit in PIN.chars() {
        desk.browser.press(&digit.to_string());
    }
    desk.browser.press("登录");
    desk.browser.see("nav.side");
    desk.browser.read("看板");
    desk.look("desk-board");
    // What stands on the floor is one load away, and nobody signs in again.
    desk.browser.press("工单");
    desk.browser.see("nav.nav");
    desk.browser.read("没有工单");
    desk.browser.open(&format!("{}/new-order", host.base));
    desk.browser.read("交期");
    desk.browser.see("nav.side");
    desk.look("desk-new-order");
    desk.browser.press("退出登录");
    desk.browser.see("input[autocomplete=username]");
    desk.browser.open(&host.base);
    desk.browser.see("input[autocomplete=username]");
    desk.is_content();
}

#[test]
fn a_flow_is_drawn_a_dead_end_in_it_is_said_and_mended_and_new_orders_live_under_it() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut desk = Phone { browser: Browser::desk(), ..Phone::at(&host) };
    desk.browser.speak("zh-CN,zh");
    desk.browser.open(&format!("{}/desk/flows", host.base));
    desk.browser.fill("input[autocomplete=username]", "manager");
    for digit in PIN.chars() {
        desk.browser.press(&digit.to_string());
    }
    desk.browser.press("登录");
    desk.browser.see("nav.side");
    desk.browser.press("流程");
    desk.browser.read("已发布的版本");
    desk.look("flows");
    desk.browser.press("新流程");
    desk.browser.fill("dialog input", "casting");
    desk.browser.tap("dialog .submit .primary");
    desk.browser.see("[data-state=pending_review]");
    desk.browser.read("没有问题");

    // A state that nothing leads to, then one that nothing leads out of, then one on the way.
    desk.browser.press("加状态");
    desk.browser.press("未下达");
    desk.browser.read("没有操作通向“新状态 1”");
    desk.browser.drag("[data-dot=pending_review]", "[data-state=state-1]");
    desk.browser.read("工单会卡在“新状态 1”");
    desk.look("flow-dead-end");
    desk.browser.drag("[data-dot=state-1]", "[data-state=approved]");
    desk.browser.read("没有问题");

    // An imaginary order goes that way before anybody's does.
    desk.browser.press("试走");
    desk.browser.press("▸ 新动作 1");
    desk.browser.read("新动作 1 → 新状态 1");
    desk.look("flow-trial");
    desk.browser.press("发布");
    desk.browser.fill("dialog textarea", "样件先评审");
    desk.browser.tap("dialog .submit .primary");
    desk.browser.read("已发布 casting v1");

    let made = people.create(SMALL.product, "5", SMALL.line);
    let order = plant::order(&people.planner, &made).order;
    assert_eq!((order.flow.name.as_str(), order.flow.version), ("casting", 1));
    desk.browser.open(&format!("{}/orders/{made}", host.base));
    desk.browser.read("新动作 1");

    // Where there are several flows, a new order is given one of them.
    desk.browser.open(&format!("{}/new-order", host.base));
    desk.browser.read("builtin");
    desk.browser.eval(
        "(() => { const flow = document.querySelector('select:has(option[value=builtin])'); flow.value = 'builtin';
        flow.dispatchEvent(new Event('input', { bubbles: true })) })()",
    );
    desk.look("desk-new-order-flow");
    desk.browser.fill("input[inputmode=decimal]", "3");
    desk.browser.press("新建工单");
    desk.browser.read("已建工单 WO-000002");
    let order = plant::order(&people.planner, "WO-000002").order;
    assert_eq!(order.flow.name, "builtin");
    desk.is_content();
}

#[test]
fn the_desk_says_why_an_order_waits_what_hangs_and_how_long_states_last() {
    let host = Fresh::small();
    let people = People::at(&host);
    let body = serde_json::json!({"item": SMALL.product, "quantity": "2", "line": SMALL.line, "priority": "urgent"});
    people.planner.post("/api/v1/orders", body).ok();
    people.planner.put("/api/v1/watch", serde_json::json!({"urgent_dispatch_min": 0})).ok();
    let mut desk = Phone { browser: Browser::desk(), ..Phone::at(&host) };
    desk.browser.speak("zh-CN,zh");
    desk.browser.open(&host.base);
    desk.browser.read("登录");
    desk.browser.fill("input[autocomplete=username]", "planner");
    for digit in PIN.chars() {
        desk.browser.press(&digit.to_string());
    }
    desk.browser.press("登录");
    desk.browser.see("nav.side");
    desk.browser.open(&format!("{}/desk/why/WO-000001", host.base));
    desk.browser.read("等计划员、经理:提交");
    desk.look("desk-why");
    desk.browser.open(&format!("{}/desk/alerts", host.base));
    desk.browser.read("仍未派发");
    desk.browser.press("我来处理");
    desk.look("desk-alerts");
    desk.browser.tap("dialog .submit .primary");
    desk.browser.read("在处理");
    desk.browser.open(&format!("{}/desk/morning", host.base));
    desk.browser.read("停滞 1");
    desk.look("desk-morning");
    desk.browser.open(&format!("{}/desk/watch", host.base));
    desk.browser.read("停留期限");
    desk.look("desk-watch");
    plant::act(&people.planner, "WO-000001", "submit", serde_json::json!({})).ok();
    plant::act(&people.manager, "WO-000001", "approve", serde_json::json!({})).ok();
    takt_tests::wait::until("the statistics have it", || {
        let report: serde_json::Value = people.planner.get("/api/v1/insight/lifecycle").ok().json();
        (!report["rows"].as_array()?.is_empty()).then_some(())
    });
    desk.browser.open(&format!("{}/desk/lifecycle", host.base));
    desk.browser.read("待审核");
    desk.look("desk-lifecycle");
    desk.is_content();
}
