//! The schedule: scheduling forward and backward, and an operation that is dragged.

use jiff::SignedDuration;
use serde_json::json;
use takt_api::schedule::{Schedule, ScheduledOperation};
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

use super::Screen;

const BAR: &str = ".gantt-bar[aria-label^='WO-000001']";

fn operation(client: &Client) -> ScheduledOperation {
    let schedule: Schedule = client.get("/api/v1/schedule").ok().json();
    let mut orders = schedule.orders.into_iter();
    orders.find(|order| order.id.as_str() == "WO-000001").expect("the order").operations.remove(0)
}

#[test]
fn orders_are_scheduled_forward_and_backward_and_say_first_what_moves() {
    let host = Fresh::small();
    let people = People::at(&host);
    let due = jiff::Zoned::now().date().checked_add(jiff::Span::new().days(6)).expect("a day");
    let body = json!({"item": SMALL.product, "quantity": "100", "line": SMALL.line, "due": due});
    people.planner.post("/api/v1/orders", body).ok();
    let mut desk = Screen::desk(&host, "planner", "schedule");
    desk.browser.read("未排程");
    desk.browser.press("顺排");
    desk.browser.read("将移动");
    assert_eq!(operation(&people.planner).slot, None, "a look books nothing");
    desk.look("schedule-preview");
    desk.browser.press("按此排程");
    desk.browser.read("已排程,移动 1 道工序");
    desk.browser.see(BAR);
    let early = operation(&people.planner).slot.expect("a place");
    desk.browser.press("倒排");
    desk.browser.read("将移动");
    desk.browser.press("按此排程");
    let late = until("it stands late", || operation(&people.planner).slot.filter(|slot| *slot != early));
    assert!(late.start > early.start + SignedDuration::from_hours(72), "{early:?} {late:?}");
    desk.look("schedule");
}

#[test]
fn an_operation_that_is_dragged_stays_there_and_no_fresh_answer_takes_it_out_of_the_hand() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.create(SMALL.product, "100", SMALL.line);
    people.planner.post("/api/v1/schedule", json!({"direction": "forward"})).ok();
    let before = operation(&people.planner).slot.expect("a place");
    let mut desk = Screen::desk(&host, "planner", "schedule");
    desk.browser.see(BAR);

    desk.browser.eval(&format!("document.querySelector(\"{BAR}\").dataset.mark = 'held'"));
    let (x, y) = desk.browser.hold(BAR);
    desk.browser.carry((x + 40.0, y));
    // The page is seen again and would read anew; meanwhile somebody else plans too.
    people.create(SMALL.product, "50", SMALL.line);
    people.planner.post("/api/v1/schedule", json!({"direction": "forward"})).ok();
    desk.browser.eval("document.dispatchEvent(new Event('visibilitychange'))");
    std::thread::sleep(std::time::Duration::from_secs(1));
    desk.browser.see("[data-mark=held].dragging");
    // 20 pixels are an hour.
    desk.browser.carry((x + 100.0, y));
    desk.browser.let_go((x + 100.0, y));
    desk.browser.read("已排程");
    let pinned = until("it is pinned", || operation(&people.planner).slot.filter(|slot| slot.pinned));
    let moved = pinned.start.duration_since(before.start).as_secs();
    assert!((moved - 5 * 3_600).abs() <= 900, "five hours later: {before:?} {pinned:?}");

    desk.goes("schedule");
    desk.browser.see(&format!("{BAR}.pinned"));
    assert_eq!(operation(&people.planner).slot, Some(pinned));
    // What nobody holds is drawn anew.
    desk.browser.see(".gantt-bar[aria-label^='WO-000002']");
    desk.look("schedule-dragged");
}
