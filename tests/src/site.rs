//! What load is put on: products, their material and orders of its own, made through the plant's API by those whose work
//! it is. The plant's own orders and stock are not touched.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use takt_api::import::OpenedImport;
use takt_api::orders::{OrderAnswer, OrderDetail};

use crate::client::{Answer, Client};
use crate::ledger::escaped;

/// The only operation of each product.
pub const OPERATION: u16 = 10;
/// Where material stands.
pub const STORE: &str = "LOAD-S";
const LINES: u32 = 4;
const PRODUCTS: u32 = 8;
/// Of each product, and of no other.
const MATERIALS_EACH: u32 = 3;
const MATERIALS: u32 = PRODUCTS * MATERIALS_EACH;
/// More than any run uses.
const PLENTY: &str = "1000000000";
const USERS: [&str; 6] = ["operator", "inspector", "storekeeper", "planner", "lead", "manager"];

/// The plant's people and what they work on.
pub struct Site {
    people: BTreeMap<&'static str, Client>,
    /// They take reports.
    pub orders: Vec<String>,
    /// Others act on these; with their versions before the run.
    pub busy_orders: Vec<(String, u64)>,
    /// Material.
    pub items: Vec<String>,
}

/// Where the plant is filled up beside a line.
pub fn beside(pick: u64) -> String {
    format!("LOAD-B{}", pick % u64::from(LINES) + 1)
}

/// One of the products; each is made of three materials of its own.
pub fn product(pick: u32) -> String {
    format!("LOAD-P{}", pick % PRODUCTS + 1)
}

fn line(n: u32) -> String {
    format!("LOAD-L{}", n % LINES + 1)
}

fn ok(answer: Answer, what: &str) -> anyhow::Result<Answer> {
    match answer.status {
        200..300 => Ok(answer),
        status => bail!("{what}: {status} {}", answer.text()),
    }
}

fn sign_in(target: &str, user: &str, pin: &str) -> anyhow::Result<Client> {
    let client = Client::new(target);
    let body = json!({"user": user, "pin": pin});
    let answer = client.try_send("POST", "/api/v1/session", None, Some(&body));
    let answer = ok(answer.with_context(|| format!("{target} does not answer"))?, &format!("signing in {user}"))?;
    let token = answer.json::<Value>()["token"].as_str().map(str::to_owned).context("no token came back")?;
    Ok(client.with_token(&token))
}

impl Site {
    /// Makes so many orders that take reports, and so many others that others act on.
    pub fn prepare(target: &str, pin: &str, orders: u32, busy_orders: u32) -> anyhow::Result<Self> {
        let mut people = BTreeMap::new();
        for user in USERS {
            people.insert(user, sign_in(target, user, pin)?);
        }
        let items: Vec<_> = (1..=MATERIALS).map(|n| format!("LOAD-M{n}")).collect();
        let mut site = Self { people, orders: Vec::new(), busy_orders: Vec::new(), items };
        if site.who("planner").get_patiently(&format!("/api/v1/items/{}", product(0))).status == 404 {
            eprintln!("load: importing {PRODUCTS} products of {MATERIALS} materials and {LINES} lines ...");
            site.import(&sign_in(target, "admin", pin)?)?;
        }
        for item in &site.items {
            let body = json!({"kind": "receipt", "item": item, "quantity": PLENTY, "to": STORE});
            ok(site.who("storekeeper").post("/api/v1/movements", body), "receiving material")?;
        }
        eprintln!("load: making {} orders ...", orders + busy_orders);
        for n in 0..orders {
            let order = site.running(n, "1000000")?;
            site.orders.push(order);
        }
        for n in 0..busy_orders {
            let order = site.running(n, "100")?;
            let version = site.version(&order);
            site.busy_orders.push((order, version));
        }
        Ok(site)
    }

    /// One of the people.
    pub fn who(&self, user: &str) -> &Client {
        &self.people[user]
    }

