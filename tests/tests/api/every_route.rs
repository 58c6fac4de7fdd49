//! What holds for each call of the table of routes, so that a new one cannot forget it. Every call goes to things that
//! are there, so that nothing but the fault in it can be what it is refused for.

use serde_json::{Value, json};
use takt_api::comparison::Comparison;
use takt_api::counts::CountAnswer;
use takt_api::exceptions::ExceptionAnswer;
use takt_api::import::OpenedImport;
use takt_api::machines::MadeMachineToken;
use takt_api::problem::Problem;
use takt_api::quality::{NonconformanceAnswer, PhotoAnswer};
use takt_api::reports::Report;
use takt_api::route::{Access, ROUTES, Route};
use takt_api::stock::MovementAnswer;
use takt_api::supply::{CallAnswer, ExtraAnswer, IncomingAnswer};
use takt_tests::client::{Answer, Client, Raw, key};
use takt_tests::host::Fresh;
use takt_tests::ledger;
use takt_tests::plant::{PIN, People, SMALL, good};

/// A plant in the middle of its work, and something that is there for each `{name}` of a path.
struct Site {
    host: Fresh,
    people: People,
    there: Vec<(&'static str, String)>,
}

impl Site {
    fn new() -> Self {
        let host = Fresh::small();
        let people = People::at(&host);
        let receipt = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "100"});
        let movement: MovementAnswer = people.storekeeper.post("/api/v1/movements", receipt).ok().json();
        let order = people.running(SMALL.product, "10", SMALL.line);
        let lot = json!({"kind": "receipt", "item": SMALL.product, "lot": "LOT", "to": SMALL.store, "quantity": "1"});
        people.storekeeper.post("/api/v1/movements", lot).ok();
        let report: Report = people.operator.post("/api/v1/reports", good(&order, SMALL.operation, 1)).ok().json();
        let import: OpenedImport = people.admin.post("/api/v1/imports", json!({})).ok().json();
        let raised: ExceptionAnswer = people.operator.post("/api/v1/exceptions", json!({"type": "other"})).ok().json();
        let found = json!({"order": order, "quantity": "1", "what": "bent"});
        let found: NonconformanceAnswer = people.inspector.post("/api/v1/nonconformances", found).ok().json();
        people.inspector.put("/api/v1/inspection-plans/plan", plan()).ok();
        let photo = json!({"data": "iVBORw0KGgphbmQgbW9yZQ=="});
        let photo: PhotoAnswer = people.operator.post("/api/v1/photos", photo).ok().json();
        let list = json!({"source": "list"});
        let comparison: Comparison = people.admin.post("/api/v1/comparisons", list).ok().json();
        let lines = json!([{"item": SMALL.material, "quantity": "5"}]);
        let document = json!({"id": "DOC", "partner": "somebody", "lines": lines});
        people.planner.post("/api/v1/purchase-orders", document.clone()).ok();
        people.planner.post("/api/v1/sales-orders", document).ok();
        people.inspector.put("/api/v1/inspection-plans/in", incoming_plan()).ok();
        let line = json!({"kind": "purchase", "document": "DOC", "line": 10});
        let receipt = json!({"kind": "receipt", "item": SMALL.material, "to": "Q1", "quantity": "1", "line": line});
        people.storekeeper.post("/api/v1/movements", receipt).ok();
        let look =
            json!({"line": line, "location": "Q1", "quantity": "1", "samples": [{"values": {"look": {"yes": false}}}]});
        let failed: IncomingAnswer = people.inspector.post("/api/v1/incoming-inspections", look).ok().json();
        let kanban =
            json!({"version": 0, "item": SMALL.material, "from": "S1", "to": "B1", "per_card": "1", "cards": 5});
        people.planner.put("/api/v1/kanban/KL", kanban).ok();
        let called: CallAnswer = people.operator.post("/api/v1/kanban/KL/calls", json!({})).ok().json();
        let extra = json!({"kind": "issue", "item": SMALL.material, "from": "S1", "to": "B1", "quantity": "5",
            "order": order, "reason": "dropped"});
        let extra: ExtraAnswer = people.storekeeper.post("/api/v1/extra-issues", extra).ok().json();
        let entered = |scan: &str| {
            json!({
                "kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1", "document": "D", "scan": scan,
            })
        };
        people.storekeeper.post("/api/v1/movements", entered(SMALL.material)).ok();
        let held = people.storekeeper.post("/api/v1/movements", entered("")).expect_problem(409, "entry-conflict");
        let conflict = held.conflict.expect("names the conflict");
        let count = json!({"scope": {"locations": [SMALL.store]}});
        let count: CountAnswer = people.storekeeper.post("/api/v1/counts", count).ok().json();
        let device = vec![("content-type", "application/json".to_owned()), ("takt-device", "web-1".to_owned())];
        let body = json!({"user": "lead", "pin": PIN}).to_string().into_bytes();
        let signed_in = Raw { method: "POST", path: "/api/v1/session", headers: device, body };
        host.client().raw(&signed_in).expect("the host answers").ok();
        let webhook = json!({
            "version": 0, "name": "ERP", "channel": "generic", "url": "http://127.0.0.1:9", "events": ["*"], "enabled": false,
        });
        people.admin.put("/api/v1/webhooks/erp", webhook).ok();
        let machine = json!({"name": "WMS", "scopes": ["stock.view"]});
        people.admin.put("/api/v1/machines/wms", machine).ok();
        let made: MadeMachineToken = people.admin.post("/api/v1/machines/wms/tokens", json!({"days": 1})).ok().json();
        let there = vec![
            ("{webhook}", "erp".to_owned()),
            ("{machine}", "wms".to_owned()),
            ("{token}", made.id),
            ("{event}", "none".to_owned()),
            ("{device}", "web-1".to_owned()),
            ("{lot}", "LOT".to_owned()),
            ("{loop}", "KL".to_owned()),
            ("{call}", called.id),
            ("{extra}", extra.id),
            ("{document}", "DOC".to_owned()),
            ("{inspection}", failed.id.to_string()),
            ("{count}", count.id.to_string()),
            ("{exception}", raised.id.to_string()),
            ("{plan}", "plan".to_owned()),
            ("{nonconformance}", found.id.to_string()),
            ("{photo}", photo.id.to_string()),
            ("{user}", "operator".to_owned()),
            ("{item}", SMALL.product.to_owned()),
            ("{equipment}", SMALL.equipment.to_owned()),
            ("{mould}", SMALL.mould.to_owned()),
            ("{import}", import.id),
            ("{part}", "1".to_owned()),
            ("{order}", order),
            ("{action}", "pause".to_owned()),
            ("{number}", SMALL.operation.to_string()),
            ("{step}", "pause".to_owned()),
            ("{movement}", movement.id),
            ("{report}", report.id),
            ("{letter}", "0-1-0".to_owned()),
            ("{flow}", "builtin".to_owned()),
            ("{alert}", "state.over_limit~none".to_owned()),
            ("{form}", "report".to_owned()),
            ("{comparison}", comparison.id),
            ("{mapping}", "erp".to_owned()),
            ("{list}", "orders".to_owned()),
            ("{conflict}", conflict),
            ("{operation}", SMALL.operation.to_string()),
            ("{batch}", "2026-05.001".to_owned()),
        ];
        Self { host, people, there }
    }

    /// The path of a route, about what is there; or about `instead`, for all of its names.
    fn path(&self, route: &Route, instead: Option<&str>) -> String {
        let filled = route.path.split('/').map(|segment| match segment.strip_prefix('{') {
            None => segment,
            Some(_) => instead.unwrap_or_else(|| {
                let found = self.there.iter().find(|(name, _)| *name == segment);
                &found.unwrap_or_else(|| panic!("{segment} of {} is new here", route.name)).1
            }),
        });
        filled.collect::<Vec<_>>().join("/")
    }

    /// Sends bytes as JSON under a fresh key, as who may do everything.
    fn send(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let headers = vec![
            ("authorization", format!("Bearer {}", self.people.admin.token())),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key()),
        ];
        let raw = Raw { method, path, headers, body: body.to_vec() };
        self.host.client().raw(&raw).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn without(&self, header: &str, route: &Route, body: &[u8]) -> Answer {
        let mut headers = vec![
            ("authorization", format!("Bearer {}", self.people.admin.token())),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key()),
        ];
        headers.retain(|(name, _)| *name != header);
        let path = self.path(route, None);
        let raw = Raw { method: route.method, path: &path, headers, body: body.to_vec() };
        self.host.client().raw(&raw).unwrap_or_else(|error| panic!("{}: {error}", route.name))
    }
}

