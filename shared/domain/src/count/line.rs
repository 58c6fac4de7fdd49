//! One line of a count: a place, and what was counted there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Count, CountSettings, CountState, Place, absolute};
use crate::facts::Actor;
use crate::id::{CountId, UserId};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::text::Lang;

/// What somebody counted, with what the books held at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who.
    pub by: UserId,
    /// The moment that it is true of.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// How much is there.
    pub quantity: Quantity,
    /// What the books held then.
    pub book: Quantity,
    /// The last posting of the place in the ledger that `book` knows of; 0 where there was none.
    pub ledger: u64,
}

impl Entry {
    /// What is there less what the books held.
    pub fn difference(&self) -> Quantity {
        Quantity::from_units(self.quantity.units() - self.book.units(), self.quantity.scale())
    }
}

/// An entry before it is judged.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// Where, and what.
    pub place: &'a Place,
    /// What was counted, and what the books held.
    pub entry: Entry,
    /// It was found beside what is counted already, and comes to it.
    pub more: bool,
    /// What one unit is worth.
    pub price: Option<Quantity>,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Somebody else has to count it again.
    Recount,
    /// Its difference is known.
    Agreed,
    /// Its difference is booked.
    Posted,
    /// It is left as the books have it.
    Dropped,
}

impl LineState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Recount, Self::Agreed, Self::Posted, Self::Dropped];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recount => "recount",
            Self::Agreed => "agreed",
            Self::Posted => "posted",
            Self::Dropped => "dropped",
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CountLine {
    /// Of which count.
    pub count: CountId,
    /// Where, and what.
    pub place: Place,
    /// Where it stands.
    pub state: LineState,
    /// What was counted, the oldest first, at least one.
    pub entries: Vec<Entry>,
    /// What one unit was worth when it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Quantity>,
    /// The next entry decides, whatever it says: it was asked for by who approves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// What it was, and why, where it is counted again or dropped.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The movement that booked the difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<String>,
}

/// Scale of money, at least.
const MONEY_SCALE: u8 = 2;

