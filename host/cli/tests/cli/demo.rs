//! `takt serve --demo`: an empty plant is filled once, as a whole, whatever happens meanwhile.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Folder, Serving, run_with, well};

struct Client {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Client {
    fn sign_in(url: &str, user: &str) -> Self {
        let agent = ureq::Agent::new_with_defaults();
        let body = serde_json::to_vec(&json!({"user": user, "pin": "1234"})).unwrap();
        let answer =
            agent.post(format!("{url}/api/v1/session")).header("content-type", "application/json").send(&body[..]);
        let session: Value = serde_json::from_slice(&answer.unwrap().body_mut().read_to_vec().unwrap()).unwrap();
        Self { agent, url: url.to_owned(), token: session["token"].as_str().unwrap().to_owned() }
    }

    fn get(&self, path: &str) -> Value {
        let request = self.agent.get(format!("{}{path}", self.url)).header("accept-language", "en");
        let answer = request.header("authorization", format!("Bearer {}", self.token)).call();
        serde_json::from_slice(&answer.unwrap().body_mut().read_to_vec().unwrap()).unwrap()
    }

    fn orders(&self) -> Vec<Value> {
        self.get("/api/v1/orders?limit=200")["rows"].as_array().unwrap().clone()
    }
}

/// What a whole demo has, for somebody who looks at it.
fn check_whole(url: &str) -> usize {
    let planner = Client::sign_in(url, "planner");
    let orders = planner.orders();
    let mut states: BTreeMap<&str, u32> = BTreeMap::new();
    for order in &orders {
        *states.entry(order["state"].as_str().unwrap()).or_default() += 1;
    }
    let all = ["approved", "archived", "closed", "completed", "in_progress", "pending_review", "ready"];
    assert_eq!(states.keys().copied().collect::<Vec<_>>(), all);
    assert!(orders.iter().any(|order| order["priority"] == "urgent"));
    assert!(orders.iter().any(|order| order["paused"] == true));
    let detail = |order: &Value| planner.get(&format!("/api/v1/orders/{}", order["id"].as_str().unwrap()));
    let exceptions =
        |order: &&Value| detail(order)["order"]["exceptions"].as_array().is_some_and(|list| !list.is_empty());
    assert!(orders.iter().any(|order| exceptions(&order)));
    // One waits for material, and for nothing else.
    let codes = |order: &Value| {
        let actions = detail(order)["actions"].clone();
        let dispatch = actions.as_array().unwrap().iter().find(|action| action["action"] == "dispatch").cloned();
        let unmet = dispatch.map(|action| action["unmet"].clone()).unwrap_or_default();
        unmet.as_array().into_iter().flatten().map(|unmet| unmet["code"].to_string()).collect::<Vec<_>>()
    };
    let short = orders.iter().filter(|order| order["state"] == "approved").map(codes).filter(|codes| !codes.is_empty());
    assert_eq!(short.collect::<Vec<_>>(), [["\"kit.short\""]]);
    let stock = Client::sign_in(url, "storekeeper").get("/api/v1/movements?kind=shipment");
    assert!(!stock["rows"].as_array().unwrap().is_empty());
    let keeper = Client::sign_in(url, "storekeeper");
    let states = |path: &str| {
        let rows = keeper.get(path)["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| {
                row["state"]
                    .as_str()
                    .or(row["document"]["state"].as_str())
                    .unwrap_or_else(|| row["count"]["state"].as_str().unwrap())
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(states("/api/v1/counts"), ["open", "counted", "posted"]);
    assert_eq!(states("/api/v1/extra-issues"), ["waiting"]);
    let all = |of: &str, state: &str| states(of).iter().filter(|known| *known == state).count();
    assert_eq!((all("/api/v1/purchase-orders", "open"), all("/api/v1/purchase-orders", "fulfilled")), (3, 1));
    assert_eq!((all("/api/v1/sales-orders", "open"), all("/api/v1/sales-orders", "fulfilled")), (2, 1));
    assert_eq!(keeper.get("/api/v1/incoming-inspections?state=open")["rows"].as_array().unwrap().len(), 1);
    assert_eq!(keeper.get("/api/v1/kanban-calls?state=open")["rows"].as_array().unwrap().len(), 2);
    let steps: Vec<_> =
        keeper.get("/api/v1/receiving")["rows"].as_array().unwrap().iter().map(|row| row["step"].clone()).collect();
    assert!(steps.contains(&json!("inspect")) && steps.contains(&json!("put_away")), "{steps:?}");
    orders.len()
}

#[test]
fn an_empty_plant_is_filled_once_and_says_who_may_sign_in() {
    let data = Folder::data();
    let mut serving = Serving::start(&data, &["--demo"]);
    let url = serving.url();
    let said = serving.said.join("\n");
    assert!(said.contains("PIN 1234") && said.contains("storekeeper"), "{said}");
    let orders = check_whole(&url);
    assert_eq!(serving.interrupt(), Some(0));
    let audit = well(&["audit", "--data", data.text()]);
    let mut again = Serving::start(&data, &["--demo"]);
    let url = again.url();
    assert!(!again.said.join("\n").contains("ready after"), "{:?}", again.said);
    assert_eq!(Client::sign_in(&url, "planner").orders().len(), orders);
    assert_eq!(again.interrupt(), Some(0));
    assert_eq!(well(&["audit", "--data", data.text()]), audit);
}

#[test]
fn a_demo_that_is_killed_in_the_middle_goes_on_to_the_same_whole() {
    let data = Folder::data();
    let mut first = Serving::start(&data, &["--demo"]);
    first.until("orders in every state");
    std::thread::sleep(std::time::Duration::from_millis(150));
    first.kill();
    let mut second = Serving::start(&data, &["--demo"]);
    let url = second.url();
    let orders = check_whole(&url);
    assert_eq!(second.interrupt(), Some(0));
    assert!(well(&["audit", "--data", data.text()]).contains("agree"));
    let whole = Folder::data();
    let mut reference = Serving::start(&whole, &["--demo"]);
    assert_eq!(orders, check_whole(&reference.url()));
}

#[test]
fn a_plant_of_ones_own_is_not_filled_and_has_no_default_user() {
    let data = Folder::data();
    let mut serving = Serving::start(&data, &[]);
    serving.url();
    assert!(serving.said.join("\n").contains("there is no user yet"), "{:?}", serving.said);
    assert_eq!(serving.interrupt(), Some(0));
    let add = ["user", "add", "wang", "--name", "王芳", "--role", "administrator", "--data", data.text()];
    assert!(run_with(&add, &[("TAKT_PIN", "2468")]).status.success());
    let mut demo = Serving::start(&data, &["--demo"]);
    demo.url();
    assert!(demo.said.join("\n").contains("fills only an empty one"), "{:?}", demo.said);
    drop(demo);
    assert_eq!(well(&["user", "list", "--data", data.text()]).lines().count(), 1);
}