/// An inspection plan that nothing is wrong with.
fn plan() -> Value {
    let characteristic = json!({"id": "look", "label": {"zh": "外观", "en": "look"}, "measure": {"kind": "yes_no"}});
    json!({"version": 0, "plan": {"id": "plan", "name": "plan", "item": SMALL.product, "kind": "in_process",
        "sampling": {"by": "fixed", "count": 1}, "characteristics": [characteristic]}})
}

/// A plan for what is delivered.
fn incoming_plan() -> Value {
    let characteristic = json!({"id": "look", "label": {"zh": "外观", "en": "look"}, "measure": {"kind": "yes_no"}});
    json!({"version": 0, "plan": {"id": "in", "name": "in", "item": SMALL.material, "kind": "incoming",
        "sampling": {"by": "fixed", "count": 1}, "characteristics": [characteristic]}})
}

/// Everything that a call could have changed.
fn state(admin: &Client) -> Value {
    let told = [
        "orders?limit=200",
        "purchase-orders",
        "sales-orders",
        "incoming-inspections",
        "users",
        "plant",
        "items?limit=200",
        "stock?limit=200",
        "movements?limit=200",
        "board",
    ];
    told.iter().map(|path| admin.get(&format!("/api/v1/{path}")).ok().json::<Value>()).collect()
}