    fn import(&self, admin: &Client) -> anyhow::Result<()> {
        let rows = |head: &str, rows: Vec<String>| format!("{head}\n{}\n", rows.join("\n"));
        let material = |n: u32| format!("LOAD-M{n},Load material {n},pcs,0,material");
        let products = (0..PRODUCTS).map(|n| format!("{},Load product {},pcs,0,product", product(n), n + 1));
        let items = products.chain((1..=MATERIALS).map(material)).collect();
        let store = format!("{STORE},Load store,store,");
        let beside = (0..LINES).map(|n| format!("LOAD-B{},Beside load line {},line,{}", n + 1, n + 1, line(n)));
        let bom = |n| (0..MATERIALS_EACH).map(move |m| (n, n * MATERIALS_EACH + m + 1, m + 1));
        let boms = (0..PRODUCTS).flat_map(bom);
        let boms = boms.map(|(n, m, each)| format!("{},LOAD-M{m},{each},{OPERATION}", product(n))).collect();
        let routing = |n| format!("{},{OPERATION},Assemble,yes,0,0,30", product(n));
        let files = [
            ("items.csv", rows("id,name,unit,scale,kind", items)),
            ("lines.csv", rows("id,name", (0..LINES).map(|n| format!("{},Load line {}", line(n), n + 1)).collect())),
            ("locations.csv", rows("id,name,kind,line", [store].into_iter().chain(beside).collect())),
            ("boms.csv", rows("parent,component,quantity,operation", boms)),
            (
                "routings.csv",
                rows(
                    "item,operation,name,released,tolerance_percent,crew_min,standard_s",
                    (0..PRODUCTS).map(routing).collect(),
                ),
            ),
        ];
        let opened: OpenedImport = ok(admin.post("/api/v1/imports", json!({})), "opening an import")?.json();
        for (number, (file, text)) in files.iter().enumerate() {
            let path = format!("/api/v1/imports/{}/parts/{}", opened.id, number + 1);
            ok(admin.put(&path, json!({"file": file, "text": text})), file)?;
        }
        ok(admin.post(&format!("/api/v1/imports/{}/publish", opened.id), json!({})), "publishing the import")?;
        Ok(())
    }

    /// A new order that takes reports: started, its first article passed.
    fn running(&self, n: u32, quantity: &str) -> anyhow::Result<String> {
        // Each line makes each of the products.
        let body = json!({"item": product(n), "quantity": quantity, "line": line(n + n / PRODUCTS)});
        let made: OrderAnswer = ok(self.who("planner").post("/api/v1/orders", body), "making an order")?.json();
        let order = made.id.to_string();
        for (user, action, body) in [
            ("planner", "submit", json!({})),
            ("manager", "approve", json!({})),
            ("planner", "dispatch", json!({})),
            ("operator", "start", json!({})),
            ("inspector", "inspect-first-article", json!({"result": "pass"})),
        ] {
            let path = format!("/api/v1/orders/{}/actions/{action}", escaped(&order));
            ok(self.who(user).post(&path, body), action)?;
        }
        Ok(order)
    }

    fn detail(&self, order: &str) -> OrderDetail {
        self.who("planner").get_patiently(&format!("/api/v1/orders/{}", escaped(order))).ok().json()
    }

    /// The order's version.
    pub fn version(&self, order: &str) -> u64 {
        self.detail(order).version
    }

    /// How many good pieces the order says were reported.
    pub fn done(&self, order: &str) -> u64 {
        let detail = self.detail(order);
        let good = detail.facts.progress.get(&OPERATION).map_or(0, |progress| progress.good.units());
        u64::try_from(good).unwrap_or(0)
    }

    /// Waits until a report has left the queue, and says why where it was refused.
    pub fn ended(&self, report: &str, patience: Duration) -> anyhow::Result<Option<String>> {
        use takt_api::reports::{Report, ReportState};
        let begun = std::time::Instant::now();
        loop {
            let answer = self.who("operator").get(&format!("/api/v1/reports/{report}"));
            if answer.status == 200 {
                let found: Report = answer.json();
                match found.state {
                    ReportState::Booked => return Ok(None),
                    ReportState::Refused => {
                        return Ok(Some(found.unmet.iter().map(|unmet| unmet.detail.as_str()).collect()));
                    }
                    ReportState::Queued => {}
                }
            }
            if begun.elapsed() > patience {
                bail!("the receipt of report {report} has not ended after {} s", patience.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
