//! What suppliers deliver and customers order, each document somewhere on its way; kanban loops with a call that waits; and
//! material beyond a bill of material that nobody has agreed to yet.

use anyhow::Context;
use serde_json::{Value, json};

use super::writer::Writer;

/// The order that asks for more material, by its place among the demo's: it runs.
const RUNNING: usize = 5;

const PURCHASE: &str = "/api/v1/purchase-orders";
const SALES: &str = "/api/v1/sales-orders";
const MOVEMENTS: &str = "/api/v1/movements";
const CAMERA: &str = "usb-camera";
const BRACKET: &str = "corner-bracket";
const BELT: &str = "GT2-timing-belt";
const HARNESS: &str = "x-motor-harness";
const NUT: &str = "M5-nut";
const SCREW: &str = "M3x16mm-socket-head";
const CAPACITOR: &str = "10u CP_EIA-3216-18_Kemet-A";

/// Standard prices in yuan.
const PRICES: [(&str, &str); 8] = [
    (CAMERA, "86.50"),
    (BRACKET, "1.80"),
    (BELT, "4.20"),
    (HARNESS, "12.60"),
    (NUT, "0.08"),
    (SCREW, "0.12"),
    (CAPACITOR, "0.35"),
    ("24v-power-supply", "148.00"),
];

/// A document: its number, partner, remark, when its first line is due, and its lines.
type Ordered = (&'static str, &'static str, &'static str, i64, &'static [(&'static str, &'static str)]);

const BOUGHT: [Ordered; 4] = [
    ("CG-2611", "立讯线束", "", 6, &[(HARNESS, "60"), ("z-motor-harness", "60")]),
    ("CG-2608", "华南机加", "分两批送货", 1, &[(BRACKET, "200"), (NUT, "1000")]),
    ("CG-2606", "视科光电", "随货附检验报告", -1, &[(CAMERA, "50")]),
    ("CG-2599", "同步传动", "", -3, &[(BELT, "50")]),
];

const SOLD: [Ordered; 3] = [
    ("XS-0452", "海纳机电", "", 5, &[("motherboard", "10"), ("24v-power-supply", "4")]),
    ("XS-0449", "启明科技", "送货前电话联系", 1, &[("motherboard", "6")]),
    ("XS-0441", "华星电子", "", -2, &[("motherboard", "3")]),
];

/// What has happened with them: sort of movement, line, quantity, and from where to where.
const STEPS: [(&str, &str, &str, &str, &str, &str, &str); 9] = [
    ("receipt", "purchase", "CG-2599", BELT, "50", "", "STORE"),
    ("receipt", "purchase", "CG-2608", BRACKET, "120", "", "RCV"),
    ("transfer", "purchase", "CG-2608", BRACKET, "80", "RCV", "STORE"),
    ("receipt", "purchase", "CG-2606", CAMERA, "30", "", "QC"),
    ("transfer", "sales", "XS-0441", "motherboard", "3", "FG", "FG"),
    ("shipment", "sales", "XS-0441", "motherboard", "3", "FG", ""),
    ("transfer", "sales", "XS-0449", "motherboard", "4", "FG", "FG"),
    ("issue", "", "", NUT, "100", "STORE", "ASM1-SIDE"),
    ("receipt", "", "", "rubber-band", "200", "", "RCV"),
];

/// What is there before anything is delivered: prices, what the plant has set, and the plan for cameras.
pub(super) fn set_up(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    let settings = json!({
        "tolerance_percent": 2, "kanban_late_minutes": 45, "extra_percent": 2, "labour_rate": "38.00",
        "machine_rate": "65.00",
    });
    let body = json!({"version": 0, "settings": settings});
    writer.write("manager", "PUT", "/api/v1/supply-settings", &body)?;
    for (item, price) in PRICES {
        writer.write(
            "planner",
            "PUT",
            &format!("/api/v1/prices/{item}").replace(' ', "%20"),
            &json!({"price": price}),
        )?;
    }
    let measure = json!({"kind": "number", "lower": "0.80", "unit": "lp/mm", "decimals": 2});
    let plan = json!({
        "id": "camera-incoming", "name": "相机来料检验", "item": CAMERA, "kind": "incoming",
        "sampling": {"by": "fixed", "count": 1},
        "characteristics": [
            {"id": "look", "label": {"zh": "外观", "en": "look"}, "measure": {"kind": "yes_no"}, "required": true},
            {"id": "focus", "label": {"zh": "解像力", "en": "resolution"}, "measure": measure, "required": true},
        ],
    });
    let body = json!({"version": 0, "plan": plan});
    writer.write("inspector", "PUT", "/api/v1/inspection-plans/camera-incoming", &body)?;
    Ok(())
}

