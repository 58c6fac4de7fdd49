//! The pages with charts: what their tables say is what the API says, and who may not open one is told why.

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_api::host::Host;
use takt_api::operations::{Degradation, DegradeMode};
use takt_api::production::Production;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

use super::Screen;

/// The cells of the table of a chart, which is turned to its table where it shows its picture.
fn table(desk: &mut Screen, figure: &str) -> Vec<Vec<String>> {
    desk.browser.see(&format!("[data-figure='{figure}'] svg"));
    desk.browser.eval(&format!("document.querySelector(\"[data-table='{figure}']\").click()"));
    desk.browser.see(&format!("[data-figure='{figure}'] tbody tr"));
    let rows = desk.browser.eval(&format!(
        "[...document.querySelectorAll(\"[data-figure='{figure}'] tbody tr\")].map(r => [...r.cells].map(c => c.textContent))"
    ));
    serde_json::from_value(rows).expect("rows of cells")
}

#[test]
fn tables_of_charts_say_what_the_api_says() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    for (good, reason, scrap) in [(3, "bent", 1), (2, "刮伤", 2)] {
        let ended = Timestamp::now();
        let scrap = json!([{"reason": reason, "quantity": scrap.to_string()}]);
        let body = json!({
            "order": order, "operation": SMALL.operation, "good": good.to_string(), "scrap": scrap, "ended_at": ended,
        });
        people.operator.post("/api/v1/reports", body).ok();
    }
    let production = || people.manager.get("/api/v1/insight/production").ok().json::<Production>();
    until("both reports are rolled up", || (production().total.made.to_string() == "5").then_some(()));
    let found = production();

    let mut desk = Screen::desk(&host, "manager", "manager");
    let days = table(&mut desk, "output-by-day");
    assert_eq!(days.len(), found.days.len());
    for (row, day) in days.iter().zip(&found.days) {
        let pieces = &day.pieces;
        let expected = [pieces.planned, pieces.made, pieces.scrap].map(|quantity| quantity.to_string());
        assert_eq!(
            [&row[0], &row[1], &row[2], &row[4]],
            [&day.date.to_string(), &expected[0], &expected[1], &expected[2]]
        );
    }
    let reasons = table(&mut desk, "scrap");
    assert_eq!(reasons, [["刮伤", "2", "1", "66.6 %"], ["bent", "1", "1", "100.0 %"]]);
    let peaks: Value = people.manager.get("/api/v1/insight/peaks").ok().json();
    let hours = table(&mut desk, "hours");
    let today = hours.last().expect("today");
    let told = peaks["days"].as_array().and_then(|days| days.last()).expect("today")["hours"].clone();
    let shown: Vec<i64> = today[1..].iter().map(|cell| cell.parse().expect("a number")).collect();
    assert_eq!(json!(shown), told);
    desk.look("manager");
    desk.goes("operations");
    desk.browser.read("运维");
    desk.look("operations-closed");

    let mut panel = Screen::desk(&host, "admin", "operations");
    panel.browser.see("[data-latencies] tbody tr");
    let shown = table(&mut panel, "memory");
    let known: Host = people.admin.get("/api/v1/host").ok().json();
    let known: Vec<String> = known
        .figures
        .expect("a takt host measures")
        .fine
        .iter()
        .map(|sample| format!("{} MiB", sample.memory_kib / 1024))
        .collect();
    assert!(shown.iter().all(|row| known.contains(&row[1])), "{shown:?} of {known:?}");
    panel.browser.press("立即降级");
    panel.browser.read("暂停统计、看板和列表");
    let chosen: Degradation = people.admin.get("/api/v1/degradation").ok().json();
    assert_eq!(chosen.mode, DegradeMode::On);
    panel.look("operations");
}