impl CountLine {
    /// The entry that holds.
    pub fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }

    /// What is there less what the books held, by the entry that holds.
    pub fn difference(&self) -> Quantity {
        self.last().map_or(Quantity::zero(0), Entry::difference)
    }

    /// What the difference is worth; none without a price.
    pub fn value(&self) -> Option<Quantity> {
        value(self.difference(), self.price)
    }

    /// Takes an entry into a line, which is new where there is none yet.
    pub fn enter(
        count: &Count,
        line: Option<&Self>,
        new: &NewEntry<'_>,
        settings: &CountSettings,
        actor: &Actor,
        lang: Lang,
    ) -> Result<Self, Refusal> {
        let is_recount = line.is_some_and(|line| line.state == LineState::Recount);
        let states: &[CountState] =
            if is_recount { &[CountState::Open, CountState::Counted] } else { &[CountState::Open] };
        let mut unmet = count.not_in(states, Permission::CountDo, actor, lang);
        if !count.scope.covers(new.place) {
            unmet.push(out_of_scope(count, new.place, lang));
        }
        if !unmet.is_empty() {
            return Err(Refusal { unmet });
        }
        let Some(line) = line else {
            let line = Self {
                count: count.id.clone(),
                place: new.place.clone(),
                state: LineState::Agreed,
                entries: vec![new.entry.clone()],
                price: new.price,
                asked: false,
                reason: String::new(),
                movement: None,
            };
            return Ok(line.judged(settings));
        };
        if new.more {
            return line.with_more(new, settings, lang).map_err(Refusal::one);
        }
        if !is_recount {
            return Err(Refusal::one(counted_already(line, lang)));
        }
        if line.last().is_some_and(|last| last.by == new.entry.by) {
            return Err(Refusal::one(same_person(lang)));
        }
        let mut after = line.clone();
        after.entries.push(new.entry.clone());
        after.price = new.price.or(line.price);
        Ok(after.judged(settings))
    }

    /// More of it is found in another spot: what was counted grows, at its own ledger time.
    fn with_more(&self, new: &NewEntry<'_>, settings: &CountSettings, lang: Lang) -> Result<Self, Unmet> {
        if matches!(self.state, LineState::Posted | LineState::Dropped) {
            return Err(counted_already(self, lang));
        }
        let mut after = self.clone();
        if let Some(last) = after.entries.last_mut() {
            last.quantity = last.quantity.plus(new.entry.quantity).unwrap_or(last.quantity);
        }
        // Who approves asked for another count of it, and that is still to come.
        if after.asked { Ok(after) } else { Ok(after.judged(settings)) }
    }

    /// The state that follows from the entries: the first holds where it is within the rule, the second where it is too or
    /// says what the first said, the third always.
    fn judged(mut self, settings: &CountSettings) -> Self {
        let holds = match self.entries.as_slice() {
            [] => false,
            [.., _, _, _] => true,
            [first, second] if first.difference() == second.difference() => true,
            [.., last] => self.asked || !settings.recounts(last.difference(), last.book, self.price),
        };
        self.state = if holds { LineState::Agreed } else { LineState::Recount };
        if holds {
            self.asked = false;
        }
        self
    }

    /// Whoever approves wants it to be counted once more, or left as the books have it.
    pub fn review(&self, count: &Count, drop: bool, reason: &str, actor: &Actor, lang: Lang) -> Result<Self, Refusal> {
        let states = [CountState::Open, CountState::Counted];
        let mut unmet = count.not_in(&states, Permission::CountApprove, actor, lang);
        if matches!(self.state, LineState::Posted | LineState::Dropped) {
            unmet.push(counted_already(self, lang));
        }
        if !unmet.is_empty() {
            return Err(Refusal { unmet });
        }
        let state = if drop { LineState::Dropped } else { LineState::Recount };
        Ok(Self { state, asked: !drop, reason: reason.to_owned(), ..self.clone() })
    }

    /// Its difference is booked.
    pub fn booked(&self, movement: Option<String>) -> Self {
        Self { state: LineState::Posted, movement, ..self.clone() }
    }

    /// Its difference cannot be booked, since less is there now than it would take: it has to be counted again.
    pub fn short(&self, missing: Quantity) -> Self {
        let reason = format!("过账时账面不足 {missing} / {missing} short when it was to be booked");
        Self { state: LineState::Recount, asked: true, reason, ..self.clone() }
    }
}

/// What a difference is worth.
pub(super) fn value(difference: Quantity, price: Option<Quantity>) -> Option<Quantity> {
    let price = price?;
    let worth = absolute(difference).times_rounded(price, price.scale().max(MONEY_SCALE)).ok()?;
    let sign = if difference.is_negative() { -1 } else { 1 };
    Some(Quantity::from_units(worth.units() * sign, worth.scale()))
}

fn out_of_scope(count: &Count, place: &Place, lang: Lang) -> Unmet {
    let detail = match lang {
        Lang::Zh => format!("{} 的 {} 不在盘点单 {} 的范围内", place.location, place.item, count.id),
        Lang::En => format!("{} at {} is not part of the count {}", place.item, place.location, count.id),
    };
    let remedy =
        lang.pick("选择范围内的库位和物料,或另建一次盘点", "choose what is part of it, or begin another count");
    Unmet::new("count.out_of_scope", detail, remedy, Permission::CountDo.holders())
}

fn counted_already(line: &CountLine, lang: Lang) -> Unmet {
    let place = &line.place;
    let detail = match lang {
        Lang::Zh => format!("{} 的 {} 已经盘点", place.location, place.item),
        Lang::En => format!("{} at {} is counted already", place.item, place.location),
    };
    let remedy = lang.pick(
        "另处又发现时选“再加”;要重盘请主管安排复盘",
        "say that it is more where it was found in another spot, or have whoever approves ask for a recount",
    );
    Unmet::new("count.counted", detail, remedy, Permission::CountApprove.holders())
}

fn same_person(lang: Lang) -> Unmet {
    let detail = lang.pick("复盘要由另一个人来做", "somebody else has to count it again");
    let remedy = lang.pick("请同事复盘这一行", "ask a colleague to count this line");
    Unmet::new("count.same_person", detail, remedy, Permission::CountDo.holders())
}
