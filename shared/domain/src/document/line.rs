//! Movements that name a line of a document: which steps there are, and for whom stock is held on the way.

use std::collections::BTreeMap;

use super::{Document, DocumentKind, DocumentLine, LineRef, not_live};
use crate::id::{LocationId, OrderId};
use crate::ledger::MovementKind;
use crate::master::{Location, LocationKind};
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

/// The line that a movement names, as it stands.
#[derive(Clone, Debug)]
pub struct LineFacts<'a> {
    /// Which.
    pub reference: &'a LineRef,
    /// Its document.
    pub document: &'a Document,
    /// The counters of the document.
    pub counters: &'a BTreeMap<String, i64>,
    /// Deliveries of the item are inspected before they are put away.
    pub inspected: bool,
}

/// What becomes of the line's stock: whose it was, and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    /// Taken first.
    pub from: Option<OrderId>,
    /// Free stock is taken too.
    pub from_free: bool,
    /// Held for this one afterwards.
    pub to: Option<OrderId>,
}

/// A step of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Receive,
    PutAway,
    SendBack,
    Pick,
    Ship,
    TakeBack,
}

impl LineFacts<'_> {
    /// The line itself.
    pub fn line(&self) -> Option<&DocumentLine> {
        self.document.line(self.reference.line)
    }

    fn step(&self, kind: MovementKind, to: &LocationId) -> Option<Step> {
        use MovementKind::{Receipt, Return, Shipment, Transfer};
        match (self.reference.kind, kind) {
            (DocumentKind::Purchase, Receipt) => Some(Step::Receive),
            (DocumentKind::Purchase, Transfer) => Some(Step::PutAway),
            (DocumentKind::Purchase, Return) if *to == LocationId::supplier() => Some(Step::SendBack),
            (DocumentKind::Sales, Transfer) => Some(Step::Pick),
            (DocumentKind::Sales, Shipment) => Some(Step::Ship),
            (DocumentKind::Sales, Return) if *to != LocationId::supplier() => Some(Step::TakeBack),
            _ => None,
        }
    }

    /// What keeps a movement from naming this line.
    pub fn unmet(
        &self,
        kind: MovementKind,
        (from, to): (&LocationId, &LocationId),
        locations: &[Location],
        lang: Lang,
    ) -> Vec<Unmet> {
        let holders = Permission::StockMove.holders();
        let mut unmet: Vec<Unmet> = not_live(self.document, lang).into_iter().collect();
        let what = self.document.kind.label(lang);
        let Some(step) = self.step(kind, to) else {
            let movement = kind.label(lang);
            let detail = match lang {
                Lang::Zh => format!("{what}行不能用于{movement}"),
                Lang::En => format!("a {movement} does not belong to a line of a {what}"),
            };
            let remedy = lang.pick("去掉单据行,或选择正确的单据", "leave the line out, or choose another document");
            unmet.push(Unmet::new("document.step", detail, remedy, holders));
            return unmet;
        };
        let place = |id: &LocationId| locations.iter().find(|known| known.id == *id).map(|known| known.kind);
        let is_waiting = |id: &LocationId| place(id).is_some_and(LocationKind::waits);
        if step == Step::PutAway && place(from) != Some(LocationKind::Receiving) {
            let detail = lang.pick("上架只能从收货区移出", "only what stands in a receiving location is put away");
            let remedy = lang.pick("来源选择收货区", "take it from a receiving location");
            unmet.push(Unmet::new("document.not_receiving", detail, remedy, holders));
        }
        if step == Step::Receive && self.inspected && place(to) != Some(LocationKind::Quarantine) {
            let detail = lang.pick("该物料来料要检验,应收入待检区", "deliveries of this item are inspected first");
            let remedy = lang.pick("收入待检区", "receive it into a quarantine location");
            unmet.push(Unmet::new("document.inspect_first", detail, remedy, holders));
        }
        if step == Step::Receive && !self.inspected && place(to) == Some(LocationKind::Quarantine) {
            let detail = lang.pick("该物料没有来料检验计划", "the item has no plan for incoming inspections");
            let remedy = lang.pick("收入收货区或仓库", "receive it into a receiving location or a store");
            unmet.push(Unmet::new("document.no_incoming_plan", detail, remedy, holders));
        }
        if step == Step::Pick && (is_waiting(from) || is_waiting(to)) {
            let detail = lang.pick("待检或收货区的货不能拣", "what waits to be inspected or put away is not picked");
            unmet.push(Unmet::new("document.pick_waiting", detail, lang.pick("换库位", "take another place"), holders));
        }
        unmet
    }

    /// For whom stock is held before and after the movement; none where the movement is no step of this document.
    pub fn hold(&self, kind: MovementKind, from: &LocationId, to: &LocationId, locations: &[Location]) -> Option<Hold> {
        let holder = || self.reference.holder().ok();
        let waiting = |id: &LocationId| locations.iter().any(|known| known.id == *id && known.kind.waits());
        let held_where_it_waits = |id: &LocationId| if waiting(id) { holder() } else { None };
        Some(match self.step(kind, to)? {
            Step::Receive | Step::TakeBack => Hold { to: held_where_it_waits(to), ..Hold::default() },
            Step::PutAway => Hold { from: holder(), from_free: false, to: held_where_it_waits(to) },
            Step::SendBack => Hold { from: held_where_it_waits(from), from_free: !waiting(from), to: None },
            Step::Pick => Hold { from: None, from_free: true, to: holder() },
            Step::Ship => Hold { from: holder(), from_free: true, to: None },
        })
    }
}
