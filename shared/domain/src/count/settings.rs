//! What a plant has set down about counts, and the classes of its items.

use serde::{Deserialize, Serialize};

use super::absolute;
use super::line::value;
use crate::quantity::Quantity;

/// The most lines of one day's plan.
const LINES_PER_DAY_MAX: u16 = 500;

/// The class of an item, by what is consumed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The few that make most of the value.
    A,
    /// Those between.
    B,
    /// The many that make little.
    C,
}

impl Class {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }
}

/// The plant's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CountSettings {
    /// Whoever counts is not told what the books say.
    #[serde(default = "yes")]
    pub blind: bool,
    /// A difference above so many percent of the book is counted again by somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recount_percent: Option<Quantity>,
    /// A difference that is worth more is counted again by somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recount_value: Option<Quantity>,
    /// Up to this value, all differences of a count together, whoever counts may book them. Above it, and where an item has no
    /// price, who approves.
    pub approval_value: Quantity,
    /// A difference above so many percent of the book is told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_percent: Option<Quantity>,
    /// Differences of one place on so many count days, one after another, are told of; 0 for never.
    pub alert_days: u8,
    /// So many days of consumption make the classes.
    pub consumption_days: u16,
    /// The items that make so many percent of the consumption are A.
    pub a_percent: u8,
    /// Those that make so many percent together with A are B, the others C.
    pub b_percent: u8,
    /// A place of an A item is counted every so many days; 0 for never. The same for B and C.
    pub a_days: u16,
    /// See `a_days`.
    pub b_days: u16,
    /// See `a_days`.
    pub c_days: u16,
    /// The most places of one day's plan.
    pub lines_per_day: u16,
}

fn yes() -> bool {
    true
}

impl Default for CountSettings {
    fn default() -> Self {
        Self {
            blind: true,
            recount_percent: Some(Quantity::from_units(2, 0)),
            recount_value: None,
            approval_value: Quantity::zero(2),
            alert_percent: Some(Quantity::from_units(5, 0)),
            alert_days: 2,
            consumption_days: 90,
            a_percent: 80,
            b_percent: 95,
            a_days: 30,
            b_days: 90,
            c_days: 180,
            lines_per_day: 30,
        }
    }
}

impl CountSettings {
    /// True when a difference is so large that somebody else has to count again.
    pub fn recounts(&self, difference: Quantity, book: Quantity, price: Option<Quantity>) -> bool {
        let worth = value(difference, price).map(absolute);
        let dear = self.recount_value.is_some_and(|limit| worth.is_some_and(|worth| worth > limit));
        dear || self.recount_percent.is_some_and(|percent| exceeds(difference, book, percent))
    }

    /// True when somebody has to be told of a difference.
    pub fn alerts(&self, difference: Quantity, book: Quantity) -> bool {
        self.alert_percent.is_some_and(|percent| exceeds(difference, book, percent))
    }

    /// Every how many days a place of that class is counted; none for never.
    pub fn days(&self, class: Class) -> Option<u16> {
        let days = match class {
            Class::A => self.a_days,
            Class::B => self.b_days,
            Class::C => self.c_days,
        };
        (days > 0).then_some(days)
    }

    /// What is wrong with them: where, and what was expected.
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let mut wrong = |at: &str, detail: String| faults.push((at.to_owned(), detail));
        let numbers = [
            ("recount_percent", self.recount_percent),
            ("recount_value", self.recount_value),
            ("approval_value", Some(self.approval_value)),
            ("alert_percent", self.alert_percent),
        ];
        for (at, number) in numbers {
            if number.is_some_and(Quantity::is_negative) {
                wrong(at, "expected a number that is not below zero".into());
            }
        }
        if !(1..=731).contains(&self.consumption_days) {
            wrong("consumption_days", "expected 1 to 731 days".into());
        }
        if self.a_percent > self.b_percent || self.b_percent > 100 {
            wrong("b_percent", "expected a percentage from a_percent to 100".into());
        }
        if !(1..=LINES_PER_DAY_MAX).contains(&self.lines_per_day) {
            wrong("lines_per_day", format!("expected 1 to {LINES_PER_DAY_MAX}"));
        }
        faults
    }
}

/// True when a difference is more than so many percent of the book. Anything is, of nothing.
fn exceeds(difference: Quantity, book: Quantity, percent: Quantity) -> bool {
    let scale = 10_i128.pow(u32::from(percent.scale()));
    let found = i128::from(difference.units().abs()) * 100 * scale;
    found > i128::from(percent.units()) * i128::from(book.units().abs())
}

/// The classes of items by what each made of the consumption (Pareto): the largest first, until those before an item make
/// so many percent of all. `consumed` is the value, or the quantity where there are no prices, in one unit for all. What is
/// not consumed is C.
pub fn classes<T: Clone + Ord>(consumed: &[(T, i128)], settings: &CountSettings) -> Vec<(T, Class)> {
    let mut sorted: Vec<&(T, i128)> = consumed.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let all: i128 = sorted.iter().map(|(_, much)| (*much).max(0)).sum();
    let mut before: i128 = 0;
    let mut classes = Vec::with_capacity(sorted.len());
    for (item, much) in sorted {
        let below = |percent: u8| before * 100 < all * i128::from(percent);
        let class = match (*much > 0, below(settings.a_percent), below(settings.b_percent)) {
            (true, true, _) => Class::A,
            (true, false, true) => Class::B,
            _ => Class::C,
        };
        before += (*much).max(0);
        classes.push((item.clone(), class));
    }
    classes
}
