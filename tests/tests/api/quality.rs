//! Plans, inspections by them, nonconformances and photos over HTTP.

use serde_json::{Value, json};
use takt_api::quality::{InspectionAnswer, NonconformanceAnswer, PhotoAnswer, PlanDocument};
use takt_domain::order::InspectionResult;
use takt_tests::client::key;
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{self, People, SMALL, act, good};

const PLANS: &str = "/api/v1/inspection-plans";
const NONCONFORMANCES: &str = "/api/v1/nonconformances";

fn plan(id: &str, kind: &str, lower: &str, upper: &str) -> Value {
    let label = json!({"zh": "长度", "en": "length"});
    let measure = json!({"kind": "number", "lower": lower, "upper": upper, "unit": "mm", "decimals": 2});
    let photo = json!({"id": "photo", "label": {"zh": "照片", "en": "photo"}, "measure": {"kind": "photo_note"},
        "required": false});
    json!({"version": 0, "plan": {
        "id": id, "name": "长度检验", "item": SMALL.product, "kind": kind, "sampling": {"by": "fixed", "count": 1},
        "characteristics": [{"id": "length", "label": label, "measure": measure}, photo],
    }})
}

#[test]
fn an_order_goes_by_its_plans_from_the_first_article_to_the_signature() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let inspector = &people.inspector;
    let wrong = inspector.put(&format!("{PLANS}/first"), plan("first", "first_article", "10.1", "9.9"));
    let problem = wrong.expect_problem(422, "invalid");
    assert_eq!(problem.errors[0].at, "plan.characteristics[0].measure.upper");
    assert!(problem.errors[0].detail.contains("below the lower limit"), "{problem:?}");
    people.operator.put(&format!("{PLANS}/first"), plan("first", "first_article", "1", "2")).unmet(403, "forbidden");
    for (id, kind) in [("first", "first_article"), ("patrol", "in_process"), ("last", "final")] {
        inspector.put(&format!("{PLANS}/{id}"), plan(id, kind, "9.9", "10.1")).expect_status(201);
    }
    let listed: Value = people.operator.get(&format!("{PLANS}?item={}&active=true", SMALL.product)).ok().json();
    assert_eq!(listed["rows"].as_array().map(Vec::len), Some(3));
    let document: PlanDocument = people.operator.get(&format!("{PLANS}/last")).ok().json();
    assert_eq!(document.version, 1);

    let order = people.dispatched(SMALL.product, "5", SMALL.line);
    people.check_in(SMALL.line);
    act(&people.operator, &order, "start", json!({})).ok();
    let said = act(inspector, &order, "inspect-first-article", json!({"result": "pass"}));
    assert_eq!(said.unmet(409, "refused"), ["inspection.plan"]);

    let png = b"\x89PNG\r\n\x1a\nand more";
    let data = "iVBORw0KGgphbmQgbW9yZQ==";
    let added: PhotoAnswer = inspector.post("/api/v1/photos", json!({"data": data})).expect_status(201).json();
    let file = people.operator.get(&format!("/api/v1/photos/{}", added.id)).ok();
    assert_eq!(file.body, png);
    let header = |name: &str| file.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!((header("content-type"), header("x-content-type-options")), ("image/png", "nosniff"));
    for data in ["AAAA", "no base64!", ""] {
        inspector.post("/api/v1/photos", json!({"data": data})).expect_problem(422, "invalid");
    }

    let made_up = "00000000-0000-7000-8000-000000000000";
    let refused = |path: &str, body: Value, field: &str| {
        let told = inspector.post(path, body).expect_problem(422, "invalid");
        assert_eq!(told.errors.iter().map(|error| error.at.as_str()).collect::<Vec<_>>(), [field]);
    };
    let values = json!({"length": {"number": "10.1"}, "photo": {"photo": made_up}});
    let inspection = json!({"order": order, "plan": "first", "samples": [{"values": values}]});
    refused("/api/v1/inspections", inspection, "samples[0].values.photo.photo");
    let raised = json!({"order": order, "quantity": "1", "what": "scratched", "photo": made_up});
    refused("/api/v1/nonconformances", raised, "photo");
    refused("/api/v1/exceptions", json!({"type": "quality", "photo": made_up}), "photo");

    let measured = |plan: &str, length: &str| -> InspectionAnswer {
        let values = json!({"length": {"number": length}, "photo": {"photo": added.id}});
        let body = json!({"order": order, "plan": plan, "samples": [{"values": values}]});
        inspector.post("/api/v1/inspections", body).expect_status(201).json()
    };
    assert_eq!(measured("first", "10.2").result, InspectionResult::Fail);
    let report = |pieces: u32| people.operator.post("/api/v1/reports", good(&order, SMALL.operation, pieces));
    assert_eq!(report(1).unmet(409, "refused"), ["inspection.first_article"]);
    assert_eq!(measured("first", "10.1").result, InspectionResult::Pass);
    report(2).expect_status(201);
    let raised = measured("patrol", "11").nonconformance.expect("a failure in process raises one");
    report(3).expect_status(201);
    assert_eq!(measured("last", "10").result, InspectionResult::Pass);
    assert_eq!(act(inspector, &order, "sign", json!({})).unmet(409, "refused"), ["nonconformance.open"]);

    let disposition = format!("{NONCONFORMANCES}/{raised}/disposition");
    let accept = json!({"verdict": "accept", "reason": "customer agrees"});
    let told = people.manager.post(&disposition, accept.clone()).unmet(409, "refused");
    assert_eq!(told, ["signature.missing"]);
    let ticket = people.manager.signature(&disposition);
    let other =
        people.manager.post_with_ticket(&key(), &format!("{NONCONFORMANCES}/NC-9/disposition"), &accept, &ticket);
    other.expect_problem(404, "not-found");
    people.manager.post_with_ticket(&key(), &disposition, &accept, &ticket).ok();
    let scrap = json!({"order": order, "quantity": "1", "what": "scratched"});
    let scrapped: NonconformanceAnswer = inspector.post(NONCONFORMANCES, scrap).expect_status(201).json();
    let path = format!("{NONCONFORMANCES}/{}/disposition", scrapped.id);
    inspector.post(&path, json!({"verdict": "scrap", "reason": "beyond repair"})).ok();
    act(inspector, &order, "sign", json!({})).ok();
    assert_eq!(plant::available(&people.manager, SMALL.product), 4, "one of five was scrapped");
    ledger::check(&people.manager);
}
