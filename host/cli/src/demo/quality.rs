//! Inspection plans and inspections by them, a photo, nonconformances, and exceptions of which most are over.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::writer::Writer;

/// A drawing of a capacitor that stands on its end.
static TOMBSTONE: &[u8] = include_bytes!("tombstone.jpg");

/// Orders by their place among the demo's: one that runs, one that is paused, one that has just been started.
const RUNNING: usize = 5;
const PAUSED: usize = 6;
const STARTED: usize = 8;

fn characteristic(id: &str, zh: &str, en: &str, measure: &Value, required: bool) -> Value {
    json!({"id": id, "label": {"zh": zh, "en": en}, "measure": measure, "required": required})
}

fn plans() -> [Value; 3] {
    let (yes_no, photo) = (json!({"kind": "yes_no"}), json!({"kind": "photo_note"}));
    let paste = json!({"kind": "number", "lower": "0.12", "upper": "0.15", "unit": "mm", "decimals": 3});
    let look = || characteristic("look", "外观", "look", &yes_no, true);
    let picture = || characteristic("photo", "照片", "photo", &photo, false);
    let first = json!({
        "id": "motherboard-first", "name": "主板首检", "item": "motherboard", "kind": "first_article",
        "sampling": {"by": "fixed", "count": 1},
        "characteristics": [characteristic("paste", "锡膏厚度", "solder paste", &paste, true), look(), picture()],
    });
    let patrol = json!({
        "id": "motherboard-patrol", "name": "主板巡检", "item": "motherboard", "operation": 20, "kind": "in_process",
        "sampling": {"by": "quantity", "per": 20},
        "characteristics": [characteristic("paste", "锡膏厚度", "solder paste", &paste, true), look(), picture()],
    });
    let accuracy = json!({"kind": "number", "upper": "0.10", "unit": "mm", "decimals": 2});
    let last = json!({
        "id": "lumenpnp-final", "name": "整机终检", "item": "lumenpnp", "kind": "final",
        "sampling": {"by": "fixed", "count": 1},
        "characteristics": [
            characteristic("accuracy", "贴装精度", "placement accuracy", &accuracy, true),
            characteristic("belt", "皮带张紧", "belts are tight", &yes_no, true),
            picture(),
        ],
    });
    [first, patrol, last]
}

/// The plan of an item for an inspection, and values that pass.
pub(super) fn passing(item: &str, inspection: &str) -> Option<(&'static str, Value)> {
    match (item, inspection) {
        ("motherboard", "inspect-first-article") => {
            Some(("motherboard-first", json!({"paste": {"number": "0.134"}, "look": {"yes": true}})))
        }
        ("lumenpnp", "inspect-final") => {
            let values = json!({
                "accuracy": {"number": "0.04"}, "belt": {"yes": true}, "photo": {"note": "外观完好,附件齐全"},
            });
            Some(("lumenpnp-final", values))
        }
        _ => None,
    }
}

/// Types of exceptions with what they often come from.
fn settings() -> Value {
    let kind = |id: &str, zh: &str, en: &str, causes: &[&str]| json!({"id": id, "label": {"zh": zh, "en": en}, "causes": causes});
    json!({
        "types": [
            kind("equipment", "设备", "equipment", &["吸嘴堵塞", "热电偶老化"]),
            kind("material", "物料", "material", &["来料短缺", "锡膏过期"]),
            kind("quality", "质量", "quality", &["钢网堵孔"]),
            kind("safety", "安全", "safety", &[]),
            kind("other", "其他", "other", &[]),
        ],
        "levels": [
            {"after_s": 0, "roles": ["shift_lead"]},
            {"after_s": 600, "roles": ["planner", "manager"]},
            {"after_s": 1800, "roles": ["administrator"]},
        ],
    })
}

