//! Incoming inspections: what a supplier delivered, or a customer sent back, is looked at before it goes on.
//!
//! It stands in quarantine, held for the line of its document. A pass releases it. A failure is a nonconformance: the pieces
//! stay until somebody decides that they go back to the supplier, are taken as they are, or are thrown away.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Failed, InspectionPlan, Sample};
use crate::document::{DocumentKind, LineRef};
use crate::facts::Actor;
use crate::id::{InspectionId, ItemId, LocationId, NonconformanceId, OrderId, UserId};
use crate::ledger::{Account, Balance, MovementKind, Posting};
use crate::master::{Item, Location, LocationKind};
use crate::order::InspectionResult;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::signature::Signature;
use crate::text::Lang;

/// What becomes of pieces that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IncomingVerdict {
    /// 退货: they go back to the supplier, and are open on the purchase order again.
    SendBack,
    /// 让步接收: they are taken as they are, which needs a signature.
    Accept,
    /// 报废: they are thrown away.
    Scrap,
}

/// What was decided, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IncomingDisposition {
    /// What.
    pub verdict: IncomingVerdict,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// The electronic signature, where it took one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// An incoming inspection, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IncomingInspection {
    /// Its id.
    pub id: InspectionId,
    /// The line of the document that it came by.
    pub line: LineRef,
    /// What.
    pub item: ItemId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// The lot that the pieces were a part of, where they failed and became a lot of their own by that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub split_from: String,
    /// Where it stood.
    pub location: LocationId,
    /// How much was judged by it.
    pub quantity: Quantity,
    /// The plan as it was; none where the item has none, and the inspector said what is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<InspectionPlan>,
    /// The version of that plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_version: Option<u64>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// The outcome.
    pub result: InspectionResult,
    /// What was not well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The number of the nonconformance that a failure is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonconformance: Option<NonconformanceId>,
    /// What became of pieces that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<IncomingDisposition>,
}

impl IncomingInspection {
    /// `passed`, `open` while pieces that failed wait for somebody to decide, or `decided`.
    pub fn state(&self) -> &'static str {
        match (self.result, &self.disposition) {
            (InspectionResult::Pass, _) => "passed",
            (InspectionResult::Fail, None) => "open",
            (InspectionResult::Fail, Some(_)) => "decided",
        }
    }
}

/// The stock that is inspected, and what it is judged by.
#[derive(Clone, Debug)]
pub struct IncomingFacts<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// The item.
    pub item: &'a Item,
    /// The plant's locations.
    pub locations: &'a [Location],
    /// Every balance of the item.
    pub balances: &'a [Balance],
    /// What production has drawn of the item beyond the books, in units.
    pub owed: i64,
    /// The reader's language.
    pub lang: Lang,
}

/// The stock in question.
#[derive(Clone, Debug)]
pub struct Waiting<'a> {
    /// For which line it is held.
    pub line: &'a LineRef,
    /// Where it waits.
    pub location: &'a LocationId,
    /// Of which lot.
    pub lot: &'a str,
    /// How much of it.
    pub quantity: Quantity,
}

fn refuse(code: &str, detail: impl Into<String>, remedy: &str, permission: Permission) -> Unmet {
    Unmet::new(code, detail, remedy, permission.holders())
}

