//! Nonconformances (不合格): pieces that are not as they should be, what becomes of them, and who has said so. While one of
//! an order is open, quality does not sign for the order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::id::{InspectionId, ItemId, LocationId, NonconformanceId, OrderId, PhotoId, UserId};
use crate::ledger::{Account, MovementKind, Posting};
use crate::master::LocationKind;
use crate::order::{Mark, OpenNonconformance, Order};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::report;
use crate::signature::Signature;
use crate::text::Lang;

/// What becomes of the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 返工: they are made well; the order waits until that is said.
    Rework,
    /// 报废: they are thrown away.
    Scrap,
    /// 让步接收: they are taken as they are, by the signature of whoever answers for it.
    Accept,
}

/// What was decided, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// What.
    pub verdict: Verdict,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// The electronic signature, where one was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NonconformanceState {
    /// Nobody has decided.
    Open,
    /// It is decided, and not done yet.
    Decided,
    /// It is over.
    Closed,
}

impl NonconformanceState {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided => "decided",
            Self::Closed => "closed",
        }
    }
}

/// A nonconformance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nonconformance {
    /// Its number.
    pub id: NonconformanceId,
    /// The order that made them.
    pub order: OrderId,
    /// What they are.
    pub item: ItemId,
    /// The operation at which it showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// How many, in the item's scale.
    pub quantity: Quantity,
    /// What is wrong with them.
    pub what: String,
    /// A photo of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
    /// The inspection that found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<InspectionId>,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Disposition>,
    /// That it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Mark>,
}

impl Nonconformance {
    /// How far it is.
    pub fn state(&self) -> NonconformanceState {
        match (&self.disposition, &self.closed) {
            (_, Some(_)) => NonconformanceState::Closed,
            (Some(_), None) => NonconformanceState::Decided,
            (None, None) => NonconformanceState::Open,
        }
    }
}

/// The most that may be said to be wrong with an order, beside what is open already: no more than it may make.
pub fn quantity_max(order: &Order, operation: Option<u16>) -> Quantity {
    let tolerance = |number: u16| order.operation(number).map(|operation| operation.tolerance_percent);
    let last = || order.operations.last().map(|operation| operation.tolerance_percent);
    let limit = report::limit(order, operation.and_then(tolerance).or_else(last).unwrap_or(0));
    let open = order.nonconformances.iter().map(|open| crate::decide::units(order, open.quantity));
    let left = open.fold(limit.units(), i64::saturating_sub);
    Quantity::from_units(left.max(0), limit.scale())
}

/// The order with one more that is open.
pub fn raised_on(order: &Order, raised: &Nonconformance) -> Order {
    let mut after = order.clone();
    after.nonconformances.push(OpenNonconformance {
        id: raised.id.clone(),
        quantity: raised.quantity,
        what: raised.what.clone(),
        verdict: None,
    });
    after
}

/// What is decided of it, with what moves for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposed {
    /// The nonconformance after it.
    pub after: Nonconformance,
    /// Its order after it.
    pub order: Order,
    /// What moves.
    pub postings: Vec<Posting>,
}

/// Decides what becomes of it. Scrapped goods that are finished leave quarantine; what was scrapped before that never got
/// into the books. Taking pieces as they are needs a permission of its own, and a signature.
pub fn dispose(
    found: &Nonconformance,
    order: &Order,
    (verdict, reason): (Verdict, &str),
    facts: &Facts,
    signature: &Signature,
) -> Result<Disposed, Refusal> {
    let lang = facts.lang;
    let permission = if verdict == Verdict::Accept { Permission::QualityConcede } else { Permission::QualityDispose };
    let mut unmet = Vec::new();
    if !facts.actor.may(permission) {
        unmet.push(Unmet::permission(permission, lang));
    }
    if let Some(decided) = &found.disposition {
        let detail = match lang {
            Lang::Zh => format!("{} 已作出处置", decided.by),
            Lang::En => format!("{} has decided already", decided.by),
        };
        let remedy = lang.pick("如有新的不合格,请另行登记", "raise another one if there is more");
        unmet.push(Unmet::new("nonconformance.decided", detail, remedy, Permission::QualityInspect.holders()));
    }
    if verdict == Verdict::Accept {
        unmet.extend(signature.unmet_for(permission, lang));
    }
    let postings = match verdict {
        Verdict::Scrap if unmet.is_empty() => thrown_away(found, order, facts).map_err(Refusal::one)?,
        _ => Vec::new(),
    };
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let (by, at) = (facts.actor.user.clone(), facts.now);
    let used = match signature {
        Signature::Given(id) if verdict == Verdict::Accept => Some(id.clone()),
        _ => None,
    };
    let disposition = Disposition { verdict, by: by.clone(), at, reason: reason.to_owned(), signature: used };
    let mut after = Nonconformance { disposition: Some(disposition), ..found.clone() };
    let mut order = order.clone();
    if verdict == Verdict::Rework {
        for open in order.nonconformances.iter_mut().filter(|open| open.id == found.id) {
            open.verdict = Some(verdict);
        }
    } else {
        after.closed = Some(Mark { by, at, reason: String::new() });
        order.nonconformances.retain(|open| open.id != found.id);
    }
    Ok(Disposed { after, order, postings })
}

