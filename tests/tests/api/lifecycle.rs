//! The life-cycle report over HTTP, and its files.

use takt_api::Page;
use takt_api::insight::Rollups;
use takt_api::lifecycle::{Lifecycle, LifecycleMonth};
use takt_tests::host::Fresh;
use takt_tests::plant::{self, People, SMALL, good};
use takt_tests::wait::until;

#[test]
fn the_report_and_its_files_say_how_long_orders_were_where() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "2", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 2)).ok();
    let done = plant::order(&people.admin, &order).order.state_since;
    until("the background has rolled up", || {
        let rollups: Rollups = people.manager.get("/api/v1/rollups").ok().json();
        rollups.as_of.filter(|as_of| as_of.as_millisecond() >= done.as_millisecond())
    });
    let report: Lifecycle = people.manager.get("/api/v1/insight/lifecycle").ok().json();
    let mut states: Vec<_> = report.rows.iter().map(|row| (row.state.as_str(), row.orders, row.waiting)).collect();
    states.sort_unstable();
    let expected = [("approved", 1, true), ("in_progress", 1, false), ("pending_review", 1, true), ("ready", 1, true)];
    assert_eq!(states, expected);
    assert!(report.rows.windows(2).all(|pair| pair[0].mean_s >= pair[1].mean_s), "the longest first");
    let what_if = report.what_if.expect("an order was completed");
    assert_eq!(what_if.orders, 1);
    // Each part is told in whole seconds.
    let (parts, most) = (what_if.parts.iter().map(|part| part.part_s).sum::<i64>(), what_if.parts.len() as i64);
    assert!((parts..=parts + most).contains(&what_if.lead_s), "the parts are the whole: {what_if:?}");
    let less: Lifecycle = people.manager.get("/api/v1/insight/lifecycle?less=approved:100,ready:100").ok().json();
    let less = less.what_if.expect("an order was completed");
    let kept = less.parts.iter().filter(|part| !["approved", "ready"].contains(&part.state.as_str()));
    assert_eq!(less.with_less_s, kept.map(|part| part.part_s).sum::<i64>());
    let by_line: Lifecycle = people.planner.get("/api/v1/insight/lifecycle?by=line&line=L1").ok().json();
    assert!(
        by_line.rows.len() == 4
            && by_line.rows.iter().all(|row| row.line.as_ref().map(|line| line.as_str()) == Some("L1"))
    );
    let none: Lifecycle =
        people.planner.get("/api/v1/insight/lifecycle?by=month&from=2020-01-01&to=2020-12-31").ok().json();
    assert_eq!((none.rows, none.what_if), (vec![], None));

    let csv = people.manager.get("/api/v1/insight/lifecycle.csv?by=item").ok();
    assert!(csv.text().starts_with("\u{feff}month,line,item,state,"), "{}", csv.text());
    assert_eq!(csv.text().lines().count(), 5);
    assert!(csv.text().contains(",P,in_progress,in progress,no,1,1,"), "{}", csv.text());
    let xlsx = people.manager.get("/api/v1/insight/lifecycle.xlsx").ok();
    assert!(xlsx.body.starts_with(b"PK\x03\x04"), "a workbook is a zip");
    let disposition = xlsx.headers.get("content-disposition").and_then(|value| value.to_str().ok());
    assert_eq!(disposition, Some("attachment; filename=\"lifecycle.xlsx\""));

    let months: Page<LifecycleMonth> = people.manager.get("/api/v1/insight/lifecycle/months").ok().json();
    assert_eq!(months.rows, [], "the plant is younger than a month");
    let wrong = |query: &str, at: &str| {
        let problem = people.manager.get(&format!("/api/v1/insight/lifecycle?{query}")).expect_problem(422, "invalid");
        assert_eq!(problem.errors[0].at, at, "{query}");
    };
    wrong("by=colour", "by");
    for less in
        ["approved", "approved:101", "approved:-1", "nowhere:5", "in_progress:5", "completed:5", "ready:5,ready:6"]
    {
        wrong(&format!("less={less}"), "less");
    }
    wrong("from=2026-03-03&to=2026-03-01", "to");
    wrong("from=1970-01-01", "to");
    wrong("from=yesterday", "from");
    people.operator.get("/api/v1/insight/lifecycle").expect_problem(403, "forbidden");
}