/// Runs a check on routes; nothing may be written by any of them.
fn check(which: impl Fn(&Route) -> bool, check: impl Fn(&Site, &Route)) {
    let site = Site::new();
    let before = state(&site.people.admin);
    let routes: Vec<_> = ROUTES.iter().filter(|route| which(route)).collect();
    assert!(!routes.is_empty());
    for route in routes {
        println!("{}: {} {}", route.name, route.method, route.path);
        check(&site, route);
        assert_eq!(state(&site.people.admin), before, "{} wrote something", route.name);
    }
    ledger::check(&site.people.admin);
}

fn takes_a_body(route: &Route) -> bool {
    matches!(route.method, "POST" | "PUT")
}

#[test]
fn every_call_that_reads_refuses_a_parameter_that_it_does_not_know() {
    check(
        |route| route.method == "GET" && route.access != Access::Public,
        |site, route| {
            let path = site.path(route, None);
            let problem = site.people.admin.get(&format!("{path}?colour=red")).expect_problem(400, "bad-request");
            assert!(problem.detail.contains("colour"), "{problem:?}");
        },
    );
}

#[test]
fn every_call_that_lists_refuses_a_page_that_there_cannot_be() {
    check(
        |route| route.name.starts_with("list"),
        |site, route| {
            let path = site.path(route, None);
            let more = if route.name == "listReports" {
                format!("&order={}", site.path(order_route(), None).rsplit('/').next().unwrap_or_default())
            } else {
                String::new()
            };
            for query in ["limit=0", "limit=201", "limit=-1", "limit=many", "after=nonsense", "after=%00", "after=eyJ9"]
            {
                println!("{query}");
                site.people.admin.get(&format!("{path}?{query}{more}")).expect_problem(422, "invalid");
            }
            site.people.admin.get(&format!("{path}?limit=200{more}")).expect_status(200);
        },
    );
}

