//! Too much to do: who calls too often has to wait, and what matters least is refused first.

use serde_json::json;
use takt_tests::client::{Answer, Client, Raw};
use takt_tests::host::{Fresh, Host, run};
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

fn stock_from(client: &Client, host: &Host, device: &str) -> Answer {
    let path = format!("/api/v1/stock/{}", SMALL.material);
    let headers = vec![("authorization", format!("Bearer {}", client.token())), ("takt-device", device.to_owned())];
    let raw = Raw { method: "GET", path: &path, headers, ..Raw::default() };
    client.at(&host.base).raw(&raw).expect("the host answers")
}

#[test]
fn who_calls_too_often_waits_and_nobody_else_does() {
    let host = Fresh::small_with_caller_limit();
    let operator = host.client().sign_in("operator");
    // Side by side, since one after the other they may be no faster than the limit.
    let refused = std::thread::scope(|scope| {
        let hasty = || {
            until("calls are refused", || {
                Some(stock_from(&operator, &host, "hasty")).filter(|answer| answer.status != 200)
            })
        };
        let callers: Vec<_> = (0..16).map(|_| scope.spawn(hasty)).collect();
        callers.into_iter().map(|caller| caller.join().expect("a caller ends")).next().expect("there are callers")
    });
    refused.expect_problem(429, "too-many-requests");
    let wait =
        refused.headers.get("retry-after").and_then(|value| value.to_str().ok()).and_then(|s| s.parse::<u64>().ok());
    assert_eq!(wait, Some(1), "{:?}", refused.headers);
    stock_from(&operator, &host, "calm").expect_status(200);
    let planner = host.client().sign_in("planner");
    stock_from(&planner, &host, "hasty").expect_status(200);
    until("it is let in again", || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        (stock_from(&operator, &host, "hasty").status == 200).then_some(())
    });
}

#[test]
fn by_hand_statistics_boards_and_lists_are_refused_and_the_floor_is_not() {
    let host = Fresh::small();
    let people = People::at(&host);
    let order = people.running(SMALL.product, "5", SMALL.line);
    let takt = |choice: &str| {
        let arguments = ["degrade", choice, "--target", &host.base, "--user", "admin"];
        let output = run(&arguments, &[("TAKT_PIN", "1234")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let low = ["/api/v1/board", "/api/v1/orders", "/api/v1/stock", "/api/v1/insight/output"];
    assert!(low.iter().all(|path| people.manager.get(path).status == 200));
    assert!(takt("on").contains("on"));
    for path in low {
        let refused =
            until("the host has heard of it", || Some(people.manager.get(path)).filter(|answer| answer.status != 200));
        refused.expect_problem(503, "degraded");
        assert!(refused.headers.contains_key("retry-after"), "{path}");
    }
    let health = host.client().get("/health/ready").ok();
    assert!(health.text().contains("\"load\""), "{}", health.text());
    people.operator.get(&format!("/api/v1/stock/{}", SMALL.material)).ok();
    people.operator.post("/api/v1/reports", takt_tests::plant::good(&order, SMALL.operation, 1)).expect_status(201);
    people.receive(SMALL.material, "1", SMALL.store);
    assert!(takt("status").contains("on"));
    assert!(takt("auto").contains("auto"));
    for path in low {
        until("it is answered again", || (people.manager.get(path).status == 200).then_some(()));
    }
    let denied = people.operator.put("/api/v1/degradation", json!({"mode": "on"}));
    denied.expect_problem(403, "forbidden");
}