/// Finished goods of the order leave quarantine for scrap. Where none are there, nothing was booked that could be taken off.
fn thrown_away(found: &Nonconformance, order: &Order, facts: &Facts) -> Result<Vec<Posting>, Unmet> {
    let is_quarantine =
        |id: &LocationId| facts.locations.iter().any(|known| known.id == *id && known.kind == LocationKind::Quarantine);
    let held: Vec<_> = facts
        .balances
        .iter()
        .filter(|balance| {
            balance.item == order.item
                && balance.order.as_ref() == Some(&order.id)
                && balance.quantity.is_positive()
                && is_quarantine(&balance.location)
        })
        .collect();
    if held.is_empty() || found.operation.is_some_and(|operation| !order.is_last_operation(operation)) {
        return Ok(Vec::new());
    }
    let scale = order.quantity.scale();
    let mut left = crate::decide::units(order, found.quantity);
    let mut postings = Vec::new();
    for balance in held {
        let taken = left.min(crate::decide::units(order, balance.quantity));
        if taken <= 0 {
            continue;
        }
        left -= taken;
        postings.push(Posting {
            kind: MovementKind::Scrap,
            item: order.item.clone(),
            lot: balance.lot.clone(),
            from: balance.account(),
            to: Account::free(LocationId::scrap()),
            quantity: Quantity::from_units(taken, scale),
            reverses: None,
        });
    }
    if left == 0 {
        return Ok(postings);
    }
    let (there, unit) = (Quantity::from_units(crate::decide::units(order, found.quantity) - left, scale), &order.unit);
    let detail = match facts.lang {
        Lang::Zh => format!("待检区只有该工单的 {there} {unit}"),
        Lang::En => format!("only {there} {unit} of the order are in quarantine"),
    };
    let remedy = facts.lang.pick("先报工,或核对数量", "report the rest first, or check the quantity");
    Err(Unmet::new("nonconformance.quantity", detail, remedy, Permission::ReportCreate.holders()))
}

/// Says that what was decided is done.
pub fn close(found: &Nonconformance, order: &Order, reason: &str, facts: &Facts) -> Result<Disposed, Unmet> {
    let lang = facts.lang;
    let refuse = |code: &str, detail: &str, remedy: &str, permission: Permission| {
        Err(Unmet::new(code, detail, remedy, permission.holders()))
    };
    match found.state() {
        NonconformanceState::Open => refuse(
            "nonconformance.undecided",
            lang.pick("尚未处置", "nobody has decided yet"),
            lang.pick("先作出处置", "decide what becomes of it first"),
            Permission::QualityDispose,
        ),
        NonconformanceState::Closed => refuse(
            "nonconformance.closed",
            lang.pick("已关闭", "it is closed already"),
            lang.pick("无需再次操作", "nothing is left to do"),
            Permission::QualityInspect,
        ),
        NonconformanceState::Decided => {
            let mark = Mark { by: facts.actor.user.clone(), at: facts.now, reason: reason.to_owned() };
            let mut order = order.clone();
            order.nonconformances.retain(|open| open.id != found.id);
            let after = Nonconformance { closed: Some(mark), ..found.clone() };
            Ok(Disposed { after, order, postings: Vec::new() })
        }
    }
}

/// What of an order keeps quality from signing for it.
pub fn unsettled(order: &Order, lang: Lang) -> Vec<Unmet> {
    let unmet = |open: &OpenNonconformance| {
        let OpenNonconformance { id, quantity, what, verdict } = open;
        let unit = &order.unit;
        let (detail, remedy, permission) = match (verdict, lang) {
            (None, Lang::Zh) => (
                format!("不合格 {id}({quantity} {unit}:{what})尚未处置"),
                "处置:返工、报废或让步接收".to_owned(),
                Permission::QualityDispose,
            ),
            (None, Lang::En) => (
                format!("nonconformance {id} ({quantity} {unit}: {what}) is not decided"),
                "decide: rework, scrap or accept".to_owned(),
                Permission::QualityDispose,
            ),
            (Some(_), Lang::Zh) => (
                format!("不合格 {id}({quantity} {unit}:{what})的返工尚未完成"),
                "返工完成后关闭".to_owned(),
                Permission::QualityInspect,
            ),
            (Some(_), Lang::En) => (
                format!("the rework of nonconformance {id} ({quantity} {unit}: {what}) is not done"),
                "close it when the rework is done".to_owned(),
                Permission::QualityInspect,
            ),
        };
        Unmet::new("nonconformance.open", detail, remedy, permission.holders())
    };
    order.nonconformances.iter().map(unmet).collect()
}
