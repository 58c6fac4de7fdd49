//! Kanban (看板): a line calls for a box of material, and the storekeeper brings one. A loop has so many cards; a call takes
//! one, and its fulfilment, a movement of stock in the same commit, gives it back.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{ItemId, LocationId, LoopId, UserId};
use crate::ledger::MovementKind;
use crate::master::{Location, LocationKind};
use crate::order::Mark;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::text::Lang;

/// The scope of the counters of cards that are out, by loop. No order can be called so.
pub const KANBAN_SCOPE: &str = "@kanban";

/// The most cards of a loop.
pub const CARDS_MAX: u16 = 999;

/// The longest time that a call may take, in minutes: a week.
pub const LATE_MINUTES_MAX: u32 = 7 * 24 * 60;

/// A loop: what goes from where to where, and in which portions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KanbanLoop {
    /// Its name in the data, which its cards carry.
    pub id: LoopId,
    /// What.
    pub item: ItemId,
    /// From where.
    pub from: LocationId,
    /// To where.
    pub to: LocationId,
    /// How much a card stands for.
    pub per_card: Quantity,
    /// How many cards there are.
    pub cards: u16,
    /// After how many minutes a call is late; the plant's own number where none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_minutes: Option<u32>,
    /// False for one that is not used any more.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl KanbanLoop {
    /// What is wrong with it: where, and what was expected.
    pub fn faults(&self, locations: &[Location]) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        if !self.per_card.is_positive() {
            faults.push(("per_card".into(), "expected a quantity above zero".into()));
        }
        if self.cards == 0 || self.cards > CARDS_MAX {
            faults.push(("cards".into(), format!("expected 1 to {CARDS_MAX}")));
        }
        for (at, id) in [("from", &self.from), ("to", &self.to)] {
            let known = locations.iter().find(|location| location.id == *id);
            if known.is_none_or(|location| location.kind.waits()) {
                faults.push((at.to_owned(), format!("{id} is no place that stock is taken from or brought to")));
            }
        }
        if self.late_minutes.is_some_and(|minutes| minutes == 0 || minutes > LATE_MINUTES_MAX) {
            faults.push(("late_minutes".into(), format!("expected 1 to {LATE_MINUTES_MAX} minutes")));
        }
        if self.from == self.to {
            faults.push(("to".into(), "expected another place than from".into()));
        }
        faults
    }

    /// What sort of movement fulfils a call: to a line it is issued, anywhere else it is a transfer.
    pub fn movement(&self, from: &LocationId, locations: &[Location]) -> MovementKind {
        let kind = |id: &LocationId| locations.iter().find(|known| known.id == *id).map(|known| known.kind);
        let from_stock = matches!(kind(from), Some(LocationKind::Store | LocationKind::Finished));
        if from_stock && kind(&self.to) == Some(LocationKind::Line) {
            MovementKind::Issue
        } else {
            MovementKind::Transfer
        }
    }
}

/// How a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Somebody waits for it.
    Open,
    /// It was brought.
    Fulfilled,
    /// It was not needed after all.
    Cancelled,
}

impl CallState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Fulfilled, Self::Cancelled];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A call for one card's worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its number.
    pub id: String,
    /// The loop as it was.
    #[serde(rename = "loop")]
    pub of: KanbanLoop,
    /// Who called.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// How it stands.
    pub state: CallState,
    /// Who ended it, when and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Mark>,
    /// The movement that fulfilled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<String>,
}

impl Call {
    /// When it is late, where nobody has come by then. `late_minutes` are the plant's, where the loop has none.
    pub fn due(&self, late_minutes: u32) -> Timestamp {
        let late_minutes = self.of.late_minutes.unwrap_or(late_minutes);
        self.at.checked_add(SignedDuration::from_mins(i64::from(late_minutes))).unwrap_or(self.at)
    }

    /// What keeps it from being fulfilled or cancelled.
    pub fn over(&self, lang: Lang) -> Option<Unmet> {
        let ended = self.ended.as_ref().filter(|_| self.state != CallState::Open)?;
        let detail = match lang {
            Lang::Zh => format!("{} 已由 {} 处理", self.id, ended.by),
            Lang::En => format!("{} has dealt with {}", ended.by, self.id),
        };
        Some(Unmet::new("kanban.over", detail, lang.pick("无需再次操作", "nothing is left to do"), &[]))
    }
}

/// What keeps somebody from calling: the loop is not used, or all of its cards are out.
pub fn uncallable(of: &KanbanLoop, out: i64, lang: Lang) -> Option<Unmet> {
    let holders = Permission::KanbanCall.holders();
    if !of.active {
        let detail = lang.pick("该看板已停用", "the loop is not used any more");
        let remedy = lang.pick("请计划员启用", "have the planner use it again");
        return Some(Unmet::new("kanban.inactive", detail, remedy, Permission::SupplySet.holders()));
    }
    if out < i64::from(of.cards) {
        return None;
    }
    let detail = match lang {
        Lang::Zh => format!("{} 张看板都已叫料,尚未送到", of.cards),
        Lang::En => format!("all {} cards are out", of.cards),
    };
    let remedy = lang.pick("等仓管员送到", "wait until the storekeeper has come");
    Some(Unmet::new("kanban.all_out", detail, remedy, holders))
}
