//! The plant that the tests work in, and its people.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use takt_api::orders::{OrderAnswer, OrderDetail};
use takt_domain::permission::Role;

use crate::client::{Answer, Client};
use crate::host::{Host, root, run_well};
use crate::ledger::escaped;

/// Everybody's PIN.
pub const PIN: &str = "1234";

/// A plant with one product of one material, for what has to be quick or exact: `tests/fixtures/small`.
pub struct Small {
    /// What is made.
    pub product: &'static str,
    /// What it is made of.
    pub material: &'static str,
    /// How much of it for one.
    pub per: u32,
    /// Something of which there is none.
    pub rare: &'static str,
    /// Where material stands.
    pub store: &'static str,
    /// Beside the line.
    pub beside: &'static str,
    /// Where it is made.
    pub line: &'static str,
    /// The only operation.
    pub operation: u16,
    /// The machine that it needs.
    pub equipment: &'static str,
    /// The mould that it needs.
    pub mould: &'static str,
}

/// What the small plant holds.
pub const SMALL: Small = Small {
    product: "P",
    material: "M",
    per: 2,
    rare: "R",
    store: "S1",
    beside: "B1",
    line: "L1",
    operation: 10,
    equipment: "E1",
    mould: "D1",
};

/// The real product, and the places that it passes: `tests/fixtures/lumenpnp`.
pub struct Machine {
    /// What is made.
    pub product: &'static str,
    /// Where it is made.
    pub line: &'static str,
    /// Where material stands.
    pub store: &'static str,
    /// Beside the line.
    pub beside: &'static str,
    /// Where it waits for its final inspection.
    pub quarantine: &'static str,
    /// Where it goes after that.
    pub finished: &'static str,
    /// Of what there is not enough for three.
    pub short: &'static [&'static str],
}

/// What the plant of the real product makes.
pub const MACHINE: Machine = Machine {
    product: "lumenpnp",
    line: "ASM1",
    store: "STORE",
    beside: "ASM1-SIDE",
    quarantine: "QC",
    finished: "FG",
    short: &["motherboard"],
};

/// A folder with the real product's plant to be copied.
pub fn lumenpnp() -> PathBuf {
    prepare("lumenpnp", Some("mapping.toml"))
}

/// A folder with the plant of [`SMALL`] to be copied.
pub fn small() -> PathBuf {
    prepare("small", None)
}

/// Imports a plant, as its users do. The next run of the tests removes the folder.
fn prepare(fixture: &str, mapping: Option<&str>) -> PathBuf {
    let temporary = std::env::temp_dir();
    let name = "takt-test-template-";
    for entry in fs::read_dir(&temporary).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let owner = file.strip_prefix(name).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !PathBuf::from(format!("/proc/{pid}")).exists()) {
            // Another run may be removing it as well.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let folder = temporary.join(format!("{name}{}-{fixture}", std::process::id()));
    let fixtures = root().join("tests/fixtures").join(fixture);
    let text = |path: &std::path::Path| path.display().to_string();
    let (from, data) = (text(&fixtures), text(&folder));
    let mut arguments = vec!["import", &from, "--data", &data];
    let mapping = mapping.map(|file| text(&fixtures.join(file)));
    arguments.extend(mapping.iter().flat_map(|mapping| ["--as", mapping]));
    run_well(&arguments, &[]);
    // On a machine that is busy with tests statements are slow, and statistics would be refused for it. Whoever looks at
    // that chooses it.
    run_well(&["degrade", "off", "--data", &data], &[]);
    folder
}

/// Everybody, signed in.
pub struct People {
    pub operator: Client,
    pub inspector: Client,
    pub storekeeper: Client,
    pub planner: Client,
    pub lead: Client,
    pub manager: Client,
    pub admin: Client,
}

impl People {
    /// Signs everybody in.
    pub fn at(host: &Host) -> Self {
        Self::at_plant(host, None)
    }

    /// The same, at this plant of several.
    pub fn at_plant(host: &Host, plant: Option<u32>) -> Self {
        let client = host.client();
        Self {
            operator: client.sign_in_at(plant, "operator"),
            inspector: client.sign_in_at(plant, "inspector"),
            storekeeper: client.sign_in_at(plant, "storekeeper"),
            planner: client.sign_in_at(plant, "planner"),
            lead: client.sign_in_at(plant, "lead"),
            manager: client.sign_in_at(plant, "manager"),
            admin: client.sign_in_at(plant, "admin"),
        }
    }

    /// Who has only this role.
    pub fn who(&self, role: Role) -> &Client {
        match role {
            Role::Operator => &self.operator,
            Role::Inspector => &self.inspector,
            Role::Storekeeper => &self.storekeeper,
            Role::Planner => &self.planner,
            Role::ShiftLead => &self.lead,
            Role::Manager => &self.manager,
            Role::Administrator => &self.admin,
        }
    }

    /// Receives material into a store.
    pub fn receive(&self, item: &str, quantity: &str, to: &str) {
        let body = json!({"kind": "receipt", "item": item, "quantity": quantity, "to": to});
        self.storekeeper.post("/api/v1/movements", body).expect_status(201);
    }

    /// Makes an order.
    pub fn create(&self, item: &str, quantity: &str, line: &str) -> String {
        let body = json!({"item": item, "quantity": quantity, "line": line});
        self.planner.post("/api/v1/orders", body).expect_status(201).json::<OrderAnswer>().id.to_string()
    }

    /// Brings a new order to the workshop.
    pub fn dispatched(&self, item: &str, quantity: &str, line: &str) -> String {
        let order = self.create(item, quantity, line);
        act(&self.planner, &order, "submit", json!({})).ok();
        act(&self.manager, &order, "approve", json!({})).ok();
        act(&self.planner, &order, "dispatch", json!({})).ok();
        order
    }

    /// Brings a new order to where it takes reports: started, with its first article passed.
    pub fn running(&self, item: &str, quantity: &str, line: &str) -> String {
        let order = self.dispatched(item, quantity, line);
        self.check_in(line);
        act(&self.operator, &order, "start", json!({})).ok();
        act(&self.inspector, &order, "inspect-first-article", json!({"result": "pass"})).ok();
        order
    }

    /// The operator and the shift lead are present at a line.
    pub fn check_in(&self, line: &str) {
        for (client, user) in [(&self.operator, "operator"), (&self.lead, "lead")] {
            client.put(&format!("/api/v1/crew/{user}/presence"), json!({"present": true, "line": line})).ok();
        }
    }
}

/// Takes an action of an order's flow; quality signs with the PIN once more.
pub fn act(client: &Client, order: &str, action: &str, body: Value) -> Answer {
    let path = format!("/api/v1/orders/{}/actions/{action}", escaped(order));
    if action == "sign" { client.post_signed(&path, &body) } else { client.post(&path, body) }
}

/// The order as somebody sees it.
pub fn order(client: &Client, id: &str) -> OrderDetail {
    client.get(&format!("/api/v1/orders/{}", escaped(id))).ok().json()
}

/// What a report of good pieces says.
pub fn good(order: &str, operation: u16, quantity: impl std::fmt::Display) -> Value {
    json!({"order": order, "operation": operation, "good": quantity.to_string()})
}

/// Free stock of an item, in its units.
pub fn available(client: &Client, item: &str) -> i64 {
    let stock: takt_api::stock::ItemStock = client.get(&format!("/api/v1/stock/{}", escaped(item))).ok().json();
    stock.available.units()
}
