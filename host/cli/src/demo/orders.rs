//! Orders in every state of the built-in flow, each brought there step by step, and the stock that moves beside them.

use anyhow::Context;
use serde_json::{Value, json};

use super::quality;
use super::writer::Writer;

/// What is done with an order, by whom.
enum Step {
    /// An action, with the reason or remark that it wants.
    Act(&'static str, &'static str, &'static str),
    /// An inspection that passes.
    Pass(&'static str),
    /// A report at an operation: good, scrap.
    Report(u16, u32, u32),
    /// The storekeeper ships so many of the product to the customer.
    Ship(u32),
}

use Step::{Act, Pass, Report, Ship};

struct Order {
    item: &'static str,
    quantity: u32,
    line: &'static str,
    priority: &'static str,
    due_days: i64,
    customer: &'static str,
    steps: Vec<Step>,
}

const APPROVED: [Step; 2] = [Act("planner", "submit", ""), Act("manager", "approve", "")];

fn approved() -> Vec<Step> {
    APPROVED.into()
}

fn ready() -> Vec<Step> {
    let mut steps = approved();
    steps.push(Act("planner", "dispatch", ""));
    steps
}

fn running() -> Vec<Step> {
    let mut steps = ready();
    steps.extend([Act("operator", "start", ""), Pass("inspect-first-article")]);
    steps
}

fn completed(operations: &[u16], quantity: u32) -> Vec<Step> {
    let mut steps = running();
    steps.extend(operations.iter().map(|operation| Report(*operation, quantity, 0)));
    steps
}

fn signed(operations: &[u16], quantity: u32) -> Vec<Step> {
    let mut steps = completed(operations, quantity);
    steps.extend([Pass("inspect-final"), Act("inspector", "sign", "")]);
    steps
}

fn then(mut steps: Vec<Step>, more: impl IntoIterator<Item = Step>) -> Vec<Step> {
    steps.extend(more);
    steps
}

/// The operations of a motherboard.
const BOARD: &[u16] = &[10, 20, 30];
/// The operations of a machine.
const MACHINE: &[u16] = &[10, 20, 30, 40];

fn board(quantity: u32, priority: &'static str, due_days: i64, customer: &'static str, steps: Vec<Step>) -> Order {
    Order { item: "motherboard", quantity, line: "SMT", priority, due_days, customer, steps }
}

fn machine(quantity: u32, line: &'static str, due_days: i64, customer: &'static str, steps: Vec<Step>) -> Order {
    Order { item: "lumenpnp", quantity, line, priority: "high", due_days, customer, steps }
}

fn all() -> Vec<Order> {
    let close = || Act("planner", "close", "");
    vec![
        board(4, "normal", -9, "库存", then(signed(BOARD, 4), [close(), Act("planner", "archive", "")])),
        board(6, "normal", -4, "华星电子", then(signed(BOARD, 6), [close()])),
        board(5, "low", 20, "库存", vec![Act("planner", "cancel", "客户改期,另开新单")]),
        board(8, "normal", 0, "启明科技", signed(BOARD, 8)),
        board(10, "high", 0, "华星电子", completed(BOARD, 10)),
        board(40, "urgent", 0, "启明科技", then(running(), [Report(10, 24, 0), Report(20, 15, 1)])),
        board(16, "normal", 2, "库存", then(running(), [Report(10, 5, 0), Act("lead", "pause", "等锡膏回温")])),
        board(12, "normal", 1, "华星电子", then(running(), [Act("operator", "exception", "回流焊炉 3 区温度偏高")])),
        // Reporting waits for the first article.
        board(9, "normal", 3, "库存", then(ready(), [Act("operator", "start", "")])),
        machine(2, "ASM1", -2, "深圳创客空间", then(signed(MACHINE, 2), [close(), Ship(1)])),
        machine(1, "ASM1", 0, "苏州仪器", then(completed(MACHINE, 1), [Pass("inspect-final")])),
        machine(1, "ASM1", 3, "启明科技", ready()),
        machine(2, "ASM1", 1, "海纳机电", then(running(), [Report(10, 2, 0), Report(20, 1, 0)])),
        // Urgent, and stuck: nobody is present at the second assembly line.
        Order { priority: "urgent", ..machine(1, "ASM2", 0, "宁波快修", ready()) },
        board(24, "high", 2, "华星电子", ready()),
        board(30, "normal", 4, "库存", approved()),
        // Short of one part: there are not that many motherboards.
        machine(30, "ASM2", 5, "海纳机电", approved()),
        board(50, "urgent", 1, "启明科技", vec![Act("planner", "submit", "")]),
        board(
            15,
            "normal",
            6,
            "库存",
            vec![Act("planner", "submit", ""), Act("manager", "reject", "交期未与客户确认")],
        ),
        board(20, "normal", 7, "库存", Vec::new()),
    ]
}

/// What else the storekeeper booked. The last but one is a slip, which is taken back.
fn movements() -> [Value; 6] {
    let receipt = |item: &str, quantity: &str, lot: &str, document: &str| json!({"kind": "receipt", "item": item, "quantity": quantity, "lot": lot, "to": "STORE", "document": document});
    [
        receipt("24v-power-supply", "40", "2026-46", "PO-3318"),
        receipt("GT2-timing-belt", "25.500", "", "PO-3321"),
        json!({"kind": "issue", "item": "zip-tie", "quantity": "500", "from": "STORE", "to": "ASM1-SIDE", "document": "PICK-0711"}),
        json!({"kind": "scrap", "item": "belt-clamp", "quantity": "3", "from": "STORE", "reason": "开裂"}),
        receipt("rubber-band", "1000", "", "PO-3319"),
        receipt("rubber-band", "100", "", "PO-3319"),
    ]
}

/// Makes them, and answers their numbers in that order.
pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<Vec<String>> {
    let orders = all();
    eprintln!("takt: demo: making {} orders in every state ...", orders.len());
    orders.into_iter().map(|order| writer.order(order)).collect()
}

/// Receives, issues and ships, and takes a slip back.
pub(super) fn move_stock(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    eprintln!("takt: demo: receiving, issuing and shipping ...");
    let mut booked = Vec::new();
    for movement in movements() {
        let answer = writer.write("storekeeper", "POST", "/api/v1/movements", &movement)?;
        booked.push(answer["id"].as_str().context("the plant says no movement")?.to_owned());
    }
    let slip = format!("/api/v1/movements/{}/reversal", booked[booked.len() - 2]);
    writer.write("storekeeper", "POST", &slip, &json!({"reason": "多输了一个零"}))?;
    Ok(())
}

impl Writer<'_> {
    fn order(&mut self, order: Order) -> anyhow::Result<String> {
        let due = self.day(order.due_days)?.to_string();
        let quantity = order.quantity.to_string();
        let Order { item, line, priority, customer, .. } = order;
        let body = json!({
            "item": item, "quantity": quantity, "line": line, "priority": priority, "due": due, "customer": customer,
            "custom": if item == "lumenpnp" { json!({"drawing": "LPNP-A3-0412"}) } else { json!({}) },
        });
        let made = self.write("planner", "POST", "/api/v1/orders", &body)?;
        let id = made["id"].as_str().context("the plant says no number")?.to_owned();
        for step in order.steps {
            self.step(&id, item, step).with_context(|| format!("order {id}"))?;
        }
        Ok(id)
    }

    fn step(&mut self, id: &str, item: &str, step: Step) -> anyhow::Result<()> {
        let action = |name: &str| format!("/api/v1/orders/{id}/actions/{name}");
        match step {
            Act(user, "sign", _) => self.sign(user, &action("sign"), &json!({}))?,
            Act(user, name, "") => self.write(user, "POST", &action(name), &json!({}))?,
            Act(user, name, reason) => self.write(user, "POST", &action(name), &json!({"reason": reason}))?,
            Pass(name) => match quality::passing(item, name) {
                // By its plan, where the item has one for that.
                Some((plan, values)) => {
                    let body = json!({"order": id, "plan": plan, "samples": [{"values": values}]});
                    self.write("inspector", "POST", "/api/v1/inspections", &body)?
                }
                None => self.write("inspector", "POST", &action(name), &json!({"result": "pass"}))?,
            },
            Report(operation, good, scrap) => {
                let scrap = match scrap {
                    0 => json!([]),
                    scrap => json!([{"reason": "虚焊", "quantity": scrap.to_string()}]),
                };
                let custom = if operation == 20 { json!({"temperature": "351.5"}) } else { json!({}) };
                let body = json!({
                    "order": id, "operation": operation, "good": good.to_string(), "scrap": scrap, "custom": custom,
                });
                self.write("operator", "POST", "/api/v1/reports", &body)?
            }
            Ship(quantity) => {
                let quantity = quantity.to_string();
                let body = json!({
                    "kind": "shipment", "item": item, "quantity": quantity, "from": "FG", "document": format!("SO-{id}"),
                });
                self.write("storekeeper", "POST", "/api/v1/movements", &body)?
            }
        };
        Ok(())
    }
}