fn order_route() -> &'static Route {
    ROUTES.iter().find(|route| route.name == "getOrder").expect("there is such a route")
}

#[test]
fn every_call_with_a_body_refuses_one_that_is_not_its_own() {
    check(takes_a_body, |site, route| {
        let path = site.path(route, None);
        let bodies: [&[u8]; 9] =
            [b"{", b"null", b"[]", b"[{}]", b"1", b"\"text\"", b"{}{}", b"{\"no such field\":1}", b"\xff\xfe"];
        for body in bodies {
            println!("{}", String::from_utf8_lossy(body));
            let problem = site.send(route.method, &path, body).expect_problem(400, "bad-request");
            assert!(!problem.detail.is_empty(), "it says what is wrong");
        }
        let huge = format!("{{\"note\":\"{}\"}}", "x".repeat(256 * 1024));
        site.send(route.method, &path, huge.as_bytes()).expect_problem(413, "too-large");
        site.without("content-type", route, b"{}").expect_problem(415, "unsupported-media-type");
    });
}

#[test]
fn every_write_refuses_to_go_without_its_key() {
    check(
        |route| route.keyed,
        |site, route| {
            let body: &[u8] = if takes_a_body(route) { b"{}" } else { b"" };
            site.without("idempotency-key", route, body).expect_problem(400, "missing-idempotency-key");
        },
    );
}

#[test]
fn every_call_about_something_that_is_not_there_says_so() {
    // Whoever asks for no lists is told so by a 404; an import part is refused before its number is looked at.
    check(
        |route| route.path.contains('{'),
        |site, route| {
            let Some(body) = well_formed(route) else { return };
            for id in ["none", "%E6%97%A0", "a%2Fb", "%00", "%FF", "x".repeat(300).as_str()] {
                println!("{id}");
                let path = site.path(route, Some(id)).replace("/actions/none", "/actions/pause");
                // What it must be asked with, beside the thing.
                let asked = if route.name == "getCountMovements" { "?location=S1&item=M" } else { "" };
                let path = format!("{path}{asked}");
                let answer = match &body {
                    None => site.people.admin.get(&path),
                    Some(body) => site.send(route.method, &path, body.to_string().as_bytes()),
                };
                answer.expect_problem(404, "not-found");
            }
        },
    );
}

