//! A flow of the plant's own, under which two departments countersign; and an order of which one has signed.

use anyhow::Context;
use serde_json::{Value, json};
use takt_domain::flow::Flow;

use super::writer::Writer;

const FLOW: &str = "countersign";

fn flow() -> anyhow::Result<Value> {
    let mut flow = json!(Flow::builtin());
    flow["name"] = json!(FLOW);
    let actions = flow["actions"].as_array_mut().context("a flow has actions")?;
    for action in actions.iter_mut().filter(|action| action["name"] == "approve") {
        action["approval"] = json!({
            "steps": [{
                "name": "departments", "label": {"zh": "质量与车间会签", "en": "quality and workshop"},
                "by": [{"role": "inspector"}, {"role": "shift_lead"}], "deadline_minutes": 240,
            }],
            "side_by_side": true, "automatic": true, "on_refusal": "reject",
        });
    }
    Ok(flow)
}

pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    let path = format!("/api/v1/flows/{FLOW}");
    let draft = json!({"flow": flow()?, "draft_version": 0});
    let saved = writer.write("manager", "PUT", &format!("{path}/draft"), &draft)?;
    let body = json!({"draft_version": saved["draft_version"], "reason": "新客户订单由质量和车间会签"});
    writer.write("manager", "POST", &format!("{path}/versions"), &body)?;
    let order = json!({
        "item": "motherboard", "quantity": "18", "line": "SMT", "priority": "high", "due": writer.day(5)?,
        "customer": "海纳机电", "flow": FLOW,
    });
    let made = writer.write("planner", "POST", "/api/v1/orders", &order)?;
    let order = made["id"].as_str().context("the plant says no number")?.to_owned();
    writer.write("planner", "POST", &format!("/api/v1/orders/{order}/actions/submit"), &json!({}))?;
    let body = json!({"decision": "sign", "comment": "首件方案可行"});
    writer.sign("inspector", &format!("/api/v1/orders/{order}/approvals/approve"), &body)?;
    Ok(())
}