impl IncomingFacts<'_> {
    fn kind(&self, id: &LocationId) -> Option<LocationKind> {
        self.locations.iter().find(|known| known.id == *id).map(|known| known.kind)
    }

    /// Refuses what does not stand there to be inspected.
    pub fn there(&self, waiting: &Waiting<'_>, holder: &OrderId) -> Vec<Unmet> {
        let lang = self.lang;
        let mut unmet = Vec::new();
        if self.kind(waiting.location) != Some(LocationKind::Quarantine) {
            let detail = lang.pick("只检验待检区的来料", "only what stands in quarantine is inspected");
            let remedy = lang.pick("选择待检区", "choose a quarantine location");
            unmet.push(refuse("incoming.not_quarantine", detail, remedy, Permission::StockMove));
        }
        let here = self.balances.iter().filter(|balance| {
            balance.location == *waiting.location
                && balance.lot == waiting.lot
                && balance.order.as_ref() == Some(holder)
        });
        let here = Quantity::from_units(here.map(|one| one.quantity.units().max(0)).sum(), waiting.quantity.scale());
        if !waiting.quantity.is_positive() || waiting.quantity > here {
            let (document, number) = (&waiting.line.document, waiting.line.line);
            let detail = match lang {
                Lang::Zh => format!("{document} 第 {number} 行在此待检 {here}"),
                Lang::En => format!("{here} of line {number} of {document} wait here"),
            };
            let remedy = lang.pick("核对数量", "check the quantity");
            unmet.push(refuse("stock.short", detail, remedy, Permission::QualityInspect));
        }
        unmet
    }

    /// Where released stock goes: where somebody said, else to receiving, else to a store; of a customer's, to finished goods.
    fn target(&self, line: &LineRef, to: Option<&LocationId>) -> Result<LocationId, Unmet> {
        let lang = self.lang;
        let wanted = match line.kind {
            DocumentKind::Purchase => [LocationKind::Receiving, LocationKind::Store],
            DocumentKind::Sales => [LocationKind::Finished, LocationKind::Store],
        };
        if let Some(to) = to {
            return match self.kind(to) {
                Some(kind) if wanted.contains(&kind) => Ok(to.clone()),
                _ => {
                    let detail = match lang {
                        Lang::Zh => format!("放行的货不能放到 {to}"),
                        Lang::En => format!("what is released does not go to {to}"),
                    };
                    let remedy = lang.pick("选择合适的库位", "choose a suitable one");
                    Err(refuse("location.to_wrong", detail, remedy, Permission::QualityInspect))
                }
            };
        }
        let found = wanted.iter().find_map(|kind| self.locations.iter().find(|known| known.kind == *kind));
        found.map(|found| found.id.clone()).ok_or_else(|| crate::decide::no_location(LocationKind::Store, lang))
    }

    /// The postings that release stock: held for its line until it is put away, where it goes to receiving.
    pub fn release(
        &self,
        waiting: &Waiting<'_>,
        holder: &OrderId,
        to: Option<&LocationId>,
    ) -> Result<Vec<Posting>, Unmet> {
        let to = self.target(waiting.line, to)?;
        let held_on = self.kind(&to).is_some_and(LocationKind::waits);
        let order = held_on.then(|| holder.clone());
        let account = Account { location: to, order };
        let mut postings = vec![self.posting(waiting, holder, MovementKind::QualityRelease, account.clone())];
        if !held_on && self.owed > 0 {
            let paid = Quantity::from_units(self.owed.min(waiting.quantity.units()), waiting.quantity.scale());
            let settle = self.posting(waiting, holder, MovementKind::Settle, Account::free(LocationId::shortage()));
            postings.push(Posting { from: account, quantity: paid, ..settle });
        }
        Ok(postings)
    }

    fn posting(&self, waiting: &Waiting<'_>, holder: &OrderId, kind: MovementKind, to: Account) -> Posting {
        Posting {
            kind,
            item: self.item.id.clone(),
            lot: waiting.lot.to_owned(),
            from: Account::held(waiting.location.clone(), holder),
            to,
            quantity: waiting.quantity,
            reverses: None,
        }
    }
}

/// Decides what becomes of pieces that failed: the postings. Taking them as they are needs a permission of its own, and a
/// signature.
pub fn dispose(
    found: &IncomingInspection,
    verdict: IncomingVerdict,
    holder: &OrderId,
    to: Option<&LocationId>,
    signature: &Signature,
    facts: &IncomingFacts<'_>,
) -> Result<Vec<Posting>, Refusal> {
    let lang = facts.lang;
    let accept = verdict == IncomingVerdict::Accept;
    let permission = if accept { Permission::QualityConcede } else { Permission::QualityDispose };
    let mut unmet = Vec::new();
    if !facts.actor.may(permission) {
        unmet.push(Unmet::permission(permission, lang));
    }
    if found.state() != "open" {
        let detail = match &found.disposition {
            Some(decided) => match lang {
                Lang::Zh => format!("{} 已作出处置", decided.by),
                Lang::En => format!("{} has decided already", decided.by),
            },
            None => lang.pick("检验合格,无需处置", "it passed, and nothing is to be decided").to_owned(),
        };
        let remedy = lang.pick("无需再次操作", "nothing is left to do");
        unmet.push(refuse("nonconformance.decided", detail, remedy, Permission::QualityInspect));
    }
    if verdict == IncomingVerdict::SendBack && found.line.kind == DocumentKind::Sales {
        let detail = lang.pick("客户退货不能退给供应商", "what a customer sent back does not go to a supplier");
        let remedy = lang.pick("让步接收或报废", "accept it or scrap it");
        unmet.push(refuse("incoming.verdict", detail, remedy, Permission::QualityDispose));
    }
    if accept {
        unmet.extend(signature.unmet_for(permission, lang));
    }
    let waiting = Waiting { line: &found.line, location: &found.location, lot: &found.lot, quantity: found.quantity };
    if unmet.is_empty() {
        unmet.extend(facts.there(&waiting, holder));
    }
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let goes = |kind, to| vec![facts.posting(&waiting, holder, kind, Account::free(to))];
    match verdict {
        IncomingVerdict::SendBack => Ok(goes(MovementKind::Return, LocationId::supplier())),
        IncomingVerdict::Scrap => Ok(goes(MovementKind::Scrap, LocationId::scrap())),
        IncomingVerdict::Accept => facts.release(&waiting, holder, to).map_err(Refusal::one),
    }
}