/// Documents, what was booked on them, kanban loops and calls, and a request for more material.
pub(super) fn make(writer: &mut Writer<'_>, orders: &[String]) -> anyhow::Result<()> {
    eprintln!("takt: demo: purchase and sales orders, kanban and extra issues ...");
    for (path, documents) in [(PURCHASE, &BOUGHT[..]), (SALES, &SOLD[..])] {
        for document in documents {
            order(writer, path, document)?;
        }
    }
    for step in STEPS {
        writer.write("storekeeper", "POST", MOVEMENTS, &movement(step))?;
    }
    inspect(writer, "10", json!({"look": {"yes": true}, "focus": {"number": "0.93"}}))?;
    inspect(writer, "6", json!({"look": {"yes": false}, "focus": {"number": "0.71"}}))?;
    kanban(writer)?;
    let extra = json!({
        "kind": "issue", "item": CAPACITOR, "quantity": "60", "from": "ESTORE", "to": "SMT-SIDE",
        "order": orders[RUNNING], "reason": "换料盘时抛料,数量不足",
    });
    writer.write("storekeeper", "POST", "/api/v1/extra-issues", &extra)?;
    Ok(())
}

fn order(writer: &mut Writer<'_>, path: &str, (id, partner, note, due, lines): &Ordered) -> anyhow::Result<()> {
    let due = writer.day(*due)?;
    let lines: Vec<Value> =
        lines.iter().map(|(item, quantity)| json!({"item": item, "quantity": quantity, "due": due})).collect();
    writer.write("planner", "POST", path, &json!({"id": id, "partner": partner, "note": note, "lines": lines}))?;
    Ok(())
}

fn movement((kind, of, document, item, quantity, from, to): (&str, &str, &str, &str, &str, &str, &str)) -> Value {
    let mut body = json!({"kind": kind, "item": item, "quantity": quantity});
    for (side, place) in [("from", from), ("to", to)] {
        if !place.is_empty() {
            body[side] = json!(place);
        }
    }
    if !document.is_empty() {
        body["line"] = json!({"kind": of, "document": document, "line": 10});
    }
    body
}

fn inspect(writer: &mut Writer<'_>, quantity: &str, values: Value) -> anyhow::Result<()> {
    let body = json!({
        "line": {"kind": "purchase", "document": "CG-2606", "line": 10}, "location": "QC", "quantity": quantity,
        "samples": [{"values": values}],
    });
    writer.write("inspector", "POST", "/api/v1/incoming-inspections", &body)?;
    Ok(())
}

/// Two loops to the first assembly line. Of one a box was brought; of the other two are called for and none was.
fn kanban(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    for (id, item, per_card, cards) in [("KB-M5-NUT", NUT, "200", 3), ("KB-M3X16", SCREW, "100", 2)] {
        let body = json!({
            "version": 0, "item": item, "from": "STORE", "to": "ASM1-SIDE", "per_card": per_card, "cards": cards,
        });
        writer.write("planner", "PUT", &format!("/api/v1/kanban/{id}"), &body)?;
    }
    let mut call = |id: &str| writer.write("operator", "POST", &format!("/api/v1/kanban/{id}/calls"), &json!({}));
    let (brought, _waits, _waits_too) = (call("KB-M3X16")?, call("KB-M5-NUT")?, call("KB-M5-NUT")?);
    let brought = brought["id"].as_str().context("the plant says no call")?;
    writer.write("storekeeper", "POST", &format!("/api/v1/kanban-calls/{brought}/fulfilment"), &json!({}))?;
    Ok(())
}
