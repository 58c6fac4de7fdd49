//! A plant draws a flow of its own: it is checked, published, signed under, and open orders are moved to it.

use serde_json::{Value, json};
use takt_api::flows::{DraftDetail, Flows, MovedOrders, WaitingApprovals};
use takt_domain::flow::{Flow, FlowRef};
use takt_tests::client::key;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};

/// The built-in flow, whose approval two departments have to countersign.
fn countersigned() -> Value {
    let mut flow = json!(Flow::builtin());
    flow["name"] = json!("casting");
    let actions = flow["actions"].as_array_mut().expect("actions");
    let approve = actions.iter_mut().find(|action| action["name"] == "approve").expect("approve");
    approve["approval"] = json!({
        "steps": [{
            "name": "departments", "label": {"zh": "部门会签", "en": "departments"},
            "by": [{"role": "inspector"}, {"role": "shift_lead"}], "deadline_minutes": 60,
        }],
        "side_by_side": true, "automatic": true, "on_refusal": "reject",
    });
    flow
}

fn publish(people: &People, flow: &Value) -> FlowRef {
    let before = people.manager.get("/api/v1/flows").ok().json::<Flows>();
    let version = before.drafts.iter().find(|draft| draft.name == "casting").map_or(0, |draft| draft.draft_version);
    let draft = json!({"flow": flow, "draft_version": version});
    let saved: DraftDetail = people.manager.put("/api/v1/flows/casting/draft", draft).ok().json();
    assert_eq!(saved.problems, []);
    let body = json!({"draft_version": saved.draft_version, "reason": "two departments sign"});
    people.manager.post("/api/v1/flows/casting/versions", body).ok().json()
}

fn submitted(people: &People, flow: &str) -> String {
    let body = json!({"item": SMALL.product, "quantity": "2", "line": SMALL.line, "flow": flow});
    let made: Value = people.planner.post("/api/v1/orders", body).ok().json();
    let order = made["id"].as_str().expect("an id").to_owned();
    people.planner.post(&format!("/api/v1/orders/{order}/actions/submit"), json!({})).ok();
    order
}

fn state(people: &People, order: &str) -> Value {
    people.manager.get(&format!("/api/v1/orders/{order}")).ok().json::<Value>()["order"]["state"].clone()
}

#[test]
fn a_flow_with_a_dead_end_is_refused_with_the_place_and_nothing_is_published() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut flow = countersigned();
    let limbo = json!({"name": "limbo", "category": "waiting", "label": {"zh": "搁置", "en": "limbo"}});
    flow["states"].as_array_mut().expect("states").push(limbo);
    let shelve = json!({
        "name": "shelve", "event": "order.shelved.v1", "from": ["approved"], "to": "limbo", "permission": "order.approve",
        "label": {"zh": "搁置", "en": "shelve"},
    });
    flow["actions"].as_array_mut().expect("actions").push(shelve);
    let draft = json!({"flow": flow, "draft_version": 0});
    people.planner.put("/api/v1/flows/casting/draft", draft.clone()).expect_problem(403, "forbidden");
    let saved: DraftDetail = people.manager.put("/api/v1/flows/casting/draft", draft.clone()).ok().json();
    assert_eq!(saved.problems[0].at, "states.limbo");
    // Who was slower is told so, and overwrites nothing.
    let late = people.manager.put("/api/v1/flows/casting/draft", draft).expect_problem(422, "invalid");
    assert_eq!(late.errors[0].at, "draft_version");
    let body = json!({"draft_version": saved.draft_version, "reason": "try"});
    let problem = people.manager.post("/api/v1/flows/casting/versions", body).expect_problem(422, "invalid");
    assert_eq!(problem.errors[0].at, "states.limbo");
    let flows: Flows = people.manager.get("/api/v1/flows").ok().json();
    assert_eq!(flows.published.len(), 1, "the built-in one alone");
    let unknown = json!({"item": SMALL.product, "quantity": "2", "line": SMALL.line, "flow": "casting"});
    people.planner.post("/api/v1/orders", unknown).expect_problem(422, "invalid");
}

