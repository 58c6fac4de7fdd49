//! Counts: one that is booked, one whose differences wait for whoever approves, and one that is being counted.

use anyhow::Context;
use serde_json::{Value, json};

use super::writer::Writer;

const STORE: &str = "STORE";
const ELECTRONICS: &str = "ESTORE";

/// What is counted in a place: by the storekeeper, and by the manager where it has to be counted again.
struct Counted {
    location: &'static str,
    item: &'static str,
    first: Option<&'static str>,
    again: Option<&'static str>,
}

const fn counted(location: &'static str, item: &'static str, quantity: &'static str) -> Counted {
    Counted { location, item, first: Some(quantity), again: None }
}

/// One is missing, which the storekeeper may book.
const BOOKED: [Counted; 3] = [
    counted(STORE, "N24-CP40-nozzle-tip", "56"),
    counted(STORE, "N40-CP40-nozzle-tip", "55"),
    counted(ELECTRONICS, "limit-switch-board", "57"),
];

/// What is missing here is worth more than that.
const WAITING: [Counted; 3] = [
    Counted { again: Some("50"), ..counted(STORE, "N08-CP40-nozzle-tip", "50") },
    counted(STORE, "datum-board-mount", "55"),
    counted(ELECTRONICS, "usb-camera", "112"),
];

/// One place is counted, one waits for somebody else, and one for anybody.
const OPEN: [Counted; 3] = [
    counted(STORE, "N14-CP40-nozzle-tip", "56"),
    counted(STORE, "N75-CP40-nozzle-tip", "48"),
    Counted { first: None, ..counted(STORE, "N045-CP40-nozzle-tip", "") },
];

/// What the plant has set about counts.
fn settings() -> Value {
    json!({
        "blind": true, "recount_percent": "2", "approval_value": "50.00", "alert_percent": "5", "alert_days": 2,
        "consumption_days": 90, "a_percent": 80, "b_percent": 95, "a_days": 30, "b_days": 90, "c_days": 180,
        "lines_per_day": 12,
    })
}

pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    eprintln!("takt: demo: counting ...");
    let body = json!({"version": 0, "settings": settings()});
    writer.write("manager", "PUT", "/api/v1/count-settings", &body)?;
    for item in ["N40-CP40-nozzle-tip", "N08-CP40-nozzle-tip"] {
        writer.write("planner", "PUT", &format!("/api/v1/prices/{item}"), &json!({"price": "26.00"}))?;
    }
    let booked = count(writer, &BOOKED, "循环盘点")?;
    writer.write("storekeeper", "POST", &format!("{booked}/finish"), &json!({}))?;
    writer.write("storekeeper", "POST", &format!("{booked}/posting"), &json!({"reason": "吸嘴领用未登记"}))?;
    let waiting = count(writer, &WAITING, "月末抽盘")?;
    writer.write("storekeeper", "POST", &format!("{waiting}/finish"), &json!({}))?;
    count(writer, &OPEN, "吸嘴专项盘点")?;
    Ok(())
}

/// Begins a count and enters what was counted; answers its address.
fn count(writer: &mut Writer<'_>, lines: &[Counted], note: &str) -> anyhow::Result<String> {
    let places: Vec<Value> = lines.iter().map(|line| json!({"location": line.location, "item": line.item})).collect();
    let body = json!({"scope": {"places": places}, "note": note});
    let begun = writer.write("storekeeper", "POST", "/api/v1/counts", &body)?;
    let path = format!("/api/v1/counts/{}", begun["id"].as_str().context("the plant says no count")?);
    for line in lines {
        for (user, quantity) in [("storekeeper", line.first), ("manager", line.again)] {
            if let Some(quantity) = quantity {
                let body = json!({"location": line.location, "item": line.item, "quantity": quantity});
                writer.write(user, "POST", &format!("{path}/lines"), &body)?;
            }
        }
    }
    Ok(path)
}
