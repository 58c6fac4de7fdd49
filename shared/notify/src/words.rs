//! Events in words, for people in a chat: what happened, then what it is about.

use serde_json::Value;
use takt_domain::text::Lang;
use takt_store::Event;

/// One event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened, in a line.
    pub title: String,
    /// What it is about, each a line.
    pub lines: Vec<String>,
    /// It cannot wait.
    pub is_critical: bool,
}

impl Told {
    /// Without any marks.
    pub fn plain(&self) -> String {
        std::iter::once(&self.title).chain(&self.lines).cloned().collect::<Vec<_>>().join("\n")
    }
}

/// The names of what happens, for those types that people are told of.
const NAMES: [(&str, &str, &str); 38] = [
    ("order.created", "新工单", "New order"),
    ("order.submitted", "工单已提交", "Order submitted"),
    ("order.approved", "工单已审核", "Order approved"),
    ("order.rejected", "工单被驳回", "Order rejected"),
    ("order.dispatched", "工单已派发", "Order dispatched"),
    ("order.started", "工单已开工", "Order started"),
    ("order.paused", "工单已暂停", "Order paused"),
    ("order.resumed", "工单已恢复", "Order resumed"),
    ("order.completed", "工单已完工", "Order completed"),
    ("order.closed", "工单已关闭", "Order closed"),
    ("order.cancelled", "工单已取消", "Order cancelled"),
    ("order.signature", "工单有新的会签", "Signature on an order"),
    ("order.reported", "报工", "Production reported"),
    ("order.report_reversed", "报工已冲销", "Report reversed"),
    ("stock.moved", "库存移动", "Stock moved"),
    ("stock.reversed", "库存移动已冲销", "Movement reversed"),
    ("stock.shortage", "生产用料超出账面", "Production drew more than the books have"),
    ("stock.entry_held", "重复录入待处理", "An entry waits to be settled"),
    ("exception.raised", "现场异常", "Exception on the floor"),
    ("exception.escalated", "异常无人处理,已升级", "Nobody looks after an exception: told to the next level"),
    ("exception.acknowledged", "异常已有人处理", "Somebody looks after an exception"),
    ("exception.closed", "异常已关闭", "Exception closed"),
    ("alert.raised", "预警", "Alert"),
    ("alert.escalated", "预警无人处理,已升级", "Nobody looks after an alert: told to the next level"),
    ("alert.acknowledged", "预警已有人处理", "Somebody looks after an alert"),
    ("alert.cleared", "预警已解除", "Alert cleared"),
    ("inspection.recorded", "检验已记录", "Inspection recorded"),
    ("nonconformance.raised", "发现不合格", "Nonconformance raised"),
    ("nonconformance.decided", "不合格已处置", "Nonconformance decided"),
    ("lot.quarantined", "批次已隔离", "Lot quarantined"),
    ("lot.released", "批次已放行", "Lot released"),
    ("lot.blocked", "批次已冻结", "Lot blocked"),
    ("mould.limit_reached", "模具到达寿命", "A mould has reached its limit"),
    ("equipment.status", "设备状态变化", "Status of a machine"),
    ("count.posted", "盘点已过账", "Count posted"),
    ("audit.ended", "对账已完成", "Audit done"),
    ("comparison.done", "与外部系统比对完成", "Compared with another system"),
    ("webhook.test", "测试消息", "Test message"),
];

/// The facts that are told, in their order.
const FACTS: [(&str, &str, &str); 16] = [
    ("order", "工单", "Order"),
    ("line", "产线", "Line"),
    ("item", "物料", "Item"),
    ("lot", "批次", "Lot"),
    ("operation", "工序", "Operation"),
    ("equipment", "设备", "Machine"),
    ("mould", "模具", "Mould"),
    ("quantity", "数量", "Quantity"),
    ("good", "合格", "Good"),
    ("type", "类型", "Type"),
    ("differences", "差异", "Differences"),
    ("status", "状态", "Status"),
    ("reason", "原因", "Reason"),
    ("note", "说明", "Note"),
    ("by", "操作人", "By"),
    ("source", "来源", "Source"),
];

/// The name of a type; the type itself where people have none for it.
fn name(event_type: &str, lang: Lang) -> String {
    let stem = event_type.rsplit_once(".v").map_or(event_type, |(stem, _)| stem);
    NAMES
        .iter()
        .find(|(known, ..)| *known == stem)
        .map_or_else(|| stem.to_owned(), |(_, zh, en)| lang.pick(zh, en).to_owned())
}

/// A short text of a fact; none where there is nothing to say.
fn short(value: &Value, lang: Lang) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(label) => label.get(lang.pick("zh", "en"))?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// An event in words.
pub fn told(event: &Event, lang: Lang) -> Told {
    let what = name(&event.event_type, lang);
    let detail = event.data.get("detail").and_then(|detail| short(detail, lang));
    let is_critical = event.data.get("severity").and_then(Value::as_str) == Some("critical")
        || event.event_type.starts_with("exception.escalated")
        || event.event_type.starts_with("alert.escalated");
    let mark = if is_critical { lang.pick("🔴 ", "🔴 ") } else { "" };
    let join = lang.pick(":", ": ");
    let title = match &detail {
        Some(detail) => format!("{mark}{what}{join}{detail}"),
        None => format!("{mark}{what}"),
    };
    let mut lines: Vec<String> = FACTS
        .iter()
        .filter_map(|(field, zh, en)| {
            Some(format!("{}{join}{}", lang.pick(zh, en), short(event.data.get(*field)?, lang)?))
        })
        .collect();
    if lines.is_empty() && !event.subject.is_empty() {
        lines.push(event.subject.clone());
    }
    Told { title, lines, is_critical }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, data: Value) -> Event {
        Event {
            id: "e".into(),
            event_type: kind.into(),
            source: "/plants/1".into(),
            subject: "WO-1".into(),
            time_ms: 0,
            data,
        }
    }

    #[test]
    fn an_alert_says_what_is_so_first_and_what_it_is_about_below() {
        let data = json!({
            "detail": {"zh": "加急工单仍未派发", "en": "urgent and not dispatched"}, "severity": "critical", "order": "WO-1",
            "line": "L1", "lot": null, "note": "",
        });
        let zh = told(&event("alert.raised.v1", data.clone()), Lang::Zh);
        assert_eq!(zh.plain(), "🔴 预警:加急工单仍未派发\n工单:WO-1\n产线:L1");
        assert!(zh.is_critical);
        let en = told(&event("alert.raised.v1", data), Lang::En);
        assert_eq!(en.plain(), "🔴 Alert: urgent and not dispatched\nOrder: WO-1\nLine: L1");
    }

    #[test]
    fn what_nobody_has_words_for_is_told_by_its_type_and_subject() {
        let told = told(&event("plant.changed.v1", json!({})), Lang::Zh);
        assert_eq!(told.plain(), "plant.changed\nWO-1");
    }
}
