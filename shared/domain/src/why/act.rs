//! Where something is done: the call, and the page.

use serde::{Deserialize, Serialize};

use crate::flow::{Action, Effect};
use crate::order::Order;
use crate::refusal::Unmet;

/// A call of the API and the page that makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Act {
    /// The method.
    pub method: String,
    /// The path of the call.
    pub path: String,
    /// The path of the page.
    pub page: String,
}

fn act(method: &str, path: String, page: String) -> Act {
    Act { method: method.to_owned(), path, page }
}

pub(super) fn of_action(order: &Order, action: &Action) -> Act {
    let id = escaped(order.id.as_str());
    if action.effects.contains(&Effect::BookReport) {
        return act("POST", "/api/v1/reports".into(), format!("/orders/{id}/report"));
    }
    act("POST", format!("/api/v1/orders/{id}/actions/{}", escaped(&action.name)), format!("/orders/{id}"))
}

/// Where a condition outside the order is mended. A refusal names the thing in words; which of the order's own things that
/// is, is looked for there.
pub(super) fn of_condition(order: &Order, action: &Action, unmet: &Unmet) -> Option<Act> {
    let operations = || order.operations.iter();
    let line = escaped(order.line.as_str());
    match unmet.code.split('.').next().unwrap_or_default() {
        "kit" => {
            let item = named(order.materials.iter().map(|material| material.item.as_str()), &unmet.detail)?;
            Some(act("POST", "/api/v1/movements".into(), format!("/stock/{item}")))
        }
        "equipment" => {
            let ids = operations().filter_map(|operation| Some(operation.equipment.as_ref()?.as_str()));
            let id = named(ids, &unmet.detail)?;
            Some(act("PUT", format!("/api/v1/equipment/{id}/status"), format!("/line?line={line}")))
        }
        "mould" => {
            let ids = operations().filter_map(|operation| Some(operation.mould.as_ref()?.as_str()));
            let id = named(ids, &unmet.detail)?;
            Some(act("PUT", format!("/api/v1/moulds/{id}/status"), format!("/line?line={line}")))
        }
        "crew" => Some(act("PUT", "/api/v1/crew/{user}/presence".into(), format!("/line?line={line}"))),
        "approval" => {
            let id = escaped(order.id.as_str());
            let path = format!("/api/v1/orders/{id}/approvals/{}", escaped(&action.name));
            Some(act("POST", path, format!("/orders/{id}")))
        }
        "routing" => Some(act("POST", "/api/v1/imports".into(), format!("/orders/{}", escaped(order.id.as_str())))),
        _ => None,
    }
}

/// The longest of these that the text names, escaped: one number may be the beginning of another.
fn named<'a>(ids: impl Iterator<Item = &'a str>, text: &str) -> Option<String> {
    ids.filter(|id| text.contains(id)).max_by_key(|id| id.len()).map(escaped)
}

/// One segment of a path: everything but letters, digits, `-` and `_` is escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
