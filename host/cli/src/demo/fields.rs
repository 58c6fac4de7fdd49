//! The plant's own fields: the customer's drawing on orders, and an inspection item with limits on reports.

use serde_json::{Value, json};

use super::writer::Writer;

fn forms() -> [(&'static str, Value); 2] {
    let drawing = json!({
        "id": "drawing", "label": {"zh": "客户图号", "en": "customer's drawing"},
        "kind": {"type": "text", "max_chars": 40}, "in_list": true,
    });
    let temperature = json!({
        "id": "temperature", "label": {"zh": "烙铁温度", "en": "soldering temperature"}, "inspection": true,
        "kind": {"type": "number", "decimals": 1, "min": "320", "max": "380", "unit": "°C"},
    });
    [("order", json!([drawing])), ("report", json!([temperature]))]
}

pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    for (form, fields) in forms() {
        writer.write("manager", "PUT", &format!("/api/v1/forms/{form}"), &json!({"version": 0, "fields": fields}))?;
    }
    Ok(())
}
