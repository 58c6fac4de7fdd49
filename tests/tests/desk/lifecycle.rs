//! The life-cycle report: somebody takes waiting away at the desk and sees what it would save.

use std::thread;
use std::time::Duration;

use serde_json::json;
use takt_api::lifecycle::Lifecycle;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL, act, good};
use takt_tests::wait::until;

use super::Screen;

#[test]
fn what_if_takes_the_waiting_of_one_state_away() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.create(SMALL.product, "2", SMALL.line);
    act(&people.planner, &order, "submit", json!({})).ok();
    act(&people.manager, &order, "approve", json!({})).ok();
    // It waits for its dispatch long enough to be told in seconds.
    thread::sleep(Duration::from_secs(3));
    act(&people.planner, &order, "dispatch", json!({})).ok();
    people.check_in(SMALL.line);
    act(&people.operator, &order, "start", json!({})).ok();
    act(&people.inspector, &order, "inspect-first-article", json!({"result": "pass"})).ok();
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 2)).ok();
    let what_if = |less: &str| {
        let report: Lifecycle = people.manager.get(&format!("/api/v1/insight/lifecycle{less}")).ok().json();
        report.what_if
    };
    until("the order is rolled up", || what_if(""));

    let mut desk = Screen::desk(&host, "manager", "lifecycle");
    desk.browser.read("完工 1 张工单");
    desk.look("lifecycle");
    desk.browser.see("[data-less=approved]");
    desk.browser.eval(
        "(() => { const choice = document.querySelector('[data-less=approved]'); choice.value = '100'; \
         for (const kind of ['input', 'change']) choice.dispatchEvent(new Event(kind, {bubbles: true})) })()",
    );
    desk.browser.read("→");
    desk.look("lifecycle-what-if");
    let saved = what_if("?less=approved:100").expect("an order was completed");
    assert!(saved.lead_s - saved.with_less_s >= 3, "{saved:?}");
    let shown = desk.browser.eval("document.querySelector('[data-what-if] tfoot td:last-child').textContent");
    let row = desk.browser.eval(
        "document.querySelector('[data-less=approved]').closest('tr').querySelector('td:last-child').textContent",
    );
    assert_eq!(shown, row, "nothing else was taken away");
    assert!(row.as_str().is_some_and(|text| !text.is_empty()), "{row}");
}
