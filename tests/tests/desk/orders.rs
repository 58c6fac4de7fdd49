//! The planner's list and sheets of orders: one action on several at once, what others do meanwhile, what is typed in Chinese,
//! and what comes out of the printer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;
use takt_api::orders::OrderAnswer;
use takt_tests::host::Fresh;
use takt_tests::plant::{self, People, SMALL};
use takt_tests::wait::until;

use super::Screen;

#[test]
fn several_orders_are_submitted_at_once_and_each_says_what_became_of_it() {
    let host = Fresh::small();
    let people = People::at(&host);
    let orders: Vec<_> = (0..3).map(|_| people.create(SMALL.product, "2", SMALL.line)).collect();
    let mut desk = Screen::desk(&host, "planner", "orders");
    desk.browser.read(&orders[2]);
    desk.browser.press("全选本页");
    desk.browser.read("已选 3");
    desk.look("orders-chosen");
    desk.browser.press("批量操作");
    // Before it is done, somebody else has cancelled one of them.
    desk.browser.read("提交");
    plant::act(&people.planner, &orders[1], "cancel", json!({"reason": "重复"})).ok();
    desk.browser.press("提交");
    desk.look("orders-bulk");
    desk.browser.press("确认 · 提交");
    desk.browser.read("未完成");
    until("all three are over", || {
        let over = desk.browser.eval("document.querySelectorAll('dialog .row-main > .chip').length");
        (over == json!(3)).then_some(())
    });
    assert_eq!(desk.browser.eval("document.querySelectorAll('dialog .chip.good').length"), json!(2));
    assert_eq!(desk.browser.eval("document.querySelectorAll('dialog .chip.bad').length"), json!(1));
    desk.browser.read("未完成");
    // That one was refused is what this is about.
    desk.browser.complaints.clear();
    desk.look("orders-bulk-done");
    let submitted = |order: &str| {
        let actions = plant::order(&people.manager, order).actions;
        actions.into_iter().any(|action| action.action == "approve" && action.allowed)
    };
    assert_eq!([0, 1, 2].map(|n| submitted(&orders[n])), [true, false, true]);
    desk.browser.tap("dialog .primary.big");
    desk.browser.see(".bulk button");
    desk.browser.press("全选本页");
    desk.browser.read("已选 2");
}

#[test]
fn what_others_do_shows_on_an_open_list_and_board_without_a_reload() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let mut list = Screen::desk(&host, "planner", "orders");
    list.browser.read("没有工单");
    let mut board = Screen::desk(&host, "lead", "board/wall");
    board.browser.see(".board-column");
    for screen in [&mut list, &mut board] {
        screen.browser.eval("window.opened = 1");
    }
    let order = people.running(SMALL.product, "4", SMALL.line);
    list.browser.read(&order);
    list.browser.read("0 / 4 pcs");
    board.browser.read(&order);
    people.operator.post("/api/v1/reports", plant::good(&order, SMALL.operation, 3)).ok();
    list.browser.read("3 / 4 pcs");
    for screen in [&mut list, &mut board] {
        assert_eq!(screen.browser.eval("window.opened"), json!(1), "it was not loaded anew");
    }
    // Nothing but the board is on the wall.
    assert_eq!(board.browser.eval("document.querySelector('nav.side').checkVisibility()"), json!(false));
    board.look("board-wall");
    board.browser.press("退出大屏");
    board.browser.see("nav.side");
}

