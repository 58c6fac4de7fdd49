//! What an incoming inspection makes of the lot of a delivery.
//!
//! A lot that comes in under inspection is in quarantine as a lot, beside its pieces being held for the line of their document.
//! The first pass frees it: what still waits of it stays held for its line. Pieces that fail are blocked: as the lot that
//! they are, where that is all there is of it, else as a lot of their own, so that the good ones can be used. Accepting them
//! after all frees that lot. What quality has done with a lot by hand is quality's to undo, not an inspection's.

use serde::{Deserialize, Serialize};

use super::change::split;
use super::{LOT_MAX, Lot, LotState};
use crate::document::LineRef;
use crate::id::{InspectionId, NonconformanceId};
use crate::order::InspectionResult;
use crate::quality::incoming::IncomingInspection;

/// How far the inspection of a lot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LotOutcome {
    /// Nobody has judged it yet.
    Waiting,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It failed, and was taken as it is.
    Accepted,
}

/// The incoming inspection that a lot waits for, or by which it was judged last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LotInspection {
    /// The line of the document that it came by.
    pub line: LineRef,
    /// How far it is.
    pub outcome: LotOutcome,
    /// The inspection, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<InspectionId>,
    /// The nonconformance that a failure is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonconformance: Option<NonconformanceId>,
}

impl LotInspection {
    fn of(found: &IncomingInspection, outcome: LotOutcome) -> Option<Self> {
        let (line, nonconformance) = (found.line.clone(), found.nonconformance.clone());
        Some(Self { line, outcome, id: Some(found.id.clone()), nonconformance })
    }
}

impl Lot {
    /// It is kept back since a delivery of it waits for its inspection. Who keeps a lot back by hand says why.
    pub fn waits_for(&self) -> Option<&LineRef> {
        let waits = self.state == LotState::Quarantine && self.reason.is_empty();
        self.inspection.as_ref().filter(|last| waits && last.outcome == LotOutcome::Waiting).map(|last| &last.line)
    }

    /// It is blocked since it failed this inspection, and not since somebody has blocked it: then it has another reason.
    fn blocked_by(&self) -> Option<&LotInspection> {
        let last = self.inspection.as_ref().filter(|last| last.outcome == LotOutcome::Failed)?;
        let by = last.nonconformance.as_ref().map(NonconformanceId::as_str);
        Some(last).filter(|_| self.state == LotState::Blocked && by == Some(&self.reason))
    }
}

/// A lot of which nothing is in stock comes in under inspection. It begins anew, unless quality keeps it back by hand.
pub fn received(lot: &Lot, line: &LineRef) -> Lot {
    let by_inspection = lot.waits_for().is_some() || lot.blocked_by().is_some();
    if lot.state != LotState::Free && !by_inspection {
        return lot.clone();
    }
    let inspection = LotInspection { line: line.clone(), outcome: LotOutcome::Waiting, id: None, nonconformance: None };
    Lot { state: LotState::Quarantine, reason: String::new(), inspection: Some(inspection), ..lot.clone() }
}

/// What becomes of the lot of pieces that were judged: the lot, or the one that the failed pieces become where that is only a
/// part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The lot afterwards.
    Whole(Lot),
    /// Another lot, of the failed pieces.
    Part(Lot),
}

/// `others`: there are other pieces of it in stock than those that were judged.
pub fn judged(lot: &Lot, found: &IncomingInspection, others: bool) -> Judged {
    if found.result == InspectionResult::Pass {
        let free = Lot { inspection: LotInspection::of(found, LotOutcome::Passed), ..lot.clone() };
        return Judged::Whole(match lot.waits_for() {
            Some(_) => Lot { state: LotState::Free, reason: String::new(), ..free },
            None => free,
        });
    }
    let reason = found.nonconformance.as_ref().map(ToString::to_string).unwrap_or_default();
    let inspection = LotInspection::of(found, LotOutcome::Failed);
    if !others {
        return Judged::Whole(Lot { state: LotState::Blocked, reason, inspection, ..lot.clone() });
    }
    let number = part_of(&lot.number, &reason);
    let part = split(Some(lot), &lot.item, &number, found.at);
    Judged::Part(Lot { state: LotState::Blocked, reason, inspection, ..part })
}

/// Failed pieces are taken as they are: their lot afterwards. None where it is not this inspection that blocks it.
pub fn accepted(lot: &Lot, found: &IncomingInspection, reason: &str) -> Option<Lot> {
    (lot.blocked_by()?.id.as_ref() == Some(&found.id)).then(|| Lot {
        state: LotState::Free,
        reason: reason.to_owned(),
        inspection: LotInspection::of(found, LotOutcome::Accepted),
        ..lot.clone()
    })
}

/// The number of the lot that failed pieces become: that of the whole, shortened where it would be too long, and that of the
/// nonconformance.
fn part_of(lot: &str, nonconformance: &str) -> String {
    let room = LOT_MAX.saturating_sub(nonconformance.chars().count() + 1);
    let whole: String = lot.chars().take(room).collect();
    format!("{whole}-{nonconformance}")
}