#[test]
fn an_order_is_approved_when_all_departments_have_signed_and_no_signature_counts_twice() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut named = countersigned();
    let nobody = json!([{"user": "nobody"}]);
    for action in named["actions"].as_array_mut().expect("actions").iter_mut().filter(|a| a["name"] == "approve") {
        action["approval"]["steps"][0]["by"] = nobody.clone();
    }
    let draft = json!({"flow": named, "draft_version": 0});
    let saved: DraftDetail = people.manager.put("/api/v1/flows/casting/draft", draft).ok().json();
    let body = json!({"draft_version": saved.draft_version, "reason": "r"});
    let problem = people.manager.post("/api/v1/flows/casting/versions", body).expect_problem(422, "invalid");
    assert_eq!(problem.errors[0].at, "actions.approve.approval.departments.by", "nobody could sign");
    assert_eq!(publish(&people, &countersigned()), FlowRef { name: "casting".into(), version: 1 });

    let order = submitted(&people, "casting");
    let path = format!("/api/v1/orders/{order}/approvals/approve");
    let yes = json!({"decision": "sign"});
    let approve = format!("/api/v1/orders/{order}/actions/approve");
    assert_eq!(people.manager.post(&approve, json!({})).unmet(409, "refused"), ["approval.missing"]);
    assert_eq!(people.operator.post(&path, yes.clone()).unmet(403, "forbidden"), ["approval.not_signer"]);
    let inbox: WaitingApprovals = people.inspector.get("/api/v1/approvals").ok().json();
    assert_eq!(inbox.rows.len(), 1);
    let once = key();
    assert_eq!(people.inspector.post(&path, yes.clone()).unmet(409, "refused"), ["signature.missing"]);
    let ticket = people.inspector.signature(&path);
    people.inspector.post_with_ticket(&once, &path, &yes, &ticket).ok();
    people.inspector.post_with_ticket(&once, &path, &yes, &ticket).ok();
    assert_eq!(people.inspector.post(&path, yes.clone()).unmet(409, "refused"), ["approval.signed"]);
    // The key of another is nobody else's signature.
    assert_eq!(people.operator.post_with(&once, &path, &yes).unmet(403, "forbidden"), ["approval.not_signer"]);
    // Nor is a ticket good for another order, or for anybody else.
    let other = submitted(&people, "casting");
    let elsewhere = format!("/api/v1/orders/{other}/approvals/approve");
    let refused = people.inspector.post_with_ticket(&key(), &elsewhere, &yes, &ticket);
    assert_eq!(refused.unmet(409, "refused"), ["signature.other_act"]);
    let stolen = people.lead.post_with_ticket(&key(), &path, &yes, &people.inspector.signature(&path));
    assert_eq!(stolen.unmet(409, "refused"), ["signature.other_user"]);
    assert_eq!(state(&people, &order), "pending_review");
    let inbox: WaitingApprovals = people.inspector.get("/api/v1/approvals").ok().json();
    assert_eq!(inbox.rows.iter().map(|row| row.order.as_str()).collect::<Vec<_>>(), [other.as_str()]);

    // The shift lead is away, and the operator signs instead.
    let deputy = json!({"to": "operator", "ends_at": "2099-01-01T00:00:00Z"});
    people.lead.put("/api/v1/delegations/lead", deputy.clone()).expect_problem(422, "invalid");
    let deputy = json!({"to": "operator", "ends_at": jiff::Timestamp::now() + jiff::SignedDuration::from_hours(9)});
    people.operator.put("/api/v1/delegations/lead", deputy.clone()).expect_problem(403, "forbidden");
    let inbox = |people: &People| people.operator.get("/api/v1/approvals").ok().json::<WaitingApprovals>().rows;
    assert_eq!(inbox(&people), []);
    people.lead.put("/api/v1/delegations/lead", deputy).ok();
    let waits = inbox(&people);
    let found: Vec<_> =
        waits.iter().map(|row| (row.order.as_str(), row.acting_for.as_ref().map(|user| user.as_str()))).collect();
    assert!(
        found.contains(&(order.as_str(), Some("lead"))),
        "the deputy has what waits for the one who is away: {found:?}"
    );
    people.operator.post_signed(&path, &yes).ok();
    assert_eq!(state(&people, &order), "approved", "the last signature takes the action");
    let detail: Value = people.manager.get(&format!("/api/v1/orders/{order}")).ok().json();
    let signatures = detail["order"]["signatures"].as_array().expect("signatures");
    assert_eq!(signatures.len(), 2, "{signatures:?}");
    assert_eq!((&signatures[1]["by"], &signatures[1]["acting_for"]), (&json!("operator"), &json!("lead")));

    let refused = submitted(&people, "casting");
    let path = format!("/api/v1/orders/{refused}/approvals/approve");
    people.lead.post(&path, json!({"decision": "refuse"})).expect_problem(409, "refused");
    people.lead.post_signed(&path, &json!({"decision": "refuse", "comment": "no drawing"})).ok();
    let detail: Value = people.manager.get(&format!("/api/v1/orders/{refused}")).ok().json();
    assert_eq!(detail["order"]["history"].as_array().and_then(|all| all.last()).expect("history")["action"], "reject");
}