#[test]
fn what_is_stuck_stands_first_on_the_board_and_says_why() {
    let host = Fresh::small();
    let people = People::at(&host);
    // An urgent order comes before another, unless that one is stuck.
    let limits = json!([{"state": "pending_review", "priority": "high", "limit_min": 0}]);
    people.manager.put("/api/v1/watch", json!({"urgent_dispatch_min": 600, "limits": limits})).ok();
    let create = |priority: &str, line: &str| {
        let body = json!({"item": SMALL.product, "quantity": "1", "line": line, "priority": priority});
        people.planner.post("/api/v1/orders", body).expect_status(201).json::<OrderAnswer>().id.to_string()
    };
    let (waits, stuck) = (create("urgent", SMALL.line), create("high", "L2"));
    let mut desk = Screen::desk(&host, "lead", "board");
    desk.browser.read(&stuck);
    let cards =
        "[...document.querySelectorAll('.board-column .card, .board-column li')].map(e => e.innerText).join('|')";
    let text = until("it is stuck", || {
        let text = desk.browser.eval(cards).as_str().unwrap_or_default().to_owned();
        (text.contains(&waits) && text.contains(&stuck) && text.contains("待审核")).then_some(text)
    });
    assert!(text.find(&stuck) < text.find(&waits), "{text}");
    desk.browser.see(".stuck");
    let why = desk.browser.eval("document.querySelector('.stuck').innerText");
    assert!(why.as_str().is_some_and(|why| why.contains("待审核")), "{why}");
    desk.look("board-stuck");
    desk.browser.press("Line 1");
    until("only one line is shown", || {
        let text = desk.browser.eval(cards).as_str().unwrap_or_default().to_owned();
        (text.contains(&waits) && !text.contains(&stuck)).then_some(())
    });
}

#[test]
fn a_customer_is_typed_in_chinese_and_found() {
    let host = Fresh::small();
    let people = People::at(&host);
    let body =
        |customer: &str| json!({"item": SMALL.product, "quantity": "1", "line": SMALL.line, "customer": customer});
    for customer in ["上海电机", "苏州阀门"] {
        people.planner.post("/api/v1/orders", body(customer)).expect_status(201);
    }
    let mut desk = Screen::desk(&host, "planner", "orders");
    desk.browser.read("苏州阀门");
    desk.browser.read("上海电机");
    desk.browser.compose("input[type=search]", &["s", "shang", "shang'hai"], "上海");
    until("the other one is not shown", || {
        (desk.browser.eval("document.body.innerText.includes('苏州阀门')") == json!(false)).then_some(())
    });
    desk.browser.read("上海电机");
    assert_eq!(desk.browser.eval("document.querySelector('input[type=search]').value"), json!("上海"));
}

/// The pages of a PDF file.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.match_indices("/Type /Page").filter(|(at, found)| !text[at + found.len()..].starts_with('s')).count()
}

#[test]
fn sheets_of_orders_come_out_of_the_printer_a_page_each_with_the_code_of_their_number() {
    let host = Fresh::small();
    let people = People::at(&host);
    let orders: Vec<_> = (0..2).map(|_| people.create(SMALL.product, "2", SMALL.line)).collect();
    let mut desk = Screen::desk(&host, "planner", &format!("work-order/{}", orders.join("/")));
    desk.browser.read(&orders[0]);
    desk.browser.read(&orders[1]);
    desk.browser.read("Assemble");
    desk.look("work-order-sheets");
    // What the code is made of, against a code of the number: dark where that one is dark.
    let drawn = desk.browser.eval("document.querySelector('.sheet-page .code path').getAttribute('d')");
    let drawn = drawn.as_str().expect("there is a code");
    let code = QrCode::encode_text(&orders[0], QrCodeEcc::Medium).expect("a number fits");
    let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let dark: Vec<_> = dark.filter(|(x, y)| code.get_module(*x, *y)).collect();
    assert_eq!(drawn.matches('M').count(), dark.len());
    assert!(dark.iter().all(|(x, y)| drawn.contains(&format!("M{} {}h1v1h-1z", x + 4, y + 4))));
    let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true});
    let printed = desk.browser.call("Page.printToPDF", paper);
    let pdf = STANDARD.decode(printed["data"].as_str().expect("a file")).expect("a file");
    assert_eq!(pages(&pdf), 2);
    desk.browser.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let shown =
        "[...document.querySelectorAll('nav, .no-print, header.bar a')].filter(e => e.checkVisibility()).length";
    assert_eq!(desk.browser.eval(shown), json!(0), "nothing to touch is on paper");
}