/// A body that only lacks the thing that it is about; none for what makes the thing.
fn well_formed(route: &Route) -> Option<Option<Value>> {
    Some(match route.name {
        "putUser"
        | "putFlowDraft"
        | "putInspectionPlan"
        | "putKanbanLoop"
        | "putComparisonMapping"
        | "putWebhook"
        | "putMachine" => {
            return None;
        }
        "removeWebhook" | "rotateWebhookSecret" | "testWebhook" | "replayWebhook" | "replayDeadDelivery" => {
            Some(json!({}))
        }
        "createMachineToken" => Some(json!({"days": 1})),
        "endMachineToken" => Some(json!({})),
        "putContact" => Some(json!({"phone": ""})),
        "putComparisonPart" => Some(json!({"text": "item,quantity\n"})),
        "runComparison" => Some(json!({})),
        "verifyArchiveBatch" => {
            let file = json!({"name": "n", "rows": 1, "bytes": 1, "sha256": "h", "sums": {}});
            Some(json!({"folder": "f", "orders": 1, "files": [file]}))
        }
        "archiveOrder" => Some(json!({"order": "WO-1", "sha256": "h"})),
        "endArchiveBatch" | "expireArchiveBatch" => Some(json!({})),
        "putRestorePart" => Some(json!({"text": "t"})),
        "restoreOrder" => Some(json!({"parts": 1})),
        "callKanban" | "fulfilKanbanCall" => Some(json!({})),
        "putCountPart" => Some(json!({"text": "item,quantity\n"})),
        "enterCountList" => Some(json!({"parts": 1})),
        "finishCount" | "postCount" => Some(json!({})),
        "cancelCount" => Some(json!({"reason": "r"})),
        "enterCountLine" => Some(json!({"location": SMALL.store, "item": SMALL.material, "quantity": "1"})),
        "reviewCountLine" => {
            Some(json!({"place": {"location": SMALL.store, "item": SMALL.material, "lot": ""}, "reason": "r"}))
        }
        "cancelKanbanCall" => Some(json!({"reason": "r"})),
        "decideExtraIssue" => Some(json!({"agree": false, "comment": "c"})),
        "setLotState" => Some(json!({"act": "quarantine", "reason": "r"})),
        "setLotExpiry" => Some(json!({"expires": "2999-12-31", "reason": "r"})),
        "putItemUnits" => Some(json!({"units": []})),
        "putItemMinimum" => Some(json!({})),
        "putDevice" => Some(json!({"name": "n"})),
        "putPrice" => Some(json!({"price": "1"})),
        "endDelegation" => Some(json!({})),
        "putPurchaseOrder" | "putSalesOrder" => {
            Some(json!({"partner": "p", "lines": [{"item": SMALL.material, "quantity": "1"}]}))
        }
        "setPurchaseOrderState" | "setSalesOrderState" => Some(json!({"state": "closed", "reason": "r"})),
        "disposeIncoming" => Some(json!({"verdict": "scrap", "reason": "r"})),
        "disposeNonconformance" => Some(json!({"verdict": "scrap", "reason": "r"})),
        "closeNonconformance" => Some(json!({"note": "n"})),
        "replayDeadLetter" | "acknowledgeAlert" => Some(json!({})),
        "putForm" => Some(json!({"version": 0, "fields": []})),
        "putColumns" => Some(json!({"version": 0, "columns": []})),
        "putOrderCustom" | "putOperationCustom" | "putItemCustom" => Some(json!({"custom": {}})),
        "putEquipmentStatus" => Some(json!({"status": "down"})),
        "putMouldStatus" => Some(json!({"usable": false})),
        "putPresence" => Some(json!({"present": false})),
        "putImportPart" => Some(json!({"file": "items.csv", "text": "id,name\n"})),
        "publishImport" | "acknowledgeException" | "putCrew" | "putOperationPlan" => Some(json!({})),
        "settleConflict" => Some(json!({"decision": "same"})),
        "closeException" => Some(json!({"cause": "c", "action": "a"})),
        "publishFlow" => Some(json!({"draft_version": 0, "reason": "r"})),
        "moveOrders" => {
            Some(json!({"to_version": 1, "from": {"name": "builtin", "version": 1}, "reason": "r", "preview": true}))
        }
        "signApproval" => Some(json!({"decision": "sign"})),
        "putDelegation" => {
            Some(json!({"to": "operator", "ends_at": jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)}))
        }
        "splitOrder" => Some(json!({"quantity": "1"})),
        "mergeOrders" => Some(json!({"orders": ["other"]})),
        "takeAction" | "takeStep" | "reverseMovement" | "reverseReport" => Some(json!({"reason": "r"})),
        name => {
            assert_eq!(route.method, "GET", "{name} is new here");
            None
        }
    })
}

#[test]
fn every_path_says_which_methods_it_has() {
    let site = Site::new();
    for route in ROUTES {
        let path = site.path(route, None);
        for method in ["PATCH", "TRACE", "PURGE"] {
            let answer = site.send(method, &path, b"");
            let problem: Problem = answer.expect_problem(405, "method-not-allowed");
            assert!(problem.detail.contains(route.method), "{problem:?}");
            let allow = answer.headers.get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(allow.split(", ").any(|allowed| allowed == route.method), "{method} {path}: Allow: {allow}");
        }
    }
}
