//! What people do with a lot as a whole: keep it back, release it, block it; and what becomes of it when it is split or
//! merged.
//!
//! Splitting and merging only renames stock where it stands: it leaves as one lot to [`LocationId::lots`] and comes back as
//! another, so what is split is conserved. What comes of several lots may be used no longer than the first of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fault, KnownLot, Lot, LotState, Lots};
use crate::facts::Actor;
use crate::id::{ItemId, LocationId, OrderId};
use crate::ledger::{Account, MovementKind, Posting};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::signature::Signature;
use crate::text::Lang;

/// What somebody does with a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LotAct {
    /// Keeps it back until quality has looked at it.
    Quarantine,
    /// Lets it be used.
    Release,
    /// Has found that it is not to be used.
    Block,
}

impl LotAct {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Release => "release",
            Self::Block => "block",
        }
    }

    /// The state that it leads to.
    pub fn to(self) -> LotState {
        match self {
            Self::Quarantine => LotState::Quarantine,
            Self::Release => LotState::Free,
            Self::Block => LotState::Blocked,
        }
    }

    /// True for what quality decides, and signs.
    pub fn is_signed(self) -> bool {
        self != Self::Quarantine
    }
}

/// The lot afterwards. Whoever moves stock or looks at it may keep a lot back; to release and to block it is quality's, with
/// a signature.
pub fn decide(
    lot: &Lot,
    act: LotAct,
    reason: &str,
    actor: &Actor,
    signature: &Signature,
    lang: Lang,
) -> Result<Lot, Refusal> {
    let mut unmet = Vec::new();
    let quality = Permission::QualityDispose;
    if act.is_signed() {
        if !actor.may(quality) {
            unmet.push(Unmet::permission(quality, lang));
        }
        unmet.extend(signature.unmet_for(quality, lang));
    } else if ![quality, Permission::QualityInspect, Permission::StockMove].iter().any(|one| actor.may(*one)) {
        unmet.push(Unmet::permission(Permission::StockMove, lang));
    }
    let blocked = lot.state == LotState::Blocked && act == LotAct::Quarantine;
    if lot.state == act.to() || blocked {
        let state = lot.state.label(lang);
        let detail = match lang {
            Lang::Zh => format!("批次 {} 现为“{state}”", lot.number),
            Lang::En => format!("lot {} is {state} now", lot.number),
        };
        let remedy = lang.pick("刷新后再看", "look at it anew");
        unmet.push(Unmet::new("lot.state", detail, remedy, quality.holders()));
    }
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    Ok(Lot { state: act.to(), reason: reason.to_owned(), ..lot.clone() })
}

/// A part of a lot somewhere, free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The lot; empty for stock without one.
    pub lot: String,
    /// Where it stands.
    pub location: LocationId,
    /// How much.
    pub quantity: Quantity,
}

/// The two postings by which a part becomes part of another lot.
pub fn renamed(item: &ItemId, part: &Part, to: &str) -> [Posting; 2] {
    renamed_for(item, part, to, None)
}

/// The same for stock that is held for somebody, and stays so.
pub fn renamed_for(item: &ItemId, part: &Part, to: &str, holder: Option<&OrderId>) -> [Posting; 2] {
    let posting = |lot: &str, from: Account, to: Account| Posting {
        kind: MovementKind::Relot,
        item: item.clone(),
        lot: lot.to_owned(),
        from,
        to,
        quantity: part.quantity,
        reverses: None,
    };
    let here = Account { location: part.location.clone(), order: holder.cloned() };
    let lots = Account::free(LocationId::lots());
    [posting(&part.lot, here.clone(), lots.clone()), posting(to, lots, here)]
}

/// The lot that a part of another one becomes. It is kept back where that one is.
pub fn split(from: Option<&Lot>, item: &ItemId, number: &str, now: Timestamp) -> Lot {
    let new = Lot::new(item.clone(), number, now);
    let Some(from) = from else { return new };
    Lot {
        state: from.state,
        reason: from.reason.clone(),
        expires: from.expires,
        made: from.made,
        // It is as old as what it is a part of.
        since: from.since,
        supplier_lot: from.supplier_lot.clone(),
        parents: vec![from.number.clone()],
        inspection: from.inspection.clone(),
        ..new
    }
}

/// The lot that several become: `into` where that is there already, else a new one. What is kept back is not merged.
pub fn merge(
    item: &ItemId,
    numbers: &[&str],
    into: &str,
    lots: &Lots,
    now: Timestamp,
    lang: Lang,
) -> Result<Lot, Refusal> {
    let known = |number: &&str| lots.get(item, number);
    let parts: Vec<&KnownLot> = numbers.iter().filter_map(known).collect();
    let target = lots.get(item, into);
    let all = || parts.iter().copied().chain(target);
    let unmet: Vec<Unmet> = all()
        .filter_map(|known| match known.lot.fault(None)? {
            Fault::Expired(_) => None,
            held => Some(held.unmet(item, &known.lot.number, lang)),
        })
        .collect();
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let expires = all().filter_map(|known| known.lot.expires).min();
    let made = all().filter_map(|known| known.lot.made).min();
    let since = all().map(|known| known.lot.since).min().unwrap_or(now);
    let mut parents = target.map(|known| known.lot.parents.clone()).unwrap_or_default();
    let others = numbers.iter().filter(|number| !number.is_empty() && **number != into);
    parents.extend(others.map(|number| (*number).to_owned()));
    parents.sort();
    parents.dedup();
    let new = target.map_or_else(|| Lot::new(item.clone(), into, now), |known| known.lot.clone());
    Ok(Lot { expires, made, since, parents, ..new })
}