/// Exceptions that are over: type, what was seen, what it came from, what was done.
const OVER: [(&str, &str, &str, &str); 7] = [
    ("equipment", "贴片机 2 号吸嘴抛料", "吸嘴堵塞", "清洗吸嘴"),
    ("equipment", "贴片机抛料率 3%", "吸嘴堵塞", "更换吸嘴"),
    ("equipment", "贴片机取料失败", "吸嘴堵塞", "更换吸嘴,列入周保养"),
    ("material", "22p 电容只剩一盘", "来料短缺", "从电子料仓调拨"),
    ("material", "皮带不够一台", "来料短缺", "催采购,次日到货"),
    ("quality", "焊盘少锡", "钢网堵孔", "清洗钢网"),
    ("equipment", "回流焊炉 3 区温度跳动", "热电偶老化", "更换热电偶"),
];

/// What is there before the orders: plans, and the types of exceptions.
pub(super) fn set_up(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    for plan in plans() {
        let path = format!("/api/v1/inspection-plans/{}", plan["id"].as_str().unwrap_or_default());
        writer.write("inspector", "PUT", &path, &json!({"version": 0, "plan": plan}))?;
    }
    let body = json!({"version": 0, "settings": settings()});
    writer.write("manager", "PUT", "/api/v1/exception-settings", &body)?;
    Ok(())
}

/// What happens to orders: inspections in process, pieces that are not well, exceptions.
pub(super) fn make(writer: &mut Writer<'_>, orders: &[String]) -> anyhow::Result<()> {
    let (running, paused, started) = (&orders[RUNNING], &orders[PAUSED], &orders[STARTED]);
    let photo = writer.write("inspector", "POST", "/api/v1/photos", &json!({"data": STANDARD.encode(TOMBSTONE)}))?;
    let photo = &photo["id"];
    let well = json!({"paste": {"number": "0.131"}, "look": {"yes": true}});
    let bad = json!({
        "paste": {"number": "0.128"}, "look": {"yes": false}, "photo": {"note": "C17 立碑", "photo": photo, "yes": false},
    });
    for second in [&well, &bad] {
        let samples = json!([{"values": well}, {"values": second}]);
        let body = json!({"order": running, "plan": "motherboard-patrol", "samples": samples});
        writer.write("inspector", "POST", "/api/v1/inspections", &body)?;
    }
    let found = json!({"order": running, "operation": 20, "quantity": "2", "what": "电容立碑", "photo": photo});
    let found = writer.write("inspector", "POST", "/api/v1/nonconformances", &found)?;
    let path = format!("/api/v1/nonconformances/{}/disposition", id(&found)?);
    writer.write("inspector", "POST", &path, &json!({"verdict": "rework", "reason": "补焊后复检"}))?;
    for (kind, note, cause, action) in OVER {
        let raised = exception(writer, &json!({"type": kind, "order": running, "note": note}))?;
        let body = json!({"cause": cause, "action": action});
        writer.write("lead", "POST", &format!("/api/v1/exceptions/{raised}/closing"), &body)?;
    }
    exception(writer, &json!({"type": "material", "order": running, "note": "锡膏余量不足一小时"}))?;
    let seen = json!({
        "type": "quality", "order": started, "note": "首件电容立碑,先停线", "photo": photo, "stops": true,
    });
    exception(writer, &seen)?;
    let had = exception(writer, &json!({"type": "equipment", "order": paused, "note": "回流焊炉 3 区温度偏高"}))?;
    let path = format!("/api/v1/exceptions/{had}/acknowledgement");
    writer.write("lead", "POST", &path, &json!({"note": "已通知设备科"}))?;
    Ok(())
}

fn exception(writer: &mut Writer<'_>, body: &Value) -> anyhow::Result<String> {
    id(&writer.write("operator", "POST", "/api/v1/exceptions", body)?)
}

fn id(answer: &Value) -> anyhow::Result<String> {
    Ok(answer["id"].as_str().context("the plant says no number")?.to_owned())
}
