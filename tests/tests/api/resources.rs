//! Equipment, moulds and crew: what keeps an order from starting, and check-in by badge.

use serde_json::json;
use takt_api::master::PlantDetail;
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL, act, good};

fn plant(client: &Client) -> PlantDetail {
    client.get("/api/v1/plant").ok().json()
}

#[test]
fn a_machine_for_one_order_goes_from_order_to_order_and_says_who_has_it() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let equipment = format!("/api/v1/equipment/{}/status", SMALL.equipment);
    let overdue = json!({"status": "available", "exclusive": true, "calibrated_until": "2020-01-01"});
    people.lead.put(&equipment, overdue).ok();
    let first = people.dispatched(SMALL.product, "5", SMALL.line);
    people.check_in(SMALL.line);
    let refused = act(&people.operator, &first, "start", json!({})).unmet(409, "refused");
    assert_eq!(refused, ["equipment.calibration"]);
    people.lead.put(&equipment, json!({"status": "available", "calibrated_until": "2999-12-31"})).ok();
    act(&people.operator, &first, "start", json!({})).ok();
    act(&people.inspector, &first, "inspect-first-article", json!({"result": "pass"})).ok();
    let told = plant(&people.planner);
    assert_eq!(told.uses[0].holder.as_ref().map(|holder| holder.order.to_string()), Some(first.clone()));
    assert_eq!(told.in_use.values().copied().collect::<Vec<_>>(), [1]);

    let second = people.dispatched(SMALL.product, "5", SMALL.line);
    let refused = act(&people.operator, &second, "start", json!({})).expect_problem(409, "refused");
    assert!(refused.unmet[0].code == "equipment.in_use" && refused.unmet[0].detail.contains(&first), "{refused:?}");
    people.operator.post("/api/v1/reports", good(&first, SMALL.operation, 5)).ok();
    act(&people.operator, &second, "start", json!({})).ok();
    let told = plant(&people.planner);
    assert_eq!(told.uses[0].holder.as_ref().map(|holder| holder.order.to_string()), Some(second));
}

#[test]
fn shots_are_counted_by_reports_and_an_overhaul_counts_from_zero() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let before = plant(&people.lead).moulds[0].shots;
    let order = people.running(SMALL.product, "10", SMALL.line);
    people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 4)).ok();
    assert_eq!(plant(&people.lead).moulds[0].shots, before + 4);
    let status = format!("/api/v1/moulds/{}/status", SMALL.mould);
    people.lead.put(&status, json!({"usable": true, "shots_max": before + 4})).ok();
    let next = people.dispatched(SMALL.product, "5", SMALL.line);
    assert_eq!(act(&people.operator, &next, "start", json!({})).unmet(409, "refused"), ["mould.unusable"]);
    people.lead.put(&status, json!({"usable": true, "overhauled": true})).ok();
    assert_eq!(plant(&people.lead).moulds[0].shots, 0);
    act(&people.operator, &next, "start", json!({})).ok();
}

#[test]
fn a_badge_checks_in_and_out_and_is_one_persons_alone() {
    let host = Fresh::small();
    let people = People::at(&host);
    let crew = json!({"line": SMALL.line, "badge": "B-17", "qualifications": ["welding"]});
    people.operator.put("/api/v1/crew/operator", crew.clone()).expect_problem(403, "forbidden");
    people.lead.put("/api/v1/crew/operator", crew.clone()).ok();
    people.lead.put("/api/v1/crew/lead", crew).expect_problem(422, "invalid");
    let scan = |client: &Client| client.post("/api/v1/presence", json!({"badge": "B-17", "line": SMALL.line}));
    scan(&people.inspector).expect_problem(403, "forbidden");
    let present = |at: &str| {
        let told = plant(&people.lead);
        let member = told.crew.iter().find(|member| member.user.as_str() == "operator").cloned();
        member.map(|member| (member.present, member.qualifications)).unwrap_or_else(|| panic!("{at}"))
    };
    scan(&people.operator).ok();
    assert_eq!(present("checked in"), (true, vec!["welding".to_owned()]));
    scan(&people.lead).ok();
    assert!(!present("checked out").0);
    people.lead.post("/api/v1/presence", json!({"badge": "B-18"})).expect_problem(422, "invalid");
}

#[test]
fn holidays_and_overtime_are_kept_with_the_plant() {
    let host = Fresh::small();
    let people = People::at(&host);
    let shift = json!({"name": "day", "start": "08:00", "end": "20:00", "weekdays": [1, 2, 3, 4, 5]});
    let put = |days: serde_json::Value| {
        let body = json!({"name": "T", "time_zone": "Asia/Shanghai", "shifts": [shift], "days": days});
        people.admin.put("/api/v1/plant", body)
    };
    put(json!([{"date": "2026-10-01", "name": "国庆"}, {"date": "2026-10-10", "shifts": [{"start": "08:00", "end": "12:00"}]}])).ok();
    assert_eq!(plant(&people.planner).days.len(), 2);
    put(json!([{"date": "2026-10-01"}, {"date": "2026-10-01"}])).expect_problem(422, "invalid");
    put(json!([{"date": "2026-10-01", "shifts": [{"start": "08:00", "end": "8:30"}]}])).expect_problem(422, "invalid");
    assert_eq!(plant(&people.planner).days.len(), 2, "nothing changed");
}
