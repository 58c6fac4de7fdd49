//! Extra issues (补料): material for an order beyond its bill of material. It takes a reason; beyond the plant's limit it
//! waits until somebody who may has signed, and is booked in the commit of that signature.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{Actor, Progress};
use crate::id::ItemId;
use crate::ledger::Balance;
use crate::movement::NewMovement;
use crate::order::{Mark, Order};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::signature::Signature;
use crate::supply::SupplySettings;
use crate::text::Lang;

/// How an issue compares with what the order needs, in the item's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Need {
    /// What the order needs of the item.
    pub required: Quantity,
    /// What it has had: held for it, and what its pieces have used up.
    pub had: Quantity,
    /// What the issue brings beyond what is needed, with all that was brought beyond it before.
    pub extra: Quantity,
}

/// Compares what an issue adds with the need. What is held for the order already is no addition when it is issued.
pub fn need(
    order: &Order,
    item: &ItemId,
    added: Quantity,
    balances: &[Balance],
    progress: &BTreeMap<u16, Progress>,
) -> Need {
    let (scale, added) = (added.scale(), added.units().max(0));
    let (mut required, mut used) = (0_i64, 0_i64);
    for material in order.materials.iter().filter(|material| material.item == *item) {
        required = required.saturating_add(material.required.units());
        let at = progress.get(&material.operation).copied().unwrap_or_else(|| Progress::none(order.quantity.scale()));
        let pieces = Quantity::from_units(at.done().units().saturating_add(at.redo.units()), order.quantity.scale());
        used = used.saturating_add(pieces.times_rounded(material.per, scale).map_or(0, Quantity::units));
    }
    let held: i64 = balances
        .iter()
        .filter(|balance| {
            balance.item == *item && balance.order.as_ref() == Some(&order.id) && !balance.location.is_virtual()
        })
        .map(|balance| balance.quantity.units())
        .sum();
    let had = held.saturating_add(used);
    let extra = if added == 0 { 0 } else { had.saturating_add(added).saturating_sub(required).max(0) };
    let at = |units| Quantity::from_units(units, scale);
    Need { required: at(required), had: at(had), extra: at(extra) }
}

/// The most that may be issued beyond the need with a reason alone.
pub fn limit(need: &Need, settings: &SupplySettings) -> Quantity {
    let scale = need.required.scale();
    let percent = i128::from(need.required.units()) * i128::from(settings.extra_percent) / 100;
    let percent = Quantity::from_units(i64::try_from(percent).unwrap_or(i64::MAX), scale);
    settings.extra_quantity.map_or(percent, |fixed| fixed.max(percent))
}

/// What keeps an issue from being booked: a reason is missing, or a signature.
pub fn unmet(need: &Need, reason: &str, approved: bool, settings: &SupplySettings, lang: Lang) -> Vec<Unmet> {
    if !need.extra.is_positive() {
        return Vec::new();
    }
    let Need { required, had, extra } = need;
    let detail = match lang {
        Lang::Zh => format!("工单需要 {required},已领 {had},超出 BOM {extra}"),
        Lang::En => format!("the order needs {required} and has had {had}: {extra} are beyond its bill of material"),
    };
    let mut unmet = Vec::new();
    if reason.trim().is_empty() {
        let remedy = lang.pick("填写补料原因", "say why");
        unmet.push(Unmet::new("issue.extra_reason", detail.clone(), remedy, Permission::StockMove.holders()));
    }
    if !approved && *extra > limit(need, settings) {
        let remedy = lang.pick("申请补料,审批后自动出库", "ask for an extra issue: it is booked when it is signed");
        unmet.push(Unmet::new("issue.extra_approval", detail, remedy, Permission::ExtraApprove.holders()));
    }
    unmet
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExtraState {
    /// It waits for a signature.
    Waiting,
    /// It was signed, and is booked.
    Booked,
    /// Somebody refused it.
    Refused,
}

impl ExtraState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Booked, Self::Refused];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Booked => "booked",
            Self::Refused => "refused",
        }
    }
}

/// A request for material beyond the bill of material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtraIssue {
    /// Its number.
    pub id: String,
    /// The issue as it is to be booked.
    pub movement: NewMovement,
    /// How it compared with the need when it was asked for.
    pub need: Need,
    /// Who asked, when, and why.
    pub asked: Mark,
    /// How it stands.
    pub state: ExtraState,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Mark>,
    /// The electronic signature of who agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The movement that booked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<String>,
}

/// Decides a request: who asked does not agree alone, and agreeing takes a signature.
pub fn decide(
    found: &ExtraIssue,
    agree: bool,
    comment: &str,
    actor: &Actor,
    signature: &Signature,
    lang: Lang,
) -> Result<(), Refusal> {
    let mut unmet = Vec::new();
    if !actor.may(Permission::ExtraApprove) {
        unmet.push(Unmet::permission(Permission::ExtraApprove, lang));
    }
    if let Some(decided) = found.decided.as_ref().filter(|_| found.state != ExtraState::Waiting) {
        let detail = match lang {
            Lang::Zh => format!("{} 已由 {} 处理", found.id, decided.by),
            Lang::En => format!("{} has decided on {}", decided.by, found.id),
        };
        unmet.push(Unmet::new("issue.decided", detail, lang.pick("无需再次操作", "nothing is left to do"), &[]));
    }
    if agree && found.asked.by == actor.user {
        let detail = lang.pick("申请人不能自己审批", "whoever asked does not agree to it");
        let remedy = lang.pick("请他人审批", "have somebody else decide");
        unmet.push(Unmet::new("issue.own_request", detail, remedy, Permission::ExtraApprove.holders()));
    }
    if !agree && comment.trim().is_empty() {
        let detail = lang.pick("拒绝时需要填写原因", "a refusal needs a reason");
        unmet.push(Unmet::new("input.reason", detail, lang.pick("填写原因后再试", "give a reason and try again"), &[]));
    }
    if agree && unmet.is_empty() {
        unmet.extend(signature.unmet_for(Permission::ExtraApprove, lang));
    }
    if unmet.is_empty() { Ok(()) } else { Err(Refusal { unmet }) }
}