#[test]
fn open_orders_come_under_another_version_only_where_the_state_means_the_same() {
    let host = Fresh::small();
    let people = People::at(&host);
    let mut flow = countersigned();
    publish(&people, &flow);
    let order = submitted(&people, "casting");
    // The second version calls the first state otherwise.
    let renamed = flow.to_string().replace("\"pending_review\"", "\"checking\"");
    flow = serde_json::from_str(&renamed).expect("JSON");
    publish(&people, &flow);
    assert_eq!(state(&people, &order), "pending_review", "an order keeps its version");
    let from = json!({"name": "casting", "version": 1});
    let mut body = json!({"to_version": 2, "from": from, "reason": "new names", "preview": true});
    let looked: MovedOrders = people.manager.post("/api/v1/flows/casting/moves", body.clone()).ok().json();
    assert!(looked.preview && looked.orders.len() == 1 && looked.orders[0].to.is_none(), "{looked:?}");
    body["states"] = json!({"pending_review": "in_progress"});
    let looked: MovedOrders = people.manager.post("/api/v1/flows/casting/moves", body.clone()).ok().json();
    assert!(looked.orders[0].to.is_none(), "what waits is not in progress: {looked:?}");
    body["states"] = json!({"pending_review": "checking"});
    people.manager.post("/api/v1/flows/casting/moves", body.clone()).ok();
    assert_eq!(state(&people, &order), "pending_review", "a preview changes nothing");
    body["preview"] = json!(false);
    people.planner.post("/api/v1/flows/casting/moves", body.clone()).expect_problem(403, "forbidden");
    let moved: MovedOrders = people.manager.post("/api/v1/flows/casting/moves", body).ok().json();
    assert_eq!(moved.orders[0].to.as_deref(), Some("checking"));
    assert_eq!(state(&people, &order), "checking");
    let detail: Value = people.manager.get(&format!("/api/v1/orders/{order}")).ok().json();
    let last = detail["order"]["history"].as_array().and_then(|all| all.last()).expect("history");
    assert_eq!((&last["action"], &last["reason"]), (&json!("change-flow"), &json!("new names")));
    // Lists and the board know the plant's own states.
    people.planner.get("/api/v1/orders?state=checking").ok();
    people.planner.get("/api/v1/orders?state=nowhere").expect_problem(422, "invalid");
    let open: Value = people.planner.get("/api/v1/orders?open=1").ok().json();
    assert_eq!(open["rows"][0]["state_label"], flow["states"][0]["label"]);

    // What new orders get is chosen, too.
    people
        .manager
        .put("/api/v1/flow-default", json!({"flow": {"name": "casting", "version": 9}}))
        .expect_problem(422, "invalid");
    people.manager.put("/api/v1/flow-default", json!({"flow": {"name": "casting", "version": 2}})).ok();
    let made = people.create(SMALL.product, "1", SMALL.line);
    assert_eq!(state(&people, &made), "checking");
}

#[test]
fn orders_that_cannot_be_moved_are_named_and_hide_none_behind_them() {
    let host = Fresh::small();
    let people = People::at(&host);
    let flow = countersigned();
    publish(&people, &flow);
    let create = || {
        let body = json!({"item": SMALL.product, "quantity": "1", "line": SMALL.line, "flow": "casting"});
        people.planner.post("/api/v1/orders", body).ok().json::<Value>()["id"].as_str().expect("an id").to_owned()
    };
    let approved = || {
        let order = submitted(&people, "casting");
        let path = format!("/api/v1/orders/{order}/approvals/approve");
        people.inspector.post_signed(&path, &json!({"decision": "sign"})).ok();
        people.lead.post_signed(&path, &json!({"decision": "sign"})).ok();
        order
    };
    // More than a call takes stand where the next version has no state; the others come before and behind them.
    let mut movable: Vec<String> = (0..3).map(|_| approved()).collect();
    let mut staying: Vec<String> = (0..105).map(|_| create()).collect();
    movable.extend((0..3).map(|_| approved()));
    let renamed = flow.to_string().replace("\"pending_review\"", "\"checking\"");
    publish(&people, &serde_json::from_str(&renamed).expect("JSON"));
    let from = json!({"name": "casting", "version": 1});
    let mut body = json!({"to_version": 2, "from": from, "reason": "new names", "preview": true});
    for preview in [true, false] {
        body["preview"] = json!(preview);
        body["after"] = Value::Null;
        let (mut moved, mut stayed, mut calls) = (Vec::new(), Vec::new(), 0);
        loop {
            let told: MovedOrders = people.manager.post("/api/v1/flows/casting/moves", body.clone()).ok().json();
            assert!(told.orders.len() <= 100, "{}", told.orders.len());
            if calls == 0 {
                assert_eq!(told.orders.len() + told.remaining, 111);
            }
            calls += 1;
            for order in told.orders {
                let to = if order.to.is_some() { &mut moved } else { &mut stayed };
                assert_eq!(order.to.is_none(), !order.why_not.is_empty());
                to.push(order.order.to_string());
            }
            let Some(next) = told.next else { break };
            assert!(calls < 10, "it comes to an end");
            body["after"] = json!(next);
        }
        moved.sort();
        stayed.sort();
        movable.sort();
        staying.sort();
        assert_eq!((moved, stayed), (movable.clone(), staying.clone()), "preview: {preview}");
    }
    let flow_of = |order: &str| {
        people.manager.get(&format!("/api/v1/orders/{order}")).ok().json::<Value>()["order"]["flow"]["version"].clone()
    };
    assert!(movable.iter().all(|order| flow_of(order) == json!(2)));
    assert_eq!(flow_of(&staying[0]), json!(1));
}
